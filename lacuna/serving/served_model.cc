#include "lacuna/serving/served_model.h"

#include <algorithm>
#include <utility>

#include "lacuna/base/threads.h"
#include "lacuna/serving/served_config.h"
#include "lacuna/serving/served_file.h"

namespace lacuna::serving {
namespace {

constexpr const char* kPredictor = "Predictor";

static_assert(static_cast<int>(DType::float64) == static_cast<int>(PredictorInput::Type::float64) &&
              static_cast<int>(DType::int64) == static_cast<int>(PredictorInput::Type::int64));

tensor::Dense dense_value(const ServedFile& file, const ServedWeight& weight) {
  const auto size = static_cast<size_t>(size_of(weight.spec.shape));
  const size_t rows = weight.spec.shape.size() < 2 ? 1 : static_cast<size_t>(weight.spec.shape[0]),
               width = rows ? size / rows : 0;
  const Buffer held = file.section(weight.place.rows);
  const size_t row = row_bytes(weight.place.coding, weight.spec.dtype, width);
  if (held.bytes() != rows * row)
    file.damaged(text("weight '", weight.name, "' ", weight.spec, " with ", held.bytes(), " bytes"));
  tensor::Dense result{.dtype = weight.spec.dtype, .shape = weight.spec.shape};
  if (weight.place.coding == Coding::exact) {
    result.data = held;
    return result;
  }
  result.resize(weight.spec.shape, weight.spec.dtype);
  const auto values = result.values<float>();
  parallel_for(rows, std::max<size_t>(1, (size_t{1} << 16) / (width + 1)), [&](size_t begin, size_t end) {
    for (size_t r = begin; r < end; ++r)
      decode_row(weight.place.coding, held.data() + r * row, width, values.data() + r * width);
  });
  return result;
}

layers::FeatureState::Kept kept_of(const ServedFile& file, const std::vector<ServedArray>& arrays) {
  layers::FeatureState::Kept result;
  for (const ServedArray& array : arrays) {
    const Buffer values = file.section(array.place);
    tensor::Dense dense{.dtype = array.dtype,
                        .shape = {static_cast<Dim>(values.bytes() / size_of(array.dtype))},
                        .data = values};
    result.emplace(array.name, std::move(dense));
  }
  return result;
}

}  // namespace

ServedModel::ServedModel(const std::string& path, const PredictorOptions& options) : path_(path) {
  const ServedFile file(kPredictor, path, options.check, options.mapped);
  const ServedConfig config = served_config(kPredictor, file.json());
  network_ = rebuilt(kPredictor, config.network);
  const auto variables = variables_of(network_.outputs);
  if (variables.size() != config.weights.size())
    file.damaged(text(config.weights.size(), " weights, where the network has ", variables.size()));
  for (size_t i = 0; i < variables.size(); ++i) {
    const ServedWeight& weight = config.weights[i];
    Variable& variable = *variables[i];
    if (weight.spec != variable.spec())
      file.damaged(
          text("weight '", weight.name, "' ", weight.spec, ", where the network has ", variable.spec()));
    if (variable.is_table())
      tables_.push_back(
          {read(variables[i]), held_rows(file, weight.spec.shape, weight.spec.dtype, weight.place)});
    else variable.value() = Tensor(dense_value(file, weight));
  }
  const auto features = features_of(network_.layers);
  if (features.size() != config.learned.size())
    file.damaged(text("what ", config.learned.size(), " layers learned, where ", features.size(), " do"));
  for (size_t i = 0; i < features.size(); ++i)
    if (const auto kept = kept_of(file, config.learned[i]); !kept.empty()) features[i]->restorer(kept)();
  describe(file);
}

void ServedModel::describe(const ServedFile& file) {
  for (size_t i = 0; i < network_.inputs.size(); ++i) {
    const Spec& spec = network_.inputs[i].spec();
    inputs_.push_back({.name = network_.input_names[i],
                       .takes = spec.storage == Storage::csr  ? Predictor::Takes::csr
                                : spec.dtype == DType::string ? Predictor::Takes::texts
                                : network_.id_limits[i] > 0   ? Predictor::Takes::ids
                                                              : Predictor::Takes::numbers,
                       .shape = {spec.shape.begin() + 1, spec.shape.end()}});
  }
  for (size_t i = 0; i < network_.outputs.size(); ++i) {
    const Spec& spec = network_.outputs[i].spec();
    if (spec.storage != Storage::dense || spec.shape.empty() || spec.dtype > DType::int64 ||
        std::count(spec.shape.begin() + 1, spec.shape.end(), None))
      file.damaged(text("output '", network_.output_names[i], "' ", spec));
    Predictor::Output output{.name = network_.output_names[i],
                             .shape = {spec.shape.begin() + 1, spec.shape.end()},
                             .type = static_cast<PredictorInput::Type>(spec.dtype)};
    for (const Dim d : output.shape) output.width *= static_cast<size_t>(d);
    outputs_.push_back(std::move(output));
  }
}

}  // namespace lacuna::serving
