// Parses libsvm text in one pass. The size of the result is estimated from the part that was parsed so far.
#include "lacuna/data/libsvm.h"
#include "lacuna/data/bad_line.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/utf8.h"
#include "lacuna/data/growing.h"
#include "lacuna/data/libsvm_parser.h"
#include "lacuna/data/number.h"
#include "lacuna/data/text_blocks.h"

namespace lacuna::data {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

constexpr uint64_t kMostColumns = std::numeric_limits<int64_t>::max();

// I: the type of indices; T: of values and labels.
template <class I, class T>
class Parser {
 public:
  Parser(const LibsvmOptions& options, const char* where) : options_(options), where_(where) {
    more_entries();
    more_rows();
    more_labels();  // New memory is 0, so the first row pointers are too.
  }

  // Continues where a parser with narrower indices had to stop.
  template <class Narrow>
  explicit Parser(Parser<Narrow, T>&& narrow)
      : options_(narrow.options_),
        where_(narrow.where_),
        name_(std::move(narrow.name_)),
        kept_values_(std::move(narrow.kept_values_)),
        kept_labels_(std::move(narrow.kept_labels_)),
        kept_label_ptr_(std::move(narrow.kept_label_ptr_)),
        kept_qid_(std::move(narrow.kept_qid_)),
        line_(narrow.line_),
        rows_(narrow.rows_),
        entries_(narrow.entries_),
        label_count_(narrow.label_count_),
        largest_line_(narrow.largest_line_),
        largest_(narrow.largest_),
        largest_name_(std::move(narrow.largest_name_)),
        names_zero_(narrow.names_zero_),
        share_(narrow.share_before_) {
    more_entries();
    more_rows();
    more_labels();
    std::copy_n(narrow.indices_, entries_, indices_);
    std::copy_n(narrow.indptr_, rows_ + 1, indptr_);
  }

  // Begins a text of this name, at its first line.
  void begin(const std::string& name) {
    name_ = name;
    line_ = 0;
  }

  // Parses whole lines from p on and moves p to the end. If I is too narrow for a line, stops with p at that
  // line and returns false. share: the part of all text that ends with this block.
  bool parse(const char*& p, const char* end, double share) {
    block_ = p;
    end_ = end;
    share_before_ = share_;
    share_ = share;
    while (p < end) {
      if (++line_ % 4096 == 0) poll_interrupt();
      line_begin_ = p;
      const size_t entries = entries_, labels = label_count_;
      const char* stop = parse_line(p);
      if (!stop) {
        entries_ = entries, label_count_ = labels, --line_;
        return false;
      }
      if (stop < end && *stop == '#')
        stop = static_cast<const char*>(std::memchr(stop, '\n', static_cast<size_t>(end - stop)));
      p = stop && stop < end ? stop + 1 : end;
    }
    return true;
  }

  // Begins anew, in the same memory.
  void restart() {
    line_ = rows_ = entries_ = label_count_ = largest_line_ = 0;
    largest_ = 0;
    names_zero_ = false;
    share_before_ = share_ = 0;
  }

  LibsvmData finish() {
    LibsvmData data;
    describe(data.x);
    data.x.data = kept_values_.take(entries_);
    data.x.indices = kept_indices_.take(entries_);
    data.x.indptr = kept_indptr_.take(rows_ + 1);
    const bool many = options_.multilabel;
    const size_t labels = many ? label_count_ : rows_;
    tensor::Dense kept{dtype_of<T>(), {static_cast<Dim>(labels)}, kept_labels_.take(labels)};
    const tensor::Dense none{dtype_of<T>(), {0}};
    data.y = many ? none : kept;
    data.labels = many ? kept : none;
    data.label_ptr = whole_numbers(kept_label_ptr_, many ? rows_ + 1 : 0);
    data.qid = whole_numbers(kept_qid_, options_.query_id ? rows_ : 0);
    return data;
  }

  // Copies the rows, of one label each, and keeps its memory: new pages for each block would cost more than
  // that.
  void copy_to(LibsvmData& data) {
    describe(data.x);
    copy_values(values_, entries_, data.x.data);
    copy_values(indices_, entries_, data.x.indices);
    copy_values(indptr_, rows_ + 1, data.x.indptr);
    copy_values(labels_, rows_, data.y.data);
    data.y.dtype = dtype_of<T>();
    data.y.shape = {static_cast<Dim>(rows_)};
    const size_t queries = options_.query_id ? rows_ : 0;
    copy_values(qid_, queries, data.qid.data);
    data.qid.dtype = DType::int64;
    data.qid.shape = {static_cast<Dim>(queries)};
  }

 private:
  template <class, class>
  friend class Parser;

  // All of the matrix but its arrays. Throws if a column is beyond n_features.
  void describe(tensor::Csr& x) {
    const bool from_zero =
        options_.zero_based == ZeroBased::yes || (options_.zero_based == ZeroBased::automatic && names_zero_);
    const Dim base = from_zero ? 0 : 1;
    x.dtype = dtype_of<T>();
    x.index = dtype_of<I>();
    x.rows = static_cast<Dim>(rows_);
    x.columns = options_.n_features;
    const Dim named = largest_ + 1 - base;
    if (entries_ && options_.n_features == 0) x.columns = named;
    if (entries_ && named > x.columns) {
      const std::string first = from_zero ? ", and the first column is 0" : ", and the first column is 1";
      throw BadLine(
          text(where_, ": columns must be within n_features. Received: column ", largest_, " in line ",
               largest_line_, " of ", shown_utf8(largest_name_), ", n_features=", options_.n_features, first,
               "."),
          text("columns must be within n_features=", options_.n_features, first, ", and not ", largest_));
    }
    if (from_zero && first_)
      for (size_t k = 0; k < entries_; ++k) ++indices_[k];
  }
  template <class V>
  static void copy_values(const V* from, size_t count, Buffer& to) {
    to.resize(count * sizeof(V));
    if (count) std::memcpy(to.data(), from, count * sizeof(V));
  }

  // The new capacity of a full buffer: what the whole text needs if the rest of it is like the part so far.
  size_t places(size_t used) const {
    const double in_block =
        end_ == block_ ? 0 : static_cast<double>(line_begin_ - block_) / static_cast<double>(end_ - block_);
    const double share = share_before_ + (share_ - share_before_) * in_block;
    const double whole = share > 0 ? 1.05 * static_cast<double>(used) / share : 0;
    const double most = 64 * static_cast<double>(used);  // The first line may be unlike all others.
    return std::max({size_t{4096}, used + used / 2, static_cast<size_t>(std::min(whole, most))});
  }
  void more_entries() {
    entry_places_ = places(entries_);
    values_ = kept_values_.reserve(entry_places_);
    indices_ = kept_indices_.reserve(entry_places_);
  }
  void more_rows() {
    row_places_ = places(rows_);
    indptr_ = kept_indptr_.reserve(row_places_ + 1);
    if (options_.multilabel) label_ptr_ = kept_label_ptr_.reserve(row_places_ + 1);
    else labels_ = kept_labels_.reserve(row_places_);
    if (options_.query_id) qid_ = kept_qid_.reserve(row_places_);
  }
  void more_labels() {
    if (!options_.multilabel) return;
    label_places_ = places(label_count_);
    labels_ = kept_labels_.reserve(label_places_);
  }
  static tensor::Dense whole_numbers(Growing<int64_t>& from, size_t count) {
    return {DType::int64, {static_cast<Dim>(count)}, from.take(count)};
  }

  // Parses from p up to the end of the line or its comment, and returns that place. Null if I is too narrow.
  const char* parse_line(const char* p) {
    p = skip_blanks(p);
    if (at_stop(p)) return p;
    if (rows_ == row_places_) more_rows();
    p = read_query(read_labels(p));
    const char* const end = end_;
    I* indices = indices_;  // Members would be reloaded at every entry.
    T* values = values_;
    size_t k = entries_, places = entry_places_;
    const size_t begin = k;
    const auto first = static_cast<I>(first_);
    int64_t previous = -1, largest = -1;
    bool sorted = true;
    for (;;) {
      if (end - p >= 2 && *p == ' ' && is_digit(p[1])) ++p;  // The usual case.
      else if (p = skip_blanks(p); at_stop(p)) break;
      const char* const token = p;
      uint64_t column = 0;
      p = read_digits(p, end, column);
      const auto digits = static_cast<size_t>(p - token);
      if (digits - 1 >= 19 || p == end || *p != ':' || column >= kMostColumns) [[unlikely]]
        column = long_column(token, p);
      // One less than I holds, so that the number of columns fits too.
      if (column >= static_cast<uint64_t>(std::numeric_limits<I>::max())) return nullptr;
      if (k == places) {
        if (sizeof(I) == 4 && k >= static_cast<size_t>(std::numeric_limits<I>::max()) / 2) return nullptr;
        entries_ = k;
        more_entries();
        indices = indices_, values = values_, places = entry_places_;
      }
      ++p;
      if (end - p >= 2 && is_digit(*p) && (p[1] == ' ' || p[1] == '\n')) {  // Values of one digit.
        values[k] = static_cast<T>(*p++ - '0');
      } else if (p = read_number(p, end, values[k]); !p || !at_end(p)) {
        fail(
            sizeof(T) == 4 ? "a value must be a finite number in float32" : "a value must be a finite number",
            token);
      }
      const auto id = static_cast<int64_t>(column);
      if (id == 0) {
        if (options_.zero_based == ZeroBased::no)
          fail("columns must be 1 or more, since zero_based is no", token);
        names_zero_ = true;
      }
      sorted &= id > previous;
      previous = id;
      largest = std::max(largest, id);
      indices[k++] = static_cast<I>(static_cast<I>(id) - first);
    }
    if (largest > largest_) largest_ = largest, largest_line_ = line_, largest_name_ = name_;
    entries_ = k;
    if (!sorted) sort_row(begin);
    indptr_[++rows_] = static_cast<I>(entries_);
    return p;
  }

  // The column from token up to p, which may have leading zeros. Throws if it is no valid column.
  [[gnu::noinline]] uint64_t long_column(const char* token, const char* p) const {
    if (p == token || p == end_ || *p != ':')
      fail("a feature must be column:value with a column that is a whole number", token);
    uint64_t column = 0;
    const auto [end, error] = std::from_chars(token, p, column);
    if (error != std::errc{} || column >= kMostColumns) fail("a column must be below 2^63 - 1", token);
    return column;
  }

  const char* read_labels(const char* p) {
    const char* const token = p;
    if (!options_.multilabel) {
      p = read_number(p, end_, labels_[rows_]);
      if (p && at_end(p)) return p;
      const char* const end = end_of(token);
      fail(std::find(token, end, ',') != end ? "a line must start with one label, unless multilabel is set"
                                             : "a line must start with a label, a finite number",
           token);
    }
    const char* const end = end_of(token);
    if (std::find(token, end, ':') == end)  // Otherwise the line has no labels.
      for (;; ++p) {
        if (label_count_ == label_places_) more_labels();
        p = read_number(p, end, labels_[label_count_++]);
        if (!p || (p < end && *p != ','))
          fail("labels must be finite numbers with commas between them", token);
        if (p == end) break;
      }
    label_ptr_[rows_ + 1] = static_cast<int64_t>(label_count_);
    return p;
  }

  const char* read_query(const char* p) {
    p = skip_blanks(p);
    const char* const token = p;
    if (!std::string_view(p, static_cast<size_t>(end_ - p)).starts_with("qid:")) {
      if (options_.query_id) fail("a line must have a qid behind its label, since query_id is set", token);
      return p;
    }
    int64_t id = 0;
    const auto [end, error] = std::from_chars(p + 4, end_, id);
    if (error == std::errc::result_out_of_range) fail("a qid must fit 64 bits", token);
    if (error != std::errc{} || !at_end(end)) fail("a qid must be a whole number", token);
    if (options_.query_id) qid_[rows_] = id;
    return end;
  }

  void sort_row(size_t begin) {
    order_.clear();
    for (size_t k = begin; k < entries_; ++k) order_.emplace_back(indices_[k], values_[k]);
    std::sort(order_.begin(), order_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (size_t k = 0; k < order_.size(); ++k) {
      if (k && order_[k].first == order_[k - 1].first) {
        fail("a column must not be named twice in a line",
             std::string_view(std::to_string(order_[k].first + first_)));
      }
      std::tie(indices_[begin + k], values_[begin + k]) = order_[k];
    }
  }

  const char* skip_blanks(const char* p) const {
    while (p < end_ && is_blank(*p)) ++p;
    return p;
  }
  bool at_stop(const char* p) const { return p == end_ || *p == '\n' || *p == '#'; }
  bool at_end(const char* p) const { return at_stop(p) || is_blank(*p); }
  const char* end_of(const char* token) const {
    while (!at_end(token)) ++token;
    return token;
  }

  [[noreturn]] void fail(const char* what, const char* token) const {
    fail(what, std::string_view(token, static_cast<size_t>(end_of(token) - token)));
  }
  [[noreturn]] void fail(const char* what, std::string_view token) const {
    constexpr size_t kMost = 40;
    std::string shown;
    for (const char c : token.substr(0, kMost))
      shown += c >= ' ' && c <= '~' ? c : '?';  // A message is text, whatever the file holds.
    throw BadLine(
        text(where_, ": ", what, ". Received: '", shown, "' in line ", line_, " of ", shown_utf8(name_), "."),
        what);
  }

  const LibsvmOptions& options_;
  const char* where_;
  std::string name_{};                        // Of the text that is read.
  Growing<T> kept_values_{}, kept_labels_{};  // Labels: one a row, or with multilabel all of them.
  Growing<I> kept_indices_{}, kept_indptr_{};
  Growing<int64_t> kept_label_ptr_{}, kept_qid_{};
  T *values_ = nullptr, *labels_ = nullptr;
  I *indices_ = nullptr, *indptr_ = nullptr;
  int64_t *label_ptr_ = nullptr, *qid_ = nullptr;
  size_t line_ = 0, rows_ = 0, entries_ = 0, label_count_ = 0, largest_line_ = 0;
  int64_t largest_ = 0;
  std::string largest_name_{};
  bool names_zero_ = false;
  size_t entry_places_ = 0, row_places_ = 0, label_places_ = 0;
  const char *block_ = nullptr, *end_ = nullptr, *line_begin_ = nullptr;  // The current block.
  double share_before_ = 0, share_ = 0;                                   // Of all text, before and with it.
  // The number of the first column, as long as no column 0 was seen.
  const int64_t first_ = options_.zero_based == ZeroBased::yes ? 0 : 1;
  std::vector<std::pair<I, T>> order_{};
};

// A text in memory, as one block.
class InMemory {
 public:
  InMemory(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  bool next_text() { return std::exchange(more_, false); }
  const std::string& name() const { return name_; }
  std::string_view next() { return std::exchange(text_, {}); }
  double share() const { return 1; }

 private:
  std::string_view text_;
  const std::string& name_;
  bool more_ = true;
};

// The texts of several files, one after another.
class InFiles {
 public:
  InFiles(const std::vector<std::string>& paths, const char* where) : paths_(paths), where_(where) {}

  bool next_text() {
    if (opened_ == paths_.size()) return false;
    blocks_.emplace(paths_[opened_++], where_);
    return true;
  }
  const std::string& name() const { return paths_[opened_ - 1]; }
  std::string_view next() { return blocks_->next(); }
  // Assumes that all files have the same size.
  double share() const {
    return (static_cast<double>(opened_ - 1) + blocks_->share()) / static_cast<double>(paths_.size());
  }

 private:
  const std::vector<std::string>& paths_;
  const char* where_;
  size_t opened_ = 0;
  std::optional<TextBlocks> blocks_{};
};

// Texts::next_text() moves to the next text and returns whether there is one. next() returns its blocks of
// whole lines, an empty one at the end. share() is the part of all texts that was returned so far.
template <class Texts>
LibsvmData parse(Texts texts, const LibsvmOptions& options, const char* where) {
  LACUNA_REQUIRE(options.n_features >= 0, where,
                 ": n_features must not be negative. Received: n_features=", options.n_features, ".");
  return with_float(where, options.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::string_view block;
    const char* p = nullptr;
    // Returns true at the end of all texts, false at a line that this parser's indices are too narrow for.
    // within: continues in the current block.
    const auto read = [&](auto& parser, bool within) {
      for (;; within = false) {
        if (!within) {
          if (!texts.next_text()) return true;
          parser.begin(texts.name());
          block = texts.next();
          if (block.starts_with("\xEF\xBB\xBF")) block.remove_prefix(3);  // A byte order mark.
          p = block.data();
        }
        for (; !block.empty(); block = texts.next(), p = block.data())
          if (!parser.parse(p, block.data() + block.size(), texts.share())) return false;
      }
    };
    Parser<int32_t, T> narrow(options, where);
    const bool may = options.n_features <= std::numeric_limits<int32_t>::max();
    if (may && read(narrow, false)) return narrow.finish();
    Parser<int64_t, T> wide(std::move(narrow));
    read(wide, may);
    return wide.finish();
  });
}

class LibsvmBlockParser final : public LibsvmParser {
 public:
  explicit LibsvmBlockParser(const LibsvmOptions& options) : options_(options) {
    if (options.n_features <= std::numeric_limits<int32_t>::max()) narrow_.emplace(options, "parse_libsvm");
  }

  void parse(std::string_view text, LibsvmData& to) override {
    const char* p = text.data();
    if (narrow_) narrow_->restart();
    if (!narrow_ || !narrow_->parse(p, p + text.size(), 1)) to = parse_libsvm(text, options_);
    else narrow_->copy_to(to);
  }

 private:
  const LibsvmOptions& options_;
  std::optional<Parser<int32_t, float>> narrow_{};
};

}  // namespace

std::unique_ptr<LibsvmParser> LibsvmParser::make(const LibsvmOptions& options) {
  return std::make_unique<LibsvmBlockParser>(options);
}

LibsvmData load_libsvm(const std::string& path, const LibsvmOptions& options) {
  return load_libsvm_files({path}, options);
}

LibsvmData load_libsvm_files(const std::vector<std::string>& paths, const LibsvmOptions& options) {
  constexpr const char* kWhere = "load_libsvm";
  LACUNA_REQUIRE(!paths.empty(), kWhere, ": there must be a file. Received: paths=[].");
  return parse(InFiles(paths, kWhere), options, kWhere);
}

LibsvmData parse_libsvm(std::string_view text, const LibsvmOptions& options, const std::string& name) {
  return parse(InMemory(text, name), options, "parse_libsvm");
}

}  // namespace lacuna::data
