// Dense(classes, softmax) with sparse_categorical_crossentropy and Adam, above a relu layer of many units.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "adam.h"
#include "loss.h"
#include "pages.h"
#include "random.h"
#include "simd.h"

namespace loops {

// Calls f with n, from 1 to kMost, as a compile-time constant, so that the compiler can keep arrays in
// registers.
template <size_t kMost, class F>
void with_constant(size_t n, F f) {
  if constexpr (kMost > 1) {
    if (n < kMost) return with_constant<kMost - 1>(n, f);
  }
  f(std::integral_constant<size_t, kMost>{});
}

class SoftmaxLayer {
 public:
  // stride: floats in a row of the layer below, whole vectors; the first `units` are used, the rest are 0.
  SoftmaxLayer(size_t units, size_t stride, size_t classes, size_t batch)
      : units_(units),
        stride_(stride),
        classes_(classes),
        padded_classes_(padded(classes)),
        kernel_(classes * stride),
        bias_(padded_classes_),
        outputs_(batch * padded_classes_) {}

  void reset(Random& random) {
    kernel_.reset();
    bias_.reset();
    const float limit = std::sqrt(6.f / static_cast<float>(units_ + classes_));
    for (size_t c = 0; c < classes_; ++c) random.fill_uniform({&kernel_.w[c * stride_], units_}, limit);
  }

  // Makes one step. hidden: n rows of outputs of the relu layer. below: receives the gradient of the relu's
  // inputs.
  void step(const Adam& adam, const float* hidden, const int32_t* rows, const Pages<int32_t>& labels,
            size_t n, float* below, Sums& sums) {
    forward(hidden, n);
    for (size_t i = 0; i < n; ++i) softmax(&outputs_[i * padded_classes_], labels[rows[i]], n, sums);
    for (size_t j = 0; j < stride_; j += kLanes) backward(hidden + j, n, below + j, j);
    std::fill(bias_.gradient.begin(), bias_.gradient.end(), 0.f);
    for (size_t i = 0; i < n; ++i)
      for (size_t c = 0; c < padded_classes_; ++c) bias_.gradient[c] += outputs_[i * padded_classes_ + c];
    kernel_.update(adam);
    bias_.update(adam);
  }

 private:
  struct Weight {
    explicit Weight(size_t size) : w(size), m(size), v(size), gradient(size) {}
    void reset() {
      for (auto* values : {&w, &m, &v}) std::fill(values->begin(), values->end(), 0.f);
    }
    void update(const Adam& adam) { adam(w.data(), m.data(), v.data(), gradient.data(), w.size()); }

    Pages<float> w, m, v, gradient;
  };

  // Computes two rows by five classes at a time: ten sums in registers, and each vector of the kernel is
  // loaded once for two rows.
  void forward(const float* hidden, size_t n) {
    constexpr size_t kRows = 2, kClasses = 5;
    for (size_t i = 0; i < n; i += kRows)
      for (size_t c = 0; c < classes_; c += kClasses)
        with_constant<kRows>(n - i, [&](auto row_count) {
          with_constant<kClasses>(classes_ - c, [&](auto class_count) {
            products<row_count, class_count>(hidden + i * stride_, &kernel_.w[c * stride_],
                                             &outputs_[i * padded_classes_ + c]);
          });
        });
  }
  template <size_t kRows, size_t kClasses>
  void products(const float* hidden, const float* kernel, float* outputs) const {
    Vector total[kRows][kClasses];
    for (auto& row : total) std::fill(row, row + kClasses, zero());
    for (size_t j = 0; j < stride_; j += kLanes) {
      Vector a[kRows];
      for (size_t i = 0; i < kRows; ++i) a[i] = load(hidden + i * stride_ + j);
      for (size_t c = 0; c < kClasses; ++c) {
        const Vector w = load(kernel + c * stride_ + j);
        for (size_t i = 0; i < kRows; ++i) total[i][c] = hn::MulAdd(a[i], w, total[i][c]);
      }
    }
    for (size_t i = 0; i < kRows; ++i)
      for (size_t c = 0; c < kClasses; ++c) outputs[i * padded_classes_ + c] = sum(total[i][c]);
  }

  // Replaces the logits by their gradient.
  void softmax(float* outputs, int32_t label, size_t n, Sums& sums) const {
    for (size_t c = 0; c < classes_; ++c) outputs[c] += bias_.w[c];
    const float* largest = std::max_element(outputs, outputs + classes_);
    sums.metric += largest - outputs == label;
    const float top = *largest;
    float total = 0;
    for (size_t c = 0; c < classes_; ++c) total += outputs[c] = std::exp(outputs[c] - top);
    for (size_t c = 0; c < classes_; ++c) outputs[c] /= total;
    sums.loss -= std::log(std::max(outputs[label], 1e-7f));
    outputs[label] -= 1;
    for (size_t c = 0; c < classes_; ++c) outputs[c] /= static_cast<float>(n);
  }

  // For one vector of hidden units: the kernel's gradients of ten classes stay in registers during one pass
  // over the rows, which also sums the gradient of the layer below.
  void backward(const float* hidden, size_t n, float* below, size_t j) {
    constexpr size_t kClasses = 10;
    for (size_t c = 0; c < classes_; c += kClasses)
      with_constant<kClasses>(classes_ - c, [&](auto class_count) {
        constexpr size_t kCount = class_count;
        const float* kernel = &kernel_.w[c * stride_ + j];
        Vector gradient[kCount];
        std::fill(gradient, gradient + kCount, zero());
        for (size_t i = 0; i < n; ++i) {
          const float* output = &outputs_[i * padded_classes_ + c];
          const Vector a = load(hidden + i * stride_);
          Vector d = c == 0 ? zero() : load(below + i * stride_);
          for (size_t k = 0; k < kCount; ++k) {
            const Vector x = all(output[k]);
            gradient[k] = hn::MulAdd(x, a, gradient[k]);
            d = hn::MulAdd(x, load(kernel + k * stride_), d);
          }
          store(hn::IfThenElseZero(hn::Gt(a, zero()), d), below + i * stride_);
        }
        for (size_t k = 0; k < kCount; ++k) store(gradient[k], &kernel_.gradient[(c + k) * stride_ + j]);
      });
  }

  size_t units_, stride_, classes_, padded_classes_;
  Weight kernel_;  // Transposed: a row for each class.
  Weight bias_;
  Pages<float> outputs_;  // The batch's logits, then their gradient.
};

}  // namespace loops
