// Batches of a dataset that need not fit in memory: its rows are read into windows, each of which is packed
// as arrays are. Shuffled rows change places within a window, so that a dataset smaller than that is shuffled
// as arrays are.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "lacuna/data/dataset.h"
#include "lacuna/training/batches.h"
#include "lacuna/training/feed.h"

namespace lacuna::data {
class GatheredRows;
}

namespace lacuna {

class DatasetBatches final : public Batches {
 public:
  // where: the start of messages, "fit". shuffle_bytes: of the rows that change places; 0: none do. The
  // network, the dataset and `compiled` (null to predict) must outlive this.
  DatasetBatches(const char* where, const Network& network, const Compiled* compiled,
                 const data::Dataset& dataset, Dim batch_size, size_t shuffle_bytes = 0,
                 const ClassWeights& class_weight = {});
  ~DatasetBatches() override;

  const std::vector<Spec>& specs() const override { return feeds_[turn_]->specs(); }
  bool weighted() const override { return feeds_[turn_]->weighted(); }
  std::optional<Dim> rows() const override { return known_rows_; }
  void begin(uint64_t key) override;
  Dim skip(int64_t count) override;
  std::string source() const override;
  bool is_shared() const override { return false; }
  Dim upcoming() override;
  Feeds next() override;
  bool is_slow() const override { return true; }

 private:
  void make_feed(std::vector<Tensor> parts);
  void fill();  // The next window; none at the end.
  void shuffle(uint64_t key);
  void warn_of_one_class(const data::RowBlock& block);

  const char* where_;
  const Network& network_;
  const Compiled* compiled_;
  const data::Dataset& dataset_;
  Dim batch_size_;
  size_t shuffle_bytes_;
  ClassWeights class_weight_;
  std::optional<Dim> known_rows_;  // Of an epoch: told by the dataset, or counted in the one before.

  std::unique_ptr<data::RowStream> stream_{};
  data::RowBlock block_{};
  Dim used_ = 0;  // Rows of the block that are in the window.
  std::unique_ptr<data::GatheredRows> gathered_;
  std::optional<Feed> feeds_[2]{};  // Of the window and the one before, whose last batch may still be used.
  data::RowBlock window_{};         // Its rows, which the next window begins with where they fill no batch.
  size_t turn_ = 0;
  std::vector<int64_t> order_{};  // Of a shuffled window.
  Dim at_ = 0;                    // Rows of the window that were given.
  bool ended_ = true;
  uint64_t key_ = 0, windows_ = 0;
  Dim counted_ = 0;  // Rows of this epoch.
  bool warned_ = false;
};

}  // namespace lacuna
