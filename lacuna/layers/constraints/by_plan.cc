// Feeds rows to the plan of a constraint, and writes back what it gives.
#include "lacuna/layers/constraints/by_plan.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/row_wise.h"
#include "lacuna/graph/variable.h"

namespace lacuna::constraints {

ByPlan::Made& ByPlan::made(const Spec& spec) const {
  for (const auto& one : made_)
    if (one->spec == spec) return *one;
  const Symbol w = placeholder(spec, "w"), value = function_(w);
  LACUNA_REQUIRE(
      value && value.spec() == spec,
      "constraint: a function must give a symbol of the weight's shape and dtype. Received: weight ", spec,
      ", value ", value ? text(value.spec()) : std::string("none"), ".");
  if (!spec.shape.empty() && spec.shape[0] == None) require_row_wise("constraint", {value}, {w}, {});
  made_.push_back(std::make_unique<Made>(
      Made{spec, std::make_unique<Plan>(std::vector<Symbol>{w}, std::vector<Symbol>{value}, false),
           tensor::Dense()}));
  return *made_.back();
}

void ByPlan::apply(const WeightRows& rows, const Shape& shape,
                   std::optional<std::span<const int64_t>> moved) const {
  const std::lock_guard lock(mutex_);
  Spec spec{shape, rows.dtype(), Storage::dense};
  std::vector<int64_t> touched;
  if (rows.have_room()) {
    spec.shape[0] = None;
    if (!moved)
      for (size_t slot = 0; slot < rows.count(); ++slot)
        if (rows.holds(slot)) touched.push_back(static_cast<int64_t>(slot));
  }
  Made& made = this->made(spec);
  Shape fed = shape;
  const std::span<const int64_t> slots = moved ? *moved : std::span<const int64_t>(touched);
  if (rows.have_room()) fed[0] = static_cast<Dim>(slots.size());
  made.fed.dense().resize(fed, rows.dtype());
  with_float("constraint", rows.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const size_t width = rows.width(), count = rows.have_room() ? slots.size() : rows.count();
    const auto row = [&](size_t i) {
      return rows.values<T>() + (rows.have_room() ? static_cast<size_t>(slots[i]) : i) * rows.stride();
    };
    for (size_t i = 0; i < count; ++i)
      std::copy_n(row(i), width, made.fed.dense().values<T>().data() + i * width);
    const Tensor* feeds[] = {&made.fed};
    made.plan->run(feeds);
    const T* const value = made.plan->output(0).dense().values<T>().data();
    for (size_t i = 0; i < count; ++i) std::copy_n(value + i * width, width, row(i));
  });
}

}  // namespace lacuna::constraints
