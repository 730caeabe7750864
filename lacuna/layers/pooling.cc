// Layers that pool over all steps.
#include "lacuna/layers/pooling.h"

#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna::layers {
namespace {

void require_steps(const std::string& name, const Symbol& x) {
  LACUNA_REQUIRE(
      x.rank() == 3 && x.storage() == Storage::dense, name,
      ": the input must be dense, of rank 3: batch, steps and features. Received: input=", x.spec(), ".");
}

void pooling_list(Settings& s, GlobalPooling1DOptions& o) {
  std::string format = o.channels_last ? "channels_last" : "channels_first";
  s("data_format", format);
  o.channels_last = format == "channels_last";
  LACUNA_REQUIRE(o.channels_last || format == "channels_first", s.of(),
                 ": data_format must be 'channels_last' or 'channels_first'. Received: data_format='", format,
                 "'.");
}
const bool pooling_registered = known<GlobalAveragePooling1D>("GlobalAveragePooling1D", pooling_list) &&
                                known<GlobalMaxPooling1D>("GlobalMaxPooling1D", pooling_list);

}  // namespace

GlobalAveragePooling1D::GlobalAveragePooling1D(const GlobalPooling1DOptions& options)
    : Layer(common(options), "GlobalAveragePooling1D"), steps_(options.channels_last ? 1 : 2) {
  supports_masking();
  describe(pooling_list, options);
}

Symbol GlobalAveragePooling1D::call(const Symbol& x) {
  require_steps(name(), x);
  return mean(x, {steps_});
}

Symbol GlobalAveragePooling1D::call(const Symbol& x, const Symbol& mask) {
  require_steps(name(), x);
  LACUNA_REQUIRE(mask.rank() == 2, name(),
                 ": the mask must have rank 2: batch and steps. Received: mask=", mask.spec(), ".");
  const Symbol counted = multiply(x, expand_dims(mask, 3 - steps_));
  const Symbol steps = sum(mask, {1}, true), zero = constant(0, dtype());
  return divide(sum(counted, {steps_}), add(steps, equal(steps, zero)));
}

Symbol GlobalAveragePooling1D::compute_mask(const std::vector<Symbol>&, const std::vector<Symbol>&) {
  return {};
}

GlobalMaxPooling1D::GlobalMaxPooling1D(const GlobalPooling1DOptions& options)
    : Layer(common(options), "GlobalMaxPooling1D"), steps_(options.channels_last ? 1 : 2) {
  describe(pooling_list, options);
}

Symbol GlobalMaxPooling1D::call(const Symbol& x) {
  require_steps(name(), x);
  return max(x, {steps_});
}

}  // namespace lacuna::layers
