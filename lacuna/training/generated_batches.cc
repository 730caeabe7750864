// Makes batches of what a BatchSource gives.
#include "lacuna/training/generated_batches.h"

#include <string>

#include "lacuna/base/message.h"

namespace lacuna {

GeneratedBatches::GeneratedBatches(const char* where, const Network& network, const Compiled* compiled,
                                   BatchSource& source, std::optional<int64_t> steps, bool trains,
                                   const ClassWeights& class_weight)
    : where_(where),
      network_(network),
      compiled_(compiled),
      source_(source),
      steps_(steps ? steps : source.steps()),
      trains_(trains),
      class_weight_(class_weight) {
  LACUNA_REQUIRE(!steps_ || *steps_ > 0, where,
                 ": an epoch must have a batch or more. Received: steps=", *steps_, ".");
}

void GeneratedBatches::begin(uint64_t key) {
  source_.begin(key);
  ready_ = false;
  made_ = 0;
  ++epoch_;
  ended_ = false;
}

Dim GeneratedBatches::upcoming() {
  while (!ready_ && !ended_) {
    std::optional<Batch> batch{};
    if (!steps_ || made_ < *steps_) batch = source_.next();
    if (batch) {
      take(std::move(*batch));
      continue;
    }
    ended_ = true;
    judge_end();
    source_.end();
  }
  return ready_ ? feeds_[turn_]->rows() : 0;
}

void GeneratedBatches::take(Batch batch) {
  const auto in = [&] { return text(" In epoch ", epoch_, ", batch ", made_ + 1, "."); };
  turn_ = 1 - turn_;
  try {
    feeds_[turn_].emplace(where_, network_, compiled_, data::Check::by_batch, batch.x, batch.y,
                          batch.sample_weight, class_weight_);
    LACUNA_REQUIRE(takes_none() || feeds_[turn_]->rows() > 0, where_,
                   ": x must have rows. Received: rows=0.");
  } catch (const InvalidType& e) {
    throw InvalidType(e.what(), in());
  } catch (const std::invalid_argument& e) {
    throw InvalidArgument(e.what(), in());
  } catch (const std::out_of_range& e) {
    throw OutOfRange(e.what(), in());
  }
  ++made_;
  ready_ = feeds_[turn_]->rows() > 0;  // A prediction of no rows is none.
}

Feeds GeneratedBatches::next() {
  LACUNA_REQUIRE(upcoming() > 0, where_, ": the batches must have rows. Received: rows=0.");
  ready_ = false;
  return feeds_[turn_]->pack_range(0, feeds_[turn_]->rows());
}

void GeneratedBatches::judge_end() {
  if (made_ > 0 && (!steps_ || made_ == *steps_)) return;
  finished_ = true;
  std::string what = text(where_, ": there must be ");
  what += steps_ ? text("batches for all steps. Received: ", made_, " of ", *steps_, " batches")
                 : "a batch in each epoch. Received: none";
  what += text(" in epoch ", epoch_);
  if (!trains_ || (epoch_ == 1 && made_ == 0)) throw InvalidArgument(what, ".");
  warn(what + "; training ends here.");
}

}  // namespace lacuna
