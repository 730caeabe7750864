// The C functions: no exception leaves them.
#include "lacuna/serving/predictor_c.h"

#include <array>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/serving/predictor_swap.h"

// Names, shapes and numbers of inputs are those of the first model: a swap keeps them.
struct lacuna_predictor {
  explicit lacuna_predictor(const lacuna::Predictor& first)
      : inputs(first.inputs()), outputs(first.outputs()), now(first) {}
  const std::vector<lacuna::Predictor::Input> inputs;
  const std::vector<lacuna::Predictor::Output> outputs;
  lacuna::PredictorSwap now;
};

namespace {

thread_local std::string last_error_of_thread;

template <class Result, class F>
Result or_failed(Result failed, const F& f) {
  try {
    return f();
  } catch (const std::exception& error) {
    try {
      last_error_of_thread = error.what();
    } catch (...) {
      last_error_of_thread.clear();
    }
  } catch (...) {
    last_error_of_thread.clear();
  }
  return failed;
}

lacuna::Predictor loaded(const char* path, int flags) {
  LACUNA_REQUIRE(path != nullptr, "lacuna_predictor_load: path must be given. Received: NULL.");
  return lacuna::Predictor(
      path, {.check = (flags & LACUNA_UNCHECKED) == 0, .mapped = (flags & LACUNA_COPIED) == 0});
}

bool same_ports(const lacuna_predictor& a, const lacuna::Predictor& b) {
  bool same = a.inputs.size() == b.inputs().size() && a.outputs.size() == b.outputs().size();
  for (size_t i = 0; same && i < a.inputs.size(); ++i)
    same = a.inputs[i].takes == b.inputs()[i].takes && a.inputs[i].shape == b.inputs()[i].shape;
  for (size_t i = 0; same && i < a.outputs.size(); ++i) same = a.outputs[i].shape == b.outputs()[i].shape;
  return same;
}

int64_t values_of(const std::vector<int64_t>& shape) {
  int64_t width = 1;
  for (const int64_t size : shape) {
    if (size < 0) return -1;
    width *= size;
  }
  return width;
}

template <class T>
std::span<const T> span_of(const void* values, size_t count) {
  return {static_cast<const T*>(values), count};
}

template <class Index, class Value>
lacuna::PredictorInput csr_of(const lacuna_input& in, size_t rows) {
  const auto indptr = span_of<Index>(in.indptr, rows + 1);
  return lacuna::PredictorInput::csr(indptr, span_of<Index>(in.indices, in.count),
                                     span_of<Value>(in.values, in.values ? in.count : 0));
}

lacuna::PredictorInput input_of(const lacuna_input& in, size_t rows) {
  if (in.indptr) {
    LACUNA_REQUIRE((in.type == LACUNA_FLOAT32 || in.type == LACUNA_FLOAT64) &&
                       (in.index_type == LACUNA_INT32 || in.index_type == LACUNA_INT64),
                   "lacuna_predict: csr must have floats and int32 or int64 indices. Received: type=",
                   in.type, ", index_type=", in.index_type, ".");
    if (in.index_type == LACUNA_INT32)
      return in.type == LACUNA_FLOAT32 ? csr_of<int32_t, float>(in, rows) : csr_of<int32_t, double>(in, rows);
    return in.type == LACUNA_FLOAT32 ? csr_of<int64_t, float>(in, rows) : csr_of<int64_t, double>(in, rows);
  }
  switch (in.type) {
    case LACUNA_FLOAT32:
      return span_of<float>(in.values, in.count);
    case LACUNA_FLOAT64:
      return span_of<double>(in.values, in.count);
    case LACUNA_INT32:
      return span_of<int32_t>(in.values, in.count);
    case LACUNA_INT64:
      return span_of<int64_t>(in.values, in.count);
    default:
      throw lacuna::InvalidArgument(
          "lacuna_predict: type must be LACUNA_FLOAT32 or another of its kind. "
          "Received: type=",
          in.type, ".");
  }
}

// Inputs of a call in memory that the thread keeps, so that a call allocates nothing.
struct CallMemory {
  std::vector<lacuna::PredictorInput> inputs{};
  std::vector<std::span<float>> outputs{};
  std::vector<std::vector<std::string_view>> texts{};
};

std::span<const std::string_view> texts_of(const lacuna_input& in, std::vector<std::string_view>& memory) {
  memory.clear();
  for (const lacuna_text& text : span_of<lacuna_text>(in.values, in.count))
    memory.emplace_back(text.bytes, text.length);
  return memory;
}

}  // namespace

const char* lacuna_last_error(void) { return last_error_of_thread.c_str(); }

lacuna_predictor* lacuna_predictor_load(const char* path, int flags) {
  return or_failed<lacuna_predictor*>(nullptr, [&] { return new lacuna_predictor(loaded(path, flags)); });
}

int lacuna_predictor_swap(lacuna_predictor* predictor, const char* path, int flags) {
  return or_failed(-1, [&] {
    lacuna::Predictor next = loaded(path, flags);
    LACUNA_REQUIRE(same_ports(*predictor, next),
                   "lacuna_predictor_swap: the next model must have inputs and outputs of the same shapes. "
                   "Received: path='",
                   path, "'.");
    predictor->now.put(std::move(next));
    return 0;
  });
}

void lacuna_predictor_free(lacuna_predictor* predictor) { delete predictor; }

size_t lacuna_predictor_inputs(const lacuna_predictor* predictor) { return predictor->inputs.size(); }
size_t lacuna_predictor_outputs(const lacuna_predictor* predictor) { return predictor->outputs.size(); }

const char* lacuna_predictor_input_name(const lacuna_predictor* predictor, size_t input) {
  const auto& all = predictor->inputs;
  return input < all.size() ? all[input].name.c_str() : nullptr;
}
int lacuna_predictor_input_takes(const lacuna_predictor* predictor, size_t input) {
  const auto& all = predictor->inputs;
  return input < all.size() ? static_cast<int>(all[input].takes) : -1;
}
int64_t lacuna_predictor_input_width(const lacuna_predictor* predictor, size_t input) {
  const auto& all = predictor->inputs;
  return input < all.size() ? values_of(all[input].shape) : -1;
}
const char* lacuna_predictor_output_name(const lacuna_predictor* predictor, size_t output) {
  const auto& all = predictor->outputs;
  return output < all.size() ? all[output].name.c_str() : nullptr;
}
int64_t lacuna_predictor_output_width(const lacuna_predictor* predictor, size_t output) {
  const auto& all = predictor->outputs;
  return output < all.size() ? values_of(all[output].shape) : -1;
}

int lacuna_predict(const lacuna_predictor* predictor, size_t rows, const lacuna_input* inputs,
                   size_t num_inputs, float* const* outputs, size_t num_outputs) {
  return or_failed(-1, [&] {
    thread_local CallMemory memory;
    memory.inputs.clear();
    memory.outputs.clear();
    if (memory.texts.size() < num_inputs) memory.texts.resize(num_inputs);
    for (size_t i = 0; i < num_inputs; ++i) {
      if (inputs[i].type == LACUNA_STRING && !inputs[i].indptr)
        memory.inputs.emplace_back(texts_of(inputs[i], memory.texts[i]));
      else memory.inputs.push_back(input_of(inputs[i], rows));
    }
    const auto now = predictor->now.get();
    LACUNA_REQUIRE(num_outputs == now->outputs().size(), "lacuna_predict: ", now->outputs().size(),
                   " outputs must be given. Received: num_outputs=", num_outputs, ".");
    for (size_t i = 0; i < num_outputs; ++i)
      memory.outputs.emplace_back(outputs[i], rows * now->outputs()[i].width);
    now->predict(rows, memory.inputs, memory.outputs);
    return 0;
  });
}
