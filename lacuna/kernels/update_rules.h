// One step of each optimizer for a value of a weight, and the constants that it takes. `states` is the number
// of states per value; all of them are zero at first.
#pragma once
#include <cstddef>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace kernels {

// w ← w - rate g
template <class T>
struct Sgd {
  static constexpr size_t states = 0;
  T rate;
};

// m ← momentum m - rate g;  w ← w + m, or with Nesterov's step w + momentum m - rate g
template <class T>
struct Momentum {
  static constexpr size_t states = 1;
  T rate, momentum;
  bool nesterov;
};

// a ← a + g²;  w ← w - rate g / (√(first + a) + epsilon). The state holds the sum without its first value, so
// that a new row begins with zeros.
template <class T>
struct Adagrad {
  static constexpr size_t states = 1;
  T rate, epsilon, first;
};

// For a row: h ← h + mean(g²);  w ← w - rate g / √(h + epsilon). Its state is one value per row, and a row is
// never updated in parts.
template <class T>
struct GroupAdagrad {
  static constexpr size_t states = 1;
  T rate, epsilon;
};

// a ← ρ a + (1 - ρ) g²;  w ← w - rate g / (√a + epsilon)
template <class T>
struct Rmsprop {
  static constexpr size_t states = 1;
  T rate, rho, epsilon;
};

// a ← ρ a + (1 - ρ) g²;  u = g √(d + epsilon) / √(a + epsilon);  w ← w - rate u;  d ← ρ d + (1 - ρ) u²
template <class T>
struct Adadelta {
  static constexpr size_t states = 2;
  T rate, rho, epsilon;
};

// m ← β₁ m + (1 - β₁) g;  v ← β₂ v + (1 - β₂) g²;  w ← keep w - rate m / (√v + epsilon), the rate with the
// bias correction in it; keep is 1 minus the weight decay. amsgrad: v̂ ← max(v̂, v) in place of v, a third
// state.
template <class T>
struct Adam {
  static constexpr size_t states = 2;
  T rate, beta_1, beta_2, epsilon, keep;
  bool amsgrad;
};

// m ← β₁ m + (1 - β₁) g;  u ← max(β₂ u, |g|);  w ← w - rate m / (u + epsilon), the rate with the bias
// correction in it
template <class T>
struct Adamax {
  static constexpr size_t states = 2;
  T rate, beta_1, beta_2, epsilon;
};

// m ← β₁ m + (1 - β₁) g;  v ← β₂ v + (1 - β₂) g²;  w ← w - (of_g g + of_m m) / (√(of_v v) + epsilon), where
// the rate and the corrections of a step are in of_g, of_m and of_v
template <class T>
struct Nadam {
  static constexpr size_t states = 2;
  T of_g, of_m, of_v, beta_1, beta_2, epsilon;
};

// s, n: g² summed, before and after;  z ← z + g - (√(first + n) - √(first + s)) per_rate w;
// w ← (clip(z, ±l1) - z) / (√(first + n) per_rate + l2), or 0 where that divides by 0
template <class T>
struct Ftrl {
  static constexpr size_t states = 2;
  T per_rate, first, l1, l2;
};

template <class Rule>
constexpr bool kWholeRows = false;  // Rows are not updated in parts.
template <class T>
constexpr bool kWholeRows<GroupAdagrad<T>> = true;

}  // namespace kernels
}  // namespace lacuna
