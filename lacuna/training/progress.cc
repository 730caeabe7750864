// Draws the progress bar.
#include "lacuna/training/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "lacuna/base/message.h"

namespace lacuna {
namespace {

std::string format(const char* pattern, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, pattern, value);
  return buffer;
}

std::string values(const callbacks::Logs& logs) {
  std::string result;
  for (const auto& [name, value] : logs) {
    if (name == "batch" || name == "size") continue;
    result += " - " + name + ": " + format(std::abs(value) > 1e-3 || value == 0 ? "%.4f" : "%.4e", value);
  }
  return result;
}

std::string clock_time(double seconds) {
  const auto s = static_cast<long>(seconds);
  char buffer[64];
  if (s > 3600) std::snprintf(buffer, sizeof buffer, "%ld:%02ld:%02ld", s / 3600, s % 3600 / 60, s % 60);
  else if (s > 60) std::snprintf(buffer, sizeof buffer, "%ld:%02ld", s / 60, s % 60);
  else std::snprintf(buffer, sizeof buffer, "%lds", s);
  return buffer;
}

std::string step_time(double seconds) {
  if (seconds >= 1) return format("%.0fs/step", seconds);
  if (seconds >= 1e-3) return format("%.0fms/step", seconds * 1e3);
  return format("%.0fus/step", seconds * 1e6);
}

std::string rate(int64_t rows, double seconds) {
  if (rows == 0 || seconds <= 0) return {};
  const double each = static_cast<double>(rows) / seconds;
  return format(each < 10 ? " - %.2f samples/s" : " - %.0f samples/s", each);
}

}  // namespace

Progress::Progress(const Batches& batches, int verbose)
    : all_(batches.rows() ? batches.rows() : batches.steps()),
      by_rows_(batches.rows() || !batches.steps()),
      verbose_(verbose) {}

std::string Progress::bar() const {
  constexpr int64_t kWidth = 30;
  std::string result = std::to_string(done_);
  if (!all_ || done_ > *all_)  // A file may have grown since its rows were counted.
    return std::string(7 - std::min<size_t>(7, result.size()), ' ') + result + "/Unknown";
  const std::string total = std::to_string(*all_);
  result.insert(0, total.size() - std::min(total.size(), result.size()), ' ');
  result += "/" + total + " [";
  const int64_t filled = *all_ ? kWidth * done_ / *all_ : kWidth;
  if (filled > 0) result += std::string(static_cast<size_t>(filled - 1), '=') + (done_ < *all_ ? ">" : "=");
  return result + std::string(static_cast<size_t>(kWidth - filled), '.') + "]";
}

void Progress::draw(const callbacks::Logs& logs, bool last) {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double each = done_ > 0 ? seconds / static_cast<double>(done_) : 0;
  std::string line = bar();
  if (last) line += " - " + clock_time(seconds) + " " + step_time(each) + rate(rows_, seconds);
  else if (!all_) line += " - " + clock_time(seconds);
  else if (done_ > 0) line += " - ETA: " + clock_time(each * static_cast<double>(*all_ - done_));
  line += values(logs);
  std::string padding;
  if (line.size() < width_) padding.assign(width_ - line.size(), ' ');
  width_ = line.size();
  print("\r" + line + padding + (last ? "\n" : ""));
}

void Progress::update(const callbacks::Logs& logs) {
  if (verbose_ != 1 || (all_ && done_ >= *all_)) return;
  const auto now = Clock::now();
  if (now - drawn_ < std::chrono::milliseconds(50)) return;
  drawn_ = now;
  draw(logs, false);
}

void Progress::finish(const callbacks::Logs& logs) {
  if (verbose_ == 1) draw(logs, true);
  if (verbose_ == 2) {
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    print(" - " + clock_time(seconds) + values(logs) + "\n");
  }
}

}  // namespace lacuna
