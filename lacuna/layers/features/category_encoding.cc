// Ids as rows of ones or counts.
#include "lacuna/layers/features/category_encoding.h"

#include "lacuna/layers/features/output_mode.h"

namespace lacuna::layers {
namespace {

const std::vector<std::string> kCategoryModes{"one_hot", "multi_hot", "count"};

void category_list(Settings& s, CategoryEncodingOptions& o) {
  s("num_tokens", o.num_tokens)("output_mode", o.output_mode)("sparse", o.sparse);
}
const bool category_registered = known<CategoryEncoding>("CategoryEncoding", category_list);

}  // namespace

CategoryEncoding::CategoryEncoding(CategoryEncodingOptions options)
    : Feature(common(options), "CategoryEncoding"),
      options_(std::make_shared<CategoryEncodingOptions>(std::move(options))) {
  LACUNA_REQUIRE(options_->num_tokens > 0,
                 "CategoryEncoding: num_tokens must be positive. Received: num_tokens=", options_->num_tokens,
                 ".");
  output_mode_of("CategoryEncoding", options_->output_mode, kCategoryModes);
  state()->fed_dtype = DType::int64;
  state()->takes_arguments = true;
  describe(category_list, *options_);
}

std::vector<Symbol> CategoryEncoding::call(const Inputs& inputs) {
  const auto& o = *options_;
  LACUNA_REQUIRE(inputs.unnamed() == 1, name(),
                 ": one input must be given. Received: inputs=", inputs.unnamed(), ".");
  LACUNA_REQUIRE(inputs.arguments.empty() &&
                     (inputs.named.empty() || inputs.named == std::vector<std::string>{"count_weights"}),
                 name(), ": call takes the argument count_weights alone. Received: '",
                 inputs.arguments.empty() ? inputs.named.front() : inputs.arguments.begin()->first, "'.");
  const Symbol x = as_column(name(), inputs[0]);
  LACUNA_REQUIRE(x.dtype() != DType::string, name(),
                 ": the input must hold ids, whole numbers. Received: input=", x.spec(),
                 " of strings; StringLookup or Hashing makes ids of them.");
  const OutputMode mode = output_mode_of("CategoryEncoding", o.output_mode, kCategoryModes);
  LACUNA_REQUIRE(inputs.named.empty() || mode == OutputMode::count, name(),
                 ": count_weights are for output_mode='count'. Received: output_mode='", o.output_mode, "'.");
  return {encoded(name(), x, mode, {.num_tokens = o.num_tokens, .sparse = o.sparse, .dtype = dtype()},
                  inputs.named.empty() ? Symbol() : inputs[1])};
}

}  // namespace lacuna::layers
