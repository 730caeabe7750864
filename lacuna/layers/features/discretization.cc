// Numbers as the bins that they fall into.
#include "lacuna/layers/features/discretization.h"

#include <algorithm>
#include <cmath>

#include "lacuna/features/quantiles.h"
#include "lacuna/layers/features/list_setting.h"
#include "lacuna/layers/features/output_mode.h"
#include "lacuna/ops/labels/digitize.h"

namespace lacuna::layers {
namespace {

const std::vector<std::string> kBinModes{"int", "one_hot", "multi_hot", "count"};

class BinsState final : public FeatureState {
 public:
  BinsState(std::string layer, Dim num_bins) : layer_(std::move(layer)), num_bins_(num_bins) {}

  void reset() override { seen_ = {}; }
  void update(const Tensor& values) override {
    LACUNA_REQUIRE(num_bins_ > 0, layer_,
                   ": adapt needs num_bins, and replaces no bin_boundaries. Received: num_bins=None.");
    const auto given = values.dense().values<double>();
    LACUNA_REQUIRE(std::ranges::all_of(given, [](double v) { return std::isfinite(v); }), layer_,
                   ": adapt: values must be finite. Received: NaN or infinity.");
    seen_.add(given);
  }
  void finalize() override {
    LACUNA_REQUIRE(seen_.count() > 0, layer_, ": adapt: there must be values. Received: none.");
    bins_->set(seen_.boundaries(static_cast<size_t>(num_bins_)));
    reset();
  }
  Spec wanted(const Spec&) const override { return {{}, DType::float64, Storage::dense}; }

  Kept kept() const override {
    const auto bins = bins_->get();
    if (!bins || num_bins_ == 0) return {};  // Given ones are in the config.
    return {{"boundaries", tensor::Dense::of<double>({static_cast<Dim>(bins->size())}, *bins)}};
  }
  std::function<void()> restorer(const Kept& kept) override {
    const auto found = kept.find("boundaries");
    LACUNA_REQUIRE(found != kept.end() && found->second.dtype == DType::float64, layer_,
                   ": a file must hold the boundaries. Received: one without.");
    const auto values = found->second.values<double>();
    std::vector<double> bins(values.begin(), values.end());
    check(bins);
    return [this, bins = std::move(bins)] { bins_->set(bins); };
  }

  void set(std::vector<double> bins) {
    check(bins);
    bins_->set(std::move(bins));
  }
  const std::shared_ptr<features::Learned<std::vector<double>>>& bins() const { return bins_; }

 private:
  void check(const std::vector<double>& bins) const {
    LACUNA_REQUIRE(
        std::ranges::is_sorted(bins) && std::ranges::none_of(bins, [](double b) { return std::isnan(b); }),
        layer_, ": bin_boundaries must ascend. Received: ", bins.size(), " of them, the first ",
        bins.empty() ? 0 : bins[0], ".");
    LACUNA_REQUIRE(num_bins_ == 0 || static_cast<Dim>(bins.size()) + 1 == num_bins_, layer_,
                   ": there must be a boundary between each two of num_bins. Received: boundaries=",
                   bins.size(), ", num_bins=", num_bins_, ".");
  }

  const std::string layer_;
  const Dim num_bins_;
  features::Quantiles seen_{};
  std::shared_ptr<features::Learned<std::vector<double>>> bins_ =
      std::make_shared<features::Learned<std::vector<double>>>();
};

void discretization_list(Settings& s, DiscretizationOptions& o) {
  list_setting(s, "bin_boundaries", o.bin_boundaries, "a list of numbers");
  s.positive("num_bins", o.num_bins)("epsilon", o.epsilon)("output_mode", o.output_mode)("sparse", o.sparse);
}
const bool discretization_told = known<Discretization>("Discretization", discretization_list);

BinsState& bins_of(const LayerState& layer) {
  auto* state = dynamic_cast<BinsState*>(layer.feature.get());
  LACUNA_REQUIRE(state != nullptr, layer.name,
                 ": boundaries are what Discretization has. Received: ", layer.class_name, ".");
  return *state;
}

}  // namespace

Discretization::Discretization(DiscretizationOptions options)
    : Feature(common(options), "Discretization"),
      options_(std::make_shared<DiscretizationOptions>(std::move(options))) {
  const auto& o = *options_;
  output_mode_of("Discretization", o.output_mode, kBinModes);
  LACUNA_REQUIRE(o.bin_boundaries.empty() != (o.num_bins == 0) ||
                     static_cast<Dim>(o.bin_boundaries.size()) + 1 == o.num_bins,
                 "Discretization: bin_boundaries or num_bins must be given. Received: bin_boundaries=",
                 o.bin_boundaries.size(), " values, num_bins=", o.num_bins, ".");
  const bool given = !o.bin_boundaries.empty();
  const auto feature = std::make_shared<BinsState>("Discretization", given ? 0 : o.num_bins);
  if (given) feature->set(o.bin_boundaries);
  state()->feature = feature;
  describe(discretization_list, o);
}

std::vector<double> Discretization::bin_boundaries() const { return layers::bin_boundaries(*state()); }

std::vector<double> bin_boundaries(const LayerState& layer) {
  const auto bins = bins_of(layer).bins()->get();
  return bins ? *bins : std::vector<double>();
}

Symbol Discretization::call(const Symbol& x) {
  const auto& o = *options_;
  LACUNA_REQUIRE(
      x.storage() == Storage::dense, name(),
      ": the input must be dense, since 0 has a bin too; write to_dense(x). Received: input=", x.spec(), ".");
  const Dim bins = o.bin_boundaries.empty() ? o.num_bins : static_cast<Dim>(o.bin_boundaries.size()) + 1;
  return encoded(name(), digitize_by(x, bins_of(*state()).bins()),
                 output_mode_of("Discretization", o.output_mode, kBinModes),
                 {.num_tokens = bins, .sparse = o.sparse, .dtype = dtype()});
}

}  // namespace lacuna::layers
