// The interface by which training, evaluation and prediction get data: batches, one after another. Arrays in
// memory are one kind (array_batches.h); a file that is read during the epoch would be another.
#pragma once
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/base/threads.h"
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {

// The tensors of a batch, in the order that a Program takes them: inputs, targets, sample weights.
using Feeds = std::span<const Tensor* const>;

class Batches {
 public:
  virtual ~Batches() = default;

  // Storage and dtype of inputs and targets, without shapes; and whether sample weights follow. If they vary,
  // they are those of the batch that next() made last.
  virtual const std::vector<Spec>& specs() const = 0;
  virtual bool weighted() const = 0;
  virtual bool varies() const { return false; }
  // The rows of an epoch, if that is known before it ends.
  virtual std::optional<Dim> rows() const = 0;
  // Its batches, if they are known where rows are not.
  virtual std::optional<int64_t> steps() const { return std::nullopt; }
  // Whether no further epoch can be made, because the data ended.
  virtual bool finished() const { return false; }

  // Begins an epoch. Shuffling must depend on this key alone, so that an epoch can be repeated.
  virtual void begin(uint64_t key) = 0;
  // Where a batch of this epoch can be made from without making those before it, for skip: in numbers that
  // these batches alone understand; empty if it is not known. The batch is one that was made last or comes
  // next. May be called while next() runs, if upcoming() was called before.
  virtual std::span<const int64_t> place(int64_t /*batch*/) const { return {}; }
  // Leaves out the next batches, or those that there are, and returns their rows. Called after begin().
  // place: of the first batch that is not left out, or empty.
  virtual Dim skip(int64_t count, std::span<const int64_t> /*place*/) {
    Dim rows = 0;
    for (; count > 0 && upcoming() > 0; --count) {
      rows += upcoming();
      next();
    }
    return rows;
  }
  // Tells data apart: a text that is another one if the rows are others, as far as is known.
  virtual std::string source() const { return {}; }
  // Whether a callback can change the rows, so that no batch may be made before it was called.
  virtual bool is_shared() const { return true; }
  // Rows of the next batch; 0 after the last.
  virtual Dim upcoming() = 0;
  // Makes the next batch. It stays valid during the following call, so that a batch can be made while the one
  // before is used.
  virtual Feeds next() = 0;
  // Whether making a batch takes so long that it is worth doing on another thread; never if they vary.
  virtual bool is_slow() const = 0;
};

// The batches of an epoch, each made on another thread while the one before it is used.
class ReadAhead {
 public:
  // batches.begin() must have been called.
  explicit ReadAhead(Batches& batches) : batches_(batches) {}

  // Rows of the next batch; 0 after the last.
  Dim upcoming() { return ahead_ ? rows_ahead_ : batches_.upcoming(); }

  // Calls work(feeds) with the next batch and meanwhile, if `ahead`, makes the one after it. If that throws,
  // the next run() throws its exception.
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
