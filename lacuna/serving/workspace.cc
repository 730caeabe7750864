#include "lacuna/serving/workspace.h"

#include <algorithm>
#include <utility>

#include "lacuna/graph/gradient.h"
#include "lacuna/graph/variable.h"
#include "lacuna/network/on_fed.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::serving {

Workspace::Workspace(const ServedModel& model) : model_(model) {
  const Rebuilt& network = model.network();
  for (size_t i = 0; i < network.inputs.size(); ++i)
    feeds_.emplace_back(network.input_names[i], network.inputs[i].spec(), network.id_limits[i]);
  fed_.resize(feeds_.size());
  tensors_.resize(feeds_.size());
}

Plan& Workspace::plan_for(std::span<const Spec> fed) {
  for (Prepared& p : plans_)
    if (std::ranges::equal(p.fed, fed)) return *p.plan;
  const Rebuilt& network = model_.network();
  OnFed on_fed = on_fed_inputs(network.inputs, network.input_names, network.outputs, fed);
  for (const ServedModel::Table& table : model_.tables()) {
    const Spec& spec = table.weight.spec();
    on_fed.from.push_back(table.weight);
    on_fed.to.push_back(read(std::make_shared<Variable>(
        "served", Tensor(std::make_shared<RowTable>(spec.shape, spec.dtype, table.rows)))));
  }
  plans_.push_back(
      {{fed.begin(), fed.end()},
       std::make_unique<Plan>(on_fed.inputs, substitute(network.outputs, on_fed.from, on_fed.to), false)});
  return *plans_.back().plan;
}

template <class Out>
void Workspace::predict(size_t rows, std::span<const PredictorInput> inputs,
                        std::span<const std::span<Out>> outputs) {
  LACUNA_REQUIRE(inputs.size() == feeds_.size(), "predict: ", feeds_.size(),
                 " inputs must be given. Received: inputs=", inputs.size(), ".");
  LACUNA_REQUIRE(outputs.size() == model_.outputs().size(), "predict: ", model_.outputs().size(),
                 " outputs must be given. Received: outputs=", outputs.size(), ".");
  for (size_t i = 0; i < outputs.size(); ++i)
    LACUNA_REQUIRE(outputs[i].size() / model_.outputs()[i].width == rows &&
                       outputs[i].size() % model_.outputs()[i].width == 0,
                   "predict: output '", model_.outputs()[i].name, "' must have room for ", rows, " rows of ",
                   model_.outputs()[i].width, " values. Received: values=", outputs[i].size(), ".");
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Spec wanted = feeds_[i].wanted(inputs[i]);
    fed_[i].dtype = wanted.dtype;
    fed_[i].storage = wanted.storage;
  }
  if (rows == 0) return;
  for (size_t i = 0; i < inputs.size(); ++i) tensors_[i] = &feeds_[i].put(rows, inputs[i]);
  Plan& plan = plan_for(fed_);
  plan.run(tensors_);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const tensor::Dense& result = plan.output(i).dense();
    LACUNA_REQUIRE(result.size() == outputs[i].size(), "predict: output '", model_.outputs()[i].name,
                   "' must have a row for each row of the inputs. Received: ", plan.output(i).spec(),
                   ", rows=", rows, ".");
    with_dtype(result.dtype, [&](auto tag) {
      const auto values = result.values<typename decltype(tag)::type>();
      std::ranges::transform(values, outputs[i].begin(), [](auto value) { return static_cast<Out>(value); });
    });
  }
}

template void Workspace::predict(size_t, std::span<const PredictorInput>, std::span<const std::span<float>>);
template void Workspace::predict(size_t, std::span<const PredictorInput>, std::span<const std::span<double>>);

}  // namespace lacuna::serving
