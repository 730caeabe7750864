// A model with one output unit on csr rows, trained by SGD whose step updates all weights, with or without
// momentum.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "csr.h"
#include "loss.h"
#include "simd.h"
#include "training.h"

namespace loops {

// touched_only: weights whose column does not occur in the batch do not move.
struct Rates {
  float learning_rate, momentum;
  bool touched_only;
};

template <class Loss>
class Swept {
 public:
  Swept(const Options& options, Rates rates)
      : rates_(rates),
        x_(read_csr(options.data, options.rows)),
        y_(read_targets<float>(options.data, x_.rows)),
        w_(padded(x_.columns)),
        velocity_(padded(x_.columns)),
        gradient_(padded(x_.columns)),
        outputs_(x_.rows) {}

  size_t rows() const { return x_.rows; }

  void reset() {
    std::fill(w_.begin(), w_.end(), 0.f);
    std::fill(velocity_.begin(), velocity_.end(), 0.f);
    bias_ = bias_velocity_ = 0;
  }

  void step(const int32_t* rows, size_t n, Sums& sums) {
    const float share = 1 / static_cast<float>(n);
    float bias_gradient = 0;
    for (size_t i = 0; i < n; ++i) {
      x_.prefetch(rows[i + 4]);
      const float d = share * Loss::gradient(output(rows[i]), y_[rows[i]], sums);
      bias_gradient += d;
      for (int64_t k = x_.indptr[rows[i]]; k < x_.indptr[rows[i] + 1]; ++k)
        gradient_[x_.indices[k]] += d * x_.data[k];
    }
    if (rates_.touched_only) sweep<true>();
    else sweep<false>();
    bias_velocity_ = rates_.momentum * bias_velocity_ - rates_.learning_rate * bias_gradient;
    bias_ += bias_velocity_;
  }

  void predict() {
    for (size_t row = 0; row < x_.rows; ++row) outputs_[row] = output(static_cast<int32_t>(row));
  }
  void predict_one(size_t row) { outputs_[row] = output(static_cast<int32_t>(row)); }

 private:
  float output(int32_t row) const {
    const int64_t first = x_.indptr[row], n = x_.indptr[row + 1] - first;
    return bias_ + gathered_dot(&x_.indices[first], &x_.data[first], static_cast<size_t>(n), w_.data());
  }

  // Touched columns are recognized by a gradient that is not 0; one that happens to be 0 is missed.
  template <bool kTouchedOnly>
  void sweep() {
    for (size_t j = 0; j < w_.size(); j += kLanes) {
      const Vector g = load(&gradient_[j]), old = load(&velocity_[j]);
      Vector v = hn::NegMulAdd(all(rates_.learning_rate), g, hn::Mul(all(rates_.momentum), old));
      Vector move = v;
      if constexpr (kTouchedOnly) {
        const auto touched = hn::Ne(g, zero());
        v = hn::IfThenElse(touched, v, old);
        move = hn::IfThenElseZero(touched, v);
      }
      store(v, &velocity_[j]);
      store(hn::Add(load(&w_[j]), move), &w_[j]);
      store(zero(), &gradient_[j]);
    }
  }

  Rates rates_;
  Csr x_;
  Pages<float> y_, w_, velocity_, gradient_, outputs_;
  float bias_ = 0, bias_velocity_ = 0;
};

}  // namespace loops
