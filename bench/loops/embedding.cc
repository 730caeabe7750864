// The case `embedding`: Embedding, Flatten, Dense(1, sigmoid) with Adam.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "adam.h"
#include "chains.h"
#include "loss.h"
#include "npy.h"
#include "random.h"
#include "simd.h"
#include "training.h"
#include "worker.h"

namespace loops {
namespace {

constexpr size_t kVocabulary = 1'000'000, kWidth = 128;
constexpr size_t kBlock = 8;  // Vectors of a gradient held in registers.

// Embedding, Flatten, Dense(1, sigmoid).
class Embedding {
 public:
  explicit Embedding(const Options& options)
      : ids_(read_npy<int32_t>(options.data + "/ids.npy")),
        rows_(ids_.values.size() / ids_.columns),
        length_(ids_.columns),
        y_(read_npy<float>(options.data + "/y.npy").values),
        chains_(kVocabulary, options.batch * length_),
        batch_(options.batch * length_),
        row_of_(batch_.size()),
        position_of_(batch_.size()),
        table_(kVocabulary * 3 * kWidth),
        dense_(4 * length_ * kWidth),
        d_(options.batch),
        flatten_gradient_(batch_.size() * kWidth),
        share_(length_) {
    if (y_.size() != rows_)
      throw std::runtime_error("embedding: y must have one number for each row of ids.");
    for (int32_t id : ids_.values)
      if (id < 0 || id >= static_cast<int32_t>(kVocabulary))
        throw std::runtime_error("embedding: ids must be below 1000000. Received: " + std::to_string(id));
    if (options.rows > 0) rows_ = std::min(rows_, options.rows);
    for (size_t k = 0; k < batch_.size(); ++k) {
      row_of_[k] = static_cast<int32_t>(k / length_);
      position_of_[k] = static_cast<int32_t>(k % length_);
    }
  }

  size_t rows() const { return rows_; }

  void reset() {
    Random random(2);
    std::fill(table_.begin(), table_.end(), 0.f);
    for (size_t id = 0; id < kVocabulary; ++id)
      random.fill_uniform({&table_[id * 3 * kWidth], kWidth}, 0.05f);
    std::fill(dense_.begin(), dense_.end(), 0.f);
    const size_t inputs = length_ * kWidth;
    random.fill_uniform(dense_.first(inputs), std::sqrt(6.f / static_cast<float>(inputs + 1)));
    bias_ = bias_m_ = bias_v_ = 0;
    steps_ = 0;
  }

  void step(const int32_t* rows, size_t n, Sums& sums) {
    const Adam adam(++steps_);
    for (size_t i = 0; i < n; ++i)
      std::memcpy(&batch_[i * length_], &ids_.values[static_cast<size_t>(rows[i]) * length_],
                  length_ * sizeof(int32_t));
    chains_.link(batch_.data(), n * length_);
    float bias_gradient = 0;
    for (size_t i = 0; i < n; ++i) {
      d_[i] = Logistic::gradient(logit(i), y_[rows[i]], sums) / static_cast<float>(n);
      bias_gradient += d_[i];
    }
    write_flatten_gradient(n);
    float* dense_gradient = &dense_[3 * length_ * kWidth];
    std::fill(dense_gradient, dense_gradient + length_ * kWidth, 0.f);
    for (size_t i = 0; i < chains_.count(); ++i) {
      prefetch_row(row(chains_.id(i + 4)), 3 * kWidth);
      add_to_dense_gradient(i, dense_gradient);
      for (size_t j = 0; j < kWidth; j += kBlock * kLanes) update(adam, i, j);
    }
    const size_t inputs = length_ * kWidth;
    adam(&dense_[0], &dense_[inputs], &dense_[2 * inputs], dense_gradient, inputs);
    adam(bias_, bias_m_, bias_v_, bias_gradient);
  }

 private:
  float logit(size_t i) {
    constexpr size_t kSums = 4;
    Vector total[kSums];
    std::fill(total, total + kSums, zero());
    for (size_t k = i * length_; k < (i + 1) * length_; ++k) {
      prefetch_row(row(batch_[k + 8]), kWidth);
      const float* w = row(batch_[k]);
      const float* dense = &dense_[(k - i * length_) * kWidth];
      for (size_t j = 0; j < kWidth; j += kSums * kLanes)
        for (size_t r = 0; r < kSums; ++r)
          total[r] = hn::MulAdd(load(w + j + r * kLanes), load(dense + j + r * kLanes), total[r]);
    }
    return bias_ + sum(hn::Add(hn::Add(total[0], total[1]), hn::Add(total[2], total[3])));
  }

  void write_flatten_gradient(size_t n) {
    const size_t inputs = length_ * kWidth;
    for (size_t i = 0; i < n; ++i)
      for (size_t j = 0; j < inputs; j += kLanes)
        store(hn::Mul(all(d_[i]), load(&dense_[j])), &flatten_gradient_[i * inputs + j]);
  }

  // Adds the part of the i-th touched row to the gradient of Dense's kernel, one product for each position at
  // which its id occurs. Done before the row's update, while the row is in cache.
  void add_to_dense_gradient(size_t i, float* gradient) {
    std::fill(share_.begin(), share_.end(), 0.f);
    for (int32_t k = chains_.last(i); k != Chains::kEnd; k = chains_.before(k))
      share_[position_of_[k]] += d_[row_of_[k]];
    const float* w = row(chains_.id(i));
    for (size_t position = 0; position < length_; ++position) {
      if (share_[position] == 0) continue;
      float* sums = gradient + position * kWidth;
      for (size_t j = 0; j < kWidth; j += kLanes)
        store(hn::MulAdd(all(share_[position]), load(w + j), load(sums + j)), sums + j);
    }
  }

  // Sums the gradient of a block of the i-th touched row over the places where its id occurs, and applies
  // Adam.
  void update(const Adam& adam, size_t i, size_t j) {
    Vector gradient[kBlock];
    std::fill(gradient, gradient + kBlock, zero());
    for (int32_t k = chains_.last(i); k != Chains::kEnd; k = chains_.before(k)) {
      const float* d = &flatten_gradient_[static_cast<size_t>(k) * kWidth + j];
      for (size_t r = 0; r < kBlock; ++r) gradient[r] = hn::Add(gradient[r], load(d + r * kLanes));
    }
    for (size_t r = 0; r < kBlock; ++r) {
      float* w = row(chains_.id(i)) + j + r * kLanes;
      adam(w, w + kWidth, w + 2 * kWidth, gradient[r]);
    }
  }

  float* row(int32_t id) { return &table_[static_cast<size_t>(id) * 3 * kWidth]; }

  Npy<int32_t> ids_;
  size_t rows_, length_;
  Pages<float> y_;
  Chains chains_;
  Pages<int32_t> batch_;                 // Ids, row after row.
  Pages<int32_t> row_of_, position_of_;  // Of each id in the batch.
  Pages<float> table_;                   // For each id: the weights, then both moments.
  Pages<float> dense_;                   // Dense's kernel, both moments, then its gradient.
  std::vector<float> d_;
  Pages<float> flatten_gradient_;
  std::vector<float> share_;  // The factor of one id for each position.
  float bias_ = 0, bias_m_ = 0, bias_v_ = 0;
  int64_t steps_ = 0;
};

Commands make(const Options& options) {
  return training_commands(std::make_shared<Embedding>(options), options.batch);
}

}  // namespace
}  // namespace loops

int main(int argc, char** argv) { return loops::serve(argc, argv, loops::make); }
