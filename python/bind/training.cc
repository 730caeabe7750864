// compile, fit, evaluate and predict of models. They run without the GIL.
#include "python/bind/training.h"

#include "python/bind/argument.h"
#include "python/bind/batches.h"
#include "python/bind/callbacks.h"

namespace lacuna::bind {
namespace {

using Loss = Arg<losses::Loss>;
using Metric = Arg<metrics::Metric>;

// From one Loss or number, a list with one per output (None: none), or a dict by output name.
template <class T>
PerOutput<T> per_output(const char* argument, nb::handle given) {
  const Place at{"compile", argument};
  if (given.is_none()) return {};
  if (nb::isinstance<nb::dict>(given)) return Argument<std::map<std::string, T>>::of(at, given);
  if (!nb::isinstance<nb::list>(given)) return T(Argument<T>::of(at, given));
  std::vector<T> each;
  for (const nb::handle item : nb::borrow<nb::list>(given))
    each.push_back(item.is_none() ? T() : T(Argument<T>::of(at, item)));
  return each;
}

CompileOptions compile_options(const Arg<optimizers::Optimizer>& optimizer, nb::handle loss,
                               const std::vector<Metric>& metrics,
                               const std::map<std::string, std::vector<Metric>>& output_metrics,
                               nb::handle loss_weights, const std::vector<Metric>& weighted_metrics,
                               const std::map<std::string, std::vector<Metric>>& output_weighted_metrics,
                               nb::handle sample_weight_mode, std::optional<bool> zero_weights_count,
                               nb::handle target_tensors) {
  CompileOptions result{
      .optimizer = optimizer,
      .loss = per_output<Loss>("loss", loss),
      .metrics = metrics,
      .output_metrics = output_metrics,
      .loss_weights = per_output<double>("loss_weights", loss_weights),
      .sample_weight_mode = per_output<std::string>("sample_weight_mode", sample_weight_mode),
      .weighted_metrics = weighted_metrics,
      .output_weighted_metrics = output_weighted_metrics};
  result.target_tensors = per_output<Symbol>("target_tensors", target_tensors);
  if (zero_weights_count) result.zero_weights_count = *zero_weights_count;
  return result;
}

Shuffle to_shuffle(const std::string& name) {
  return name == "batch" ? Shuffle::batch : name == "rows" ? Shuffle::rows : Shuffle::none;
}

using ByClass = std::variant<ClassWeight, std::map<std::string, ClassWeight>>;

ClassWeights to_class_weights(const ByClass& given) {
  return std::visit([](const auto& map) { return ClassWeights(map); }, given);
}

// A Dataset in place of arrays; null if it is none.
const data::Dataset* dataset_of(nb::handle x) {
  return nb::isinstance<data::Dataset>(x) ? &nb::cast<const data::Dataset&>(x) : nullptr;
}

// A Source of lacuna.models._batches, in place of arrays.
bool is_source(nb::handle x) { return nb::hasattr(x, "next"); }

void fit(Model& model, nb::handle x, nb::handle y, Dim batch_size, int epochs, int verbose,
         const nb::object& callbacks, double validation_split, nb::handle validation_data,
         const std::string& shuffle, nb::handle class_weight, nb::handle sample_weight, int initial_epoch,
         std::optional<int64_t> steps_per_epoch, std::optional<int64_t> validation_steps, int validation_freq,
         const std::vector<int>& validation_epochs, size_t shuffle_bytes) {
  FitOptions options{.batch_size = batch_size,
                     .epochs = epochs,
                     .verbose = verbose,
                     .callbacks = {std::make_shared<PythonCallbacks>(callbacks)},
                     .validation_split = validation_split,
                     .shuffle = to_shuffle(shuffle),
                     .class_weight = to_class_weights(nb::cast<ByClass>(class_weight)),
                     .sample_weight = to_arrays(sample_weight),
                     .initial_epoch = initial_epoch,
                     .steps_per_epoch = steps_per_epoch,
                     .validation_steps = validation_steps,
                     .validation_freq = validation_freq,
                     .validation_epochs = validation_epochs,
                     .shuffle_bytes = shuffle_bytes};
  if (const data::Dataset* dataset = dataset_of(validation_data)) options.validation_dataset = *dataset;
  else if (is_source(validation_data))
    options.validation_source = std::make_shared<PythonSource>(validation_data);
  else if (!validation_data.is_none())
    options.validation_data = {to_arrays(validation_data[0]), to_arrays(validation_data[1]),
                               to_arrays(validation_data[2])};
  if (const data::Dataset* dataset = dataset_of(x)) {
    const WithoutGil no_gil;
    model.fit(*dataset, options);
    return;
  }
  if (is_source(x)) {
    PythonSource source(x);
    const WithoutGil no_gil;
    model.fit_generator(source, options);
    return;
  }
  const Arrays inputs = to_arrays(x), targets = to_arrays(y);
  const WithoutGil no_gil;
  model.fit(inputs, targets, options);
}

std::vector<double> evaluate(Model& model, nb::handle x, nb::handle y, Dim batch_size, int verbose,
                             nb::handle sample_weight, std::optional<int64_t> steps) {
  const EvaluateOptions options{.batch_size = batch_size,
                                .verbose = verbose,
                                .sample_weight = to_arrays(sample_weight),
                                .steps = steps};
  if (const data::Dataset* dataset = dataset_of(x)) {
    const WithoutGil no_gil;
    return model.evaluate(*dataset, options);
  }
  if (is_source(x)) {
    PythonSource source(x);
    const WithoutGil no_gil;
    return model.evaluate_generator(source, options);
  }
  const Arrays inputs = to_arrays(x), targets = to_arrays(y);
  const WithoutGil no_gil;
  return model.evaluate(inputs, targets, options);
}

nb::tuple progressive(Model& model, nb::handle x, nb::handle y, Dim batch_size, nb::handle sample_weight,
                      nb::handle class_weight, int verbose, bool predictions) {
  const ProgressiveOptions options{.batch_size = batch_size,
                                   .verbose = verbose,
                                   .sample_weight = to_arrays(sample_weight),
                                   .class_weight = to_class_weights(nb::cast<ByClass>(class_weight)),
                                   .predictions = predictions};
  Progressive result;
  if (const data::Dataset* dataset = dataset_of(x)) {
    result = without_gil([&] { return model.progressive(*dataset, options); });
  } else {
    const Arrays inputs = to_arrays(x), targets = to_arrays(y);
    result = without_gil([&] { return model.progressive(inputs, targets, options); });
  }
  return nb::make_tuple(
      from_tensors(std::move(result.predictions)),
      to_numpy(tensor::Dense::of<double>({static_cast<Dim>(result.losses.size())}, result.losses)),
      result.values);
}

nb::list predict(Model& model, nb::handle x, Dim batch_size, int verbose, std::optional<int64_t> steps) {
  const PredictOptions options{.batch_size = batch_size, .verbose = verbose, .steps = steps};
  if (const data::Dataset* dataset = dataset_of(x))
    return from_tensors(without_gil([&] { return model.predict_all(*dataset, options); }));
  if (is_source(x)) {
    PythonSource source(x);
    return from_tensors(without_gil([&] { return model.predict_generator(source, options); }));
  }
  const Arrays inputs = to_arrays(x);
  return from_tensors(without_gil([&] { return model.predict_all(inputs, options); }));
}

}  // namespace

void def_training(nb::class_<Model>& c) {
  def_method(c, "fit", fit, "x"_a, "y"_a, "batch_size"_a, "epochs"_a, "verbose"_a, "callbacks"_a,
             "validation_split"_a, "validation_data"_a, "shuffle"_a, "class_weight"_a, "sample_weight"_a,
             "initial_epoch"_a, "steps_per_epoch"_a, "validation_steps"_a, "validation_freq"_a,
             "validation_epochs"_a, "shuffle_bytes"_a);
  def_method(c, "evaluate", evaluate, "x"_a, "y"_a, "batch_size"_a, "verbose"_a, "sample_weight"_a,
             "steps"_a);
  def_method(c, "progressive", progressive, "x"_a, "y"_a, "batch_size"_a, "sample_weight"_a, "class_weight"_a,
             "verbose"_a, "predictions"_a);
  def_method(c, "predict", predict, "x"_a, "batch_size"_a, "verbose"_a, "steps"_a);
  def_method(
      c, "compile",
      [](Model& model, const Arg<optimizers::Optimizer>& optimizer, nb::handle loss,
         const std::vector<Metric>& metrics, const std::map<std::string, std::vector<Metric>>& output_metrics,
         nb::handle loss_weights, const std::vector<Metric>& weighted_metrics,
         const std::map<std::string, std::vector<Metric>>& output_weighted_metrics,
         nb::handle sample_weight_mode, std::optional<bool> zero_weights_count, nb::handle target_tensors) {
        const CompileOptions options =
            compile_options(optimizer, loss, metrics, output_metrics, loss_weights, weighted_metrics,
                            output_weighted_metrics, sample_weight_mode, zero_weights_count, target_tensors);
        const WithoutGil no_gil;  // Another thread may be in fit, and its callbacks need it.
        model.compile(options);
      },
      "optimizer"_a, "loss"_a, "metrics"_a, "output_metrics"_a, "loss_weights"_a, "weighted_metrics"_a,
      "output_weighted_metrics"_a, "sample_weight_mode"_a, "zero_weights_count"_a.none(), "target_tensors"_a);
  c.def(
       "train_on_batch",
       [](Model& model, nb::handle x, nb::handle y, nb::handle sample_weight, const ByClass& class_weight,
          std::optional<bool> reset_metrics) {
         const Arrays inputs = to_arrays(x), targets = to_arrays(y), weights = to_arrays(sample_weight);
         const WithoutGil no_gil;
         return model.train_on_batch(inputs, targets, weights, to_class_weights(class_weight), reset_metrics);
       },
       "x"_a.none(), "y"_a.none(), "sample_weight"_a.none(), "class_weight"_a, "reset_metrics"_a.none())
      .def(
          "test_on_batch",
          [](Model& model, nb::handle x, nb::handle y, nb::handle sample_weight,
             std::optional<bool> reset_metrics) {
            const Arrays inputs = to_arrays(x), targets = to_arrays(y), weights = to_arrays(sample_weight);
            const WithoutGil no_gil;
            return model.test_on_batch(inputs, targets, weights, reset_metrics);
          },
          "x"_a.none(), "y"_a.none(), "sample_weight"_a.none(), "reset_metrics"_a.none())
      .def("reset_metrics", [](Model& model) { without_gil([&] { model.reset_metrics(); }); })
      .def(
          "predict_on_batch",
          [](Model& model, nb::handle x) {
            const Arrays inputs = to_arrays(x);
            return from_tensors(without_gil([&] { return model.predict_on_batch(inputs); }));
          },
          "x"_a.none())
      .def_prop_ro("metrics_names",
                   [](Model& model) { return without_gil([&] { return model.metrics_names(); }); })
      .def_prop_rw(
          "stop_training",
          [](Model& model) { return without_gil([&] { return model.trainer().stop_training.load(); }); },
          [](Model& model, bool stop) { without_gil([&] { model.trainer().stop_training = stop; }); });
}

}  // namespace lacuna::bind
