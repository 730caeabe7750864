// The steps since all rows of a weight were last current, with what a rule needs to catch up rows that had no
// gradient in them. Memory for kLongest steps is allocated once.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// One number per step, in each float dtype.
class Log {
 public:
  void push(double number) {
    doubles_.push_back(number);
    floats_.push_back(static_cast<float>(number));
  }
  void clear() {
    doubles_.clear();
    floats_.clear();
  }
  void reserve(size_t steps) {
    doubles_.reserve(steps);
    floats_.reserve(steps);
  }
  template <class T>
  const T* data() const {
    if constexpr (std::is_same_v<T, double>) return doubles_.data();
    else return floats_.data();
  }
  double operator[](size_t step) const { return doubles_[step]; }

 private:
  std::vector<double> doubles_{};
  std::vector<float> floats_{};
};

// baseᵏ and base + base² + … + baseᵏ for k = 0, 1, …
struct Powers {
  std::vector<double> power{1}, sum{0};
  void grow(double base) {
    power.push_back(power.back() * base);
    sum.push_back(sum.back() + power.back());
  }
};

struct History {
  static constexpr int32_t kLongest = 4096;  // After so many steps all rows are caught up.

  int32_t steps = 0;
  struct Taken {
    double rate, t;
  };
  std::vector<Taken> taken{};      // All else but glide follows from these.
  Log move{}, of_d{}, keep{};      // See kernels::StepwiseRest.
  std::vector<double> decayed{0};  // For each step: Σ log keep of the steps before.
  double largest = 0;              // The largest of move.
  double last_rate = 0;
  Powers first{}, second{};     // Decay of the first two states; kept by forget().
  std::vector<double> glide{};  // For each step `from`: Σ move[s] β₁^(s - from + 1)
  int32_t glide_until = 0;      // over the steps from ≤ s < glide_until.

  void reserve() {
    taken.reserve(kLongest);
    for (Log* log : {&move, &of_d, &keep}) log->reserve(kLongest);
    for (Powers* p : {&first, &second}) {
      p->power.reserve(kLongest + 1);
      p->sum.reserve(kLongest + 1);
    }
    decayed.reserve(kLongest + 1);
    glide.reserve(kLongest);
  }
  void grow_powers(double base_1, double base_2) {
    if (first.power.size() > static_cast<size_t>(steps) + 1) return;
    first.grow(base_1);
    second.grow(base_2);
  }
  void log_move(double number) {
    move.push(number);
    if (number > largest) largest = number;
  }
  // Bounds all later moves of a value, where moves shrink by `ratio` or more per step: their sum is at most
  // the move of step s times rest / move[s], although rates differ between steps.
  double rest(double ratio) const {
    return ratio < 1 ? largest * ratio / (1 - ratio) : std::numeric_limits<double>::infinity();
  }
  // Brings glide up to date. It stops at steps so far back that the new steps add nothing to their sums.
  void sum_moves(double beta) {
    if (glide_until == steps) return;
    glide.resize(static_cast<size_t>(steps));
    double sum = 0, weight = 1;
    for (int32_t s = steps - 1; s >= 0; --s) {
      sum = beta * (move[static_cast<size_t>(s)] + sum);
      if (s < glide_until && (weight *= beta) < 1e-18) break;
      glide[static_cast<size_t>(s)] = sum;
    }
    glide_until = steps;
  }
  void forget() {
    steps = 0;
    taken.clear();
    move.clear();
    of_d.clear();
    keep.clear();
    decayed.assign(1, 0);
    largest = 0;
    glide.clear();
    glide_until = 0;
  }
};

}  // namespace optimizers
}  // namespace lacuna
