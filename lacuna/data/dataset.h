// A recipe for rows that need not be in memory at once: text files, or arrays. fit, evaluate and predict take
// it.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/data/array.h"
#include "lacuna/data/bad_rows.h"
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// What a part of a dataset is for. query: groups of rows, which no model is fed.
enum class Role : uint8_t { input, target, sample_weight, query };

// A column of the source within an input: columns [begin, end) of a csr input, or one id of each row of a
// dense one, which is in that range.
struct ColumnRange {
  std::string name;
  Dim begin = 0, end = 0;
  Dim id = 0;  // Its place among the ids of a row.
};

// A part of each row: its name, and its storage, dtype and shape, in which the number of rows is None.
struct RowPart {
  std::string name;
  Role role;
  Spec spec;
  std::vector<ColumnRange> columns{};  // Of an input, if they are known.
};
using Schema = std::vector<RowPart>;

// A place between two rows of a source, in numbers that only the source understands.
using RowPlace = std::vector<int64_t>;

// Some consecutive rows: a tensor for each part of the schema, in its order, and the rows that were left out.
struct RowBlock {
  Dim rows = 0;
  std::vector<Tensor> parts{};
  std::vector<BadRow> bad{};
  RowPlace after{};  // Where the rows after these begin; empty if the source cannot begin there.
};

class GatheredRows;

// The rows of a dataset from the first to the last, once. Not thread-safe.
class RowStream {
 public:
  virtual ~RowStream() = default;

  // Makes the next rows, one or more, and returns whether there were any. The block's memory is reused.
  virtual bool next(RowBlock& block) = 0;
  // Adds the next rows to `to` and returns their number, 0 at the end. `block` may be used for them; its
  // `after` is set.
  virtual Dim next_onto(GatheredRows& to, RowBlock& block);
};

// How the rows are to be shuffled by one who holds `bytes` of them at a time. key 0: not at all.
struct RowOrder {
  uint64_t key = 0;
  size_t bytes = 0;
  RowPlace
      from{};  // Where to begin: what RowBlock::after said in a pass of the same order. Empty: at the start.
};

// Rows that can be read in any order (random_rows.h).
struct RowsAtRandom;

// What rows come from: names of files and settings, each with a text that changes when it does.
using Fingerprint = std::vector<std::pair<std::string, std::string>>;

// A kind of dataset. Thread-safe: it does not change, but for the report on the last pass.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual const Schema& schema() const = 0;
  virtual std::optional<Dim> rows() const { return std::nullopt; }
  // where: the start of error messages. A source that can read its parts in any order, and is larger than
  // order.bytes, reads them in an order that depends on the key alone. What was read before order.from is not
  // read again, or at least not parsed.
  virtual std::unique_ptr<RowStream> open(const char* where, const RowOrder& order) const = 0;
  virtual Fingerprint fingerprint(const char* where) const = 0;
  virtual BadRowReport report() const { return {}; }
  // Whether a second pass is known to be impossible.
  virtual bool once() const { return false; }
  // Whether any thread may read a pass, so that rows can be read while those before them are used. Not where
  // a program's function makes rows: only the thread that asked can be interrupted then.
  virtual bool is_read_anywhere() const { return false; }
  // Whether all passes give the same rows in the same order, whatever order.key, as long as the fingerprint
  // is the same: then rows that fit in memory need not be read again.
  virtual bool repeats(const RowOrder&) const { return false; }
  // The rows among those of a file that can be read at random; null if there are none.
  virtual std::shared_ptr<const RowsAtRandom> at_random() const { return nullptr; }
  // Whether it is known that the rows take more memory than that.
  virtual bool exceeds(size_t) const { return false; }
};

// Some rows by the names of their parts.
struct LoadedRows {
  std::map<std::string, Array> x{}, y{};
  Array sample_weight{}, query{};
};
// Makes rows of rows; none of its result need be what it was given, nor of as many rows.
using RowFunction = std::function<LoadedRows(const LoadedRows&)>;

// How negatives are drawn: each id as often as the rows with a positive label have it, or all alike.
enum class Draws : uint8_t { counts, evenly };

enum class Compression : uint8_t { none, lz4, zstd };

struct PackOptions {
  Compression compression = Compression::none;
  bool read_only = false;  // Opens a file that fits, and never writes one.
  // A seed: the rows come in an order at random, all rows among all, so that each part of the file is a fair
  // sample. It takes as much room on the disk as the file, for as long as that is written.
  std::optional<uint64_t> shuffle{};
};

// Cheap to copy. The order of rows is that of the source; fit shuffles them (FitOptions::shuffle_bytes).
class Dataset {
 public:
  explicit Dataset(std::shared_ptr<const RowSource> source) : source_(std::move(source)) {}

  const Schema& schema() const { return source_->schema(); }
  // The number of rows, if it is known before they are read.
  std::optional<Dim> rows() const { return source_->rows(); }
  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order = {}) const;
  // Whether a pass of that order has all rows in the order of arrays that are shuffled by its key, so that
  // nobody need shuffle them again.
  bool shuffles(const RowOrder& order) const;
  std::shared_ptr<const RowsAtRandom> at_random() const { return source_->at_random(); }
  Fingerprint fingerprint(const char* where) const { return source_->fingerprint(where); }
  bool is_read_anywhere() const { return source_->is_read_anywhere(); }
  bool repeats(const RowOrder& order) const { return !shuffles(order) && source_->repeats(order); }
  bool exceeds(size_t bytes) const { return source_->exceeds(bytes); }

  // The first `count` rows, and all but those. Throws InvalidArgument if count is negative.
  Dataset take(Dim count) const;
  Dataset skip(Dim count) const;

  // Two datasets: about `fraction` of the rows, and all others. Rows stay together that have the same value
  // of `key`, the name of a part, or of a column of an input; without a key the same query id, if there is
  // one; else each row is chosen by its place. The choice follows from the seed alone. Throws InvalidArgument
  // unless the fraction is in (0, 1) and the key is a name.
  std::pair<Dataset, Dataset> split(double fraction, uint64_t seed = 0, const std::string& key = {}) const;
  // The rows index, index + count, index + 2 count, …: one of `count` equal parts. Throws InvalidArgument
  // unless index is in [0, count).
  Dataset shard(Dim count, Dim index) const;

  // The same rows, which stay in memory once a pass came to its end.
  Dataset cache() const;

  // The rows that the function makes of these, some thousand at a time and in their order; how many is not
  // said, so it must treat each row by itself. The parts are those that it makes of the first rows: it is
  // called on them once more to find out. Inputs and targets are matched by their names. It is called by one
  // thread at a time for each pass. version: a text that changes when the function does; without it pack
  // makes its file anew, and a fit that was killed cannot go on.
  Dataset map(RowFunction function, std::string version = {}) const;

  // Each row whose label is above 0 is followed by k rows that differ from it in one column, whose id is
  // drawn, none that the row has, and in the label, which is 0. Other rows stay as they are. Rows without a
  // target count as positive, and get one, "y". column: the name of an input, or of a column of one, which
  // has ids: a category, ids, or a number with buckets. Draws follow from the seed, the number of the row
  // and, in fit, the epoch. To count the ids the rows are read once. Throws InvalidArgument if k is not
  // positive, or there are several targets, or no such column; in a pass, if a row leaves no id to draw.
  Dataset negatives(Dim k, const std::string& column, Draws draws = Draws::counts, uint64_t seed = 0) const;

  // Writes the rows to a packed file, which is read faster than text, and opens it (packed_file.h). If the
  // file is there already and was made of the same sources by the same settings, it is opened as it is; if
  // not, it is made anew, with a warning that says what differs. Throws FileError, and InvalidArgument if a
  // row cannot be read.
  Dataset pack(const std::string& path, const PackOptions& options = {}) const;

  // The bad rows of the last pass that ended.
  BadRowReport report() const { return source_->report(); }
  bool once() const { return source_->once(); }

 private:
  std::shared_ptr<const RowSource> source_;
};

// All rows of a dataset, in memory.
LoadedRows load(const Dataset& dataset);

// Its inputs without rows, which tell storages, dtypes and shapes: one array, or several by name.
Arrays inputs_without_rows(const Dataset& dataset);

}  // namespace data
}  // namespace lacuna
