// Symbols and variables, and arithmetic as it is written.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "lacuna/backend/backend.h"
#include "lacuna/backend/function.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/op.h"
#include "lacuna/graph/strict.h"
#include "lacuna/graph/update.h"
#include "lacuna/layers/layer.h"
#include "lacuna/ops/arithmetic.h"
#include "lacuna/ops/operators.h"
#include "lacuna/ops/scalar.h"
#include "lacuna/ops/unary.h"
#include "lacuna/tensor/row_table.h"
#include "python/bind/convert.h"
#include "python/bind/item.h"
#include "python/bind/operand.h"

namespace lacuna::bind {
namespace {

// The arithmetic that symbols and variables share: with each other, numbers and arrays, on both sides.
template <class C>
void def_arithmetic(C& c) {
  // op: the name of the op, which errors start with.
  const auto binary = [&](const char* name, const char* reflected, const char* op, auto symbols,
                          auto number_right, auto number_left) {
    c.def(
        name,
        [=](nb::handle self, nb::handle other) {
          const Symbol a = to_symbol(self);
          if (const auto number = number_beside(a, other, op)) return number_right(a, *number);
          return symbols(a, to_symbol(other, &a, op));
        },
        "other"_a.none());
    c.def(
        reflected,
        [=](nb::handle self, nb::handle other) {
          const Symbol a = to_symbol(self);
          if (const auto number = number_beside(a, other, op)) return number_left(*number, a);
          return symbols(to_symbol(other, &a, op), a);
        },
        "other"_a.none());
  };
  using S = const Symbol&;
  binary(
      "__add__", "__radd__", "add", [](S a, S b) { return a + b; }, [](S a, double b) { return a + b; },
      [](double a, S b) { return a + b; });
  binary(
      "__sub__", "__rsub__", "subtract", [](S a, S b) { return a - b; }, [](S a, double b) { return a - b; },
      [](double a, S b) { return a - b; });
  binary(
      "__mul__", "__rmul__", "multiply", [](S a, S b) { return a * b; }, [](S a, double b) { return a * b; },
      [](double a, S b) { return a * b; });
  binary(
      "__truediv__", "__rtruediv__", "divide", [](S a, S b) { return a / b; },
      [](S a, double b) { return a / b; }, [](double a, S b) { return a / b; });
  binary(
      "__pow__", "__rpow__", "power", [](S a, S b) { return power(a, b); },
      [](S a, double b) { return power(a, b); }, [](double a, S b) { return power(a, b); });
  c.def(
      "__matmul__",
      [](nb::handle self, nb::handle other) {
        const Symbol a = to_symbol(self);
        return backend::matmul(a, to_symbol(other, &a, "matmul"));
      },
      "other"_a.none());
  c.def(
      "__rmatmul__",
      [](nb::handle self, nb::handle other) {
        const Symbol a = to_symbol(self);
        return backend::matmul(to_symbol(other, &a, "matmul"), a);
      },
      "other"_a.none());
  c.def(
      "__getitem__", [](nb::handle self, nb::handle key) { return item(to_symbol(self), key); }, "key"_a,
      "Along each axis a slice, a whole number (of a dense symbol), or along one axis ids or a mask.");
  c.attr("__iter__") = nb::none();
  c.def("__neg__", [](nb::handle self) { return -to_symbol(self); });
  c.def("__abs__", [](nb::handle self) { return lacuna::abs(to_symbol(self)); });
  c.attr("__array_ufunc__") = nb::none();  // NumPy's scalars leave arithmetic to the symbol.
}

std::string shown_table(const RowTable& table) { return text(", ", table.size(), " rows touched"); }

}  // namespace

void bind_graph(nb::module_& m) {
  auto symbol =
      nb::class_<Symbol>(m, "Symbol", nb::dynamic_attr(), "What a tensor will be: shape, dtype and storage.")
          .def_prop_ro("shape", [](const Symbol& s) { return from_shape(s.shape()); })
          .def_prop_ro("dtype", [](const Symbol& s) { return std::string(name_of(s.dtype())); })
          .def_prop_ro("storage", [](const Symbol& s) { return std::string(name_of(s.storage())); })
          .def_prop_ro("is_sparse", [](const Symbol& s) { return s.storage() != Storage::dense; })
          .def_prop_ro("name",
                       [](const Symbol& s) {
                         if (is_placeholder(s)) return placeholder_name(s);
                         const auto call = layers::call_of(s);
                         return call ? call->layer->name : std::string(s.node()->op().name());
                       })
          .def("__repr__", [](const Symbol& s) { return text("<Symbol ", s.spec(), ">"); })
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
                return nb::isinstance<Symbol>(b) && a == nb::cast<Symbol&>(b);
              },
              "other"_a.none())
          .def("__hash__",
               [](const Symbol& s) { return std::hash<const void*>()(s.node().get()) + s.output(); });
  def_arithmetic(symbol);

  auto variable =
      nb::class_<VariableHandle>(m, "Variable", "A weight, or another value that outlives a step.")
          .def_prop_ro("name", [](const VariableHandle& v) { return v.variable->name(); })
          .def_prop_ro("shape", [](const VariableHandle& v) { return from_shape(v.variable->spec().shape); })
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
              "A copy of all values. Of a weight with sparse_weight=True above 1 GiB an error: see rows().")
          .def(
              "assign",
              [](const VariableHandle& v, const ArrayHandle& value) {
                const Tensor& given = value.array.tensor();
                const bool dense = given.storage() == Storage::dense;
                const Tensor csr =
                    dense ? Tensor() : own(value, v.variable->spec().dtype, "set_value: value");
                const WithoutGil no_gil;
                if (dense) v.variable->assign(given.dense());
                else v.variable->assign(csr);
              },
              "value"_a)
          .def(
              "rows",
              [](const VariableHandle& v) {
                require(v.variable->is_table(),
                        "rows: only a weight with sparse_weight=True or sparse_grad=True keeps rows. "
                        "Received: weight '",
                        v.variable->name(), "' ", v.variable->spec(), ".");
                tensor::RowSparse rows = without_gil([&] { return v.variable->copy().row_sparse(); });
                tensor::Dense values{.dtype = rows.dtype, .shape = rows.shape, .data = std::move(rows.data)};
                values.shape[0] = static_cast<Dim>(rows.row_ids().size());
                return nb::make_tuple(to_numpy(std::move(rows.ids), DType::int64),
                                      to_numpy(std::move(values)));
              },
              "Of a weight with sparse_weight=True or sparse_grad=True: the ids of the rows that were "
              "touched, in order "
              "(int64), and the rows.")
          .def_prop_ro(
              "nbytes",
              [](const VariableHandle& v) { return without_gil([&] { return v.variable->bytes(); }); },
              "Held in memory; of rows with the optimizer's state beside them.")
          .def("__repr__",
               [](const VariableHandle& v) {
                 const Variable& w = *v.variable;
                 return text("<Variable '", w.name(), "' ", w.spec(),
                             w.is_table() ? shown_table(w.value().table()) : std::string(), ">");
               })
          .def(
              "__eq__",
              [](const VariableHandle& a, nb::handle b) {
                return nb::isinstance<VariableHandle>(b) &&
                       a.variable == nb::cast<VariableHandle&>(b).variable;
              },
              "other"_a.none())
          .def("__hash__",
               [](const VariableHandle& v) { return std::hash<const void*>()(v.variable.get()); });
  def_arithmetic(variable);

  // A variable stands wherever a symbol may; so do arrays and matrices: see operand.h.
  symbol.def("__init__", [](Symbol* self, const VariableHandle& v) { new (self) Symbol(read(v.variable)); });
  nb::implicitly_convertible<VariableHandle, Symbol>();

  m.def(
      "variable",
      [](const ArrayHandle& value, const std::optional<std::string>& name,
         const std::optional<std::string>& dtype, bool sparse_weight) {
        const std::string given = name.value_or(layers::unique_name("Variable"));
        Tensor held = own(value, to_dtype(dtype), "variable: value");
        if (!sparse_weight) return VariableHandle{std::make_shared<Variable>(given, std::move(held))};
        require(held.storage() == Storage::dense,
                "variable: the value of a sparse_weight must be dense. Received: ", held.spec(), ".");
        auto table =
            std::make_shared<Variable>(given, Spec{held.shape(), held.dtype(), Storage::row_table}, Draw{});
        table->assign(held.dense());
        return VariableHandle{table};
      },
      "value"_a, "name"_a.none(), "dtype"_a.none(), "sparse_weight"_a);
  m.def(
      "constant",
      [](const ArrayHandle& value, const std::optional<std::string>& dtype) {
        return constant(own(value, to_dtype(dtype), "constant: value"));
      },
      "value"_a, "dtype"_a.none());
  m.def(
      "eval",
      [](const Operand& given) {
        const Symbol x = to_symbol(given, nullptr, "eval");
        Tensor result;
        {
          const WithoutGil no_gil;
          result = backend::eval(x);
        }
        return from_tensor(std::move(result));
      },
      "x"_a.none(),
      "An array, or (shape, data, indices, indptr) of csr, or (shape, ids, rows) of row_sparse.");
  m.def("learning_phase", &backend::learning_phase);
  nb::class_<backend::Function>(m, "Function")
      .def(
          "__init__",
          [](backend::Function* self, Operands inputs, Operands outputs, const std::vector<Update>& updates) {
            auto in = as_symbols("function", std::move(inputs));
            auto out = as_symbols("function", std::move(outputs));
            const WithoutGil no_gil;
            new (self) backend::Function(std::move(in), std::move(out), updates);
          },
          "inputs"_a, "outputs"_a, "updates"_a)
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
  m.def(
      "placeholder",
      [](nb::handle shape, const std::optional<std::string>& dtype, bool sparse,
         const std::optional<std::string>& name) {
        return placeholder({to_shape(shape), to_dtype(dtype), sparse ? Storage::csr : Storage::dense},
                           name.value_or(layers::unique_name("Placeholder")));
      },
      "shape"_a, "dtype"_a.none(), "sparse"_a, "name"_a.none());
  m.def(
      "gradients",
      [](const Operand& loss, Operands variables) {
        nb::list result;
        for (const Symbol& g :
             gradients(to_symbol(loss, nullptr, "gradients"), as_symbols("gradients", std::move(variables))))
          result.append(g ? nb::cast(g) : nb::none());
        return result;
      },
      "loss"_a.none(), "variables"_a);
  m.def("set_strict_sparse", &config::set_strict_sparse, "strict"_a);
  m.def("strict_sparse", &config::strict_sparse);
  nb::class_<Update>(m, "Update", "What a step changes beside the weights that learn: see K.update.");
  m.def(
      "update",
      [](nb::handle given, nb::handle value, double momentum) {
        if (!nb::isinstance<VariableHandle>(given))
          throw nb::type_error(text("update: x must be a variable. Received: ", shown(given), ".").c_str());
        const auto& x = nb::cast<VariableHandle&>(given);
        const Symbol like = read(x.variable);
        return update(x.variable, to_symbol(value, &like, "update"), momentum);
      },
      "x"_a.none(), "value"_a.none(), "momentum"_a);
  m.def("floatx", [] { return std::string(name_of(floatx())); });
  m.def(
      "set_floatx", [](const std::string& dtype) { set_floatx(dtype_from_name(dtype)); }, "floatx"_a);
}

}  // namespace lacuna::bind
