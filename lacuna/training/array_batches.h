// Batches of arrays in memory: of rows [begin, end) of a feed, in order or shuffled.
#pragma once
#include <cstdint>
#include <vector>

#include "lacuna/training/batches.h"
#include "lacuna/training/feed.h"

namespace lacuna {

enum class Shuffle : uint8_t {
  none,
  rows,   // each row for itself
  batch,  // whole batches
};

class ArrayBatches final : public Batches {
 public:
  // The feed must outlive this; several may share one, if one epoch ends before another begins.
  ArrayBatches(Feed& feed, Dim begin, Dim end, Dim batch_size, Shuffle how = Shuffle::none);

  const std::vector<Spec>& specs() const override { return feed_.specs(); }
  bool weighted() const override { return feed_.weighted(); }
  std::optional<Dim> rows() const override { return end_ - begin_; }
  void begin(uint64_t key) override;
  Dim upcoming() override;
  Feeds next() override;
  bool is_slow() const override;

 private:
  Feed& feed_;
  Dim begin_, end_, batch_size_;
  Shuffle how_;
  Dim at_;
  std::vector<int64_t> order_{};  // Where they are shuffled.
};

}  // namespace lacuna
