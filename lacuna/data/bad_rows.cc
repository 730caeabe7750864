// The words about bad rows, and their count.
#include "lacuna/data/bad_rows.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"
#include "lacuna/data/bad_row_judge.h"

namespace lacuna::data {
namespace {
constexpr size_t kShownBytes = 60, kKeptRows = 20;
constexpr double kFewRows = 10'000;
}  // namespace

std::string BadRow::what() const {
  std::string shown;
  for (const char c : std::string_view(text).substr(0, kShownBytes))
    shown += c >= ' ' && c <= '~' ? c : '?';  // A message is text, whatever the file holds.
  return lacuna::text(
      reason, ", in ", column.empty() ? "" : lacuna::text("column '", column, "' of "),
      path.empty() ? lacuna::text("row ", line) : lacuna::text("line ", line, " of ", shown_utf8(path)),
      ": '", shown, text.size() > kShownBytes ? "…'" : "'");
}

BadRowJudge::BadRowJudge(const char* where, const BadRowOptions& options,
                         const std::vector<std::string>& sources, const BadRowReport& before)
    : where_(where), options_(options), report_(before) {
  if (options.rejects.empty()) return;
  for (const std::string& source : sources) {
    std::error_code unknown;
    LACUNA_REQUIRE(!std::filesystem::equivalent(source, checked_path(where, options.rejects), unknown), where,
                   ": rejects must be another file than those that are read. Received: rejects='",
                   shown_utf8(options.rejects), "'.");
  }
  rejects_.reset(std::fopen(options.rejects.c_str(), "wbe"));
  if (!rejects_) path_failed(where, "rejects must be a file that can be written", options.rejects, errno);
}

void BadRowJudge::judge(const RowBlock& block) {
  report_.rows += block.rows + static_cast<int64_t>(block.bad.size());
  report_.bad += static_cast<int64_t>(block.bad.size());
  for (const BadRow& row : block.bad) {
    if (options_.on_bad == OnBad::raise)
      throw InvalidArgument(
          where_, ": each row must be understood, or on_bad='skip' be given. Received: ", row.what(), ".");
    if (report_.first.size() < kKeptRows) report_.first.push_back(row);
    if (rejects_) reject(row);
  }
  const double most = options_.max_bad * std::max(kFewRows, static_cast<double>(report_.rows));
  LACUNA_REQUIRE(static_cast<double>(report_.bad) <= most, where_,
                 ": at most max_bad of the rows may be bad. Received: ", report_.bad, " bad rows of ",
                 report_.rows, ", max_bad=", options_.max_bad,
                 report_.first.empty() ? "" : text("; the first: ", report_.first.front().what()), ".");
}

void BadRowJudge::reject(const BadRow& row) {
  std::fwrite(row.text.data(), 1, row.text.size(), rejects_.get());
  std::fputc('\n', rejects_.get());
}

BadRowReport BadRowJudge::finish() {
  if (rejects_) {
    const bool written = std::fflush(rejects_.get()) == 0 && !std::ferror(rejects_.get());
    if (!written) path_failed(where_, "rejects must be a file that can be written", options_.rejects, errno);
    rejects_.reset();
  }
  return std::move(report_);
}

}  // namespace lacuna::data
