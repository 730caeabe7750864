// Losses and metrics.
#include "lacuna/losses/losses.h"

#include "lacuna/base/message.h"
#include "lacuna/data/rows.h"
#include "lacuna/metrics/auc.h"
#include "lacuna/metrics/counts.h"
#include "lacuna/ops/labels/crossentropies.h"
#include "lacuna/ops/labels/labels.h"
#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

// Defines the class of a kind, `<kind>(name, settings)` and `custom_<kind>(function, name)`.
template <class T>
nb::class_<Arg<T>> def_kind(nb::module_& m, const char* class_name, const char* custom) {
  using A = Arg<T>;
  nb::class_<A> c(m, class_name);
  c.def_prop_ro("name", [](const A& a) { return a->name; })
      .def(
          "__call__",
          [](const A& a, nb::handle y_true, nb::handle y_pred) {
            const char* where = a->name.c_str();
            return (*a)(to_symbol(y_true, nullptr, where), to_symbol(y_pred, nullptr, where));
          },
          "y_true"_a.none(), "y_pred"_a.none());
  def_make<T>(m, T::kind);
  def(
      m, {custom, T::kind},
      [](nb::handle function, const std::string& name) {
        return A(T::from_function(WeakObject(function, T::kind, name), name));
      },
      "function"_a, "name"_a);
  return c;
}

using Metric = Arg<metrics::Metric>;

// A metric's state that gets arrays, without a model.
class MetricState {
 public:
  MetricState(const Metric& metric, metrics::Task task) : state_(metric->accumulator(task)) {}

  void add(const ArrayHandle& y_true, const ArrayHandle& y_pred, const std::optional<ArrayHandle>& weights,
           bool ids) {
    const Tensor& scores = y_pred.array.tensor();
    const DType dtype = scores.dtype() == DType::float64 ? DType::float64 : DType::float32;
    const Storage storage = y_true.array.tensor().storage();
    const Tensor p = packed(y_pred, "y_pred", {{}, dtype}),
                 t = packed(y_true, "y_true", {{}, ids ? DType::int64 : dtype, storage});
    std::vector<double> w;
    if (weights) {
      const Tensor values = packed(*weights, "sample_weight", {{}, DType::float64});
      w.assign(values.dense().values<double>().begin(), values.dense().values<double>().end());
    }
    state_->add(t, p, w);
  }
  double value() {
    std::string why;
    const double result = state_->value(&why);
    if (!why.empty() && result != result) warn("result: not defined: " + why + ". Received: NaN.");
    return result;
  }
  void reset() { state_->reset(); }

 private:
  static Tensor packed(const ArrayHandle& array, const char* name, const Spec& wanted) {
    data::Rows rows(array.array.tensor(), name);
    Tensor result;
    rows.pack_range(0, rows.count(), wanted, result);
    return result;
  }
  std::shared_ptr<metrics::Accumulator> state_;
};

void bind_states(nb::module_& m) {
  def(m, "top_k_categorical_accuracy", metrics::top_k_categorical_accuracy, "y_true"_a, "y_pred"_a, "k"_a);
  def(m, "sparse_top_k_categorical_accuracy", metrics::sparse_top_k_categorical_accuracy, "y_true"_a,
      "y_pred"_a, "k"_a);
  nb::class_<MetricState>(m, "MetricState")
      .def(
          "__init__",
          [](MetricState* self, const Metric& metric, bool classes) {
            new (self) MetricState(metric, classes ? metrics::Task::classes : metrics::Task::labels);
          },
          "metric"_a, "classes"_a)
      .def("add", &MetricState::add, "y_true"_a, "y_pred"_a, "sample_weight"_a.none(), "ids"_a)
      .def("value", &MetricState::value)
      .def("reset", &MetricState::reset);
}

// Keras' backend has them too, with from_logits.
void bind_loss_functions(nb::module_& m) {
  using Crossentropy = Symbol (*)(const Symbol&, const Symbol&, bool);
  const std::pair<const char*, Crossentropy> all[] = {
      {"binary_crossentropy", lacuna::binary_crossentropy},
      {"categorical_crossentropy", lacuna::categorical_crossentropy},
      {"multi_hot_sparse_categorical_crossentropy", lacuna::multi_hot_sparse_categorical_crossentropy},
      {"sparse_categorical_crossentropy", lacuna::sparse_categorical_crossentropy},
  };
  for (const auto& [name, f] : all) def(m, name, f, "target"_a, "output"_a, "from_logits"_a);
  def(m, "in_top_k", lacuna::in_top_k, "predictions"_a, "targets"_a, "k"_a);
}

}  // namespace

void bind_losses(nb::module_& m) {
  def_kind<losses::Loss>(m, "Loss", "custom_loss");
  def_kind<metrics::Metric>(m, "Metric", "custom_metric").def_prop_ro("config", [](const Metric& metric) {
    return from_config(metric->config());
  });
  bind_states(m);
  bind_loss_functions(m);
}

}  // namespace lacuna::bind
