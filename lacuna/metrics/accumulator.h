// A metric with a state: exact over all batches together, unlike a mean of values per batch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {
namespace metrics {

// What an output predicts, according to its shape and its loss.
enum class Task : uint8_t {
  binary,   // one column: yes or no
  labels,   // yes or no for each column
  classes,  // one of the columns
};

class Accumulator {
 public:
  virtual ~Accumulator() = default;

  // Forgets all batches.
  virtual void reset() = 0;

  // Adds a batch. y_pred: dense (n, …, width), float. y_true: of its shape and dtype, dense or csr; or ids of
  // its last axis, of an integer dtype, any number per row, padded with -1. weights: one for each of the n
  // samples, not negative; empty if all are 1. A sample of weight 0 counts as absent.
  virtual void add(const Tensor& y_true, const Tensor& y_pred, std::span<const double> weights) = 0;

  // The value over all batches. If it is NaN, `why` is set to the reason; else to what it leaves out, if
  // anything.
  virtual double value(std::string* why = nullptr) = 0;

  // Whether it goes on from one train_on_batch to the next, as Keras' metrics with a state do. Not a state
  // that grows with the rows, which would make each step slower than the last.
  virtual bool goes_on() const { return true; }

  // About how many numbers value() reads. A running value is recomputed only after so many more were fed.
  virtual size_t cost() const = 0;
};

using MakeAccumulator = std::function<std::shared_ptr<Accumulator>(Task)>;

// The mean of the values of y_pred, one per sample, whatever y_true: Σ w v / Σ w.
std::shared_ptr<Accumulator> weighted_mean();

// Throws unless weights is empty or has one for each of `samples`, none of them negative.
void check_weights(const char* where, std::span<const double> weights, size_t samples);

}  // namespace metrics
}  // namespace lacuna
