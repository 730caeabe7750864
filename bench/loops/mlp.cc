// The cases `mlp` and `sections`: a relu layer on csr rows, then a softmax layer, with Adam.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "adam.h"
#include "chains.h"
#include "csr.h"
#include "packed.h"
#include "random.h"
#include "simd.h"
#include "softmax_layer.h"
#include "training.h"
#include "worker.h"

namespace loops {
namespace {

constexpr size_t kBlock = 8, kRest = 4;  // Vectors held in registers: as a rule, and for the last columns.

class Mlp {
 public:
  Mlp(const Options& options, size_t units)
      : x_(read_csr(options.data, options.rows)),
        labels_(read_targets<int32_t>(options.data, x_.rows)),
        units_(units),
        stride_((units + kRest * kLanes - 1) / (kRest * kLanes) * (kRest * kLanes)),
        batch_(x_, options.batch),
        row_of_(batch_.ids.size()),
        chains_(x_.columns, batch_.ids.size()),
        kernel_(x_.columns * 3 * stride_),
        bias_(4 * stride_),
        hidden_(options.batch * stride_),
        below_(options.batch * stride_),
        output_(units, stride_, static_cast<size_t>(*std::max_element(labels_.begin(), labels_.end())) + 1,
                options.batch) {}

  size_t rows() const { return x_.rows; }

  void reset() {
    std::fill(kernel_.begin(), kernel_.end(), 0.f);
    std::fill(bias_.begin(), bias_.end(), 0.f);
    Random random(2);
    const float limit = std::sqrt(6.f / static_cast<float>(x_.columns + units_));
    for (size_t column = 0; column < x_.columns; ++column)
      random.fill_uniform({&kernel_[column * 3 * stride_], units_}, limit);
    output_.reset(random);
    steps_ = 0;
  }

  void step(const int32_t* rows, size_t n, Sums& sums) {
    const Adam adam(++steps_);
    batch_.pack(x_, rows, n);
    for (size_t i = 0; i < n; ++i)
      std::fill(&row_of_[batch_.begin[i]], &row_of_[batch_.begin[i + 1]], static_cast<int32_t>(i));
    chains_.link(batch_.ids.data(), batch_.nonzeros);
    columns([&](auto vectors, size_t j) { forward<vectors>(n, j); });
    output_.step(adam, hidden_.data(), rows, labels_, n, below_.data(), sums);
    for (size_t i = 0; i < chains_.count(); ++i) {
      columns([&](auto vectors, size_t j) { update<vectors>(adam, i, j); });
    }
    float* bias_gradient = &bias_[3 * stride_];
    std::fill(bias_gradient, bias_gradient + stride_, 0.f);
    for (size_t i = 0; i < n; ++i)
      for (size_t j = 0; j < stride_; ++j) bias_gradient[j] += below_[i * stride_ + j];
    adam(&bias_[0], &bias_[stride_], &bias_[2 * stride_], bias_gradient, stride_);
  }

 private:
  template <class F>
  void columns(F f) const {
    size_t j = 0;
    for (; j + kBlock * kLanes <= stride_; j += kBlock * kLanes)
      f(std::integral_constant<size_t, kBlock>{}, j);
    for (; j < stride_; j += kRest * kLanes) f(std::integral_constant<size_t, kRest>{}, j);
  }

  // relu(x W + b), for the columns from j on.
  template <size_t kVectors>
  void forward(size_t n, size_t j) {
    constexpr size_t kAhead = 6;
    for (size_t i = 0; i < n; ++i) {
      Vector total[kVectors];
      for (size_t r = 0; r < kVectors; ++r) total[r] = load(&bias_[j + r * kLanes]);
      for (int32_t k = batch_.begin[i]; k < batch_.begin[i + 1]; ++k) {
        prefetch_row(weights(batch_.ids[k + kAhead]) + j, kVectors * kLanes);
        const float* w = weights(batch_.ids[k]) + j;
        const Vector x = all(batch_.values[k]);
        for (size_t r = 0; r < kVectors; ++r) total[r] = hn::MulAdd(x, load(w + r * kLanes), total[r]);
      }
      for (size_t r = 0; r < kVectors; ++r)
        store(hn::Max(total[r], zero()), &hidden_[i * stride_ + j + r * kLanes]);
    }
  }

  // Sums the gradient of the row of the i-th touched id and applies Adam, for the columns from j on.
  template <size_t kVectors>
  void update(const Adam& adam, size_t i, size_t j) {
    float* w = weights(chains_.id(i)) + j;
    const float* next = weights(chains_.id(i + 1)) + j;
    for (size_t part = 0; part < 3; ++part) prefetch_row(next + part * stride_, kVectors * kLanes);
    Vector gradient[kVectors];
    std::fill(gradient, gradient + kVectors, zero());
    for (int32_t k = chains_.last(i); k != Chains::kEnd; k = chains_.before(k)) {
      const Vector x = all(batch_.values[k]);
      const float* d = &below_[row_of_[k] * stride_ + j];
      for (size_t r = 0; r < kVectors; ++r) gradient[r] = hn::MulAdd(x, load(d + r * kLanes), gradient[r]);
    }
    for (size_t r = 0; r < kVectors; ++r) {
      float* at = w + r * kLanes;
      adam(at, at + stride_, at + 2 * stride_, gradient[r]);
    }
  }

  float* weights(int32_t id) { return &kernel_[static_cast<size_t>(id) * 3 * stride_]; }

  Csr x_;
  Pages<int32_t> labels_;
  size_t units_, stride_;
  Packed batch_;
  Pages<int32_t> row_of_;  // For each non-zero of the batch, its row in the batch.
  Chains chains_;
  Pages<float> kernel_;  // For each column: the weights, then both moments.
  Pages<float> bias_;    // The bias, both moments, then the gradient.
  Pages<float> hidden_, below_;
  SoftmaxLayer output_;
  int64_t steps_ = 0;
};

Commands make(const Options& options) {
  if (options.name != "mlp" && options.name != "sections")
    throw std::invalid_argument("--case must be mlp or sections. Received: " + options.name);
  return training_commands(std::make_shared<Mlp>(options, options.name == "mlp" ? 2328 : 128), options.batch);
}

}  // namespace
}  // namespace loops

int main(int argc, char** argv) { return loops::serve(argc, argv, loops::make); }
