// Model: passes calls on to its network and its trainer.
#include "lacuna/models/model.h"

#include <algorithm>

#include "lacuna/base/utf8.h"
#include "lacuna/layers/calls.h"

namespace lacuna {

Model::Model(const Symbol& input, const Symbol& output, const std::string& name)
    : Model(std::vector{input}, std::vector{output}, name) {}

Model::Model(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs, const std::string& name)
    : name_(name.empty() ? layers::unique_name("Model") : checked_name("Model", name)) {
  set_network(std::make_shared<Network>(inputs, outputs, name_), "Model");
}

void Model::set_network(const std::shared_ptr<Network>& network, const std::string& class_name) {
  trainer_ = std::make_shared<Trainer>(network);
  as_layer_ = std::make_shared<layers::LayerState>();
  as_layer_->class_name = class_name;
  as_layer_->name = name_;
  as_layer_->built = true;
  as_layer_->inner = network->layers();
  as_layer_->is_model = true;
  as_layer_->settings = [network] { return network->config(); };
}

void Model::set_name(const std::string& name) {
  name_ = checked_name("Model", name);
  if (!trainer_) return;
  as_layer_->name = name_;
  network().set_name(name_);
}

Trainer& Model::trainer() {
  prepare(nullptr);
  LACUNA_REQUIRE(trainer_ != nullptr,
                 "Sequential: the shape of the input is not known yet: give the first layer an "
                 "input_shape, or call build or fit first. Received: model '",
                 name_, "'.");
  return *trainer_;
}

void Model::compile(const CompileOptions& options) { trainer().compile(options); }

History Model::fit(const Arrays& x, const Arrays& y, const FitOptions& options) {
  prepare(&x);
  trainer();
  const auto held = trainer_;  // A callback may add a layer to a Sequential, which then gets another.
  return held->fit(x, y, options);
}

std::vector<double> Model::evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options) {
  prepare(&x);
  return trainer().evaluate(x, y, options);
}

Progressive Model::progressive(const Arrays& x, const Arrays& y, const ProgressiveOptions& options) {
  prepare(&x);
  return trainer().progressive(x, y, options);
}

Progressive Model::progressive(const data::Dataset& dataset, const ProgressiveOptions& options) {
  prepare_from(dataset);
  return trainer().progressive(dataset, options);
}

namespace {

tensor::Dense only_dense(std::vector<Tensor>&& outputs) {
  LACUNA_REQUIRE(
      outputs[0].storage() == Storage::dense,
      "predict: the output must be dense; predict_all answers a csr one. Received: ", outputs[0].spec(), ".");
  return std::move(outputs[0].dense());
}

}  // namespace

std::vector<Tensor> Model::predict_all(const Arrays& x, const PredictOptions& options) {
  prepare(&x);
  return trainer().predict(x, options);
}

tensor::Dense Model::predict(const Arrays& x, const PredictOptions& options) {
  prepare(&x);
  require_one_output();
  return only_dense(trainer().predict(x, options));
}

void Model::require_one_output() {
  LACUNA_REQUIRE(network().outputs().size() == 1,
                 "predict: the model must have one output; predict_all answers several. "
                 "Received: outputs=",
                 network().outputs().size(), ".");
}

// A Sequential takes the shape of its input from the first batch.
void Model::prepare_from(BatchSource& source) {
  if (trainer_) return;
  if (const auto first = source.peek()) prepare(&first->x);
}

void Model::prepare_from(const data::Dataset& dataset) {
  if (trainer_) return;
  const Arrays x = data::inputs_without_rows(dataset);
  prepare(&x);
}

History Model::fit(const data::Dataset& dataset, const FitOptions& options) {
  prepare_from(dataset);
  trainer();
  const auto held = trainer_;  // As in fit.
  return held->fit(dataset, options);
}

std::vector<double> Model::evaluate(const data::Dataset& dataset, const EvaluateOptions& options) {
  prepare_from(dataset);
  return trainer().evaluate(dataset, options);
}

tensor::Dense Model::predict(const data::Dataset& dataset, const PredictOptions& options) {
  prepare_from(dataset);
  require_one_output();
  return only_dense(trainer().predict(dataset, options));
}

std::vector<Tensor> Model::predict_all(const data::Dataset& dataset, const PredictOptions& options) {
  prepare_from(dataset);
  return trainer().predict(dataset, options);
}

void Model::predict_each(const data::Dataset& dataset, const Trainer::OnPredicted& on_predicted,
                         const PredictOptions& options) {
  prepare_from(dataset);
  trainer().predict_each(dataset, on_predicted, options);
}

std::string Model::note() { return trainer().note(); }
void Model::set_note(const std::string& note) { trainer().set_note(note); }

History Model::fit_generator(BatchSource& source, const FitOptions& options) {
  prepare_from(source);
  trainer();
  const auto held = trainer_;  // As in fit.
  return held->fit(source, options);
}

std::vector<double> Model::evaluate_generator(BatchSource& source, const EvaluateOptions& options) {
  prepare_from(source);
  return trainer().evaluate(source, options);
}

std::vector<Tensor> Model::predict_generator(BatchSource& source, const PredictOptions& options) {
  prepare_from(source);
  return trainer().predict(source, options);
}

std::vector<double> Model::train_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight,
                                          const ClassWeights& class_weight,
                                          std::optional<bool> reset_metrics) {
  prepare(&x);
  return trainer().train_on_batch(x, y, sample_weight, class_weight, reset_metrics);
}

std::vector<double> Model::test_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight,
                                         std::optional<bool> reset_metrics) {
  prepare(&x);
  return trainer().test_on_batch(x, y, sample_weight, reset_metrics);
}

std::vector<Tensor> Model::predict_on_batch(const Arrays& x) {
  if (!x.given()) {  // Of a model whose inputs are all tensors.
    BatchGenerator nothing([] { return std::optional(Batch{}); });
    return predict_generator(nothing, {.steps = 1});
  }
  Dim rows = 1;
  const auto larger = [&](const Array& a) { rows = std::max(rows, a.tensor().rows()); };
  for (const Array& a : x.list) larger(a);
  for (const auto& entry : x.named) larger(entry.second);
  return predict_all(x, {.batch_size = rows});
}

std::vector<Network::SummaryRow> Model::summary_rows() {
  return network().summary_rows(as_layer_->class_name != "Sequential");
}

std::string Model::summary(size_t line_length) {
  const Network& n = network();
  return n.summary(line_length, as_layer_->class_name != "Sequential");  // As in Keras.
}

Explanation Model::explain(const Arrays& x, const Arrays& y, Dim batch_size) {
  prepare(&x);
  return trainer().explain(x, y, batch_size);
}

std::vector<std::string> Model::metrics_names() { return trainer().compiled("metrics_names")->metrics_names; }

void Model::set_trainable(bool trainable) {
  for (const auto& layer : network().layers()) layer->trainable = trainable;
  as_layer_->trainable = trainable;
}

bool Model::trainable() {
  trainer();
  return as_layer_->trainable;
}

void Model::set_itself_trainable(bool trainable) {
  trainer();
  as_layer_->trainable = trainable;
}

std::vector<Shape> Model::compute_output_shapes(const std::vector<Shape>& input_shapes) {
  return network().compute_output_shapes(input_shapes);
}

Shape Model::compute_output_shape(const Shape& input_shape) {
  std::vector<Shape> all = compute_output_shapes({input_shape});
  LACUNA_REQUIRE(all.size() == 1,
                 "compute_output_shape: compute_output_shapes answers for a model with several outputs. "
                 "Received: outputs=",
                 all.size(), ".");
  return std::move(all[0]);
}

Symbol Model::operator()(const Symbol& input) {
  const auto outputs = (*this)(std::vector{input});
  LACUNA_REQUIRE(outputs.size() == 1,
                 "Model: must have one output to be called on one symbol. Received: outputs=", outputs.size(),
                 ".");
  return outputs[0];
}

std::vector<Symbol> Model::operator()(const std::vector<Symbol>& inputs) {
  trainer();
  auto call = std::make_shared<layers::Call>();
  call->layer = as_layer_;
  call->inputs = inputs;
  Network::Applied applied = network().applied(inputs);
  call->outputs = std::move(applied.outputs);
  call->masks = std::move(applied.masks);
  call->losses = std::move(applied.losses);
  call->updates = std::move(applied.updates);
  for (Network::AddedMetric& metric : applied.metrics) {
    call->metrics.push_back(std::move(metric.value));
    call->metric_names.push_back(std::move(metric.name));
  }
  for (layers::LayerUpdate& update : call->updates) update.layers.push_back(as_layer_);
  call->again = [model = *this](const std::vector<Symbol>& symbols) mutable { return model(symbols); };
  layers::add_call(call);
  layers::is_applied(*call);
  std::vector<Symbol> result;
  for (const Symbol& s : call->outputs) result.push_back(s.with_origin(call));
  return result;
}

}  // namespace lacuna
