// Datasets whose labels are others.
#include "lacuna/data/labels.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "lacuna/data/convert.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/random_rows.h"

namespace lacuna::data {
namespace {

// All but the labels is that of the source.
class LabelledSource final : public RowSource, public std::enable_shared_from_this<LabelledSource> {
 public:
  LabelledSource(Dataset of, LabelMap labels) : of_(std::move(of)), labels_(std::move(labels)) {
    LACUNA_REQUIRE(!labels_.empty(), "map_labels: a label or more must be given. Received: labels=().");
    std::ranges::sort(labels_);
    for (size_t i = 1; i < labels_.size(); ++i)
      LACUNA_REQUIRE(labels_[i - 1].first != labels_[i].first,
                     "map_labels: a label must be given once. Received: label=", labels_[i].first, " twice.");
    for (const RowPart& part : of_.schema())
      LACUNA_REQUIRE(part.role != Role::target || part.spec.storage == Storage::dense,
                     "map_labels: the targets must be dense. Received: ", part.name, "=", part.spec, ".");
  }

  const Schema& schema() const override { return of_.schema(); }
  std::optional<Dim> rows() const override { return of_.rows(); }
  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order) const override {
    return std::make_unique<Stream>(shared_from_this(), where, of_.open(where, order));
  }
  Fingerprint fingerprint(const char* where) const override {
    Fingerprint result = of_.fingerprint(where);
    std::string all;
    for (const auto& [from, to] : labels_) all += text(all.empty() ? "" : ", ", from, " as ", to);
    result.emplace_back("labels", std::move(all));
    return result;
  }
  BadRowReport report() const override { return of_.report(); }
  bool once() const override { return of_.once(); }
  bool is_read_anywhere() const override { return of_.is_read_anywhere(); }
  bool repeats(const RowOrder& order) const override { return of_.repeats(order); }
  bool exceeds(size_t bytes) const override { return of_.exceeds(bytes); }
  std::shared_ptr<const RowsAtRandom> at_random() const override {
    const auto all = of_.at_random();
    if (!all) return nullptr;
    auto mapped = std::make_shared<RowsAtRandom>(*all);
    mapped->open = [all, self = shared_from_this()](const char* where) {
      return std::make_shared<const AtRandom>(self, all->open(where));
    };
    return mapped;
  }

 private:
  void map(const char* where, std::vector<Tensor>& parts) const {
    const Schema& schema = of_.schema();
    for (size_t i = 0; i < schema.size(); ++i)
      if (schema[i].role == Role::target) parts[i] = mapped(where, schema[i].name, parts[i].dense());
  }

  // In memory of its own, since the rows may be those of a cache.
  tensor::Dense mapped(const char* where, const std::string& name, const tensor::Dense& labels) const {
    tensor::Dense result;
    result.resize(labels.shape, labels.dtype);
    with_graph_dtype(labels.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto from = labels.values<T>();
      std::ranges::transform(from, result.values<T>().begin(), [&](T label) {
        return static_cast<T>(of(where, name, static_cast<double>(label)));
      });
    });
    return result;
  }

  double of(const char* where, const std::string& name, double label) const {
    for (const auto& [from, to] : labels_)
      if (from == label) return to;
    std::string all;
    for (const auto& one : labels_) all += text(all.empty() ? "" : ", ", one.first);
    throw InvalidArgument(where, ": a label must be one of ", all, ". Received: ", name, "=", label, ".");
  }

  class Stream final : public RowStream {
   public:
    Stream(std::shared_ptr<const LabelledSource> source, const char* where, std::unique_ptr<RowStream> rows)
        : source_(std::move(source)), where_(where), rows_(std::move(rows)) {}
    bool next(RowBlock& block) override {
      if (!rows_->next(block)) return false;
      source_->map(where_, block.parts);
      return true;
    }

   private:
    std::shared_ptr<const LabelledSource> source_;
    const char* where_;
    std::unique_ptr<RowStream> rows_;
  };

  class AtRandom final : public RandomRows {
   public:
    AtRandom(std::shared_ptr<const LabelledSource> source, std::shared_ptr<const RandomRows> rows)
        : source_(std::move(source)), rows_(std::move(rows)) {}
    void gather(const char* where, std::span<const uint32_t> rows, GatheredRows& to) const override {
      GatheredRows gathered(source_->schema());
      rows_->gather(where, rows, gathered);
      RowBlock block{.rows = gathered.rows(), .parts = gathered.take()};
      source_->map(where, block.parts);
      to.append(block, 0, block.rows);
    }

   private:
    std::shared_ptr<const LabelledSource> source_;
    std::shared_ptr<const RandomRows> rows_;
  };

  const Dataset of_;
  LabelMap labels_;
};

}  // namespace

Dataset map_labels(const Dataset& dataset, LabelMap labels) {
  return Dataset(std::make_shared<const LabelledSource>(dataset, std::move(labels)));
}

}  // namespace lacuna::data
