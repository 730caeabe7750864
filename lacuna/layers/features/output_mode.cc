#include "lacuna/layers/features/output_mode.h"

#include <algorithm>
#include <iterator>

#include "lacuna/base/error.h"
#include "lacuna/base/names.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna::layers {
namespace {

constexpr const char* kModes[] = {"int", "one_hot", "multi_hot", "count", "tf_idf"};

}  // namespace

OutputMode output_mode_of(const std::string& layer, const std::string& name,
                          const std::vector<std::string>& allowed) {
  if (std::ranges::count(allowed, name) == 0) {
    std::string all;
    for (const std::string& one : allowed) all += text(all.empty() ? "" : ", ", in_quotes(one));
    throw InvalidArgument(layer, ": output_mode must be one of ", all,
                          ". Received: output_mode=", in_quotes(name), nearest(name, allowed), ".");
  }
  return static_cast<OutputMode>(std::ranges::find(kModes, name) - std::begin(kModes));
}

Symbol encoded(const std::string& layer, Symbol ids, OutputMode mode, Encode how, Symbol weights) {
  if (mode == OutputMode::ids) return ids;
  const bool alone = ids.rank() == 1;
  if (alone) ids = expand_dims(ids);
  if (alone && weights) weights = expand_dims(weights);
  if (mode == OutputMode::one_hot && ids.shape().back() != 1) {  // A row for each id.
    LACUNA_REQUIRE(!how.sparse, layer,
                   ": output_mode='one_hot' makes a row of each id, so that the result of several columns is "
                   "no matrix; write output_mode='multi_hot', or sparse=False. Received: input=",
                   ids.spec(), ".");
    ids = expand_dims(ids);
  }
  how.mode = mode == OutputMode::count    ? features::Encoding::Mode::count
             : mode == OutputMode::tf_idf ? features::Encoding::Mode::tf_idf
                                          : features::Encoding::Mode::multi_hot;
  if (weights && !is_float(weights.dtype())) weights = cast(weights, DType::float32);
  return encode(layer, ids, how, weights);
}

Symbol as_column(const std::string& layer, const Symbol& x) {
  LACUNA_REQUIRE(x.storage() == Storage::dense, layer,
                 ": the input must be a dense column of strings or whole numbers. Received: input=", x.spec(),
                 ".");
  return is_float(x.dtype()) ? as_ids(x) : x;
}

}  // namespace lacuna::layers
