// The command line.
#include "lacuna/cli/command_line.h"

#include <unistd.h>

#include <iostream>

#include "python/bind/argument.h"
#include "python/bind/gil.h"
#include "python/bind/handlers.h"
#include "python/bind/path.h"

namespace lacuna::bind {

void bind_cli(nb::module_& m) {
  def(
      m, {"command_line", "lacuna"},
      [](const std::vector<nb::bytes>& arguments) {
        const std::vector<std::string> all = strings_of(arguments);
        const int code = without_gil([&] {
          return cli::command_line(
              all, {.out = std::cout, .err = std::cerr, .progress = isatty(STDERR_FILENO) == 1});
        });
        set_handlers();
        return code;
      },
      "arguments"_a);
}

}  // namespace lacuna::bind
