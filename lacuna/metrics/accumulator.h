// A metric with a state: exact over all batches that it is fed with, which a mean over batches is not.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "lacuna/tensor/tensor.h"

namespace lacuna::metrics {

// What an output tells, as its shape and its loss say.
enum class Task : uint8_t {
  binary,   // one column: yes or no
  labels,   // each column for itself: yes or no
  classes,  // which one of the columns
};

class Accumulator {
 public:
  virtual ~Accumulator() = default;

  // As if nothing had been fed.
  virtual void reset() = 0;

  // A batch. y_pred: dense (n, …, width), float. y_true: of its shape and dtype, dense or csr; or ids of its
  // last axis, of an integer dtype, any number a row, padded with -1. weights: one for each of the n samples,
  // not negative; empty where all are 1. A sample of weight 0 counts as absent.
  virtual void add(const Tensor& y_true, const Tensor& y_pred, std::span<const double> weights) = 0;

  // Of all that was fed. `why` says why it is not defined where it is NaN, and else what it leaves out, if
  // anything.
  virtual double value(std::string* why = nullptr) = 0;

  // About how many numbers value() looks at: so many must be fed before a running value is worth another.
  virtual size_t cost() const = 0;
};

using MakeAccumulator = std::function<std::shared_ptr<Accumulator>(Task)>;

// The mean of what y_pred holds, one value a sample, whatever y_true: Σ w v / Σ w.
std::shared_ptr<Accumulator> weighted_mean();

// Throws unless there is a weight for each of `samples`, or none at all, and none is negative.
void check_weights(const char* where, std::span<const double> weights, size_t samples);

}  // namespace lacuna::metrics
