// Layers that add noise, only in training.
#include "lacuna/layers/noise.h"

#include <cmath>

#include "lacuna/ops/elementwise/in_train_phase.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/random/dropout.h"
#include "lacuna/ops/random/times_normal.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna::layers {
namespace {

void require_dense(const std::string& name, const Symbol& x) {
  LACUNA_REQUIRE(
      x.storage() == Storage::dense, name,
      ": the input must be dense, since noise would change zeros too: write to_dense(x). Received: "
      "input=",
      x.spec(), ".");
}

void stddev_list(Settings& s, double& stddev, LayerOptions&) { s("stddev", stddev); }
void rate_list(Settings& s, double& rate, LayerOptions&) { s("rate", rate); }
void alpha_list(Settings& s, double& rate, AlphaDropoutOptions& o) {
  s("rate", rate).shape("noise_shape", o.noise_shape)("seed", o.seed);
}
const bool noise_registered = known<GaussianNoise>("GaussianNoise", stddev_list) &&
                              known<GaussianDropout>("GaussianDropout", rate_list) &&
                              known<AlphaDropout>("AlphaDropout", alpha_list);

}  // namespace

GaussianNoise::GaussianNoise(double stddev, const LayerOptions& options)
    : InTrainingAlone(options, "GaussianNoise"), stddev_(stddev) {
  LACUNA_REQUIRE(stddev >= 0, "GaussianNoise: stddev must not be negative. Received: stddev=", stddev, ".");
  supports_masking();
  state()->key = next_key();
  describe(stddev_list, stddev, options);
}
Symbol GaussianNoise::call(const Symbol& x) {
  require_dense(name(), x);
  // times_normal is 0 outside of training.
  return x + times_normal(broadcast_like(constant(stddev_, x.dtype()), x), state()->key);
}

GaussianDropout::GaussianDropout(double rate, const LayerOptions& options)
    : InTrainingAlone(options, "GaussianDropout"), rate_(rate) {
  LACUNA_REQUIRE(rate >= 0 && rate < 1, "GaussianDropout: rate must be in [0, 1). Received: rate=", rate,
                 ".");
  supports_masking();
  state()->key = next_key();
  describe(rate_list, rate, options);
}
Symbol GaussianDropout::call(const Symbol& x) {
  if (rate_ == 0) return x;
  return x + times_normal(x, state()->key) * std::sqrt(rate_ / (1 - rate_));
}

AlphaDropout::AlphaDropout(double rate, const AlphaDropoutOptions& options)
    : InTrainingAlone(common(options), "AlphaDropout"), rate_(rate), noise_shape_(options.noise_shape) {
  LACUNA_REQUIRE(rate >= 0 && rate < 1, "AlphaDropout: rate must be in [0, 1). Received: rate=", rate, ".");
  supports_masking();
  state()->key = options.seed ? mix(*options.seed) : next_key();
  describe(alpha_list, rate, options);
}
Symbol AlphaDropout::call(const Symbol& x) {
  require_dense(name(), x);
  if (rate_ == 0) return x;
  constexpr double kAlpha = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946;
  const double a = 1 / std::sqrt((1 - rate_) * (1 + rate_ * kAlpha * kAlpha)), b = -a * kAlpha * rate_;
  const Symbol ones = broadcast_like(constant(1, x.dtype()), x);
  const Symbol kept = dropout(ones, rate_, state()->key, noise_shape_) * (1 - rate_);  // 0 or 1
  return in_train_phase((x * kept + (1.0 - kept) * kAlpha) * a + b, x);
}

}  // namespace lacuna::layers
