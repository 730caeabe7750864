// One pass of SIMD finds where names, values and lines may end; then each is used in place.
#include "lacuna/data/vw_parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "lacuna/base/utf8.h"
#include "lacuna/data/number.h"
#include "lacuna/features/fingerprint.h"
#include "lacuna/kernels/byte_classes.h"
#include "lacuna/kernels/field_ends.h"

namespace lacuna::data {
namespace {

bool is_between_words(char c) { return c == ' ' || c == '\t'; }

// Takes the next word from the front of a text; empty at the end.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  return word;
}

// text_end: of all text, up to which bytes may be loaded.
bool finite_number(std::string_view word, const char* text_end, double& value) {
  const char* const begin = word.data();
  if (begin + 8 <= text_end)
    if (const int64_t whole = few_digits(begin, word.size()); whole >= 0) {
      value = static_cast<double>(whole);
      return true;
    }
  const char* const end = begin + word.size();
  return !word.empty() && read_number(begin, end, value) == end && std::isfinite(value);
}

}  // namespace

void VwParser::parse(const NumberedText& text, const std::string& path, RowBlock& block) {
  const std::string& all = text.text;
  find_marks(all);
  const size_t lines = kernels::count_lines(all.data(), all.size()) + 1;
  // Each feature stands behind a mark.
  rows_.begin(block, lines, count_, !kernels::is_ascii(all.data(), all.size()) && !is_utf8(all));
  const char* p = base_;
  for (int64_t line = text.first_line; p < end_; ++line) {
    const char* const begin = p;
    const bool blank = is_blank(begin);
    rows_.begin_row();
    bool good = !blank && parse_line(begin);
    while (!at_end_of_line()) ++next_;
    p = base_ + *next_ + 1;
    if (good && up_to_mark(begin).find('\r') != std::string_view::npos)
      good = rows_.fail("a line must end with \\n or \\r\\n, and have no other \\r");
    if (good) rows_.end_row();
    if (!good && !blank) {
      const FieldUse* const failed = rows_.failed();
      block.bad.push_back(
          {path, line, failed ? failed->column->name : "", rows_.reason(), std::string(up_to_mark(begin))});
      rows_.drop_row();
    }
    ++next_;
  }
  rows_.finish();
  block.after = text.after;
}

void VwParser::find_marks(const std::string& all) {
  const size_t needed = all.size() + 1 + kernels::kFieldEndsSlack;
  if (capacity_ < needed) {
    capacity_ = needed + all.size() / 4;
    marks_ = std::make_unique_for_overwrite<uint32_t[]>(capacity_);
  }
  count_ = kernels::word_ends(all.data(), all.size(), ':', '|', marks_.get());
  marks_[count_] = static_cast<uint32_t>(all.size());
  base_ = all.data();
  end_ = base_ + all.size();
  next_ = marks_.get();
}

// The text from there to the next mark. A line may end with \r\n.
std::string_view VwParser::up_to_mark(const char* from) const {
  const char* stop = base_ + *next_;
  if (at_end_of_line() && stop > from && stop[-1] == '\r') --stop;
  return {from, static_cast<size_t>(stop - from)};
}

// The same up to what separates words: a colon is part of it.
std::string_view VwParser::up_to_end_of_word(const char* from) {
  while (at(':')) ++next_;
  return up_to_mark(from);
}

bool VwParser::is_blank(const char* line) const {
  const char* p = line;
  while (p < end_ && is_between_words(*p)) ++p;
  if (p < end_ && *p == '\r') ++p;
  return p == end_ || *p == '\n';
}

bool VwParser::parse_line(const char* line) {
  const uint32_t* const first = next_;
  while (!at_end_of_names()) ++next_;
  const std::string_view front = up_to_mark(line);
  if (!parse_label(front)) {
    next_ = first;
    return false;
  }
  while (at('|'))
    if (!parse_namespace(base_ + *next_++ + 1)) return false;
  return true;
}

// "label importance initial 'tag", of which the first alone must be given. A last word that touches the bar
// is a tag, too.
bool VwParser::parse_label(std::string_view text) {
  const bool touches = !text.empty() && !is_between_words(text.back());
  if (touches) text = text.substr(0, text.find_last_of(" \t") + 1);
  double numbers[] = {0, 1, 0};
  size_t count = 0;
  for (std::string_view word = take_word(text); !word.empty(); word = take_word(text)) {
    if (!touches && word[0] == '\'' && take_word(text).empty()) break;
    if (count == 0 && !finite_number(word, end_, numbers[0]))
      return rows_.fail("a label must be a finite number", uses_[0]);
    if (count > 2 || !finite_number(word, end_, numbers[count]))
      return rows_.fail("a weight must be a finite number, 0 or more, and an initial prediction may follow",
                        uses_[1]);
    ++count;
  }
  if (count == 0 && labels_)
    return rows_.fail(touches ? "a label must be a finite number, with a blank behind it: else it is a tag"
                              : "a label must be a finite number",
                      uses_[0]);
  return rows_.use_number(*uses_[0], numbers[0]) && rows_.use_number(*uses_[1], numbers[1]);
}

// "name:scale feature:value feature", where the name may be missing.
bool VwParser::parse_namespace(const char* text) {
  const std::string_view name = up_to_mark(text);
  double scale = 1;
  if (at(':')) {
    const char* const from = base_ + *next_++ + 1;
    if (!finite_number(up_to_end_of_word(from), end_, scale))
      return rows_.fail("the scale of a namespace must be a finite number");
  }
  if (const FieldUse* const use = use_of(name)) return parse_features(*use, name, scale);
  while (!at_end_of_names()) ++next_;
  return true;
}

bool VwParser::parse_features(const FieldUse& use, std::string_view name, double scale) {
  if (!rows_.is_word(name)) return rows_.fail(RowWriter::kBrokenWord, &use);
  const uint64_t of_name = together_ && !name.empty() ? features::fingerprint(name) : 0;
  together_name_.assign(name).append("^");
  while (!at_end_of_names()) {
    const std::string_view feature = up_to_mark(base_ + *next_++ + 1);
    if (!rows_.is_word(feature)) return rows_.fail(RowWriter::kBrokenWord, &use);
    double value = 1;
    if (at(':')) {
      if (feature.empty()) return rows_.fail("a feature must have a name", &use);
      const char* const from = base_ + *next_++ + 1;
      if (!finite_number(up_to_end_of_word(from), end_, value))
        return rows_.fail("the value of a feature must be a finite number", &use);
    } else if (feature.empty()) {
      continue;
    }
    const auto single = static_cast<float>(value * scale);
    if (!std::isfinite(single)) return rows_.fail("the value of a feature must be finite in float32", &use);
    if (single != 0) rows_.put(use, column_of(use, name, of_name, feature), single);
  }
  return true;
}

// Null: it is not read.
const FieldUse* VwParser::use_of(std::string_view name) const {
  if (together_) return uses_[2];
  const auto found = std::ranges::find_if(uses_.begin() + 2, uses_.end(), [&](const FieldUse* use) {
    return use->column->name == (name.empty() ? kNoName : name);
  });
  return found == uses_.end() ? nullptr : *found;
}

// together: room for "namespace^feature".
[[gnu::always_inline]] inline uint64_t hash_of_feature(std::string_view name, uint64_t of_name,
                                                       std::string_view feature, std::string& together) {
  constexpr size_t kDigits = 18;  // Of any number of 64 bits.
  if (is_digit(feature[0]) && feature.size() <= kDigits && std::ranges::all_of(feature, is_digit)) {
    uint64_t number = 0;
    std::from_chars(feature.data(), feature.data() + feature.size(), number);
    return number + of_name;
  }
  if (name.empty()) return features::fingerprint(feature);
  const size_t size = name.size() + 1 + feature.size();
  if (together.size() < size) together.resize(size);
  std::memcpy(together.data() + name.size() + 1, feature.data(), feature.size());
  return features::fingerprint(std::string_view(together.data(), size));
}

uint64_t vw_hash(std::string_view name, uint64_t of_name, std::string_view feature) {
  std::string together(name);
  together += '^';
  return hash_of_feature(name, of_name, feature, together);
}

[[gnu::always_inline]] inline Dim VwParser::column_of(const FieldUse& use, std::string_view name,
                                                      uint64_t of_name, std::string_view feature) {
  return static_cast<Dim>(use.bins.remainder(
      hash_of_feature(together_ ? name : std::string_view(), of_name, feature, together_name_)));
}

}  // namespace lacuna::data
