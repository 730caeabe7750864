// The loop over lines and fields.
#include "lacuna/data/csv_parser.h"

#include <farmhash.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "lacuna/base/utf8.h"
#include "lacuna/data/number.h"
#include "lacuna/kernels/field_ends.h"

namespace lacuna::data {
namespace {}  // namespace

const char* end_of_line(const char* p, const char* end) {
  const void* found = std::memchr(p, '\n', static_cast<size_t>(end - p));
  return found ? static_cast<const char*>(found) : end;
}

void CsvParser::make_room(const std::string& all, size_t fields, RowBlock& block) {
  // Every field has an end. Lines alone would be too many: a damaged text may have a million blank ones. The
  // last row may be one that is not understood.
  const size_t ends = static_cast<size_t>(last_ - ends_.get()) + 1;
  const size_t rows = std::min(kernels::count_lines(all.data(), all.size()), ends / fields) + 1;
  std::string separators;
  size_t list_items = 0;
  for (const Column& column : layout_.options().columns) {
    if (column.separator == '\0' || separators.find(column.separator) != std::string::npos) continue;
    separators += column.separator;
    list_items += static_cast<size_t>(std::ranges::count(all, column.separator));
  }
  const Schema& schema = layout_.schema();
  block.parts.resize(schema.size());
  for (size_t i = 0; i < schema.size(); ++i) {
    const Spec& spec = schema[i].spec;
    parts_[i] = {};
    if (block.parts[i].storage() != spec.storage) block.parts[i] = Tensor::empty(spec);
    if (spec.storage == Storage::csr) {
      tensor::Csr& csr = block.parts[i].csr();
      const Dim columns = spec.shape[1];
      csr.resize(static_cast<Dim>(rows), columns, rows * layout_.fields_of(i) + list_items, spec.dtype,
                 columns > std::numeric_limits<int32_t>::max() ? DType::int64 : DType::int32);
      parts_[i].values = csr.values<float>().data();
      if (csr.index == DType::int64) csr.indptr.as<int64_t>()[0] = 0;
      else csr.indptr.as<int32_t>()[0] = 0;
      if (csr.index == DType::int64) parts_[i].wide = csr.indices.as<int64_t>().data();
      else parts_[i].narrow = csr.indices.as<int32_t>().data();
    } else {
      Shape shape = spec.shape;
      shape[0] = static_cast<Dim>(rows);
      block.parts[i].dense().resize(shape, spec.dtype);
      if (schema[i].role != Role::input) continue;
      if (spec.dtype == DType::int64) parts_[i].wide = block.parts[i].dense().values<int64_t>().data();
      else parts_[i].narrow = block.parts[i].dense().values<int32_t>().data();
    }
  }
}

void CsvParser::finish(RowBlock& block) {
  const Schema& schema = layout_.schema();
  const auto rows = static_cast<Dim>(rows_);
  for (size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].spec.storage == Storage::csr) {
      tensor::Csr& csr = block.parts[i].csr();
      csr.resize(rows, csr.columns, parts_[i].entries, csr.dtype, csr.index);
    } else {
      tensor::Dense& dense = block.parts[i].dense();
      Shape shape = dense.shape;
      shape[0] = rows;
      dense.resize(shape, dense.dtype);
    }
  }
  block.rows = rows;
}

bool CsvParser::fail(const char* reason, const FieldUse* use) {
  reason_ = reason;
  failed_ = use;
  return false;
}

// Sorts the columns of the last row; those that are named twice are added.
void CsvParser::sort_row(Writer& part) {
  order_.clear();
  for (size_t k = part.row_begin; k < part.entries; ++k)
    order_.emplace_back(part.wide ? part.wide[k] : part.narrow[k], part.values[k]);
  std::ranges::stable_sort(order_, {}, &std::pair<Dim, float>::first);
  part.entries = part.row_begin;
  part.last = -1;
  for (const auto& [id, value] : order_) {
    if (id == part.last) {
      part.values[part.entries - 1] += value;
      continue;
    }
    if (part.wide) part.wide[part.entries] = id;
    else part.narrow[part.entries] = static_cast<int32_t>(id);
    part.values[part.entries++] = value;
    part.last = id;
  }
}

[[gnu::always_inline]] inline void CsvParser::begin_row() {
  for (Writer& part : parts_) {
    part.row_begin = part.entries;
    part.sorted = true;
    part.last = -1;
  }
}

[[gnu::always_inline]] inline void CsvParser::end_row() {
  ++rows_;
  for (size_t i = 0; i < parts_.size(); ++i) {
    Writer& part = parts_[i];
    if (!part.values) continue;
    if (!part.sorted) sort_row(part);
    tensor::Csr& csr = block_->parts[i].csr();
    if (part.wide) {
      csr.indptr.as<int64_t>()[rows_] = static_cast<int64_t>(part.entries);
    } else {
      csr.indptr.as<int32_t>()[rows_] = static_cast<int32_t>(part.entries);
    }
  }
}

[[gnu::always_inline]] inline bool CsvParser::put(const FieldUse& use, Dim id, float value) {
  Writer& part = parts_[use.part];
  id += use.offset;
  if (!part.values) {
    const size_t at = rows_ * layout_.fields_of(use.part) + use.place;
    if (part.wide) part.wide[at] = id;
    else part.narrow[at] = static_cast<int32_t>(id);
    return true;
  }
  part.sorted = part.sorted && id > part.last;
  part.last = id;
  if (part.wide) part.wide[part.entries] = id;
  else part.narrow[part.entries] = static_cast<int32_t>(id);
  part.values[part.entries++] = value;
  return true;
}

[[gnu::always_inline]] inline Dim CsvParser::category(const FieldUse& use, std::string_view word) {
  if (use.words.empty()) {
    const uint64_t hash = util::Fingerprint64(word.data(), word.size());
    return static_cast<Dim>(use.mask ? hash & use.mask : hash % static_cast<uint64_t>(use.width));
  }
  const auto found = use.words.find(word);
  if (found != use.words.end()) return found->second;
  return is_utf8(word) ? 0 : -1;
}

[[gnu::always_inline]] inline bool CsvParser::use_words(const FieldUse& use, std::string_view field) {
  const char separator = use.separator;
  for (;;) {
    const size_t at = separator ? field.find(separator) : std::string_view::npos;
    const std::string_view word = field.substr(0, at);
    if (!separator || !field.empty()) {
      const Dim id = category(use, word);
      if (id < 0) return fail("a word must be valid UTF-8", &use);
      put(use, id);
    }
    if (at == std::string_view::npos) return true;
    field.remove_prefix(at + 1);
  }
}

[[gnu::always_inline]] inline bool CsvParser::use_number(const FieldUse& use, std::string_view field) {
  const Column& column = *use.column;
  const bool categories = use.width > 1;
  if (categories && !field.empty() && field.size() <= 4) {  // Most numbers are small and whole.
    size_t whole = 0;
    bool digits = true;
    for (const char c : field) {
      digits = digits && is_digit(c);
      whole = whole * 10 + static_cast<size_t>(static_cast<unsigned char>(c - '0'));
    }
    if (digits && use.bucket_of_small(whole) >= 0) return put(use, use.bucket_of_small(whole));
  }
  double value = 0;
  if (field.empty()) {
    if (!column.missing)
      return categories ? put(use, 0)
                        : fail("a number must be given, unless `missing` says what it counts as", &use);
    value = *column.missing;
  } else if (const char* const end = field.data() + field.size();
             read_number(field.data(), end, value) != end) {
    return fail("a number must be finite, and nothing else", &use);
  }
  if (!categories) {
    const auto single = static_cast<float>(use.transformed(value));
    if (!std::isfinite(single)) return fail("a number must be finite in float32, after its transform", &use);
    return put(use, 0, single);
  }
  const Dim bucket = use.bucket(value);
  if (bucket < 0) return fail("a number must have a finite transform", &use);
  return put(use, bucket);
}

[[gnu::always_inline]] inline bool CsvParser::use_field(const FieldUse& use, std::string_view field) {
  const char* const end = field.data() + field.size();
  switch (use.kind) {
    case Column::Kind::category:
      return use_words(use, field);
    case Column::Kind::number:
      return use_number(use, field);
    case Column::Kind::label: {
      float value = 0;
      if (field.empty() || read_number(field.data(), end, value) != end)
        return fail("a label must be a finite number", &use);
      block_->parts[use.part].dense().values<float>()[rows_] = value;
      return true;
    }
    case Column::Kind::sample_weight: {
      double value = 0;
      if (field.empty() || read_number(field.data(), end, value) != end || value < 0)
        return fail("a weight must be a finite number, 0 or more", &use);
      block_->parts[use.part].dense().values<double>()[rows_] = value;
      return true;
    }
    case Column::Kind::query_id: {
      int64_t value = 0;
      const auto [stop, error] = std::from_chars(field.data(), end, value);
      if (error != std::errc{} || stop != end)
        return fail("a query id must be a whole number of 64 bits", &use);
      block_->parts[use.part].dense().values<int64_t>()[rows_] = value;
      return true;
    }
    case Column::Kind::ignored:
      return true;
  }
  return true;
}

// The quoted field at p, without its quotes. False if they do not close in the line and at the end of the
// field.
bool CsvParser::unquote(const char* p, const char* base, const char* end) {
  const char quote = layout_.options().quote;
  unquoted_.clear();
  for (++p; p < end && *p != '\n'; ++p) {
    if (*p == quote && (p + 1 == end || p[1] != quote)) break;
    if (*p == quote) ++p;
    unquoted_ += *p;
  }
  if (p == end || *p != quote) return false;
  ++p;
  while (base + *next_ < p) ++next_;
  const char* const stop = base + *next_;
  return p == stop || (*p == '\r' && p + 1 == stop && (stop == end || *stop == '\n'));
}

bool CsvParser::parse_row(const CsvText& text, const char*& p) {
  const std::string& all = text.text.text;
  const char* const base = all.data();
  const char* const end = base + all.size();
  const char quote = layout_.options().quote;
  const size_t count = text.uses.size();
  for (size_t i = 0; i < count; ++i) {
    const FieldUse* const use = text.uses[i];
    const bool quoted = quote && p < end && *p == quote;
    if (quoted && !unquote(p, base, end))
      return fail("a quote must close at the end of its field, in its line", use);
    const char* const stop = base + *next_;
    const bool last = stop == end || *stop == '\n';
    std::string_view value =
        quoted ? std::string_view(unquoted_) : std::string_view(p, static_cast<size_t>(stop - p));
    if (last != (i + 1 == count))
      return fail(last ? "a line must have a field for each column; it has too few"
                       : "a line must have a field for each column; it has too many");
    if (last && !quoted && value.ends_with('\r')) value.remove_suffix(1);
    if (use && !use_field(*use, value)) return false;
    p = stop + 1;
    ++next_;
  }
  return true;
}

void CsvParser::parse(const CsvText& text, RowBlock& block) {
  block_ = &block;
  block.bad.clear();
  const std::string& all = text.text.text;
  find_ends(all);
  make_room(all, text.uses.size(), block);
  rows_ = 0;
  const char* p = all.data();
  const char* const end = p + all.size();
  next_ = ends_.get();
  for (int64_t line = text.text.first_line; p < end; ++line) {
    const char* const begin = p;
    const bool blank = *p == '\n' || (*p == '\r' && (p + 1 == end || p[1] == '\n'));
    if (blank && text.uses.size() > 1) {
      p = all.data() + *next_++ + 1;
      continue;
    }
    begin_row();
    if (parse_row(text, p)) {
      end_row();
      continue;
    }
    while (*next_ < all.size() && all[*next_] != '\n') ++next_;
    p = all.data() + *next_++;
    std::string_view whole(begin, static_cast<size_t>(p++ - begin));
    if (whole.ends_with('\r')) whole.remove_suffix(1);
    block.bad.push_back(
        {*text.path, line, failed_ ? failed_->column->name : "", reason_, std::string(whole)});
    for (Writer& part : parts_) part.entries = part.row_begin;
  }
  finish(block);
}

// Where the fields end, if quotes are ignored; the end of the text is the last.
void CsvParser::find_ends(const std::string& all) {
  if (capacity_ <= all.size()) {
    capacity_ = all.size() + all.size() / 4 + 1;
    ends_ = std::make_unique_for_overwrite<uint32_t[]>(capacity_);
  }
  const size_t count = kernels::field_ends(all.data(), all.size(), layout_.options().delimiter, ends_.get());
  last_ = ends_.get() + count;
  *last_ = static_cast<uint32_t>(all.size());
}

std::vector<std::string> fields_of_line(std::string_view line, char delimiter, char quote) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::vector<std::string> fields(1);
  bool inside = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const bool begins = i == 0 || line[i - 1] == delimiter;
    if (quote && line[i] == quote && (inside || begins)) {
      if (inside && i + 1 < line.size() && line[i + 1] == quote) fields.back() += line[++i];
      else inside = !inside;
    } else if (!inside && line[i] == delimiter) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

}  // namespace lacuna::data
