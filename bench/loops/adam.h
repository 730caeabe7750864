// Adam (Kingma and Ba, 2015) as Keras computes it, on one vector of a weight.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "simd.h"

namespace loops {

class Adam {
 public:
  // For step number `step`, counted from 1; the rate includes both bias corrections.
  explicit Adam(int64_t step)
      : rate_(static_cast<float>(1e-3 * std::sqrt(1 - std::pow(0.999, static_cast<double>(step))) /
                                 (1 - std::pow(0.9, static_cast<double>(step))))) {}

  // w: the weights; m and v: their moments. Division and root are exact: estimates with a Newton step were
  // not faster, since the step waits for memory.
  void operator()(float* w, float* m, float* v, Vector gradient) const {
    const Vector first = hn::MulAdd(all(0.1f), hn::Sub(gradient, load(m)), load(m));
    const Vector second = hn::MulAdd(all(0.001f), hn::MulSub(gradient, gradient, load(v)), load(v));
    store(first, m);
    store(second, v);
    const Vector move = hn::Div(first, hn::Add(hn::Sqrt(second), all(1e-7f)));
    store(hn::NegMulAdd(all(rate_), move, load(w)), w);
  }
  void operator()(float* w, float* m, float* v, const float* gradient, size_t size) const {
    for (size_t j = 0; j < size; j += kLanes) (*this)(w + j, m + j, v + j, load(gradient + j));
  }
  // The same for a single number.
  void operator()(float& w, float& m, float& v, float gradient) const {
    m += 0.1f * (gradient - m);
    v += 0.001f * (gradient * gradient - v);
    w -= rate_ * m / (std::sqrt(v) + 1e-7f);
  }

 private:
  float rate_;
};

}  // namespace loops
