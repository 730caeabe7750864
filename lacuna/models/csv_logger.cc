// Logs as lines of a file.
#include "lacuna/models/csv_logger.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "lacuna/base/path.h"

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
    : filename_(checked_path("CSVLogger", filename)), separator_(std::move(separator)), append_(append) {}

void CSVLogger::on_train_begin(const Logs&) {
  std::error_code none;
  const bool begun = append_ && std::filesystem::file_size(filename_, none) > 0 && !none;
  if (!begun) keys_.clear();
  file_.open(filename_, append_ ? std::ios::app : std::ios::trunc);
  if (!file_.is_open()) path_failed("CSVLogger", "the file must be written", filename_, errno);
  header_ = !begun;
}

void CSVLogger::on_epoch_end(int epoch, Logs& logs) {
  if (keys_.empty())
    for (const auto& entry : logs) keys_.push_back(entry.first);
  std::ranges::sort(keys_);
  if (std::exchange(header_, false)) {
    file_ << "epoch";
    for (const std::string& key : keys_) file_ << separator_ << key;
    file_ << '\n';
  }
  file_ << epoch;
  for (const std::string& key : keys_) {
    const double* value = find(logs, key);
    file_ << separator_
          << (value ? shown(*value) : "NA");  // An epoch that was ended early has no validation.
  }
  file_ << '\n' << std::flush;
  if (!file_.good()) path_failed("CSVLogger", "the file must be written", filename_, errno);
}

}  // namespace lacuna::callbacks
