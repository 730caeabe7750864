// Keras' random tensors, drawn anew in each step. They follow the seed of the process (set_random_seed).
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {
namespace backend {

// The size of a tensor along an axis: a number, or a scalar integer symbol such as an entry of shape(x).
struct Size {
  Size(Dim n) : dim(n) {}
  Size(int n) : dim(n) {}
  Size(const Symbol& s) : dim(None), symbol(s) {}
  Dim dim;
  Symbol symbol{};
};

// seed: the same numbers in each process, whatever the seed of the process is. dtype: a float dtype.
// InvalidArgument for negative sizes and deviations, a maximum below the minimum, and a probability outside
// of [0, 1].
struct RandomOptions {
  DType dtype = DType::float32;
  std::optional<uint64_t> seed{};
};
Symbol random_normal(const std::vector<Size>& shape, double mean = 0, double stddev = 1,
                     const RandomOptions& = {});
Symbol random_uniform(const std::vector<Size>& shape, double minval = 0, double maxval = 1,
                      const RandomOptions& = {});
// Normal numbers within two standard deviations of the mean.
Symbol truncated_normal(const std::vector<Size>& shape, double mean = 0, double stddev = 1,
                        const RandomOptions& = {});
// 1 with probability p, else 0.
Symbol random_binomial(const std::vector<Size>& shape, double p = 0, const RandomOptions& = {});

}  // namespace backend
}  // namespace lacuna
