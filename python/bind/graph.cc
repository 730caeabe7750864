// Symbols, variables, and functions that run them.
#include <unordered_set>

#include "lacuna/backend/backend.h"
#include "lacuna/backend/function.h"
#include "lacuna/base/names.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/op.h"
#include "lacuna/graph/strict.h"
#include "lacuna/graph/update.h"
#include "lacuna/layers/layer.h"
#include "lacuna/ops/elementwise/in_train_phase.h"
#include "lacuna/tensor/row_table.h"
#include "python/bind/argument.h"
#include "python/bind/numbers.h"
#include "python/bind/operators.h"

namespace lacuna::bind {
namespace {

// == of symbols and variables says whether both are the same one: lists and dicts need that. With numbers it
// would always be False, so it is an error: the user must have meant something else.
void refuse_values(const char* where, nb::handle other, const char* write) {
  const bool number = PyFloat_Check(other.ptr()) || PyLong_Check(other.ptr()) || is_numbers(other);
  if (!number) return;
  throw nb::type_error(text(where, ": == says whether two symbols are the same one; write ", write,
                            " to compare values. Received: ", shown(other), ".")
                           .c_str());
}

// The value of a variable that has only one.
nb::object number_of(const VariableHandle& v) {
  for (const Dim d : v.variable->spec().shape)
    if (d != 1)
      throw nb::type_error(text("Variable: a variable of one value alone is a number. Received: '",
                                v.variable->name(), "' ", v.variable->spec(), ".")
                               .c_str());
  return to_numpy(without_gil([&] { return v.variable->to_dense(); })).attr("item")();
}

Likeness to_likeness(const Place& at, nb::handle given) {
  const std::string name = to_text(at, given);
  if (name == "cosine") return Likeness::cosine;
  if (name == "dot") return Likeness::dot;
  if (name == "euclidean") return Likeness::euclidean;
  wrong_value(at, "'cosine', 'dot' or 'euclidean'", given);
}

// (ids, values)
nb::tuple nearest(const VariableHandle& v, nb::handle id, nb::handle k, nb::handle likeness) {
  const auto of = argument<int64_t>({"nearest", "id"}, id), most = argument<int64_t>({"nearest", "k"}, k);
  const Likeness how = to_likeness({"nearest", "likeness"}, likeness);
  const std::vector<Neighbour> found = without_gil([&] { return v.variable->nearest(of, most, how); });
  std::vector<int64_t> ids;
  std::vector<double> values;
  for (const Neighbour& one : found) {
    ids.push_back(one.id);
    values.push_back(one.value);
  }
  const Shape shape{static_cast<Dim>(found.size())};
  return nb::make_tuple(to_numpy(tensor::Dense::of<int64_t>(shape, std::span<const int64_t>(ids))),
                        to_numpy(tensor::Dense::of<double>(shape, std::span<const double>(values))));
}

std::string shown_table(const RowTable& table) { return text(", ", table.size(), " rows touched"); }

void bind_symbol(nb::module_& m) {
  auto symbol =
      nb::class_<Symbol>(m, "Symbol", nb::dynamic_attr(), "What a tensor will be: shape, dtype and storage.")
          .def_prop_ro("shape", [](const Symbol& s) { return from_shape(s.shape()); })
          .def_prop_ro("_keras_shape", [](const Symbol& s) { return from_shape(s.shape()); })
          .def_prop_ro("dtype", [](const Symbol& s) { return std::string(name_of(s.dtype())); })
          .def_prop_ro("storage", [](const Symbol& s) { return std::string(name_of(s.storage())); })
          .def_prop_ro("is_sparse", [](const Symbol& s) { return s.storage() != Storage::dense; })
          .def_prop_ro("name",
                       [](const Symbol& s) {
                         if (is_placeholder(s)) return placeholder_name(s);
                         const auto call = layers::call_of(s);
                         return call ? call->layer->name : std::string(s.node()->op().name());
                       })
          .def("__init__",
               [](Symbol*, const nb::args&, const nb::kwargs&) {
                 throw nb::type_error(
                     "Symbol: a symbol must be made by Input(), K.placeholder, K.constant or a layer. "
                     "Received: a call "
                     "of Symbol.");
               })
          .def("__array__",
               [](const Symbol& s, const nb::args&, const nb::kwargs&) -> nb::object {
                 throw nb::type_error(
                     text("Symbol: a symbol has no value while the graph is built; K.eval gives one "
                          "that depends on variables alone, model.predict one of inputs. Received: ",
                          s.spec(), ".")
                         .c_str());
               })
          .def("__repr__",
               [](const Symbol& s) {
                 const auto call = layers::call_of(s);
                 const std::string name = is_placeholder(s) ? placeholder_name(s)
                                          : call            ? call->layer->name
                                                            : "";
                 return text("<Symbol ", name.empty() ? "" : in_quotes(name) + " ", s.spec(), ">");
               })
          .def("__bool__",
               [](const Symbol& s) -> bool {
                 throw nb::type_error(
                     text("Symbol: a symbol has no value while the graph is built, so that it cannot be "
                          "asked for its truth. Received: ",
                          s.spec(), ".")
                         .c_str());
               })
          .def(
              "__eq__",
              [](const Symbol& a, nb::handle b) {
                refuse_values("Symbol", b, "K.equal(x, y)");
                return nb::isinstance<Symbol>(b) && a == nb::cast<Symbol&>(b);
              },
              "other"_a.none())
          .def("__hash__",
               [](const Symbol& s) { return std::hash<const void*>()(s.node().get()) + s.output(); });
  def_arithmetic(symbol);
}

// Defines what gives and changes a variable's values.
void def_values(nb::class_<VariableHandle>& variable) {
  variable
      .def(
          "assign",
          [](const VariableHandle& v, nb::handle given) {
            const nb::object held =
                nb::isinstance<ArrayHandle>(given)
                    ? nb::borrow(given)
                    : nb::module_::import_("lacuna._arrays").attr("constant_view")(given, "assign: value");
            const auto& value = nb::cast<ArrayHandle&>(held);
            const Tensor& values = value.array.tensor();
            const bool dense = values.storage() == Storage::dense;
            const Tensor csr = dense ? Tensor() : own(value, v.variable->spec().dtype, "set_value: value");
            const WithoutGil no_gil;
            if (dense) v.variable->assign(values.dense());
            else v.variable->assign(csr);
          },
          "value"_a.none())
      .def(
          "rows",
          [](const VariableHandle& v) {
            LACUNA_REQUIRE(v.variable->is_table(),
                           "rows: only a weight with sparse_weight=True or sparse_grad=True keeps rows. "
                           "Received: weight '",
                           v.variable->name(), "' ", v.variable->spec(), ".");
            tensor::RowSparse rows = without_gil([&] { return v.variable->copy().row_sparse(); });
            tensor::Dense values{.dtype = rows.dtype, .shape = rows.shape, .data = std::move(rows.data)};
            values.shape[0] = static_cast<Dim>(rows.row_ids().size());
            return nb::make_tuple(to_numpy(std::move(rows.ids), DType::int64), to_numpy(std::move(values)));
          },
          "Of a weight with sparse_weight=True or sparse_grad=True: the ids of the rows that were "
          "touched, in order "
          "(int64), and the rows.")
      .def(
          "nearest", nearest, "id"_a.none(), "k"_a.none() = 10, "likeness"_a.none() = "cosine",
          "The k rows that are most like row `id`, the most alike first, without itself: (ids, values), "
          "int64 "
          "and float64. "
          "likeness: 'cosine'; 'dot', the product of the rows; 'euclidean', their distance. All rows are "
          "compared, in double precision, a block at a time; a row that is not finite is left out. Of a "
          "weight "
          "with sparse_weight=True or sparse_grad=True only rows that were touched take part: one that never "
          "was is still as its initializer drew it, and what lies near it is chance. IndexError for an id "
          "that "
          "is out of range; ValueError for a row that was never touched, one that is not finite or, by "
          "cosine, "
          "zero, for k < 1, and for a weight of rank below 2.")
      .def_prop_ro(
          "nbytes", [](const VariableHandle& v) { return without_gil([&] { return v.variable->bytes(); }); },
          "Bytes in memory; for rows, with the optimizer's state beside them.");
}

// Defines how a variable is shown and compared.
void def_identity(nb::class_<VariableHandle>& variable) {
  variable
      .def("__repr__",
           [](const VariableHandle& v) {
             const Variable& w = *v.variable;
             return text("<Variable '", w.name(), "' ", w.spec(),
                         w.is_table() ? shown_table(w.value().table()) : std::string(), ">");
           })
      .def(
          "__eq__",
          [](const VariableHandle& a, nb::handle b) {
            refuse_values("Variable", b, "K.get_value(x) == y, or K.equal(x, y) for a symbol");
            return nb::isinstance<VariableHandle>(b) && a.variable == nb::cast<VariableHandle&>(b).variable;
          },
          "other"_a.none())
      .def("__hash__", [](const VariableHandle& v) { return std::hash<const void*>()(v.variable.get()); });
}

void bind_variable_class(nb::module_& m) {
  auto variable =
      nb::class_<VariableHandle>(m, "Variable", "A weight, or another value that outlives a step.")
          .def_prop_ro("name", [](const VariableHandle& v) { return v.variable->name(); })
          .def_prop_ro("shape", [](const VariableHandle& v) { return from_shape(v.variable->spec().shape); })
          .def_prop_ro("_keras_shape",
                       [](const VariableHandle& v) { return from_shape(v.variable->spec().shape); })
          .def_prop_ro("dtype",
                       [](const VariableHandle& v) { return std::string(name_of(v.variable->spec().dtype)); })
          .def_prop_ro(
              "storage",
              [](const VariableHandle& v) { return std::string(name_of(v.variable->spec().storage)); })
          .def_prop_ro("is_sparse",
                       [](const VariableHandle& v) { return v.variable->spec().storage != Storage::dense; })
          .def(
              "numpy",
              [](const VariableHandle& v) {
                return to_numpy(without_gil([&] { return v.variable->to_dense(); }));
              },
              "A copy of all values. An error for a weight with sparse_weight=True above 1 GiB: see rows().")
          .def("__init__",
               [](VariableHandle*, const nb::args&, const nb::kwargs&) {
                 throw nb::type_error(
                     "Variable: a variable must be made by K.variable or a layer's add_weight. Received: a "
                     "call of "
                     "Variable.");
               })
          .def(
              "__array__",
              [](const VariableHandle& v, nb::handle dtype, nb::handle copy) -> nb::object {
                if (copy.is(Py_False))
                  throw nb::value_error("Variable: an array of its values is a copy. Received: copy=False.");
                const nb::object values = to_numpy(without_gil([&] { return v.variable->to_dense(); }));
                return dtype.is_none() ? values : values.attr("astype")(dtype);
              },
              "dtype"_a = nb::none(), "copy"_a = nb::none())
          .def("__float__", [](const VariableHandle& v) { return nb::float_(number_of(v)); })
          .def("__int__", [](const VariableHandle& v) { return nb::int_(number_of(v)); });
  def_values(variable);
  def_identity(variable);
  def_arithmetic(variable);
}

void bind_variable_makers(nb::module_& m) {
  def(
      m, "variable",
      [](const ArrayHandle& value, const std::optional<std::string>& name,
         const std::optional<std::string>& dtype, bool sparse_weight) {
        const std::string given = name.value_or(layers::unique_name("Variable"));
        Tensor held = own(value, to_dtype(dtype), "variable: value");
        if (!sparse_weight) return VariableHandle{std::make_shared<Variable>(given, std::move(held))};
        LACUNA_REQUIRE(held.storage() == Storage::dense,
                       "variable: the value of a sparse_weight must be dense. Received: ", held.spec(), ".");
        auto table =
            std::make_shared<Variable>(given, Spec{held.shape(), held.dtype(), Storage::row_table}, Draw{});
        table->assign(held.dense());
        return VariableHandle{table};
      },
      "value"_a, "name"_a.none(), "dtype"_a.none(), "sparse_weight"_a);
  def(
      m, "constant",
      [](const ArrayHandle& value, const std::optional<std::string>& dtype) {
        return constant(own(value, to_dtype(dtype), "constant: value"));
      },
      "value"_a, "dtype"_a.none());
}

// The placeholders that a symbol depends on, in the order in which a walk from it meets them.
std::vector<Symbol> placeholders(const Symbol& x) {
  std::vector<Symbol> result, to_visit{x};
  std::unordered_set<const Node*> seen;
  while (!to_visit.empty()) {
    const Symbol s = to_visit.back();
    to_visit.pop_back();
    if (!seen.insert(s.node().get()).second) continue;
    if (is_placeholder(s)) result.emplace_back(s.node(), s.output());
    for (size_t i = s.node()->in().size(); i-- > 0;) to_visit.push_back(s.node()->in(i));
  }
  return result;
}

void bind_graph_functions(nb::module_& m) {
  // Returns an array, or (shape, data, indices, indptr) for csr, or (shape, ids, rows) for row_sparse.
  def(
      m, "eval",
      [](const Symbol& x) {
        Tensor result;
        {
          const WithoutGil no_gil;
          result = backend::eval(x);
        }
        return from_tensor(std::move(result));
      },
      "x"_a);
  m.def("learning_phase", &backend::learning_phase);
  def(m, "next_number", layers::next_number, "prefix"_a);
  def(m, "set_learning_phase", set_learning_phase, "training"_a.none());
  m.def("fixed_learning_phase", &fixed_learning_phase);
  m.def(
      "is_learning_phase",
      [](nb::handle x) {
        return nb::isinstance<Symbol>(x) && nb::cast<Symbol&>(x) == backend::learning_phase();
      },
      "x"_a.none());
  m.def("placeholders", &placeholders, "x"_a);
  // Whether x is a placeholder itself, and whether a layer made it.
  def(
      m, "is_placeholder", [](const Symbol& x) { return lacuna::is_placeholder(x); }, "x"_a);
  def(
      m, "is_from_layer", [](const Symbol& x) { return layers::call_of(x) != nullptr; }, "x"_a);
  nb::class_<backend::Function>(m, "Function")
      .def(
          "__init__",
          [](backend::Function* self, nb::handle inputs, nb::handle outputs, nb::handle updates,
             nb::handle endings) {
            auto in = to_symbols({"function", "inputs"}, inputs),
                 out = to_symbols({"function", "outputs"}, outputs);
            const auto changes = argument<std::vector<Update>>({"function", "updates"}, updates);
            const auto at_end = argument<std::vector<Ending>>({"function", "updates"}, endings);
            const WithoutGil no_gil;
            new (self) backend::Function(std::move(in), std::move(out), changes, at_end);
          },
          "inputs"_a.none(), "outputs"_a.none(), "updates"_a.none(), "endings"_a)
      .def(
          "__call__",
          [](backend::Function& self, const std::vector<ArrayHandle>& values) {
            std::vector<Array> arrays;
            for (const ArrayHandle& value : values) arrays.push_back(value.array);
            std::vector<Tensor> results;
            {
              const WithoutGil no_gil;
              results = self(arrays);
            }
            nb::list list;
            for (Tensor& result : results) list.append(from_tensor(std::move(result)));
            return list;
          },
          "values"_a);
}

void bind_graph_values(nb::module_& m) {
  def(
      m, "placeholder",
      [](const Dims& shape, const std::optional<std::string>& dtype, bool sparse,
         const std::optional<std::string>& name) {
        return placeholder({shape.shape, to_dtype(dtype), sparse ? Storage::csr : Storage::dense},
                           name.value_or(layers::unique_name("Placeholder")));
      },
      "shape"_a, "dtype"_a.none(), "sparse"_a, "name"_a.none());
  def(
      m, "gradients",
      [](const Symbol& loss, const std::vector<Symbol>& variables) {
        nb::list result;
        for (const Symbol& g : gradients(loss, variables)) result.append(g ? nb::cast(g) : nb::none());
        return result;
      },
      "loss"_a.none(), "variables"_a);
}

void bind_updates(nb::module_& m) {
  def(m, "set_strict_sparse", config::set_strict_sparse, "strict"_a);
  m.def("strict_sparse", &config::strict_sparse);
  nb::class_<Update>(m, "Update", "What a step changes beside the weights that learn: see K.update.")
      .def_prop_ro("variable", [](const Update& u) { return VariableHandle{u.variable}; })
      .def_prop_ro("value", [](const Update& u) { return u.value; });
  def(
      m, "update",
      [](nb::handle given, nb::handle value, double momentum) {
        if (!nb::isinstance<VariableHandle>(given))
          throw nb::type_error(text("update: x must be a variable. Received: ", shown(given), ".").c_str());
        const auto& x = nb::cast<VariableHandle&>(given);
        const Symbol like = read(x.variable);
        return update(x.variable, to_symbol(value, &like, "update"), momentum);
      },
      "x"_a.none(), "value"_a.none(), "momentum"_a);
  m.def("floatx", [] { return std::string(name_of(floatx())); });
  def(
      m, "set_floatx", [](const std::string& dtype) { set_floatx(dtype_from_name(dtype)); }, "floatx"_a);
}

}  // namespace

void bind_graph(nb::module_& m) {
  bind_symbol(m);
  bind_variable_class(m);
  bind_variable_makers(m);
  bind_graph_functions(m);
  bind_graph_values(m);
  bind_updates(m);
}

}  // namespace lacuna::bind
