// Batches of a dataset that need not fit in memory: its rows are read into windows, each of which is packed
// as arrays are.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "lacuna/data/dataset.h"
#include "lacuna/training/batches.h"
#include "lacuna/training/feed.h"
#include "lacuna/training/row_windows.h"

namespace lacuna {

class DatasetBatches final : public Batches {
 public:
  // where: the start of messages, "fit". shuffle_bytes: of the rows that change places; 0: none do. The
  // network, the dataset and `compiled` (null to predict) must outlive this.
  DatasetBatches(const char* where, const Network& network, const Compiled* compiled,
                 const data::Dataset& dataset, Dim batch_size, size_t shuffle_bytes = 0,
                 const ClassWeights& class_weight = {});
  const std::vector<Spec>& specs() const override { return feeds_[turn_]->specs(); }
  bool weighted() const override { return feeds_[turn_]->weighted(); }
  std::optional<Dim> rows() const override { return known_rows_; }
  void begin(uint64_t key) override;
  std::span<const int64_t> place(int64_t batch) const override;
  Dim skip(int64_t count, std::span<const int64_t> place) override;
  std::string source() const override;
  bool is_shared() const override { return false; }
  Dim upcoming() override;
  Feeds next() override;
  bool is_slow() const override { return Feed::is_slow(packed_) || feeds_[turn_]->has_front(); }

 private:
  void make_feed(const std::vector<Tensor>& parts);
  void fill();  // The next window; none at the end.

  const char* where_;
  const Network& network_;
  const Compiled* compiled_;
  const data::Dataset& dataset_;
  Dim batch_size_;
  size_t shuffle_bytes_;
  ClassWeights class_weight_;
  std::optional<Dim> known_rows_;  // Of an epoch: told by the dataset, or counted in the one before.

  RowWindows windows_;
  std::optional<Feed> feeds_[2]{};  // Of the window and the one before, whose last batch may still be used.
  size_t turn_ = 0;
  Dim at_ = 0;         // Rows of the window that were given.
  size_t packed_ = 0;  // Of the last batch: see Feed::packed.
  // The first batch of the window and of the one before, and their places.
  struct Start {
    int64_t batch = 0;
    std::vector<int64_t> place{};
  };
  Start starts_[2]{};
};

}  // namespace lacuna
