// What a user's program gives batch by batch: a function (BatchGenerator), or an object with a state.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "lacuna/base/export.h"
#include "lacuna/data/array.h"

namespace LACUNA_EXPORT lacuna {

// As the user has it: x is csr or dense, one array or several, with any number of rows.
struct Batch {
  Arrays x{}, y{}, sample_weight{};
};

class BatchSource {
 public:
  virtual ~BatchSource() = default;

  // Called before each epoch. A source that shuffles does so by this key alone, and not at all if it is 0.
  virtual void begin(uint64_t key) = 0;
  // The next batch, whose memory must stay until the call after the next one. None: there is no other now.
  virtual std::optional<Batch> next() = 0;
  // Called when the batches of an epoch were used.
  virtual void end() {}
  // Shows the batch that next() gives first, for a model whose shapes are not known yet.
  virtual std::optional<Batch> peek() = 0;
  // The batches of an epoch, if the source knows.
  virtual std::optional<int64_t> steps() const = 0;
};

// A function that gives the next batch, and none after the last one of an epoch.
class BatchGenerator final : public BatchSource {
 public:
  explicit BatchGenerator(std::function<std::optional<Batch>()> make) : make_(std::move(make)) {}

  void begin(uint64_t /*key*/) override {}
  std::optional<Batch> next() override {
    if (peeked_) return *std::exchange(peeked_, std::nullopt);
    return make_();
  }
  std::optional<Batch> peek() override {
    if (!peeked_) peeked_ = make_();
    return *peeked_;
  }
  std::optional<int64_t> steps() const override { return std::nullopt; }

 private:
  std::function<std::optional<Batch>()> make_;
  std::optional<std::optional<Batch>> peeked_{};
};

}  // namespace lacuna
