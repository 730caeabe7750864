// Initializers: the first values of a weight. Those of Keras 2.2.4, by name or as settings:
//   Dense(8, {.kernel_initializer = "glorot_uniform", .bias_initializer = initializers::Constant{.value =
//   0.1}})
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "lacuna/base/arg.h"
#include "lacuna/base/config.h"
#include "lacuna/base/random.h"
#include "lacuna/tensor/spec.h"

namespace LACUNA_EXPORT lacuna {
namespace initializers {

// In a Draw each value depends only on its row and its place in the row, so that a row of a table can be made
// when it is first touched, with the values that a dense weight would have.
struct Initializer {
  static constexpr auto kind = "initializer";
  virtual ~Initializer() = default;

  // The values for a weight of this shape. With a seed they are always the same; without one each call takes
  // the next key.
  virtual Draw draw(const Shape& shape) const = 0;
  virtual std::string class_name() const = 0;
  virtual Config config() const = 0;
  virtual bool by_name() const { return false; }  // A function of one's own: a config has just its name.
};
using Ptr = std::shared_ptr<Initializer>;
using Seed = std::optional<uint64_t>;

struct Zeros {
  Ptr make() const;
};
struct Ones {
  Ptr make() const;
};
struct Constant {
  double value = 0;
  Ptr make() const;
};
struct RandomNormal {
  double mean = 0, stddev = 0.05;
  Seed seed{};
  Ptr make() const;
};
struct RandomUniform {
  double minval = -0.05, maxval = 0.05;
  Seed seed{};
  Ptr make() const;
};
// Values beyond two standard deviations are drawn again.
struct TruncatedNormal {
  double mean = 0, stddev = 0.05;
  Seed seed{};
  Ptr make() const;
};

// Variance scale / fan, where mode "fan_in", "fan_out" or "fan_avg" says which fan. distribution is "normal"
// (truncated) or "uniform".
struct VarianceScaling {
  double scale = 1;
  std::string mode = "fan_in", distribution = "normal";
  Seed seed{};
  Ptr make() const;
};
VarianceScaling glorot_normal(Seed seed = {});  // scale 1, fan_avg; Glorot and Bengio, AISTATS 2010
VarianceScaling glorot_uniform(Seed seed = {});
VarianceScaling he_normal(Seed seed = {});  // scale 2, fan_in; He et al., ICCV 2015
VarianceScaling he_uniform(Seed seed = {});
VarianceScaling lecun_normal(Seed seed = {});  // scale 1, fan_in; LeCun et al., "Efficient BackProp", 1998
VarianceScaling lecun_uniform(Seed seed = {});

// The same as settings.
struct GlorotNormal {
  Seed seed{};
  Ptr make() const { return glorot_normal(seed).make(); }
};
struct GlorotUniform {
  Seed seed{};
  Ptr make() const { return glorot_uniform(seed).make(); }
};
struct HeNormal {
  Seed seed{};
  Ptr make() const { return he_normal(seed).make(); }
};
struct HeUniform {
  Seed seed{};
  Ptr make() const { return he_uniform(seed).make(); }
};
struct LecunNormal {
  Seed seed{};
  Ptr make() const { return lecun_normal(seed).make(); }
};
struct LecunUniform {
  Seed seed{};
  Ptr make() const { return lecun_uniform(seed).make(); }
};

// gain on the diagonal of a matrix, zeros elsewhere. If it is no square, as many such squares as fit along
// its longer side, of which it must be a multiple; in the dialect of Keras 3 one.
struct Identity {
  double gain = 1;
  Ptr make() const;
};

// Fan-in and fan-out of a weight. Rank 2: its rows and columns; rank 3 to 5: the last two dimensions, each
// times the size of the kernel's window; other ranks: the square root of the size, for both.
struct Fans {
  double in, out;
};
Fans fans(const Shape& shape);

}  // namespace initializers
}  // namespace lacuna

namespace LACUNA_EXPORT lacuna {
LACUNA_REGISTRY(initializers::Initializer)
}  // namespace lacuna
