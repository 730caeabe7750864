// A contestant's side of the benchmark's protocol (bench/worker.py): options on the command line, a line of
// JSON when ready, then a line of JSON for each line read.
#pragma once
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include "loss.h"

namespace loops {

struct Options {
  std::string data, name, variant = "flag";  // name: the case.
  size_t batch = 512, rows = 0;              // rows: the most rows to use; 0: all.
};

// The answer to one command: values by name.
using Answer = std::map<std::string, double>;
// A command: makes the answer from the command's arguments.
using Command = std::function<Answer(std::istringstream&)>;
using Commands = std::map<std::string, Command>;

// `make` reads the data and makes the model. Returns main's value.
int serve(int argc, char** argv, const std::function<Commands(const Options&)>& make);

double now();  // Seconds.

// The median duration of one call, in seconds, over many calls.
double median_seconds(const std::function<void(size_t)>& call);

}  // namespace loops
