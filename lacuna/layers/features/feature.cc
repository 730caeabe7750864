// adapt, and the values of a layer for arrays.
#include "lacuna/layers/features/feature.h"

#include <algorithm>

#include "lacuna/data/rows.h"
#include "lacuna/graph/plan.h"
#include "lacuna/graph/turn.h"

namespace lacuna::layers {
namespace {

constexpr Dim kRowsAtOnce = 65536;

std::string label(const Layer& layer, const char* method) { return text(layer.name(), ": ", method); }

void join_all(const Turn& turn, const std::vector<Symbol>& outputs) {
  for (const auto& node : in_order(outputs))
    if (const VariablePtr variable = variable_of(Symbol(node, 0))) turn.join(variable->turn());
}

}  // namespace

FeatureState& Feature::learned(const char* method) const {
  LACUNA_REQUIRE(state()->feature != nullptr, name(), ": ", method,
                 " is for layers that learn from data. Received: a layer of class ", state()->class_name,
                 ", which learns nothing.");
  return *state()->feature;
}

void Feature::adapt(const Array& values) {
  reset_state();
  update_state(values);
  finalize_state();
}

void Feature::adapt(const data::Dataset& rows, const std::string& input) {
  FeatureState& state = learned("adapt");
  std::vector<std::string> names;
  size_t place = 0;
  for (size_t i = 0; i < rows.schema().size(); ++i) {
    const data::RowPart& part = rows.schema()[i];
    if (part.role != data::Role::input) continue;
    if (input.empty() || input == part.name) place = i;
    names.push_back(part.name);
  }
  LACUNA_REQUIRE(input.empty() ? names.size() == 1 : std::ranges::count(names, input) == 1, name(),
                 ": adapt: the name of one input of the dataset must be given. Received: input='", input,
                 "', inputs=", names.size(), input.empty() ? std::string() : nearest(input, names), ".");
  state.reset();
  const auto stream = rows.open(label(*this, "adapt").c_str());
  for (data::RowBlock block; stream->next(block);) update_state(Array(block.parts[place]));
  finalize_state();
}

void Feature::reset_state() { learned("reset_state").reset(); }

void Feature::update_state(const Array& values) {
  FeatureState& state = learned("update_state");
  data::Rows rows(values.tensor(), label(*this, "adapt: data"));
  const Spec wanted = state.wanted(values.tensor().spec());
  LACUNA_REQUIRE((values.tensor().dtype() == DType::string) == (wanted.dtype == DType::string), rows.name(),
                 " must hold ", wanted.dtype == DType::string ? "strings" : "numbers",
                 ". Received: ", values.tensor().spec(), ".");
  Tensor block;
  for (Dim begin = 0; begin < rows.count(); begin += kRowsAtOnce) {
    rows.pack_range(begin, std::min(rows.count(), begin + kRowsAtOnce), wanted, block);
    state.update(block);
  }
}

void Feature::finalize_state() {
  FeatureState& state = learned("finalize_state");
  state.finalize();
  if (const Shape input = state.input_shape(); !input.empty()) make_weights_for({input});
}

Tensor Feature::values(const std::vector<Array>& inputs) {
  std::vector<Symbol> symbols;
  std::vector<Tensor> packed;
  std::vector<const Tensor*> feeds;
  for (const Array& input : inputs) {
    const Tensor& given = input.tensor();
    LACUNA_REQUIRE(input.given() && !given.shape().empty(), name(),
                   ": values must be arrays of rank 1 or more. Received: ", given.spec(), ".");
    Spec spec{given.shape(), dtype(), given.storage()};
    spec.shape[0] = None;
    if (given.dtype() == DType::string) spec.dtype = DType::string;
    else if (state()->fed_dtype && given.storage() == Storage::dense) spec.dtype = DType::int64;
    symbols.push_back(placeholder(spec, text("values_", symbols.size())));
    data::Rows rows(given, name());
    rows.pack_range(0, rows.count(), spec, packed.emplace_back());
  }
  for (const Tensor& one : packed) feeds.push_back(&one);
  const bool is_list = inputs.size() != 1;
  const Apart apart;
  const auto outputs = (*this)(Inputs(symbols, is_list));
  const Turn turn;
  join_all(turn, outputs);
  const auto held = turn.take();
  Plan plan(symbols, {outputs[0]}, false);
  plan.run(feeds);
  return plan.output(0).copy();
}

std::vector<Tensor> values_of(const std::string& where, const std::vector<FeatureColumn>& columns,
                              const std::vector<Symbol>& outputs) {
  std::vector<Tensor> packed(columns.size()), result;
  std::vector<Symbol> inputs;
  std::vector<const Tensor*> feeds;
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto& [name, input, values] = columns[i];
    const Tensor& given = values.tensor();
    const Shape& shape = given.shape();
    const bool strings = input.dtype() == DType::string;
    LACUNA_REQUIRE(given.storage() == Storage::dense &&
                       (shape.size() == 1 || (shape.size() == 2 && shape[1] == 1)) &&
                       (given.dtype() == DType::string) == strings,
                   where, ": column '", name, "' must be (batch,) or (batch, 1), of ",
                   strings ? "strings" : "numbers", ". Received: ", given.spec(), ".");
    LACUNA_REQUIRE(i == 0 || shape[0] == packed[0].rows(), where,
                   ": columns must have as many rows. Received: ", shape[0], " in '", name, "', ",
                   packed[0].rows(), " in '", columns[0].name, "'.");
    data::Rows rows(given, text(where, ": column '", name, "'"));
    rows.pack_range(0, rows.count(), {shape, input.dtype(), Storage::dense}, packed[i]);
    packed[i].dense().shape = {shape[0], 1};
    inputs.push_back(input);
    feeds.push_back(&packed[i]);
  }
  const Turn turn;
  join_all(turn, outputs);
  const auto held = turn.take();
  Plan plan(inputs, outputs, false);
  plan.run(feeds);
  for (size_t i = 0; i < outputs.size(); ++i) result.push_back(plan.output(i).copy());
  return result;
}

}  // namespace lacuna::layers
