// The loop over lines and fields.
#include "lacuna/data/csv_parser.h"

#include <algorithm>

#include "lacuna/kernels/field_ends.h"

namespace lacuna::data {
namespace {
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
}  // namespace

// The quoted field at p, without its quotes. False if they do not close in the line and at the end of the
// field.
bool CsvParser::unquote(const char* p, const char* base, const char* end) {
  const char quote = options_.quote;
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

// A row without quotes and with all of its fields.
[[gnu::always_inline]] inline bool CsvParser::parse_usual_row(const CsvText& text, const char*& p) {
  const std::string& all = text.text.text;
  const char* const base = all.data();
  uint32_t& stop = ends_[*line_];
  // The end of a line that ends with \r\n is there while it is parsed.
  const uint32_t line_end = stop;
  if (stop > 0 && all[stop - 1] == '\r' && base + stop > p) --stop;
  const bool good = runs_.use(rows_, base, p, base + all.size(), next_);
  stop = line_end;
  if (!good) return false;
  p = base + line_end + 1;
  next_ = ends_.get() + *line_ + 1;
  return true;
}

bool CsvParser::parse_row(const CsvText& text, const char*& p) {
  const std::string& all = text.text.text;
  const char* const base = all.data();
  const char* const end = base + all.size();
  const char quote = options_.quote;
  const size_t count = text.uses.size();
  for (size_t i = 0; i < count; ++i) {
    const FieldUse* const use = text.uses[i];
    const bool quoted = quote && p < end && *p == quote;
    if (quoted && !unquote(p, base, end))
      return rows_.fail("a quote must close at the end of its field, in its line", use);
    const char* const stop = base + *next_;
    const bool last = stop == end || *stop == '\n';
    std::string_view value =
        quoted ? std::string_view(unquoted_) : std::string_view(p, static_cast<size_t>(stop - p));
    if (last != (i + 1 == count))
      return rows_.fail(last ? "a line must have a field for each column; it has too few"
                             : "a line must have a field for each column; it has too many");
    if (last && !quoted && value.ends_with('\r')) value.remove_suffix(1);
    if (use && !rows_.use_text(*use, value)) return false;
    p = stop + 1;
    ++next_;
  }
  return true;
}

void CsvParser::begin_block(const std::string& all, size_t fields, RowBlock& block) {
  // Every field has an end. Lines alone would be too many: a damaged text may have a million blank ones. The
  // last row may be one that is not understood.
  const size_t ends = static_cast<size_t>(last_ - ends_.get()) + 1;
  const size_t rows = std::min(lines_in_text_, ends / fields) + 1;
  std::string separators;
  bool of_ascii = is_ascii(options_.delimiter) && is_ascii(options_.quote);
  size_t list_items = 0;
  for (const Column& column : options_.columns) {
    if (column.separator == '\0' || separators.find(column.separator) != std::string::npos) continue;
    separators += column.separator;
    of_ascii = of_ascii && is_ascii(column.separator);
    list_items += kernels::count_byte(all.data(), all.size(), column.separator);
  }
  // What stands between characters of ASCII in valid UTF-8 is valid.
  rows_.begin(block, rows, list_items, beyond_ascii_ && !(of_ascii && is_utf8(all)));
}

void CsvParser::parse(const CsvText& text, RowBlock& block) {
  const std::string& all = text.text.text;
  const size_t fields = text.uses.size();
  find_ends(all);
  begin_block(all, fields, block);
  runs_.set(text.uses, layout_);
  const char* p = all.data();
  const char* const end = p + all.size();
  next_ = ends_.get();
  line_ = lines_.get();
  for (int64_t line = text.text.first_line; p < end; ++line, ++line_) {
    const char* const begin = p;
    const bool blank = *p == '\n' || (*p == '\r' && (p + 1 == end || p[1] == '\n'));
    if (blank && fields > 1) {
      p = all.data() + *next_++ + 1;
      continue;
    }
    rows_.begin_row();
    const bool usual = !quoted_ && ends_.get() + *line_ + 1 == next_ + fields;
    if (usual ? parse_usual_row(text, p) : parse_row(text, p)) {
      rows_.end_row();
      continue;
    }
    next_ = ends_.get() + *line_;
    p = all.data() + *next_++;
    std::string_view whole(begin, static_cast<size_t>(p++ - begin));
    if (whole.ends_with('\r')) whole.remove_suffix(1);
    const FieldUse* const failed = rows_.failed();
    block.bad.push_back(
        {*text.path, line, failed ? failed->column->name : "", rows_.reason(), std::string(whole)});
    rows_.drop_row();
  }
  rows_.finish();
}

// Where the fields and lines end, if quotes are ignored; the end of the text is the last.
void CsvParser::find_ends(const std::string& all) {
  const size_t needed = all.size() + kernels::kFieldEndsSlack;
  if (capacity_ < needed) {
    capacity_ = needed + all.size() / 4;
    ends_ = std::make_unique_for_overwrite<uint32_t[]>(capacity_);
    lines_ = std::make_unique_for_overwrite<uint32_t[]>(capacity_);
  }
  const kernels::FieldEnds seen = kernels::field_ends(all.data(), all.size(), options_.delimiter,
                                                      options_.quote, ends_.get(), lines_.get());
  quoted_ = seen.quoted;
  beyond_ascii_ = seen.beyond_ascii;
  lines_in_text_ = seen.lines;
  last_ = ends_.get() + seen.fields;
  *last_ = static_cast<uint32_t>(all.size());
  lines_[seen.lines] = static_cast<uint32_t>(seen.fields);
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
