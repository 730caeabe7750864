// Batches of arrays in memory: of rows [begin, end) of a feed, in order or shuffled.
#pragma once
#include <cstdint>
#include <vector>

#include "lacuna/training/batches.h"
#include "lacuna/training/feed.h"

namespace LACUNA_EXPORT lacuna {

enum class Shuffle : uint8_t {
  none,
  rows,   // single rows change places
  batch,  // whole batches change places
};

class ArrayBatches final : public Batches {
 public:
  // The feed must outlive this. Several objects may share a feed if their epochs do not overlap.
  ArrayBatches(Feed& feed, Dim begin, Dim end, Dim batch_size, Shuffle how = Shuffle::none);

  const std::vector<Spec>& specs() const override { return feed_.specs(); }
  bool weighted() const override { return feed_.weighted(); }
  std::optional<Dim> rows() const override { return end_ - begin_; }
  void begin(uint64_t key) override;
  Dim skip(int64_t count, std::span<const int64_t> place) override;
  std::string source() const override;
  Dim upcoming() override;
  Feeds next() override;
  bool is_slow() const override;

 private:
  Feed& feed_;
  Dim begin_, end_, batch_size_;
  Shuffle how_;
  Dim at_;
  std::vector<int64_t> order_{};  // Only if shuffled.
};

}  // namespace lacuna
