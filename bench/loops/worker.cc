// Reads and writes the lines of the benchmark's protocol.
#include "worker.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <vector>

namespace loops {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return result + '"';
}

void say_error(const std::exception& error) {
  std::cout << "{\"error\": " << quoted(error.what()) << "}" << std::endl;
}

void require_value(bool met, const std::string& must, const std::string& received) {
  if (!met) throw std::invalid_argument(must + " Received: " + received);
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    require_value(i + 1 < argc, "An option must have a value.", name);
    const std::string value = argv[i + 1];
    if (name == "--data") options.data = value;
    else if (name == "--case") options.name = value;
    else if (name == "--variant") options.variant = value;
    else if (name == "--batch") options.batch = std::stoul(value);
    else if (name == "--rows") options.rows = std::stoul(value);
    else if (name == "--features") continue;  // The shape of the data tells it.
    else if (name == "--threads") require_value(value == "1", "A loop has one thread.", value);
    else if (name == "--dtype") require_value(value == "float32", "A loop's values are float32.", value);
    else if (name == "--index") require_value(value == "int32", "A loop's indices are int32.", value);
    else require_value(false, "The option must be one of the protocol's.", name);
  }
  require_value(!options.data.empty(), "--data must name a folder.", "nothing");
  require_value(options.batch > 0, "--batch must be positive.", "0");
  return options;
}

}  // namespace

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median_seconds(const std::function<void(size_t)>& call) {
  std::vector<double> seconds(200);
  for (size_t i = 0; i < seconds.size(); ++i) {
    const double start = now();
    call(i);
    seconds[i] = now() - start;
  }
  std::nth_element(seconds.begin(), seconds.begin() + 100, seconds.end());
  return seconds[100];
}

int serve(int argc, char** argv, const std::function<Commands(const Options&)>& make) {
  const double start = now();
  Commands commands;
  try {
    commands = make(parse(argc, argv));
  } catch (const std::exception& error) {
    say_error(error);
    return 1;
  }
  std::cout << "{\"ready\": true, \"setup_s\": " << now() - start << "}" << std::endl;
  std::cout.precision(9);
  for (std::string line; std::getline(std::cin, line);) try {
      std::istringstream words(line);
      std::string name;
      words >> name;
      if (name == "quit") break;
      require_value(commands.contains(name), "The command must be one of this case.", name);
      std::string separator = "{";
      for (const auto& [key, value] : commands.at(name)(words)) {
        std::cout << separator << quoted(key) << ": " << value;
        separator = ", ";
      }
      std::cout << "}" << std::endl;
    } catch (const std::exception& error) {
      say_error(error);
    }
  return 0;
}

}  // namespace loops
