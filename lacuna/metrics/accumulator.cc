// The accumulator of metrics that give a value for each sample.
#include "lacuna/metrics/accumulator.h"

#include <algorithm>
#include <limits>

namespace lacuna::metrics {
namespace {

class WeightedMean final : public Accumulator {
 public:
  void reset() override { sum_ = weight_ = 0; }

  void add(const Tensor&, const Tensor& values, std::span<const double> weights) override {
    check_weights("metric", weights, values.dense().size());
    with_float("metric", values.dtype(), [&](auto tag) {
      const auto v = values.dense().values<typename decltype(tag)::type>();
      for (size_t i = 0; i < v.size(); ++i) {
        const double w = weights.empty() ? 1 : weights[i];
        if (w == 0) continue;
        sum_ += w * static_cast<double>(v[i]);
        weight_ += w;
      }
    });
  }

  double value(std::string* why) override {
    if (why && weight_ == 0) *why = "no sample has a weight above 0";
    return weight_ > 0 ? sum_ / weight_ : std::numeric_limits<double>::quiet_NaN();
  }
  bool goes_on() const override { return false; }  // Like the mean of a batch without weights.
  size_t cost() const override { return 1; }

 private:
  double sum_ = 0, weight_ = 0;
};

}  // namespace

std::shared_ptr<Accumulator> weighted_mean() { return std::make_shared<WeightedMean>(); }

void check_weights(const char* where, std::span<const double> weights, size_t samples) {
  LACUNA_REQUIRE(weights.empty() || weights.size() == samples, where,
                 ": there must be a weight for each sample. Received: weights=", weights.size(),
                 ", samples=", samples, ".");
  const auto bad = std::ranges::find_if(weights, [](double w) { return !(w >= 0); });
  LACUNA_REQUIRE(bad == weights.end(), where,
                 ": sample weights must not be negative. Received: ", bad == weights.end() ? 0 : *bad, ".");
}

}  // namespace lacuna::metrics
