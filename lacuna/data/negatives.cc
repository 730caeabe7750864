// Datasets in which drawn rows follow the positive ones.
#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/random.h"
#include "lacuna/data/dataset.h"
#include "lacuna/data/drawn_ids.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/row_key.h"
#include "lacuna/data/row_place.h"

namespace lacuna::data {
namespace {

// What rows with negatives are made by.
struct Negatives {
  Dim k = 0;
  ColumnPlace column{};
  std::optional<size_t> target{};  // None: it is added as the last part.
  Schema schema{};

  bool is_positive(const RowBlock& block, Dim row) const {
    if (!target) return true;
    const tensor::Dense& labels = block.parts[*target].dense();
    return with_dtype(labels.dtype, [&](auto tag) {
      return labels.values<typename decltype(tag)::type>()[static_cast<size_t>(row)] > 0;
    });
  }
  // The ids that a row has in the column, from 0 on.
  void ids_of(const RowBlock& block, Dim row, std::vector<Dim>& ids) const {
    const Tensor& part = block.parts[column.part];
    const auto r = static_cast<size_t>(row);
    const ColumnRange& range = column.range;
    ids.clear();
    if (part.storage() != Storage::csr) {
      const size_t width = part.dense().size() / static_cast<size_t>(block.rows);
      const size_t at = r * width + static_cast<size_t>(range.id);
      ids.push_back((part.dtype() == DType::int64
                         ? part.dense().values<int64_t>()[at]
                         : static_cast<int64_t>(part.dense().values<int32_t>()[at])) -
                    range.begin);
      return;
    }
    with_index(part.csr(), [&](auto indices, auto indptr) {
      for (auto e = static_cast<size_t>(indptr[r]); e < static_cast<size_t>(indptr[r + 1]); ++e)
        if (const auto id = static_cast<Dim>(indices[e]); id >= range.begin && id < range.end)
          ids.push_back(id - range.begin);
    });
  }
};

// A row of the result: one of the rows that were given, with an id drawn for it unless it is -1.
struct Copy {
  Dim row = 0, drawn = -1;
};

tensor::Csr with_drawn(const tensor::Csr& given, const ColumnRange& range, const std::vector<Copy>& copies) {
  tensor::Csr made;
  with_index(given, [&](auto indices, auto indptr) {
    using I = typename decltype(indices)::value_type;
    size_t most = copies.size();
    for (const Copy& copy : copies)
      most += static_cast<size_t>(indptr[static_cast<size_t>(copy.row) + 1] -
                                  indptr[static_cast<size_t>(copy.row)]);
    const auto rows = static_cast<Dim>(copies.size());
    made.resize(rows, given.columns, most, given.dtype, given.index);
    size_t at = 0;
    const auto to = made.indices.template as<I>();
    const auto ends = made.indptr.template as<I>();
    ends[0] = 0;
    with_dtype(given.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto from = given.values<T>();
      const auto values = made.values<T>();
      const auto put = [&](Dim column, T value) {
        to[at] = static_cast<I>(column);
        values[at++] = value;
      };
      for (size_t c = 0; c < copies.size(); ++c) {
        const auto row = static_cast<size_t>(copies[c].row);
        bool waits = copies[c].drawn >= 0;
        for (auto e = static_cast<size_t>(indptr[row]); e < static_cast<size_t>(indptr[row + 1]); ++e) {
          const auto column = static_cast<Dim>(indices[e]);
          if (waits && column >= range.begin) {
            put(range.begin + copies[c].drawn, T{1});
            waits = false;
          }
          if (copies[c].drawn < 0 || column < range.begin || column >= range.end) put(column, from[e]);
        }
        if (waits) put(range.begin + copies[c].drawn, T{1});
        ends[c + 1] = static_cast<I>(at);
      }
    });
    made.resize(rows, given.columns, at, given.dtype, given.index);
  });
  return made;
}

void draw_into(tensor::Dense& ids, const ColumnRange& range, const std::vector<Copy>& copies) {
  const size_t width = ids.size() / copies.size();
  for (size_t c = 0; c < copies.size(); ++c) {
    if (copies[c].drawn < 0) continue;
    const size_t at = c * width + static_cast<size_t>(range.id);
    const Dim id = range.begin + copies[c].drawn;
    if (ids.dtype == DType::int64) ids.values<int64_t>()[at] = id;
    else ids.values<int32_t>()[at] = static_cast<int32_t>(id);
  }
}

class NegativesStream final : public RowStream {
 public:
  // from: where the rows begin, and how many of the first block are left out; number: of its first row.
  NegativesStream(const Negatives& how, const DrawnIds& ids, const Schema& given_schema,
                  std::unique_ptr<RowStream> from, uint64_t key, RowPlace start, Dim skip, int64_t number)
      : how_(how),
        ids_(ids),
        from_(std::move(from)),
        key_(key),
        rows_(given_schema),
        start_(std::move(start)),
        skip_(skip),
        number_(number) {}

  bool next(RowBlock& block) override {
    if (at_ == given_.rows && !next_given()) return false;
    copies_.clear();
    while (at_ < given_.rows && copies_.size() < kEnough) add_row();
    rows_.clear();
    for (const Copy& copy : copies_) rows_.append(given_, copy.row, copy.row + 1);
    block.rows = rows_.rows();
    block.parts = rows_.take();
    Tensor& column = block.parts[how_.column.part];
    if (column.storage() == Storage::csr)
      column = with_drawn(given_.parts[how_.column.part].csr(), how_.column.range, copies_);
    else draw_into(column.dense(), how_.column.range, copies_);
    set_labels(block);
    block.bad.clear();
    note_place(block.after);
    return true;
  }

 private:
  static constexpr size_t kEnough = 8192;  // Rows of a block, about.

  bool next_given() {
    if (begun_) {
      if (given_.after.empty()) start_.reset();
      else start_ = given_.after;
    }
    begun_ = true;
    do {
      if (!from_->next(given_)) return false;
      first_ = number_;
      at_ = std::min(skip_, given_.rows);
      skip_ -= at_;
      number_ += at_;
    } while (at_ == given_.rows);
    return true;
  }

  void add_row() {
    copies_.push_back({at_, -1});
    if (how_.is_positive(given_, at_)) {
      how_.ids_of(given_, at_, named_);
      for (Dim j = 0; j < how_.k; ++j) {
        const auto random = philox(key_, static_cast<uint64_t>(number_), static_cast<uint64_t>(j));
        const Dim drawn = ids_.draw(uint64_t{random[0]} << 32 | random[1], named_);
        LACUNA_REQUIRE(drawn >= 0, "negatives: a row must leave ids to draw. Received: row ", number_ + 1,
                       ", which has all of them.");
        copies_.push_back({at_, drawn});
      }
    }
    ++at_;
    ++number_;
  }

  void set_labels(RowBlock& block) const {
    if (!how_.target) {
      tensor::Dense labels;
      labels.resize({block.rows, 1}, DType::float32);
      std::ranges::transform(copies_, labels.values<float>().begin(),
                             [](const Copy& copy) { return copy.drawn < 0 ? 1.0f : 0.0f; });
      block.parts.emplace_back(std::move(labels));
      return;
    }
    tensor::Dense& labels = block.parts[*how_.target].dense();
    with_dtype(labels.dtype, [&](auto tag) {
      const auto values = labels.values<typename decltype(tag)::type>();
      for (size_t c = 0; c < copies_.size(); ++c)
        if (copies_[c].drawn >= 0) values[c] = {};
    });
  }

  void note_place(RowPlace& after) const {
    after.clear();
    const bool over = at_ == given_.rows && !given_.after.empty();
    if (!over && !start_) return;
    after = over ? given_.after : *start_;
    after.insert(after.end(), {over ? 0 : at_, over ? number_ : first_});
  }

  const Negatives& how_;
  const DrawnIds& ids_;
  std::unique_ptr<RowStream> from_;
  uint64_t key_;
  GatheredRows rows_;
  RowBlock given_{};
  bool begun_ = false;
  std::optional<RowPlace> start_;  // Of the block that was given, if it is known.
  Dim skip_, at_ = 0;
  int64_t number_, first_ = 0;  // Of the next row, and of the first one of the block.
  std::vector<Copy> copies_{};
  std::vector<Dim> named_{};
};

class NegativesSource final : public RowSource, public std::enable_shared_from_this<NegativesSource> {
 public:
  NegativesSource(Dataset of, Negatives how, std::string column, Draws draws, uint64_t seed)
      : of_(std::move(of)), how_(std::move(how)), name_(std::move(column)), draws_(draws), seed_(seed) {}

  const Schema& schema() const override { return how_.schema; }
  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order) const override {
    RowPlace from = order.from;
    int64_t number = 0;
    Dim skip = 0;
    if (!from.empty()) {
      number = take_last(where, from);
      skip = take_last(where, from);
    }
    return std::make_unique<Kept>(shared_from_this(), where, order.key, std::move(from), skip, number);
  }
  Fingerprint fingerprint(const char* where) const override {
    Fingerprint result = of_.fingerprint(where);
    result.emplace_back("negatives",
                        text(how_.k, " of column '", name_,
                             draws_ == Draws::counts ? "', by counts" : "', evenly", ", seed ", seed_));
    return result;
  }
  BadRowReport report() const override { return of_.report(); }
  bool once() const override { return of_.once(); }
  bool is_read_anywhere() const override { return of_.is_read_anywhere(); }
  bool repeats(const RowOrder& order) const override { return order.key == 0 && of_.repeats({}); }

 private:
  // A stream that keeps its source.
  class Kept final : public RowStream {
   public:
    Kept(std::shared_ptr<const NegativesSource> source, const char* where, uint64_t key, RowPlace from,
         Dim skip, int64_t number)
        : source_(std::move(source)),
          stream_(source_->how_, source_->ids(where), source_->of_.schema(),
                  source_->of_.open(where, {.from = from}), mix(mix(source_->seed_) ^ mix(key)), from, skip,
                  number) {}
    bool next(RowBlock& block) override { return stream_.next(block); }

   private:
    std::shared_ptr<const NegativesSource> source_;
    NegativesStream stream_;
  };

  // What is drawn from; counts are made at the first pass.
  const DrawnIds& ids(const char* where) const {
    const std::lock_guard lock(mutex_);
    if (ids_) return *ids_;
    if (draws_ == Draws::evenly) return ids_.emplace(how_.column.range.end - how_.column.range.begin);
    LACUNA_REQUIRE(!of_.once(),
                   "negatives: the rows must be read once to count ids, so they must be packed or cached if "
                   "that is possible only once; or draw evenly. Received: draws='counts'.");
    std::map<Dim, uint64_t> counts;
    std::vector<Dim> ids;
    const auto stream = of_.open(where);
    for (RowBlock block; stream->next(block); poll_interrupt())
      for (Dim row = 0; row < block.rows; ++row) {
        if (!how_.is_positive(block, row)) continue;
        how_.ids_of(block, row, ids);
        for (const Dim id : ids) {
          LACUNA_REQUIRE(id >= 0, "negatives: ids must not be negative. Received: id=", id, ".");
          ++counts[id];
        }
      }
    return ids_.emplace(counts);
  }

  const Dataset of_;
  const Negatives how_;
  const std::string name_;
  const Draws draws_;
  const uint64_t seed_;
  mutable std::mutex mutex_{};
  mutable std::optional<DrawnIds> ids_{};
};

Negatives negatives_of(const Schema& schema, Dim k, const std::string& name, Draws draws) {
  Negatives how{.k = k, .column = find_column("negatives", "column", schema, name), .schema = schema};
  const RowPart& part = schema[how.column.part];
  const bool csr = part.spec.storage == Storage::csr;
  ColumnRange& range = how.column.range;
  if (how.column.whole) range = {.name = name, .begin = 0, .end = csr ? part.spec.shape[1] : 0};
  // Of ids that are a part by themselves it is not known how many there are.
  const bool single =
      how.column.whole && !csr && !is_float(part.spec.dtype) && part.spec.dtype != DType::string &&
      std::all_of(part.spec.shape.begin() + 1, part.spec.shape.end(), [](Dim d) { return d == 1; });
  const bool known = range.end - range.begin > 1;
  LACUNA_REQUIRE(part.role == Role::input && (known || (single && draws == Draws::counts)),
                 "negatives: column must have ids, several, and be of an input. Received: column='", name,
                 "', ", part.spec, range.end > 0 ? text(" with ", range.end - range.begin, " ids") : "",
                 single ? "; write draws='counts'." : ".");
  for (size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].role != Role::target) continue;
    LACUNA_REQUIRE(!how.target, "negatives: there must be one target. Received: several.");
    const Spec& spec = schema[i].spec;
    LACUNA_REQUIRE(spec.storage == Storage::dense && (spec.shape.size() == 1 || spec.shape == Shape{None, 1}),
                   "negatives: the target must be one number. Received: '", schema[i].name, "' ", spec, ".");
    how.target = i;
  }
  if (!how.target) how.schema.push_back({"y", Role::target, {{None, 1}, DType::float32, Storage::dense}});
  return how;
}

}  // namespace

Dataset Dataset::negatives(Dim k, const std::string& column, Draws draws, uint64_t seed) const {
  LACUNA_REQUIRE(k > 0, "negatives: k must be positive. Received: k=", k, ".");
  return Dataset(std::make_shared<const NegativesSource>(*this, negatives_of(schema(), k, column, draws),
                                                         column, draws, seed));
}

}  // namespace lacuna::data
