// Writes logs as lines of a file.
#include "lacuna/callbacks/csv_logger.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/names.h"
#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"

namespace lacuna::callbacks {
namespace {

// The shortest text that reads back as the same number.
std::string shown(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

}  // namespace

CSVLogger::CSVLogger(std::string filename, std::string separator, bool append)
    : filename_(checked_path("CSVLogger", filename)), separator_(std::move(separator)), append_(append) {
  const bool one = !separator_.empty() && utf8_character(separator_) == separator_.size();
  LACUNA_REQUIRE(
      one && separator_.find_first_of("\"\r\n") == std::string::npos,
      "CSVLogger: separator must be one character, no quote and no end of a line. Received: separator=",
      in_quotes(separator_), ".");
}

void CSVLogger::on_train_begin(const Logs&) {
  std::error_code none;
  const bool begun = append_ && std::filesystem::file_size(filename_, none) > 0 && !none;
  if (!begun) keys_.clear();
  const bool ends_in_a_line = !begun || read_what_is_there();
  if (file_.is_open()) file_.close();  // A fit that failed left it open.
  file_.clear();
  file_.open(filename_, append_ ? std::ios::app : std::ios::trunc);
  if (!file_.is_open()) path_failed("CSVLogger", "the file must be written", filename_, errno);
  if (!ends_in_a_line) file_ << '\n';
  header_ = !begun;
}

// Takes the columns from the file's first line, if it is one of ours. Returns whether the last line is
// complete.
bool CSVLogger::read_what_is_there() {
  std::ifstream file(filename_);
  std::string line;
  std::getline(file, line);
  std::vector<std::string> cells(1);
  bool in_quotes = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (in_quotes && i + 1 < line.size() && line[i + 1] == '"') cells.back() += line[++i];
      else in_quotes = !in_quotes;
    } else if (!in_quotes && line.compare(i, separator_.size(), separator_) == 0) {
      cells.emplace_back();
      i += separator_.size() - 1;
    } else {
      cells.back() += line[i];
    }
  }
  if (keys_.empty() && cells[0] == "epoch") keys_.assign(cells.begin() + 1, cells.end());
  file.clear();
  file.seekg(-1, std::ios::end);
  return file.get() == '\n';
}

void CSVLogger::on_epoch_end(int epoch, Logs& logs) {
  Texts values;
  for (const auto& [key, value] : logs) values.emplace_back(key, shown(value));
  write(epoch, values);
}

void CSVLogger::write(int epoch, const Texts& values) {
  LACUNA_REQUIRE(
      file_.is_open(),
      "CSVLogger: a line must come while fit runs, between on_train_begin and on_train_end. Received: one "
      "of epoch ",
      epoch, ".");
  if (keys_.empty()) {
    for (const auto& entry : values) keys_.push_back(entry.first);
    std::ranges::sort(keys_);
  }
  if (std::exchange(header_, false)) {
    file_ << quoted("epoch");
    for (const std::string& key : keys_) file_ << separator_ << quoted(key);
    file_ << '\n';
  }
  file_ << quoted(std::to_string(epoch));
  for (const std::string& key : keys_) {
    const auto value = std::ranges::find(values, key, &Texts::value_type::first);
    file_ << separator_ << (value == values.end() ? "NA" : quoted(value->second));
  }
  file_ << '\n' << std::flush;
  if (!file_.good()) path_failed("CSVLogger", "the file must be written", filename_, errno);
}

std::string CSVLogger::quoted(const std::string& cell) const {
  if (cell.find(separator_) == std::string::npos && cell.find_first_of("\"\r\n") == std::string::npos)
    return cell;
  std::string result = "\"";
  for (const char c : cell) result.append(c == '"' ? 2 : 1, c);
  return result + '"';
}

}  // namespace lacuna::callbacks
