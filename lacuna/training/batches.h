// Batches, one after another: all that training, evaluation and prediction ask of data. Arrays in memory are
// one kind (array_batches.h); a file that is read as it goes is another.
#pragma once
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "lacuna/base/threads.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

// The tensors of a batch, in the order that a Program takes them: inputs, targets, sample weights.
using Feeds = std::span<const Tensor* const>;

class Batches {
 public:
  virtual ~Batches() = default;

  // Storage and dtype of inputs and targets, without shapes; and whether sample weights follow.
  virtual const std::vector<Spec>& specs() const = 0;
  virtual bool weighted() const = 0;
  // Of an epoch, where that is known before it ends.
  virtual std::optional<Dim> rows() const = 0;

  // An epoch begins. What shuffles does it by this key alone, so that an epoch can be run again.
  virtual void begin(uint64_t key) = 0;
  // Rows of the batch to come; 0 after the last.
  virtual Dim upcoming() = 0;
  // That batch. It is valid until the call after the next, so that one may be made while the one before is
  // used.
  virtual Feeds next() = 0;
  // Whether it takes so long to make a batch that it is worth doing beside the work on the one before.
  virtual bool is_slow() const = 0;
};

// The batches of an epoch, each made beside the work on the one before it.
class ReadAhead {
 public:
  // The epoch has begun.
  explicit ReadAhead(Batches& batches) : batches_(batches) {}

  // Rows of the batch to come; 0 after the last.
  Dim upcoming() { return ahead_ ? rows_ahead_ : batches_.upcoming(); }

  // Calls work(feeds) with that batch and meanwhile, if `ahead`, makes the one after it. What making that
  // throws is thrown when it is asked for.
  template <class Work>
  void run(bool ahead, const Work& work) {
    if (error_) std::rethrow_exception(error_);
    const Feeds feeds = ahead_ ? *std::exchange(ahead_, std::nullopt) : batches_.next();
    rows_ahead_ = ahead && batches_.is_slow() ? batches_.upcoming() : 0;
    if (rows_ahead_ == 0) return work(feeds);
    beside([&] { work(feeds); },
           [&] {
             try {
               ahead_ = batches_.next();
             } catch (...) {
               ahead_ = Feeds();
               error_ = std::current_exception();
             }
           });
  }

 private:
  Batches& batches_;
  std::optional<Feeds> ahead_{};
  Dim rows_ahead_ = 0;
  std::exception_ptr error_{};
};

}  // namespace lacuna
