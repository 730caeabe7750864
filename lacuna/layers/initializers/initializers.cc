// Initializers, and their names.
#include "lacuna/layers/initializers/initializers.h"

#include <algorithm>
#include <cmath>

#include "lacuna/base/dialect.h"

namespace lacuna {

LACUNA_REGISTRY_HERE(initializers::Initializer)

namespace initializers {
namespace {

// The standard deviation of a standard normal distribution cut off at -2 and 2.
constexpr double kTruncatedStddev = 0.87962566103423978;

using Function = std::function<Draw(const Shape&)>;

class Made final : public Initializer {
 public:
  Made(const char* class_name, Config config, Function draw)
      : class_name_(class_name), config_(std::move(config)), draw_(std::move(draw)) {}
  Draw draw(const Shape& shape) const override { return draw_(shape); }
  std::string class_name() const override { return class_name_; }
  Config config() const override { return config_; }

 private:
  const char* class_name_;
  Config config_;
  Function draw_;
};

Ptr made(const char* class_name, Config config, Function draw) {
  return std::make_shared<Made>(class_name, std::move(config), std::move(draw));
}

// Mixed, so that a small seed of a user does not happen to equal another key.
uint64_t key_of(const Seed& seed) { return seed ? mix(*seed) : next_key(); }

Function random(Draw::Kind kind, double a, double b, const Seed& seed) {
  return [=](const Shape&) { return Draw{.kind = kind, .a = a, .b = b, .key = key_of(seed)}; };
}

Function constant_draw(double value) {
  return [=](const Shape&) { return Draw{.kind = Draw::Kind::constant, .a = value}; };
}

// The settings of each, by Keras' names.
template <class S>
void nothing(Settings&, S&) {}
template <class S>
void seed(Settings& s, S& o) {
  s("seed", o.seed);
}
template <class S>
void normal(Settings& s, S& o) {
  s("mean", o.mean)("stddev", o.stddev)("seed", o.seed);
}
void constant(Settings& s, Constant& o) { s("value", o.value); }
void uniform(Settings& s, RandomUniform& o) { s("minval", o.minval)("maxval", o.maxval)("seed", o.seed); }
void scaling(Settings& s, VarianceScaling& o) {
  s("scale", o.scale)("mode", o.mode)("distribution", o.distribution)("seed", o.seed);
}
void identity(Settings& s, Identity& o) { s("gain", o.gain); }

const bool initializers_registered = [] {
  using Names = Registry<Initializer>;
  Names::add<Zeros>({"Zeros", "zeros", "zero"}, nothing);
  Names::add<Ones>({"Ones", "ones", "one"}, nothing);
  Names::add<Constant>({"Constant", "constant"}, constant);
  Names::add<RandomNormal>({"RandomNormal", "random_normal", "normal"}, normal);
  Names::add<RandomUniform>({"RandomUniform", "random_uniform", "uniform"}, uniform);
  Names::add<TruncatedNormal>({"TruncatedNormal", "truncated_normal"}, normal);
  Names::add<VarianceScaling>({"VarianceScaling"}, scaling);
  Names::add<GlorotNormal>({"GlorotNormal", "glorot_normal"}, seed);
  Names::add<GlorotUniform>({"GlorotUniform", "glorot_uniform"}, seed);
  Names::add<HeNormal>({"HeNormal", "he_normal"}, seed);
  Names::add<HeUniform>({"HeUniform", "he_uniform"}, seed);
  Names::add<LecunNormal>({"LecunNormal", "lecun_normal"}, seed);
  Names::add<LecunUniform>({"LecunUniform", "lecun_uniform"}, seed);
  Names::add<Identity>({"Identity", "identity"}, identity);
  return true;
}();

}  // namespace

Fans fans(const Shape& shape) {
  double size = 1;
  for (const Dim d : shape) size *= static_cast<double>(d);
  const size_t rank = shape.size();
  if (rank < 2 || rank > 5) return {std::sqrt(size), std::sqrt(size)};
  const auto in = static_cast<double>(shape[rank - 2]), out = static_cast<double>(shape[rank - 1]);
  double window = 1;
  for (size_t i = 0; i + 2 < rank; ++i) window *= static_cast<double>(shape[i]);
  return {in * window, out * window};
}

Ptr Zeros::make() const { return made("Zeros", {}, constant_draw(0)); }
Ptr Ones::make() const { return made("Ones", {}, constant_draw(1)); }
Ptr Constant::make() const { return made("Constant", written(constant, *this), constant_draw(value)); }

Ptr RandomNormal::make() const {
  LACUNA_REQUIRE(stddev >= 0, "RandomNormal: stddev must not be negative. Received: stddev=", stddev, ".");
  return made("RandomNormal", written(normal, *this), random(Draw::Kind::normal, mean, stddev, seed));
}

Ptr RandomUniform::make() const {
  LACUNA_REQUIRE(minval <= maxval,
                 "RandomUniform: minval must not be above maxval. Received: minval=", minval,
                 ", maxval=", maxval, ".");
  return made("RandomUniform", written(uniform, *this), random(Draw::Kind::uniform, minval, maxval, seed));
}

Ptr TruncatedNormal::make() const {
  LACUNA_REQUIRE(stddev >= 0, "TruncatedNormal: stddev must not be negative. Received: stddev=", stddev, ".");
  return made("TruncatedNormal", written(normal, *this),
              random(Draw::Kind::truncated_normal, mean, stddev, seed));
}

Ptr VarianceScaling::make() const {
  LACUNA_REQUIRE(scale > 0, "VarianceScaling: scale must be positive. Received: scale=", scale, ".");
  LACUNA_REQUIRE(mode == "fan_in" || mode == "fan_out" || mode == "fan_avg",
                 "VarianceScaling: mode must be 'fan_in', 'fan_out' or 'fan_avg'. Received: mode='", mode,
                 "'.");
  LACUNA_REQUIRE(distribution == "normal" || distribution == "uniform",
                 "VarianceScaling: distribution must be 'normal' or 'uniform'. Received: distribution='",
                 distribution, "'.");
  return made("VarianceScaling", written(scaling, *this), [s = *this](const Shape& shape) {
    const Fans f = fans(shape);
    const double fan = s.mode == "fan_in" ? f.in : s.mode == "fan_out" ? f.out : (f.in + f.out) / 2;
    const double variance = s.scale / std::max(1.0, fan);
    const double limit = std::sqrt(3 * variance);
    if (s.distribution == "uniform") return random(Draw::Kind::uniform, -limit, limit, s.seed)(shape);
    return random(Draw::Kind::truncated_normal, 0, std::sqrt(variance) / kTruncatedStddev, s.seed)(shape);
  });
}

VarianceScaling glorot_normal(Seed seed) { return {1, "fan_avg", "normal", seed}; }
VarianceScaling glorot_uniform(Seed seed) { return {1, "fan_avg", "uniform", seed}; }
VarianceScaling he_normal(Seed seed) { return {2, "fan_in", "normal", seed}; }
VarianceScaling he_uniform(Seed seed) { return {2, "fan_in", "uniform", seed}; }
VarianceScaling lecun_normal(Seed seed) { return {1, "fan_in", "normal", seed}; }
VarianceScaling lecun_uniform(Seed seed) { return {1, "fan_in", "uniform", seed}; }

Ptr Identity::make() const {
  return made("Identity", written(identity, *this), [gain = gain](const Shape& shape) {
    LACUNA_REQUIRE(shape.size() == 2,
                   "Identity: the weight must be a matrix. Received: shape=", to_string(shape), ".");
    if (speaks_keras_3()) return Draw{.kind = Draw::Kind::identity, .a = gain};
    const auto [shorter, longer] = std::minmax(shape[0], shape[1]);
    LACUNA_REQUIRE(shorter > 0 && longer % shorter == 0,
                   "Identity: the longer side must be a multiple of the shorter one. Received: shape=",
                   to_string(shape), ".");
    return Draw{.kind = Draw::Kind::identity, .a = gain, .key = static_cast<uint64_t>(shorter)};
  });
}

}  // namespace initializers
}  // namespace lacuna
