// The case `libsvm`: parses libsvm text.
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "libsvm_text.h"
#include "pages.h"
#include "worker.h"

namespace loops {
namespace {

Pages<char> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw std::runtime_error("read_text: the file must be there. Received: path=" + path);
  Pages<char> text(static_cast<size_t>(file.tellg()));
  file.seekg(0);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file) throw std::runtime_error("read_text: the file must be readable. Received: path=" + path);
  return text;
}

Commands make(const Options& options) {
  if (options.variant == "gz")
    throw std::invalid_argument("--variant must not be gz, which the loop does not read. Received: gz");
  auto text = std::make_shared<Pages<char>>(read_text(options.data + "/text.svm"));
  auto rows = std::make_shared<LibsvmRows>(text->size());
  Commands commands;
  commands["parse"] = [=](std::istringstream&) {
    const double start = now();
    LibsvmParser(text->begin(), text->end()).parse(*rows);
    return Answer{{"s", now() - start},
                  {"mb", static_cast<double>(text->size()) / 1e6},
                  {"rows", static_cast<double>(rows->rows)},
                  {"nonzeros", static_cast<double>(rows->nonzeros)}};
  };
  return commands;
}

}  // namespace
}  // namespace loops

int main(int argc, char** argv) { return loops::serve(argc, argv, loops::make); }
