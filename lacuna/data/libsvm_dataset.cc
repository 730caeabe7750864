// Parses libsvm text block by block; a block with a bad line is parsed again, line by line.
#include "lacuna/data/libsvm_dataset.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "lacuna/base/interrupt.h"
#include "lacuna/data/bad_line.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/libsvm_parser.h"
#include "lacuna/data/text_dataset.h"

namespace lacuna::data {
namespace {

Schema schema_of(const LibsvmOptions& options) {
  Schema schema{{"x", Role::input, {{None, options.n_features}, options.dtype, Storage::csr}},
                {"y", Role::target, {{None, 1}, options.dtype, Storage::dense}}};
  if (options.query_id) schema.push_back({"qid", Role::query, {{None}, DType::int64, Storage::dense}});
  return schema;
}

// The parser takes wide indices from the column 2^31 - 1 on, but tensors of as many columns have narrow ones.
Buffer narrowed(const Buffer& wide) {
  Buffer narrow;
  const auto from = wide.as<int64_t>();
  narrow.resize(from.size() * sizeof(int32_t));
  std::ranges::transform(from, narrow.as<int32_t>().begin(),
                         [](int64_t index) { return static_cast<int32_t>(index); });
  return narrow;
}

// The arrays of a block are where the next rows are made.
void take_memory(RowBlock& from, LibsvmData& to) {
  if (from.parts.size() < 2) return;  // A summary, or nothing yet.
  to.x = std::move(from.parts[0].csr());
  to.y = std::move(from.parts[1].dense());
  if (from.parts.size() > 2) to.qid = std::move(from.parts[2].dense());
}

RowBlock block_of(LibsvmData data, bool query_id) {
  RowBlock block{.rows = data.x.rows};
  if (data.x.index == DType::int64 && data.x.columns <= std::numeric_limits<int32_t>::max()) {
    data.x.index = DType::int32;
    data.x.indices = narrowed(data.x.indices);
    data.x.indptr = narrowed(data.x.indptr);
  }
  block.parts.emplace_back(std::move(data.x));
  data.y.shape = {block.rows, 1};
  block.parts.emplace_back(std::move(data.y));
  if (query_id) block.parts.emplace_back(std::move(data.qid));
  return block;
}

// What is to be known of a text before its rows are read; a block carries it.
struct Summary {
  Dim rows = 0, columns = 0;
  bool names_zero = false;

  static Summary of(const LibsvmData& data) {
    Summary result{.rows = data.x.rows, .columns = data.x.columns};
    with_index(data.x, [&](auto indices, auto) {
      result.names_zero = std::ranges::find(indices, 0) != indices.end();
    });
    return result;
  }
  RowBlock block() const {
    const std::array<int64_t, 2> values{columns, names_zero};
    return {.rows = rows, .parts = {tensor::Dense::of<int64_t>({2}, values)}};
  }
  void add(const RowBlock& block) {
    const auto values = block.parts[0].dense().values<int64_t>();
    rows += block.rows;
    columns = std::max(columns, values[0]);
    names_zero = names_zero || values[1] != 0;
  }
};

class Libsvm final : public TextSource<Libsvm> {
 public:
  Libsvm(const std::vector<std::string>& paths, const LibsvmDatasetOptions& options)
      : TextSource("libsvm", paths, options.bad, options.readers),
        options_{.n_features = options.n_features,
                 .zero_based = options.zero_based,
                 .query_id = options.query_id} {
    LACUNA_REQUIRE(options.n_features >= 0,
                   "libsvm: n_features must not be negative. Received: n_features=", options.n_features, ".");
    schema_ = schema_of(options_);
  }

  const Schema& schema() const override { return schema_; }
  std::optional<Dim> rows() const override { return rows_; }
  void add_settings(Fingerprint& to) const {
    to.emplace_back("format",
                    text("libsvm, n_features ", options_.n_features, ", zero_based ",
                         static_cast<int>(options_.zero_based), options_.query_id ? ", query_id" : ""));
  }

  const LibsvmOptions& options() const { return options_; }

  // Reads the files to find what the options leave open. Before any other use.
  void complete() {
    const bool open_columns = options_.n_features == 0,
               open_base = options_.zero_based == ZeroBased::automatic;
    if (!open_columns && !open_base) return;
    LACUNA_REQUIRE(
        !once(),
        "libsvm: n_features and zero_based must be given where a pipe is read, since the files are "
        "read to find out. Received: path='",
        shown_utf8(paths().front()), "'.");
    const LibsvmOptions wanted = options_;
    options_.n_features = 0;
    // Columns are then those of the text, unless a row with a column 0 is bad and does not count.
    if (open_base) options_.zero_based = ZeroBased::yes;
    summarizes_ = true;
    Summary all;
    const auto stream = open("libsvm");
    for (RowBlock block; stream->next(block); poll_interrupt()) all.add(block);
    summarizes_ = false;
    options_ = wanted;
    if (open_base) options_.zero_based = all.names_zero ? ZeroBased::yes : ZeroBased::no;
    if (open_columns) {
      const bool one_more = open_base && !all.names_zero;
      options_.n_features = std::max<Dim>(1, one_more ? all.columns - 1 : all.columns);
      schema_ = schema_of(options_);
      rows_ = all.rows;
    }
  }

  using Piece = NumberedText;
  class Reader {
   public:
    Reader(const Libsvm& source, const char* where, size_t workers, const RowPlace& from)
        : source_(source), texts_(where, source.paths()) {
      if (!from.empty()) texts_.go_to(from);
      for (size_t w = 0; w < workers; ++w) parsers_.push_back(LibsvmParser::make(source.options_));
    }

    bool take(NumberedText& to) { return texts_.next(to); }

    void make(size_t worker, const NumberedText& text, RowBlock& block) {
      try {
        parse(worker, text.text, block);
      } catch (const BadLine&) {
        block = line_by_line(worker, text);
      }
      block.after = text.after;
    }

   private:
    void parse(size_t worker, std::string_view text, RowBlock& block) {
      LibsvmData data;
      take_memory(block, data);
      parsers_[worker]->parse(text, data);
      block = source_.summarizes_ ? Summary::of(data).block()
                                  : block_of(std::move(data), source_.options_.query_id);
    }

    RowBlock line_by_line(size_t worker, const NumberedText& text) {
      GatheredRows rows(source_.schema_);
      Summary summary;
      std::vector<BadRow> bad;
      std::string_view rest = text.text;
      RowBlock row;
      for (int64_t line = text.first_line; !rest.empty(); ++line) {
        std::string_view one = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        try {
          parse(worker, one, row);
          if (source_.summarizes_) summary.add(row);
          else rows.append(row, 0, row.rows);
        } catch (const BadLine& error) {
          if (one.ends_with('\r')) one.remove_suffix(1);
          bad.push_back({source_.paths()[text.file], line, "", error.reason, std::string(one)});
        }
      }
      RowBlock result = summary.block();
      if (!source_.summarizes_) result = {.rows = rows.rows(), .parts = rows.take()};
      result.bad = std::move(bad);
      return result;
    }

    const Libsvm& source_;
    NumberedTexts texts_;
    std::vector<std::unique_ptr<LibsvmParser>> parsers_{};  // For each worker.
  };

 private:
  LibsvmOptions options_;
  Schema schema_{};
  std::optional<Dim> rows_{};  // If they were counted.
  bool summarizes_ = false;    // Blocks are summaries.
};

}  // namespace

Dataset libsvm(const std::vector<std::string>& paths, const LibsvmDatasetOptions& options) {
  auto source = std::make_shared<Libsvm>(paths, options);
  source->complete();
  return Dataset(std::move(source));
}

LibsvmDatasetOptions complete(const std::vector<std::string>& paths, const LibsvmDatasetOptions& options) {
  const auto source = std::make_shared<Libsvm>(paths, options);
  source->complete();
  LibsvmDatasetOptions result = options;
  result.n_features = source->options().n_features;
  result.zero_based = source->options().zero_based;
  return result;
}

}  // namespace lacuna::data
