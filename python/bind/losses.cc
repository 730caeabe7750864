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

// Defines the class of a kind that is a function of (y_true, y_pred), and `<kind>(name, settings)`.
template <class T>
nb::class_<Arg<T>> def_of_pair(nb::module_& m, const char* class_name) {
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
  def_of_pair<losses::Loss>(m, "Loss");
  def_of_pair<metrics::Metric>(m, "Metric").def_prop_ro("config", [](const Metric& metric) {
    return from_config(metric->config());
  });
  // config: of an object with get_config, whose class is then `class_name`; None for a function.
  def(
      m, {"custom_loss", "loss"},
      [](nb::handle function, const std::string& name, nb::handle config) {
        return Arg<losses::Loss>(
            losses::Loss::from_function(WeakObject(function, "loss", name), name,
                                        config.is_none() ? std::nullopt : std::optional(to_config(config))));
      },
      "function"_a, "name"_a, "config"_a.none());
  def(
      m, {"custom_metric", "metric"},
      [](nb::handle function, const std::string& name, const std::string& class_name, nb::handle config) {
        const auto made = metrics::Metric::from_function(WeakObject(function, "metric", name), name);
        return Metric(config.is_none() ? made : made->described(class_name, to_config(config)));
      },
      "function"_a, "name"_a, "class_name"_a, "config"_a.none());
  def(
      m, {"running_metric", "metric"},
      [](nb::handle function, const std::string& name, const std::string& class_name, nb::handle config) {
        const auto made = metrics::Metric::from_running(
            [function_ = WeakObject(function, "metric", name)](const Symbol& y_true, const Symbol& y_pred) {
              const WithGil gil;
              const auto both =
                  nb::cast<nb::tuple>(function_.get()(y_true, y_pred));  // Of a value and updates.
              return metrics::Running{to_symbol(both[0], nullptr, "metric"),
                                      argument<std::vector<Update>>({"metric", "add_update"}, both[1])};
            },
            name);
        return Metric(config.is_none() ? made : made->described(class_name, to_config(config)));
      },
      "function"_a, "name"_a, "class_name"_a, "config"_a.none());
  def(m, "full_log_name", metrics::full_log_name, "log"_a);
  bind_states(m);
  bind_loss_functions(m);
}

}  // namespace lacuna::bind
