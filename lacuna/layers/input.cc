// The start of a network.
#include "lacuna/layers/input.h"

#include "lacuna/base/utf8.h"
#include "lacuna/layers/calls.h"

namespace lacuna::layers {

Symbol Input(const InputOptions& options) {
  LACUNA_REQUIRE(!options.shape.empty() || !options.batch_shape.empty(),
                 "Input: shape or batch_shape must be given. Received: neither.");
  Shape shape = options.batch_shape;
  if (shape.empty()) {
    shape = options.shape;
    shape.insert(shape.begin(), None);
  }
  for (const Dim d : shape)
    LACUNA_REQUIRE(d == None || d > 0,
                   "Input: dimensions must be positive or None. Received: shape=", to_string(shape), ".");
  LACUNA_REQUIRE(
      !options.sparse || (shape.size() == 2 && shape[1] != None),
      "Input: a csr input has rank 2, the batch included, and its width is known. Received: shape=",
      to_string(shape), ", sparse=True.");
  auto call = std::make_shared<Call>();
  call->layer = std::make_shared<LayerState>();
  call->layer->class_name = "InputLayer";
  call->layer->name = options.name.empty() ? unique_name("Input") : checked_name("Input", options.name);
  call->layer->built = true;
  call->layer->dtype = options.dtype.value_or(floatx());
  call->layer->batch_input_shape = shape;
  call->layer->settings = [sparse = options.sparse] { return Config{{"sparse", sparse}}; };
  const Symbol symbol =
      placeholder({shape, options.dtype.value_or(floatx()), options.sparse ? Storage::csr : Storage::dense},
                  call->layer->name);
  call->outputs = {symbol};
  add_call(call);
  return symbol.with_origin(call);
}

Symbol input_from_config(const Config& config) {
  InputOptions options;
  std::string dtype;
  bool ragged = false;
  Settings settings("InputLayer", config);
  settings("name", options.name)("dtype", dtype)("sparse", options.sparse)("ragged", ragged);
  settings.shape("batch_shape", options.batch_shape).shape("batch_input_shape", options.batch_shape);
  settings.find("optional");
  settings.finish();
  LACUNA_REQUIRE(!ragged, "InputLayer: ragged inputs are not supported. Received: ragged=True.");
  if (!dtype.empty()) options.dtype = dtype_from_name(dtype);
  return Input(options);
}

}  // namespace lacuna::layers
