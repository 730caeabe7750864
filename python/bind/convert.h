// Converts Python's values to the library's, and back.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/base/config.h"
#include "lacuna/data/array.h"
#include "lacuna/graph/variable.h"
#include "lacuna/network/network.h"
#include "python/bind/gil.h"

namespace lacuna::bind {

// A Variable as Python holds it.
struct VariableHandle {
  VariablePtr variable;
};
nb::list to_handles(const std::vector<layers::Weight*>& weights);
// What the regularizers of weights add to the loss.
std::vector<Symbol> penalties(const std::vector<layers::Weight*>& weights);

// Inputs and outputs of the layer's calls that still exist, oldest first.
nb::list calls_of_layer(const layers::LayerState& state);

// What a layer is called on without the symbols that are arguments; and the arguments by name.
nb::list main_inputs(const std::vector<Symbol>& symbols, const std::vector<std::string>& named);
nb::dict arguments_of(const layers::Inputs& inputs);

// A view of a user's arrays, which stay alive with it.
struct ArrayHandle {
  Array array{};
  std::vector<nb::object> owners{};
};

// None where a dimension is open.
nb::tuple from_shape(const Shape& shape);
// From a tuple, a list or one number; None is an open dimension.
Shape to_shape(nb::handle shape);

// The dtype of that name; floatx if there is none.
DType to_dtype(const std::optional<std::string>& name);

// Strings: a NumPy array of objects, copies.
nb::object from_strings(const tensor::Dense& strings);
// A NumPy array that takes over the memory of the values; of strings from_strings.
nb::object to_numpy(tensor::Dense&& values);
nb::object to_numpy(Buffer&& values, DType dtype);
nb::list to_numpy(std::vector<tensor::Dense>&& values);

// A NumPy array; for csr a tuple (shape, data, indices, indptr), for row_sparse (shape, ids, rows).
nb::object from_tensor(Tensor&& value);
nb::list from_tensors(std::vector<Tensor>&& values);

// From None, an ArrayHandle, a list of them or a dict of them by name; entries may be None.
Arrays to_arrays(nb::handle arrays);
std::vector<tensor::Dense> to_values(const std::vector<ArrayHandle>& arrays);

// A copy of the values in a dtype; csr becomes sorted and unique. `name` starts the messages.
Tensor own(const ArrayHandle& values, DType dtype, const char* name);

// A constant from a NumPy array or a scipy matrix. Its dtype is `dtype` if given, else that of the array if
// the graph has it, else floatx. where: what errors start with.
Symbol to_constant(nb::handle value, std::optional<DType> dtype = {}, const char* where = "constant");

// From a Symbol, a Variable, an array or a matrix, or, if `like` is given, from a number or a list, which
// becomes a constant of like's dtype.
Symbol to_symbol(nb::handle value, const Symbol* like = nullptr, const char* where = "constant");

// The value of a number of Python or NumPy, or of an array of rank 0; none for anything else.
std::optional<double> to_number(nb::handle value, const char* where);

// The same for the other operand of an op with x. If x is sparse, a constant of rank 0 counts too, which
// keeps x sparse.
std::optional<double> number_beside(const Symbol& x, nb::handle value, const char* where);

// From what a user's function, which `where` names, returned: a Symbol, a Variable, an array or a matrix.
Symbol to_result(nb::handle value, const std::string& where);

// The value as errors show it: its repr, cut if it is long.
std::string shown(nb::handle value);

// Lists of numbers become tuples, as Keras has shapes; other lists stay lists.
nb::dict from_config(const Config& config);
// From a dict of None, bools, numbers (NumPy's too), texts, lists, dicts, objects with a get_config, and
// functions, which become their names. ValueError for anything else.
Config to_config(nb::handle dict);

// A weak reference to an object of Python (a function, a layer), which the library may keep for as long as it
// likes. A strong one could be part of a cycle that Python's garbage collector does not see. The Python code
// that passes the object must keep it alive.
class WeakObject {
 public:
  // what, name: "loss", "my_loss", as errors have it.
  WeakObject(nb::handle object, const char* what, const std::string& name = {});

  nb::object get() const;  // The caller must hold the GIL.

  template <class... Symbols>
  Symbol operator()(const Symbols&... symbols) const {
    const WithGil gil;
    return to_result(get()(symbols...), what_);
  }

 private:
  std::shared_ptr<nb::object> reference_;
  std::string what_;
};

// An object of Python that the library may hold and let go of on any thread.
class HeldObject {
 public:
  explicit HeldObject(nb::object object) : object_(std::move(object)) {}
  ~HeldObject() {
    if (process_ends()) {  // Python is gone, and what it holds with it.
      object_.release();
      return;
    }
    const WithGil gil;
    object_.reset();
  }
  HeldObject(const HeldObject&) = delete;
  HeldObject& operator=(const HeldObject&) = delete;

  const nb::object& get() const { return object_; }

 private:
  nb::object object_;
};

}  // namespace lacuna::bind
