// What the steps since all rows of a weight were last current did to rows without a gradient: as much of it
// as the rule needs that catches rows up. Memory for kLongest steps is taken once.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace lacuna::optimizers {

// A number of each step, in the weight's dtype.
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
  static constexpr int32_t kLongest = 4096;  // Then all rows are caught up: a sweep in so many steps.

  int32_t steps = 0;
  struct Taken {
    double rate, t;
  };
  std::vector<Taken> taken{};      // What each step was, from which all else but glide follows.
  Log move{}, of_d{}, keep{};      // See kernels::StepwiseRest.
  std::vector<double> decayed{0};  // Σ log keep of the steps before.
  double largest = 0;              // Of move.
  double last_rate = 0;
  Powers first{}, second{};     // Of the first two states, by number of steps; kept when steps are.
  std::vector<double> glide{};  // Σ move[s] β₁^(s - from + 1) from each step on,
  int32_t glide_until = 0;      // up to this one.

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
  // Moves shrink by `ratio` or more a step, and their rates change: what is left after one, by move / rate.
  double rest(double ratio) const {
    return ratio < 1 ? largest * ratio / (1 - ratio) : std::numeric_limits<double>::infinity();
  }
  // Brings glide up to date. Sums whose first steps are so far back that the new ones add nothing stay.
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

}  // namespace lacuna::optimizers
