// x[…] of symbols: slices, ids, masks.
#include "python/bind/item.h"

#include "lacuna/backend/backend.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/ops/shape/slice.h"
#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

// Ids from a list or array. Bools are a mask; negative ids count from the end.
Symbol constant_ids(nb::handle key, Dim size) {
  const nb::object ids = nb::module_::import_("lacuna._arrays")
                             .attr("ids")(key, size == None ? nb::none() : nb::object(nb::int_(size)));
  return constant(Tensor(to_values({nb::cast<ArrayHandle&>(ids)})[0]).copy().dense());
}

Symbol one_of_axis(const Symbol& x, nb::handle key, int axis) {
  const Dim size = x.shape()[static_cast<size_t>(axis)];
  if (PySlice_Check(key.ptr())) {
    Py_ssize_t start = 0, stop = 0, step = 0;
    const nb::object given = key.attr("step");
    LACUNA_REQUIRE(!given.equal(nb::int_(0)),
                   "item: the step of a slice must not be 0. Received: x=", x.spec(), ".");
    if (PySlice_Unpack(key.ptr(), &start, &stop, &step) < 0) throw nb::python_error();
    const bool all = start == 0 && stop == PY_SSIZE_T_MAX && step == 1;
    return all ? x : slice(x, axis, start, stop, step);
  }
  if (PyBool_Check(key.ptr()))
    throw nb::type_error("item: True and False are no places of an axis; write x[None] for a new one.");
  // A whole number removes the axis, and a csr matrix must have both.
  const int64_t i = to_whole({"item", "a place"}, key, INT64_MIN, INT64_MAX);
  LACUNA_REQUIRE_RANGE(size == None || (i >= -size && i < size),
                       "item: a place must be in the range of its axis. Received: x=", x.spec(),
                       ", axis=", axis, ", item=", i, ".");
  LACUNA_REQUIRE(x.storage() == Storage::dense, "item: a csr matrix has rank 2; write x[", axis ? ":, " : "",
                 i, ":", i == -1 ? std::string() : std::to_string(i + 1),
                 "] to keep it. Received: x=", x.spec(), ", item=", i, ".");
  return squeeze(slice(x, axis, i, i == -1 ? INT64_MAX : i + 1), axis);
}

}  // namespace

Symbol item(const Symbol& x, nb::handle key) {
  nb::list keys;
  if (nb::isinstance<nb::tuple>(key))
    for (const nb::handle k : nb::borrow<nb::tuple>(key)) keys.append(k);
  else keys.append(key);
  size_t dots = 0, inserted = 0;
  for (const nb::handle k : keys) {
    dots += k.is(Py_Ellipsis);
    inserted += k.is_none();
  }
  const size_t named = nb::len(keys) - dots - inserted;
  LACUNA_REQUIRE_RANGE(dots <= 1 && named <= x.rank(),
                       "item: there must be a key for each axis at most. Received: keys=", nb::len(keys),
                       ", x=", x.spec(), ".");
  Symbol y = x;
  int axis = 0;
  bool by_ids = false;
  for (const nb::handle k : keys) {
    if (k.is(Py_Ellipsis)) {
      axis += static_cast<int>(x.rank() - named);
      continue;
    }
    if (k.is_none()) {
      y = expand_dims(y, axis++);
      continue;
    }
    const bool symbol = nb::isinstance<Symbol>(k) || nb::isinstance<VariableHandle>(k);
    if (symbol || nb::isinstance<nb::list>(k) || nb::hasattr(k, "__array__")) {
      if (nb::hasattr(k, "ndim") && nb::cast<int>(k.attr("ndim")) == 0) {  // A number of NumPy's.
        y = one_of_axis(y, k, axis);                                       // Removes the axis.
        continue;
      }
      LACUNA_REQUIRE(!by_ids,
                     "item: ids select along one axis at a time; write x[rows][:, columns]. Received: x=",
                     x.spec(), ".");
      by_ids = true;
      if (!symbol) y = backend::take(y, constant_ids(k, y.shape()[static_cast<size_t>(axis)]), axis);
      else if (const Symbol s = to_symbol(k); is_float(s.dtype())) y = backend::boolean_mask(y, s, axis);
      else y = backend::take(y, s, axis);
      ++axis;
      continue;
    }
    const size_t rank = y.rank();
    y = one_of_axis(y, k, axis);
    axis += y.rank() == rank;
  }
  return y;
}

}  // namespace lacuna::bind
