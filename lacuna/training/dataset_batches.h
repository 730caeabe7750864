// Batches of a dataset that need not fit in memory: its rows are read into windows, each of which is packed
// as arrays are. Shuffled rows change places within a window, so that a dataset smaller than that is shuffled
// as arrays are. A window has whole batches, so it can be made again without those before it.
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
  std::span<const int64_t> place(int64_t batch) const override;
  Dim skip(int64_t count, std::span<const int64_t> place) override;
  std::string source() const override;
  bool is_shared() const override { return false; }
  Dim upcoming() override;
  Feeds next() override;
  bool is_slow() const override { return true; }

 private:
  void make_feed(std::vector<Tensor> parts);
  void fill();  // The next window; none at the end.
  bool next_block();
  // How many rows of the block the window takes, which is to have `enough` bytes.
  Dim wanted(size_t enough) const;
  void note_start();
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
  data::RowPlace from_{};  // Where the stream begins.
  data::RowBlock block_{};
  std::optional<data::RowPlace> place_{};  // Of the block, if it is known.
  Dim used_ = 0;                           // Rows of the block that are in the window, or before it.
  Dim left_out_ = 0;                       // Rows that are still to be left out.
  std::unique_ptr<data::GatheredRows> gathered_;
  std::optional<Feed> feeds_[2]{};  // Of the window and the one before, whose last batch may still be used.
  data::RowBlock window_{};         // Its rows: whole batches, unless it is the last one.
  size_t bytes_ = 0;                // Of the rows that are gathered for it.
  // The first batch of the window and of the one before, and their places.
  struct Start {
    int64_t batch = 0;
    std::vector<int64_t> place{};
  };
  Start starts_[2]{};
  size_t turn_ = 0;
  std::vector<int64_t> order_{};  // Of a shuffled window.
  Dim at_ = 0;                    // Rows of the window that were given.
  bool ended_ = true;
  uint64_t key_ = 0, windows_ = 0;
  Dim counted_ = 0;  // Rows of this epoch.
  bool warned_ = false;
};

}  // namespace lacuna
