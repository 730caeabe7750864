// Reads files one after another, and counts their lines.
#include "lacuna/data/numbered_text.h"

#include <glob.h>

#include <algorithm>
#include <new>

#include "lacuna/base/error.h"
#include "lacuna/data/row_place.h"
#include "lacuna/kernels/field_ends.h"

namespace lacuna::data {
namespace {
// So that a file that is no text at all does not take all memory, and places in a block fit 32 bits.
constexpr size_t kLongestLine = size_t{1} << 28;
}  // namespace

std::vector<std::string> files_of(const char* where, const std::vector<std::string>& patterns) {
  LACUNA_REQUIRE(!patterns.empty(), where, ": there must be a file. Received: paths=[].");
  std::vector<std::string> files;
  for (const std::string& pattern : patterns) {
    if (pattern.find_first_of("*?[") == std::string::npos) {
      files.push_back(pattern);
      continue;
    }
    struct Found {
      glob_t found{};
      ~Found() { globfree(&found); }
    } found;
    const int failed = glob(pattern.c_str(), GLOB_ERR, nullptr, &found.found);
    if (failed == GLOB_NOSPACE) throw std::bad_alloc();
    LACUNA_REQUIRE(failed != GLOB_ABORTED, where, ": the folders must be readable. Received: path='", pattern,
                   "'.");
    if (failed == GLOB_NOMATCH) {  // A name may hold such a character itself; if not, the error names it.
      files.push_back(pattern);
      continue;
    }
    files.insert(files.end(), found.found.gl_pathv, found.found.gl_pathv + found.found.gl_pathc);
  }
  return files;
}

void NumberedTexts::go_to(RowPlace place) {
  line_ = take_last(where_, place);
  at_ = static_cast<uint64_t>(take_last(where_, place));
  opened_ = static_cast<size_t>(take_last(where_, place));
  require_place(where_, place.empty() && opened_ < paths_.size() && line_ > 0);
  blocks_.emplace(paths_[opened_++], where_, kLongestLine, at_);
}

bool NumberedTexts::next(NumberedText& to) {
  for (;;) {
    if (!blocks_) {
      if (opened_ == paths_.size()) return false;
      blocks_.emplace(paths_[opened_++], where_, kLongestLine);
      line_ = 1;
      at_ = 0;
    }
    std::string_view block = blocks_->next();
    if (block.empty()) {
      blocks_.reset();
      continue;
    }
    at_ += block.size();
    if (line_ == 1 && block.starts_with("\xEF\xBB\xBF")) block.remove_prefix(3);  // A byte order mark.
    to.text.assign(block);
    to.file = opened_ - 1;
    to.first_line = line_;
    line_ += static_cast<int64_t>(kernels::count_lines(block.data(), block.size()));
    to.after.assign({static_cast<int64_t>(to.file), static_cast<int64_t>(at_), line_});
    return true;
  }
}

}  // namespace lacuna::data
