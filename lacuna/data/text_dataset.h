// What datasets of text have in common: their files.
#pragma once
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/data/byte_input.h"
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
    for (const std::string& path : paths_)
      result.emplace_back(path, is_pipe(path) ? "a pipe, " + alone_ : fingerprint_of_file(where, path));
    this->add_settings_of_bad_rows(result);
    static_cast<const Format&>(*this).add_settings(result);
    return result;
  }
  bool once() const override { return std::ranges::any_of(paths_, is_pipe); }
  const std::vector<std::string>& paths() const { return paths_; }
  bool is_read_anywhere() const override { return true; }
  bool repeats(const RowOrder&) const override { return has_places(); }

 protected:
  std::vector<std::string> files() const override { return paths_; }
  bool has_places() const override { return std::ranges::all_of(paths_, is_regular); }

 private:
  void begin_pass(const char* where) const override {
    LACUNA_REQUIRE(!once() || !piped_.exchange(true), where,
                   ": a pipe can be read once; pack or cache its dataset for more passes. Received: a second "
                   "pass of '",
                   shown_utf8(*std::ranges::find_if(paths_, is_pipe)), "'.");
  }

  const std::vector<std::string> paths_;
  const std::string alone_ = unlike_all_others();
  mutable std::atomic<bool> piped_ = false;  // A pass was begun.
};

}  // namespace lacuna::data
