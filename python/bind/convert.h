// Between Python's values and the library's.
#pragma once
#include <functional>
#include <optional>
#include <string>
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

// A view of a user's arrays, which stay alive with it.
struct ArrayHandle {
  Array array{};
  std::vector<nb::object> owners{};
};

// None where a dimension is open.
nb::tuple from_shape(const Shape& shape);
// Of a tuple, a list or one number; None is an open dimension.
Shape to_shape(nb::handle shape);

// The dtype of that name; floatx where it is none.
DType to_dtype(const std::optional<std::string>& name);

// An array of NumPy over the values, which it takes over.
nb::object to_numpy(tensor::Dense&& values);
nb::object to_numpy(Buffer&& values, DType dtype);
nb::list to_numpy(std::vector<tensor::Dense>&& values);

// An array of NumPy; of csr (shape, data, indices, indptr), of row_sparse (shape, ids, rows).
nb::object from_tensor(Tensor&& value);

// None, an ArrayHandle, a list of them, or a dict of them by name; None among them too.
Arrays to_arrays(nb::handle arrays);
std::vector<tensor::Dense> to_values(const std::vector<ArrayHandle>& arrays);

// The values in memory of their own, of a dtype; csr sorted and unique. `name` starts the messages.
Tensor own(const ArrayHandle& values, DType dtype, const char* name);

// Of an array of NumPy or a matrix of scipy: of its dtype where the graph has it, else of floatx, unless one
// is given. where: what errors start with.
Symbol to_constant(nb::handle value, std::optional<DType> dtype = {}, const char* where = "constant");

// A Symbol, a Variable, an array or a matrix, or (where `like` is given) a number or a list, which becomes a
// constant of its dtype.
Symbol to_symbol(nb::handle value, const Symbol* like = nullptr, const char* where = "constant");

// A float or a whole number, of Python or of NumPy, arrays of rank 0 among them; else none.
std::optional<double> to_number(nb::handle value, const char* where);

// The same of what stands beside x in an op; of sparse x also a constant of rank 0, which keeps x sparse.
std::optional<double> number_beside(const Symbol& x, nb::handle value, const char* where);

// What a user's function, which `where` names, has returned: a Symbol, a Variable, an array or a matrix.
Symbol to_result(nb::handle value, const std::string& where);

// As errors show it: its repr, cut where it is long.
std::string shown(nb::handle value);

// Lists of numbers become tuples, as Keras has shapes; other lists stay lists.
nb::dict from_config(const Config& config);
// Of a dict of None, bools, numbers (NumPy's too), texts, lists, dicts, objects with a get_config and
// functions, of which the name is written. ValueError for anything else.
Config to_config(nb::handle dict);

// An object of Python (a function, a layer) that the library may refer to for as long as it likes: weakly, so
// that no cycle hides from the garbage collector. Whoever passes it keeps it alive.
class WeakObject {
 public:
  // what, name: "loss", "my_loss", as errors have it.
  WeakObject(nb::handle object, const char* what, const std::string& name = {});

  nb::object get() const;  // With the GIL held.

  template <class... Symbols>
  Symbol operator()(const Symbols&... symbols) const {
    const WithGil gil;
    return to_result(get()(symbols...), what_);
  }

 private:
  std::shared_ptr<nb::object> reference_;
  std::string what_;
};

}  // namespace lacuna::bind
