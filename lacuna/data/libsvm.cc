// Reader of libsvm text. Colons and lines are counted first, so that the result is written where it stays.
#include "lacuna/data/libsvm.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "lacuna/base/interrupt.h"

namespace lacuna::data {
namespace {

size_t count(std::string_view text, char c) {
  size_t total = 0;
  for (size_t i = 0; i < text.size();) {
    uint8_t part = 0;  // 8-bit counts are as many lanes as there are bytes in a vector.
    const size_t stop = std::min(text.size(), i + 255);
    for (; i < stop; ++i) part = static_cast<uint8_t>(part + (text[i] == c));
    total += part;
  }
  return total;
}

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Reads a finite number at p and moves p behind it; false if there is none.
template <class T>
bool read_number(const char*& p, const char* stop, T& result) {
  constexpr double kTens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  bool negative = false;
  if (p < stop && (*p == '-' || *p == '+')) negative = *p++ == '-';
  const char* const first = p;
  uint64_t whole = 0;
  for (; p < stop && is_digit(*p); ++p) whole = whole * 10 + static_cast<uint64_t>(*p - '0');
  auto digits = p - first;
  std::ptrdiff_t decimals = 0;
  if (p < stop && *p == '.') {
    const char* const point = p++;
    for (; p < stop && is_digit(*p); ++p) whole = whole * 10 + static_cast<uint64_t>(*p - '0');
    decimals = p - point - 1;
    digits += decimals;
  }
  if (digits == 0) return false;  // inf and nan too.
  double value = 0;
  if (digits <= 19 && whole <= uint64_t{1} << 53 && (p == stop || (*p != 'e' && *p != 'E'))) {
    value = static_cast<double>(whole) / kTens[decimals];  // Both exact, so this is the nearest double.
  } else {
    const auto [end, error] = std::from_chars(first, stop, value);
    if (error == std::errc::result_out_of_range) {  // Says neither whether it is too large or too small.
      if (std::string_view(first, static_cast<size_t>(end - first)).find('-') == std::string_view::npos)
        return false;
      value = 0;
    }
    if (value > static_cast<double>(std::numeric_limits<T>::max())) return false;
    p = end;
  }
  result = static_cast<T>(negative ? -value : value);
  return true;
}

// I: of indices; T: of values and labels.
template <class I, class T>
class Parser {
 public:
  Parser(std::string_view text, size_t colons, const LibsvmOptions& options, const char* where,
         const std::string& name)
      : text_(text), options_(options), where_(where), name_(name) {
    const size_t lines = count(text, '\n') + 1;
    const auto most_rows = static_cast<Dim>(lines);
    data_.x.resize(most_rows, 0, colons, dtype_of<T>(), dtype_of<I>());
    values_ = data_.x.template values<T>().data();
    indices_ = data_.x.indices.template as<I>().data();
    indptr_ = data_.x.indptr.template as<I>().data();
    indptr_[0] = 0;
    data_.y.resize({options.multilabel ? 0 : most_rows}, dtype_of<T>());
    data_.labels.resize({options.multilabel ? most_rows + static_cast<Dim>(count(text, ',')) : 0},
                        dtype_of<T>());
    data_.label_ptr.resize({options.multilabel ? most_rows + 1 : 0}, DType::int64);
    if (options.multilabel) data_.label_ptr.template values<int64_t>()[0] = 0;
    data_.qid.resize({options.query_id ? most_rows : 0}, DType::int64);
    labels_ = (options.multilabel ? data_.labels : data_.y).template values<T>().data();
  }

  // False if I is too narrow.
  bool parse() {
    const char* p = text_.data();
    const char* const end = p + text_.size();
    while (p < end) {
      if (++line_ % 4096 == 0) poll_interrupt();
      const auto* stop = static_cast<const char*>(std::memchr(p, '\n', static_cast<size_t>(end - p)));
      if (!stop) stop = end;
      const auto* comment = static_cast<const char*>(std::memchr(p, '#', static_cast<size_t>(stop - p)));
      if (!parse_line(p, comment ? comment : stop)) return false;
      p = stop + 1;
    }
    return true;
  }

  LibsvmData finish() {
    const bool from_zero =
        options_.zero_based == ZeroBased::yes || (options_.zero_based == ZeroBased::automatic && names_zero_);
    const Dim base = from_zero ? 0 : 1;
    tensor::Csr& x = data_.x;
    x.rows = static_cast<Dim>(rows_);
    x.columns = options_.n_features;
    const Dim named = largest_ + 1 - base;
    if (entries_ && options_.n_features == 0) x.columns = named;
    require(!entries_ || named <= x.columns, where_, ": columns must be within n_features. Received: column ",
            largest_, " in line ", largest_line_, " of ", name_, ", n_features=", options_.n_features,
            from_zero ? ", and the first column is 0." : ", and the first column is 1.");
    // Smaller buffers keep what they hold; the pages behind it were never touched.
    x.data.resize(entries_ * sizeof(T));
    x.indices.resize(entries_ * sizeof(I));
    x.indptr.resize((rows_ + 1) * sizeof(I));
    if (base)
      for (size_t k = 0; k < entries_; ++k) --indices_[k];
    const auto rows = static_cast<Dim>(rows_);
    if (options_.multilabel) {
      data_.labels.resize({static_cast<Dim>(label_count_)}, dtype_of<T>());
      data_.label_ptr.resize({rows + 1}, DType::int64);
    } else {
      data_.y.resize({rows}, dtype_of<T>());
    }
    if (options_.query_id) data_.qid.resize({rows}, DType::int64);
    return std::move(data_);
  }

 private:
  bool parse_line(const char* p, const char* stop) {
    skip_blanks(p, stop);
    if (p == stop) return true;
    read_labels(p, stop);
    read_query(p, stop);
    const size_t begin = entries_;
    int64_t previous = -1;
    bool sorted = true;
    for (skip_blanks(p, stop); p < stop; skip_blanks(p, stop)) {
      const char* const token = p;
      uint64_t column = 0;
      for (; p < stop && is_digit(*p); ++p) column = column * 10 + static_cast<uint64_t>(*p - '0');
      if (p == token || p == stop || *p != ':' || p - token > 19 ||
          column >= std::numeric_limits<int64_t>::max())
        fail("a feature must be column:value with a column that is a whole number", token, stop);
      ++p;
      if (!read_number(p, stop, values_[entries_]) || !at_end(p, stop))
        fail(
            sizeof(T) == 4 ? "a value must be a finite number in float32" : "a value must be a finite number",
            token, stop);
      // One less than I holds, so that the number of columns fits too.
      if (column >= static_cast<uint64_t>(std::numeric_limits<I>::max())) return false;
      const auto id = static_cast<int64_t>(column);
      if (id == 0) {
        if (options_.zero_based == ZeroBased::no)
          fail("columns must be 1 or more, since zero_based is no", token, stop);
        names_zero_ = true;
      }
      if (id > largest_) largest_ = id, largest_line_ = line_;
      sorted &= id > previous;
      previous = id;
      indices_[entries_++] = static_cast<I>(column);
    }
    if (!sorted) sort_row(begin);
    indptr_[++rows_] = static_cast<I>(entries_);
    return true;
  }

  void read_labels(const char*& p, const char* stop) {
    const char* const token = p;
    const char* end = p;
    while (end < stop && !is_blank(*end)) ++end;
    if (!options_.multilabel) {
      if (!read_number(p, end, labels_[rows_]) || p != end)
        fail(std::find(token, end, ',') != end ? "a line must start with one label, unless multilabel is set"
                                               : "a line must start with a label, a finite number",
             token, stop);
      return;
    }
    if (std::find(token, end, ':') == end)  // Else a line without labels.
      for (;; ++p) {
        if (!read_number(p, end, labels_[label_count_++]) || (p < end && *p != ','))
          fail("labels must be finite numbers with commas between them", token, stop);
        if (p == end) break;
      }
    data_.label_ptr.template values<int64_t>()[rows_ + 1] = static_cast<int64_t>(label_count_);
  }

  void read_query(const char*& p, const char* stop) {
    skip_blanks(p, stop);
    const char* const token = p;
    if (!std::string_view(p, static_cast<size_t>(stop - p)).starts_with("qid:")) {
      if (options_.query_id)
        fail("a line must have a qid behind its label, since query_id is set", token, stop);
      return;
    }
    int64_t id = 0;
    const auto [end, error] = std::from_chars(p + 4, stop, id);
    if (error != std::errc{} || !at_end(end, stop)) fail("a qid must be a whole number", token, stop);
    if (options_.query_id) data_.qid.template values<int64_t>()[rows_] = id;
    p = end;
  }

  void sort_row(size_t begin) {
    order_.clear();
    for (size_t k = begin; k < entries_; ++k) order_.emplace_back(indices_[k], values_[k]);
    std::sort(order_.begin(), order_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (size_t k = 0; k < order_.size(); ++k) {
      if (k && order_[k].first == order_[k - 1].first) {
        const std::string column = std::to_string(order_[k].first);
        fail("a column must not be named twice in a line", column.data(), column.data() + column.size());
      }
      std::tie(indices_[begin + k], values_[begin + k]) = order_[k];
    }
  }

  static void skip_blanks(const char*& p, const char* stop) {
    while (p < stop && is_blank(*p)) ++p;
  }
  static bool at_end(const char* p, const char* stop) { return p == stop || is_blank(*p); }

  [[noreturn]] void fail(const char* what, const char* token, const char* stop) const {
    constexpr size_t kMost = 40;
    std::string shown;
    for (; token < stop && !is_blank(*token) && shown.size() < kMost; ++token)
      shown += *token >= ' ' && *token <= '~' ? *token : '?';  // A message is text, whatever the file is.
    throw InvalidArgument(
        text(where_, ": ", what, ". Received: '", shown, "' in line ", line_, " of ", name_, "."));
  }

  std::string_view text_;
  const LibsvmOptions& options_;
  const char* where_;
  const std::string& name_;
  LibsvmData data_{};
  T *values_ = nullptr, *labels_ = nullptr;
  I *indices_ = nullptr, *indptr_ = nullptr;
  size_t line_ = 0, rows_ = 0, entries_ = 0, label_count_ = 0, largest_line_ = 0;
  int64_t largest_ = 0;
  bool names_zero_ = false;
  std::vector<std::pair<I, T>> order_{};
};

LibsvmData parse(std::string_view text, const LibsvmOptions& options, const char* where,
                 const std::string& name) {
  require(options.n_features >= 0, where,
          ": n_features must not be negative. Received: n_features=", options.n_features, ".");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // A mark that some editors put first.
  return with_float(where, options.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr Dim kInt32 = std::numeric_limits<int32_t>::max();
    const size_t colons = count(text, ':');
    if (options.n_features <= kInt32 && colons <= static_cast<size_t>(kInt32)) {
      Parser<int32_t, T> parser(text, colons, options, where, name);
      if (parser.parse()) return parser.finish();
    }
    Parser<int64_t, T> parser(text, colons, options, where, name);
    parser.parse();
    return parser.finish();
  });
}

std::string read_file(const std::string& path, const char* where) {
  const auto close = [](gzFile file) { gzclose(file); };
  errno = 0;
  const std::unique_ptr<gzFile_s, decltype(close)> file(gzopen(path.c_str(), "rb"), close);
  require(file != nullptr, where, ": the file must be readable. Received: path='", path, "' (",
          std::strerror(errno), ").");
  gzbuffer(file.get(), 1 << 18);
  std::error_code unknown;
  const auto bytes = std::filesystem::file_size(path, unknown);
  std::string text;
  text.resize(std::max<size_t>(unknown ? 0 : bytes + 1, 1 << 16));
  for (size_t used = 0;;) {
    if (used == text.size()) text.resize(2 * used);
    const size_t room = std::min<size_t>(text.size() - used, 1 << 30);
    const int n = gzread(file.get(), text.data() + used, static_cast<unsigned>(room));
    int error = Z_OK;
    const char* why = gzerror(file.get(), &error);  // Z_BUF_ERROR: the end came early.
    require(n >= 0 && (n > 0 || error == Z_OK), where,
            ": the file must be whole and readable. Received: path='", path, "' (",
            error == Z_ERRNO ? std::strerror(errno) : why, ").");
    used += static_cast<size_t>(n);
    if (n == 0) {
      text.resize(used);
      return text;
    }
  }
}

}  // namespace

LibsvmData load_libsvm(const std::string& path, const LibsvmOptions& options) {
  return parse(read_file(path, "load_libsvm"), options, "load_libsvm", path);
}

LibsvmData parse_libsvm(std::string_view text, const LibsvmOptions& options, const std::string& name) {
  return parse(text, options, "parse_libsvm", name);
}

}  // namespace lacuna::data
