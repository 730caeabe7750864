// What datasets of text have in common: their files.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "lacuna/data/byte_source.h"
#include "lacuna/data/fingerprint.h"
#include "lacuna/data/judged_source.h"
#include "lacuna/data/numbered_text.h"

namespace lacuna::data {

// The base of a kind of text. Format is as in JudgedSource, and has
//   void add_settings(Fingerprint&) const: the options that decide what the rows are.
template <class Format>
class TextSource : public JudgedSource<Format> {
 public:
  TextSource(const char* where, const std::vector<std::string>& paths, BadRowOptions bad, size_t readers)
      : JudgedSource<Format>(where, std::move(bad), readers), paths_(files_of(where, paths)) {}

  Fingerprint fingerprint(const char* where) const override {
    Fingerprint result;
    for (const std::string& path : paths_) result.emplace_back(path, fingerprint_of_file(where, path));
    this->add_settings_of_bad_rows(result);
    static_cast<const Format&>(*this).add_settings(result);
    return result;
  }
  const std::vector<std::string>& paths() const { return paths_; }
  bool is_read_anywhere() const override { return std::ranges::all_of(paths_, is_regular); }
  bool repeats(const RowOrder&) const override { return is_read_anywhere(); }

 protected:
  std::vector<std::string> files() const override { return paths_; }
  // A pipe is read by the thread that asked, since only that one can be interrupted while it waits for a
  // writer.
  bool waits() const override { return !is_read_anywhere(); }

 private:
  const std::vector<std::string> paths_;
};

}  // namespace lacuna::data
