// The base of ops over axes: which axes are reduced, and the shape of the result.
#pragma once
#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/reduce_cpu.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {

// Throws if a dense result of a sparse x has too many rows or columns: a sparse x may have far more columns
// than a dense tensor can hold.
inline void require_dense_result(std::string_view where, const Shape& result, const Spec& x) {
  LACUNA_REQUIRE(
      x.storage == Storage::dense || std::ranges::all_of(result, [](Dim d) { return d < Dim{1} << 31; }),
      where,
      ": a dense result must have fewer than 2^31 rows and columns. Received: result=", to_string(result),
      ", x=", x, ".");
}

// The shape of the result, or an error.
inline Shape shape_left(std::string_view where, const Axes& axes, bool keepdims, const Spec& x) {
  const size_t rank = x.shape.size();
  LACUNA_REQUIRE(rank <= kMaxRank, where, ": x must have rank 8 at most. Received: x=", x, ".");
  for (const int axis : axes)
    LACUNA_REQUIRE(axis >= 0 && axis < static_cast<int>(rank), where,
                   ": an axis must be within the rank of x. Received: axis=", axis, ", x=", x, ".");
  Shape shape;
  for (size_t i = 0; i < rank; ++i) {
    const bool goes = axes.empty() || std::ranges::find(axes, static_cast<int>(i)) != axes.end();
    if (!goes || keepdims) shape.push_back(goes ? 1 : x.shape[i]);
  }
  return shape;
}

struct Reduce : Op {
  Reduce(Axes a, bool keep) : axes(std::move(a)), keepdims(keep) {}
  const Axes axes;  // Ascending, none negative; empty: all axes.
  const bool keepdims;

  std::string_view cost(const Rule& rule) const override {
    if (rule.out[0] != Storage::dense || rule.in[0] == Storage::dense) return stored_values(rule.in[0]);
    return rule.in[0] == Storage::csr ? "non-zeros + elements of the result"
                                      : "stored rows × units + elements of the result";
  }

  std::string key() const override {
    std::string result = text(name(), keepdims ? " keepdims" : "");
    for (const int axis : axes) result += text(' ', axis);
    return result;
  }

  // The axes to insert into the result as 1, so that it broadcasts over x.
  const Axes& put_back() const {
    static const Axes none;
    return keepdims ? none : axes;
  }

  cpu::Reduced reduced(size_t rank) const {
    cpu::Reduced result{};
    for (size_t i = 0; i < rank; ++i)
      result[i] = axes.empty() || std::ranges::find(axes, static_cast<int>(i)) != axes.end();
    return result;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(is_float(in[0].dtype), name(), ": x must have a float dtype. Received: x=", in[0], ".");
    return infer_any(name(), in);
  }

  // For any dtype. Errors begin with `where`.
  std::vector<Spec> infer_any(std::string_view where, std::span<const Spec> in) const {
    const Storage out = rule_for(*this, in).out[0];
    const Shape shape = shape_left(where, axes, keepdims, in[0]);
    if (in[0].storage == Storage::row_sparse)
      for (size_t i = 2; i < in[0].shape.size(); ++i)
        LACUNA_REQUIRE(reduced(i + 1)[i] == reduced(i + 1)[1], where,
                       ": a row_sparse tensor must be reduced over its first axis, all others, or all. "
                       "Received: axes=",
                       to_string(Shape(axes.begin(), axes.end())), ", x=", in[0], ".");
    if (out == Storage::dense) require_dense_result(where, shape, in[0]);
    return {{shape, in[0].dtype, out}};
  }

  struct Result {
    Dims dims{};
    double n = 1;  // Elements of x per element of the result.
  };
  Result result(const Dims& x) const {
    const cpu::Reduced goes = reduced(x.rank);
    Result r;
    size_t n = 1;
    for (size_t i = 0; i < x.rank; ++i) {
      if (goes[i]) n *= x[i];
      if (!goes[i] || keepdims) r.dims.size[r.dims.rank++] = goes[i] ? 1 : x[i];
    }
    r.n = static_cast<double>(n);
    return r;
  }
};

// The axes in the form that a Reduce expects.
inline Axes sorted_axes(const Symbol& x, Axes axes) {
  for (int& axis : axes) axis += axis < 0 ? static_cast<int>(x.rank()) : 0;
  std::ranges::sort(axes);
  axes.erase(std::ranges::unique(axes).begin(), axes.end());
  return axes;
}

// Axes and shapes for the tests of reductions; T(axes, keepdims, more…) is the op.
template <class T, class... More>
std::vector<Example> reduce_examples(size_t inputs, const More&... more) {
  std::vector<Example> result;
  const auto add = [&](Axes axes, bool keepdims, const Shape& shape, const Shape& left) {
    Example example{std::make_shared<T>(std::move(axes), keepdims, more...), {{shape}}};
    for (size_t i = 1; i < inputs; ++i) example.in.push_back({left});
    result.push_back(std::move(example));
  };
  add({}, false, {None, 4}, {});
  add({}, true, {None, 4}, {1, 1});
  add({0}, false, {None, 4}, {4});
  add({1}, false, {None, 4}, {None});
  add({0}, true, {None, 300}, {1, 300});
  add({1}, true, {None, 20}, {None, 1});
  add({0, 1}, false, {None, 4}, {});
  add({}, false, {None}, {});
  add({1}, false, {None, 3, 2}, {None, 2});
  add({0, 2}, false, {None, 3, 2}, {3});
  add({0, 2, 4}, true, {None, 2, 3, 2, 2}, {1, 2, 1, 2, 1});
  add({0}, false, {None, 3, 2}, {3, 2});
  add({1, 2}, true, {None, 3, 2}, {None, 1, 1});
  add({}, false, {None, 3, 2}, {});
  return result;
}

}  // namespace lacuna
