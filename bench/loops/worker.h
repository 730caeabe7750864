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
  std::string data, name, variant = "flag";  // `name`: of the case.
  size_t batch = 512, rows = 0;              // rows: at most so many; 0: all.
};

// The answers to one command, by name.
using Answer = std::map<std::string, double>;
// From a command's arguments.
using Command = std::function<Answer(std::istringstream&)>;
using Commands = std::map<std::string, Command>;

// `make` reads the data and makes the model. Returns main's value.
int serve(int argc, char** argv, const std::function<Commands(const Options&)>& make);

double now();  // Seconds.

// Seconds of one call, the median of many.
double median_seconds(const std::function<void(size_t)>& call);

}  // namespace loops
