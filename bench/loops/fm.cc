// The case `fm`: a factorization machine with Adam.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "adam.h"
#include "chains.h"
#include "csr.h"
#include "loss.h"
#include "packed.h"
#include "random.h"
#include "simd.h"
#include "training.h"
#include "worker.h"

namespace loops {
namespace {

constexpr size_t kFactors = 16, kVectors = kFactors / kLanes;
static_assert(kVectors * kLanes == kFactors, "the factors of an id must be whole vectors");

// The values of one id, in four cache lines: the factors and the weight, each with its moments.
struct alignas(64) Row {
  float factors[kFactors], factors_m[kFactors], factors_v[kFactors];
  float w, m, v;
};
static_assert(sizeof(Row) == 256);

void prefetch(const Row& row) {
  hwy::Prefetch(row.factors);
  hwy::Prefetch(&row.w);
}

class FactorizationMachine {
 public:
  explicit FactorizationMachine(const Options& options)
      : x_(read_csr(options.data, options.rows)),
        y_(read_targets<float>(options.data, x_.rows)),
        batch_(x_, options.batch),
        row_of_(batch_.ids.size()),
        chains_(x_.columns, batch_.ids.size()),
        table_(x_.columns),
        sums_(options.batch * kFactors),
        d_(options.batch) {}

  size_t rows() const { return x_.rows; }

  void reset() {
    Random random(2);
    for (Row& row : table_) {
      row = Row{};
      random.fill_uniform(row.factors, 0.05f);
      row.w = random.uniform(-0.05f, 0.05f);
    }
    bias_ = bias_m_ = bias_v_ = 0;
    steps_ = 0;
  }

  void step(const int32_t* rows, size_t n, Sums& sums) {
    const Adam adam(++steps_);
    batch_.pack(x_, rows, n);
    float bias_gradient = 0;
    for (size_t i = 0; i < n; ++i) {
      std::fill(&row_of_[batch_.begin[i]], &row_of_[batch_.begin[i + 1]], static_cast<int32_t>(i));
      d_[i] = Logistic::gradient(logit(i), y_[rows[i]], sums) / static_cast<float>(n);
      bias_gradient += d_[i];
    }
    chains_.link(batch_.ids.data(), batch_.nonzeros);
    for (size_t i = 0; i < chains_.count(); ++i) update(adam, i);
    adam(bias_, bias_m_, bias_v_, bias_gradient);
  }

 private:
  // b + Σ x w + ½ Σ over factors f of ((Σ x f)² - Σ (x f)²).
  float logit(size_t i) {
    constexpr size_t kAhead = 24;
    Vector total[kVectors], squares[kVectors];
    std::fill(total, total + kVectors, zero());
    std::fill(squares, squares + kVectors, zero());
    float linear = bias_;
    for (int32_t k = batch_.begin[i]; k < batch_.begin[i + 1]; ++k) {
      prefetch(table_[batch_.ids[k + kAhead]]);
      const Row& row = table_[batch_.ids[k]];
      const Vector x = all(batch_.values[k]);
      for (size_t r = 0; r < kVectors; ++r) {
        const Vector xf = hn::Mul(x, load(row.factors + r * kLanes));
        total[r] = hn::Add(total[r], xf);
        squares[r] = hn::MulAdd(xf, xf, squares[r]);
      }
      linear += batch_.values[k] * row.w;
    }
    Vector pairs = zero();
    for (size_t r = 0; r < kVectors; ++r) {
      store(total[r], &sums_[i * kFactors + r * kLanes]);
      pairs = hn::Add(pairs, hn::MulSub(total[r], total[r], squares[r]));
    }
    return linear + 0.5f * sum(pairs);
  }

  // The gradient of the i-th touched row: d x for the weight, and d x (Σ x f - its own x f) for the factors.
  void update(const Adam& adam, size_t i) {
    constexpr size_t kAhead = 12;
    const Row& later = table_[chains_.id(i + kAhead)];
    prefetch(later);
    hwy::Prefetch(later.factors_m);
    hwy::Prefetch(later.factors_v);
    Row& row = table_[chains_.id(i)];
    Vector gradient[kVectors];
    std::fill(gradient, gradient + kVectors, zero());
    float weight_gradient = 0;
    for (int32_t k = chains_.last(i); k != Chains::kEnd; k = chains_.before(k)) {
      const int32_t b = row_of_[k];
      const float x = batch_.values[k], dx = d_[b] * x;
      weight_gradient += dx;
      for (size_t r = 0; r < kVectors; ++r) {
        const Vector others =
            hn::NegMulAdd(all(x), load(row.factors + r * kLanes), load(&sums_[b * kFactors + r * kLanes]));
        gradient[r] = hn::MulAdd(all(dx), others, gradient[r]);
      }
    }
    for (size_t r = 0; r < kVectors; ++r) {
      const size_t j = r * kLanes;
      adam(row.factors + j, row.factors_m + j, row.factors_v + j, gradient[r]);
    }
    adam(row.w, row.m, row.v, weight_gradient);
  }

  Csr x_;
  Pages<float> y_;
  Packed batch_;
  Pages<int32_t> row_of_;  // For each non-zero of the batch, its row in the batch.
  Chains chains_;
  Pages<Row> table_;
  Pages<float> sums_;  // For each row of the batch, Σ x f.
  std::vector<float> d_;
  float bias_ = 0, bias_m_ = 0, bias_v_ = 0;
  int64_t steps_ = 0;
};

Commands make(const Options& options) {
  return training_commands(std::make_shared<FactorizationMachine>(options), options.batch);
}

}  // namespace
}  // namespace loops

int main(int argc, char** argv) { return loops::serve(argc, argv, loops::make); }
