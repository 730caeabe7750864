// Files that are written, and those they must not be.
#include "lacuna/cli/outputs.h"

#include <filesystem>

#include "lacuna/base/replace_file.h"
#include "lacuna/base/utf8.h"
#include "lacuna/cli/session.h"
#include "lacuna/data/numbered_text.h"

namespace lacuna::cli {
namespace {

namespace fs = std::filesystem;

// Where a path leads, also if nothing is there yet.
fs::path place_of(const std::string& given) {
  std::error_code none;
  fs::path path(given);
  for (int links = 0; links < 40 && fs::is_symlink(path, none); ++links)
    path = path.parent_path() / fs::read_symlink(path, none);
  const fs::path whole = fs::absolute(path, none);
  const fs::path result = fs::weakly_canonical(whole, none);
  return result.empty() ? whole.lexically_normal() : result;
}

[[noreturn]] void not_apart(const NamedFile& output, const NamedFile& other) {
  throw WrongOptions(text(output.option, ": the file must be another one than that of ", other.option,
                          ". Received: ", output.option, "='", shown_utf8(output.path), "', ", other.option,
                          "='", shown_utf8(other.path), "'."));
}

}  // namespace

void add_patterns(std::vector<NamedFile>& to, const std::string& option,
                  const std::vector<std::string>& patterns) {
  if (patterns.empty()) return;
  for (const std::string& path : data::files_of("lacuna", patterns))
    to.push_back({option, path == "-" ? "/dev/stdin" : path});
}

std::vector<NamedFile> inputs_of(const DataOptions& o) {
  std::vector<NamedFile> result;
  const std::vector<std::string> rows = files(o);
  add_patterns(result, "FILES", rows);
  if (!o.columns_file.empty()) result.push_back({"--columns", o.columns_file});
  const std::string format = o.format.empty() ? data::format_of(rows[0]) : o.format;
  if (format == "npz" || format == "10x") {  // Of other formats they are names of columns.
    result.push_back({"--label", o.label});
    result.push_back({"--weight", o.weight});
  }
  return result;
}

std::vector<NamedFile> inputs_of(const UseOptions& o) {
  std::vector<NamedFile> result = inputs_of(o.data);
  result.push_back({"MODEL", o.model});
  return result;
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  const fs::file_status status = fs::status(a, error);
  if (fs::exists(status)) {
    if (!fs::is_regular_file(status)) return false;
    return fs::equivalent(a, b, error) && !error;
  }
  return !fs::exists(b, error) && place_of(a) == place_of(b);
}

void require_apart(const std::vector<NamedFile>& outputs, const std::vector<NamedFile>& inputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const NamedFile& output = outputs[i];
    if (output.path.empty() || output.path == "-") continue;
    for (const NamedFile& input : inputs)
      if (!input.path.empty() && same_file(output.path, input.path)) not_apart(output, input);
    for (size_t j = 0; j < i; ++j)
      if (!outputs[j].path.empty() && outputs[j].path != "-" && same_file(output.path, outputs[j].path))
        not_apart(output, outputs[j]);
  }
}

void require_writable(const std::string& option, const std::string& path) {
  if (path == "-")
    throw WrongOptions(option + ": a file must be named, since it is not written to the output. Received: " +
                       option + "='-'.");
  const ReplaceFile tried(option.c_str(), path);
}

}  // namespace lacuna::cli
