// The program `lacuna`.
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "lacuna/cli/command_line.h"

int main(int count, char** arguments) {
  std::ios::sync_with_stdio(false);
  std::signal(SIGPIPE, SIG_IGN);  // A closed output is an error of write, which ends the command in order.
  return lacuna::cli::command_line(
      {arguments + 1, arguments + count},
      {.out = std::cout, .err = std::cerr, .progress = isatty(STDERR_FILENO) == 1});
}
