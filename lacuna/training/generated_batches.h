// Batches of a BatchSource: each is matched to the network, checked and packed as an array of fit is.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "lacuna/training/batch_source.h"
#include "lacuna/training/batches.h"
#include "lacuna/training/feed.h"

namespace lacuna {

class GeneratedBatches final : public Batches {
 public:
  // `where` starts the messages: "fit". steps: batches of an epoch; without it, the source ends the epoch. An
  // end that comes too early is an error, and only a warning if the epochs are those of training.
  // The source, the network and `compiled` (null to predict) must outlive this.
  GeneratedBatches(const char* where, const Network& network, const Compiled* compiled, BatchSource& source,
                   std::optional<int64_t> steps, bool trains = false, const ClassWeights& class_weight = {});

  const std::vector<Spec>& specs() const override { return feeds_[turn_]->specs(); }
  bool weighted() const override { return feeds_[turn_]->weighted(); }
  std::optional<Dim> rows() const override { return std::nullopt; }
  std::optional<int64_t> steps() const override { return steps_; }
  bool varies() const override { return true; }
  bool finished() const override { return finished_; }

  void begin(uint64_t key) override;
  Dim upcoming() override;
  Feeds next() override;
  bool is_slow() const override { return false; }  // A source that is slow works ahead by itself.

 private:
  void take(Batch batch);
  void judge_end();  // Whether the source ended too early.
  bool takes_none() const { return compiled_ == nullptr; }

  const char* where_;
  const Network& network_;
  const Compiled* compiled_;
  BatchSource& source_;
  std::optional<int64_t> steps_;
  bool trains_;
  ClassWeights class_weight_;

  std::optional<Feed> feeds_[2]{};  // The one before stays valid while a batch is used.
  size_t turn_ = 0;
  bool ready_ = false;     // A batch was taken that next() did not give yet.
  int64_t made_ = 0;       // Batches of this epoch.
  int64_t epoch_ = 0;      // From 1.
  bool ended_ = false;     // The epoch, and the source knows.
  bool finished_ = false;  // The source ended before its time.
};

}  // namespace lacuna
