// Logs as lines of a file.
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

// The shortest that reads back as the same number.
std::string shown(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

}  // namespace

CSVLogger::CSVLogger(std::string filename, std::string separator, bool append)
    : filename_(checked_path("CSVLogger", filename)), separator_(std::move(separator)), append_(append) {
  LACUNA_REQUIRE(!separator_.empty() && utf8_character(separator_) == separator_.size(),
                 "CSVLogger: separator must be one character. Received: separator=", in_quotes(separator_),
                 ".");
}

void CSVLogger::on_train_begin(const Logs&) {
  std::error_code none;
  const bool begun = append_ && std::filesystem::file_size(filename_, none) > 0 && !none;
  if (!begun) keys_.clear();
  file_.open(filename_, append_ ? std::ios::app : std::ios::trunc);
  if (!file_.is_open()) path_failed("CSVLogger", "the file must be written", filename_, errno);
  header_ = !begun;
}

void CSVLogger::on_epoch_end(int epoch, Logs& logs) {
  Texts values;
  for (const auto& [key, value] : logs) values.emplace_back(key, shown(value));
  write(epoch, values);
}

void CSVLogger::write(int epoch, const Texts& values) {
  if (keys_.empty())
    for (const auto& entry : values) keys_.push_back(entry.first);
  std::ranges::sort(keys_);
  if (std::exchange(header_, false)) {
    file_ << "epoch";
    for (const std::string& key : keys_) file_ << separator_ << quoted(key);
    file_ << '\n';
  }
  file_ << epoch;
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
