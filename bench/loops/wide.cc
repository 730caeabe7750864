// The case `wide`: logistic regression on ids of many columns, with SGD.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "csr.h"
#include "loss.h"
#include "packed.h"
#include "row_store.h"
#include "simd.h"
#include "swept.h"
#include "training.h"
#include "worker.h"

namespace loops {
namespace {

constexpr float kRate = 0.1f, kMomentum = 0.9f;
constexpr size_t kAhead = 32;  // Non-zeros, or rows of the table, between a prefetch and its use.

// SGD without momentum. The gradients of a weight can be subtracted one by one, so a step reads and writes
// only the weights, in the forward pass and after it.
class Plain {
 public:
  explicit Plain(const Options& options)
      : x_(read_csr(options.data, options.rows)),
        y_(read_targets<float>(options.data, x_.rows)),
        batch_(x_, options.batch),
        w_(x_.columns),
        d_(options.batch) {}

  size_t rows() const { return x_.rows; }

  void reset() {
    std::fill(w_.begin(), w_.end(), 0.f);
    bias_ = 0;
  }

  void step(const int32_t* rows, size_t n, Sums& sums) {
    batch_.pack(x_, rows, n);
    float bias_gradient = 0;
    for (size_t i = 0; i < n; ++i) {
      const int32_t begin = batch_.begin[i], end = batch_.begin[i + 1];
      for (int32_t k = begin; k < end; ++k) hwy::Prefetch(&w_[batch_.ids[k + kAhead]]);
      const float logit = bias_ + gathered_dot(&batch_.ids[begin], &batch_.values[begin],
                                               static_cast<size_t>(end - begin), w_.data());
      d_[i] = Logistic::gradient(logit, y_[rows[i]], sums) / static_cast<float>(n);
      bias_gradient += d_[i];
    }
    for (size_t i = 0; i < n; ++i) {
      const float move = kRate * d_[i];
      for (int32_t k = batch_.begin[i]; k < batch_.begin[i + 1]; ++k) {
        hwy::Prefetch(&w_[batch_.ids[k + kAhead]]);
        w_[batch_.ids[k]] -= move * batch_.values[k];
      }
    }
    bias_ -= kRate * bias_gradient;
  }

 private:
  Csr x_;
  Pages<float> y_;
  Packed batch_;
  Pages<float> w_;
  std::vector<float> d_;
  float bias_ = 0;
};

// SGD whose momentum moves only the touched rows.
template <class Store>
class Touched {
 public:
  explicit Touched(const Options& options)
      : x_(read_csr(options.data, options.rows)),
        y_(read_targets<float>(options.data, x_.rows)),
        batch_(x_, options.batch),
        store_(x_.columns),
        local_(batch_.ids.size()),
        places_(batch_.ids.size() + kAhead),
        w_(batch_.ids.size() + 1),
        gradient_(batch_.ids.size()) {}

  size_t rows() const { return x_.rows; }

  void reset() {
    store_.reset();
    bias_ = bias_velocity_ = 0;
  }

  void step(const int32_t* rows, size_t n, Sums& sums) {
    batch_.pack(x_, rows, n);
    const uint32_t touched = number_ids();
    const float bias_gradient = forward_and_back(rows, n, sums);
    update(touched);
    bias_velocity_ = kMomentum * bias_velocity_ - kRate * bias_gradient;
    bias_ += bias_velocity_;
  }

 private:
  // Numbers the different ids of the batch 0, 1, … in the order of their first occurrence and gathers their
  // weights. Whether an id is new is unpredictable, so nothing branches on it: the values for a new id are
  // always written, and are kept only if it was new.
  uint32_t number_ids() {
    store_.begin_batch(batch_.nonzeros);
    const int32_t* ids = batch_.ids.data();
    uint32_t* places = places_.data();
    uint32_t count = 0;
    for (size_t k = 0; k < batch_.nonzeros; ++k) {
      store_.prefetch(ids[k + kAhead]);
      const uint32_t place = store_.place(ids[k]);
      Row& row = store_.at(place);
      const bool met = store_.met(row, place, places, count);
      row.local = met ? row.local : count;
      local_[k] = static_cast<int32_t>(row.local);
      places[count] = place;
      w_[count] = row.weight;
      count += !met;
    }
    return count;
  }

  // Works only on arrays of the batch, which fit in the cache. Returns the gradient of the bias.
  float forward_and_back(const int32_t* rows, size_t n, Sums& sums) {
    const int32_t* local = local_.data();
    const float* values = batch_.values.data();
    float* gradient = gradient_.data();
    float bias_gradient = 0;
    for (size_t i = 0; i < n; ++i) {
      const int32_t begin = batch_.begin[i], end = batch_.begin[i + 1];
      const float logit =
          bias_ + gathered_dot(local + begin, values + begin, static_cast<size_t>(end - begin), w_.data());
      const float d = Logistic::gradient(logit, y_[rows[i]], sums) / static_cast<float>(n);
      bias_gradient += d;
      for (int32_t k = begin; k < end; ++k) gradient[local[k]] += d * values[k];
    }
    return bias_gradient;
  }

  void update(uint32_t touched) {
    std::fill_n(&places_[touched], kAhead, 0);
    for (uint32_t i = 0; i < touched; ++i) {
      store_.prefetch_place(places_[i + kAhead]);
      Row& row = store_.at(places_[i]);
      row.velocity = kMomentum * row.velocity - kRate * gradient_[i];
      row.weight += row.velocity;
      gradient_[i] = 0;
    }
  }

  Csr x_;
  Pages<float> y_;
  Packed batch_;
  Store store_;
  Pages<int32_t> local_;    // For each non-zero of the batch, the number of its id.
  Pages<uint32_t> places_;  // By number: where the row lies, its weight, its gradient.
  Pages<float> w_, gradient_;
  float bias_ = 0, bias_velocity_ = 0;
};

// With more ids than this (256 MB), a hash table of the ids that occur is faster than an array of all ids.
constexpr size_t kMostDirect = size_t{1} << 24;

Commands make(const Options& options) {
  const auto commands_of = [&](auto model) { return training_commands(model, options.batch); };
  if (options.variant == "plain") return commands_of(std::make_shared<Plain>(options));
  if (options.variant == "dense")
    return commands_of(std::make_shared<Swept<Logistic>>(options, Rates{kRate, kMomentum, false}));
  if (options.variant != "flag")
    throw std::invalid_argument("--variant must be flag, dense or plain. Received: " + options.variant);
  if (read_csr(options.data, options.rows).columns <= kMostDirect)
    return commands_of(std::make_shared<Touched<Direct>>(options));
  return commands_of(std::make_shared<Touched<Hashed>>(options));
}

}  // namespace
}  // namespace loops

int main(int argc, char** argv) { return loops::serve(argc, argv, loops::make); }
