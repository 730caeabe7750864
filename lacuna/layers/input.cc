// The start of a network.
#include "lacuna/layers/input.h"

#include "lacuna/base/utf8.h"
#include "lacuna/layers/calls.h"
#include "lacuna/ops/parts/same.h"

namespace lacuna::layers {

namespace {

// A symbol as the output of an InputLayer of that name.
Symbol made_input(const Symbol& symbol, const std::string& name) {
  auto call = std::make_shared<Call>();
  call->layer = std::make_shared<LayerState>();
  call->layer->class_name = "InputLayer";
  call->layer->name = name;
  call->layer->built = true;
  call->layer->dtype = symbol.dtype();
  call->layer->batch_input_shape = symbol.shape();
  call->layer->settings = [sparse = symbol.storage() == Storage::csr] { return Config{{"sparse", sparse}}; };
  call->outputs = {symbol.with_origin(nullptr)};
  add_call(call);
  return symbol.with_origin(call);
}

void require_as_given(const InputOptions& options) {
  const Spec& tensor = options.tensor.spec();
  LACUNA_REQUIRE(
      !tensor.shape.empty() && (tensor.storage == Storage::dense || tensor.storage == Storage::csr),
      "Input: tensor must be dense or csr, and have the batch as its first axis. Received: tensor=", tensor,
      ".");
  Shape shape = options.batch_shape;
  if (!options.shape.empty()) {
    shape = options.shape;
    shape.insert(shape.begin(), None);
  }
  bool fits = shape.empty() || shape.size() == tensor.shape.size();
  for (size_t i = 0; fits && i < shape.size(); ++i)
    fits = shape[i] == None || tensor.shape[i] == None || shape[i] == tensor.shape[i];
  LACUNA_REQUIRE(
      fits && options.dtype.value_or(tensor.dtype) == tensor.dtype &&
          (!options.sparse || tensor.storage == Storage::csr),
      "Input: shape, dtype and sparse must be those of the tensor, and may be left out. Received: shape=",
      to_string(shape), ", tensor=", tensor, ".");
}

}  // namespace

Symbol Input(const InputOptions& options) {
  const std::string name = options.name.empty() ? unique_name("Input") : checked_name("Input", options.name);
  if (options.tensor) {
    require_as_given(options);
    return made_input(is_placeholder(options.tensor) ? options.tensor : same(options.tensor), name);
  }
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
  LACUNA_REQUIRE(!options.sparse || options.dtype.value_or(floatx()) != DType::string,
                 "Input: an input of strings is dense. Received: dtype=string, sparse=True.");
  return made_input(
      placeholder({shape, options.dtype.value_or(floatx()), options.sparse ? Storage::csr : Storage::dense},
                  name),
      name);
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
  if (!dtype.empty()) options.dtype = dtype_from_name(dtype, true);
  return Input(options);
}

}  // namespace lacuna::layers
