// Constraints, and their names. A vector of norm n is multiplied by
//   (rate clip(n, min_value, max_value) + (1 - rate) n) / (epsilon + n)
#include "lacuna/layers/constraints/constraints.h"

#include <algorithm>
#include <cmath>

#include "lacuna/base/threads.h"
#include "lacuna/graph/variable.h"
#include "lacuna/layers/constraints/by_plan.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {

LACUNA_REGISTRY_HERE(constraints::Constraint)

namespace constraints {
namespace {

constexpr double kEpsilon = 1e-7;
constexpr size_t kColumns = 64;   // Columns that are summed together, with sums on the stack.
constexpr size_t kValues = 8192;  // About so many values per block of rows.

// Implements both virtual functions with one template.
template <class Self>
class Both : public Constraint {
 public:
  bool leaves_zeros() const override { return true; }
  void apply(float* values, size_t rows, size_t columns, size_t stride) const override {
    static_cast<const Self*>(this)->each(values, rows, columns, stride);
  }
  void apply(double* values, size_t rows, size_t columns, size_t stride) const override {
    static_cast<const Self*>(this)->each(values, rows, columns, stride);
  }
};

size_t rows_a_block(size_t columns) { return std::max<size_t>(1, kValues / std::max<size_t>(1, columns)); }

class NotNegative final : public Both<NotNegative> {
 public:
  template <class T>
  void each(T* values, size_t rows, size_t columns, size_t stride) const {
    parallel_for(rows, rows_a_block(columns), [&](size_t begin, size_t end) {
      for (size_t r = begin; r < end; ++r)
        for (T *v = values + r * stride, *last = v + columns; v != last; ++v)
          if (*v < 0) *v = 0;
    });
  }
  bool row_wise() const override { return true; }
  Symbol operator()(const Symbol& w) const override { return maximum(w, constant(0, w.dtype())); }
  std::string class_name() const override { return "NonNeg"; }
  Config config() const override { return {}; }
};

class Norm final : public Both<Norm> {
 public:
  Norm(const char* class_name, Config config, const MinMaxNorm& range)
      : class_name_(class_name),
        config_(std::move(config)),
        range_(range),
        by_plan_([this](const Symbol& w) { return (*this)(w); }) {
    LACUNA_REQUIRE(!range.axis.empty(), class_name, ": axis must be given. Received: none.");
    LACUNA_REQUIRE(range.min_value <= range.max_value, class_name,
                   ": min_value must not be above max_value. Received: min_value=", range.min_value,
                   ", max_value=", range.max_value, ".");
  }

  template <class T>
  void each(T* values, size_t rows, size_t columns, size_t stride) const {
    if (of_rows())
      parallel_for(rows, rows_a_block(columns), [&](size_t begin, size_t end) {
        for (size_t r = begin; r < end; ++r) {
          T* row = values + r * stride;
          double sum = 0;
          for (size_t j = 0; j < columns; ++j)
            sum += static_cast<double>(row[j]) * static_cast<double>(row[j]);
          const T factor = static_cast<T>(factor_of(sum));
          for (size_t j = 0; j < columns; ++j) row[j] *= factor;
        }
      });
    else
      parallel_for(columns, kColumns, [&](size_t begin, size_t end) {
        double sums[kColumns] = {};
        T factors[kColumns];
        const size_t n = end - begin;
        for (size_t r = 0; r < rows; ++r)
          for (size_t j = 0; j < n; ++j) {
            const auto v = static_cast<double>(values[r * stride + begin + j]);
            sums[j] += v * v;
          }
        for (size_t j = 0; j < n; ++j) factors[j] = static_cast<T>(factor_of(sums[j]));
        for (size_t r = 0; r < rows; ++r)
          for (size_t j = 0; j < n; ++j) values[r * stride + begin + j] *= factors[j];
      });
  }

  using Both::apply;
  void apply(const WeightRows& rows, const Shape& shape,
             std::optional<std::span<const int64_t>> moved) const override {
    check_axes(shape);
    if (shape.size() <= 2 && range_.axis.size() == 1) return Constraint::apply(rows, shape, moved);
    by_plan_.apply(rows, shape, moved);
  }

  Symbol operator()(const Symbol& w) const override {
    check_axes(w.shape());
    const Symbol norm = sqrt(sum(square(w), Axes(range_.axis.begin(), range_.axis.end()), true));
    const Symbol wanted = scale(clip(norm, range_.min_value, range_.max_value), range_.rate);
    return multiply(w, divide(add(wanted, scale(norm, 1 - range_.rate)), shift(norm, kEpsilon)));
  }

  bool row_wise() const override {
    return std::ranges::all_of(range_.axis, [](int64_t axis) { return axis > 0 || axis == -1; });
  }
  std::string class_name() const override { return class_name_; }
  Config config() const override { return config_; }

 private:
  // Of a matrix; a vector is a matrix of one column.
  bool of_rows() const { return range_.axis[0] == 1 || range_.axis[0] == -1; }
  void check_axes(const Shape& shape) const {
    const auto rank = static_cast<int64_t>(std::max<size_t>(1, shape.size()));
    for (const int64_t axis : range_.axis)
      LACUNA_REQUIRE(axis >= -rank && axis < rank, class_name_,
                     ": axis must be one of the weight's. Received: axis=", axis, ", weight ",
                     to_string(shape), ".");
  }
  double factor_of(double sum_of_squares) const {
    const double norm = std::sqrt(sum_of_squares);
    const double wanted =
        range_.rate * std::clamp(norm, range_.min_value, range_.max_value) + (1 - range_.rate) * norm;
    return wanted / (kEpsilon + norm);
  }

  const char* class_name_;
  Config config_;
  MinMaxNorm range_;
  ByPlan by_plan_;
};

class OfFunction final : public Constraint {
 public:
  OfFunction(std::function<Symbol(const Symbol&)> function, std::string name, std::optional<Config> config)
      : by_plan_(std::move(function)), name_(std::move(name)), config_(std::move(config)) {}
  void apply(const WeightRows& rows, const Shape& shape,
             std::optional<std::span<const int64_t>> moved) const override {
    by_plan_.apply(rows, shape, moved);
  }
  void apply(float*, size_t, size_t, size_t) const override {}  // Never called: see above.
  void apply(double*, size_t, size_t, size_t) const override {}
  Symbol operator()(const Symbol& w) const override { return by_plan_(w); }
  bool row_wise() const override { return true; }  // Else the first step throws.
  std::string class_name() const override { return name_; }
  Config config() const override { return config_.value_or(Config{}); }
  bool by_name() const override { return !config_; }

 private:
  ByPlan by_plan_;
  std::string name_;
  std::optional<Config> config_;
};

// One axis is written as a number, as Keras does.
void axis_of(Settings& s, std::vector<int64_t>& axis) {
  if (s.reads() || axis.size() != 1) s("axis", axis);
  else s.write("axis", axis[0]);
}

// The settings of each, by Keras' names.
void nothing(Settings&, NonNeg&) {}
void max_norm_list(Settings& s, MaxNorm& o) {
  s("max_value", o.max_value);
  axis_of(s, o.axis);
}
void unit_norm_list(Settings& s, UnitNorm& o) { axis_of(s, o.axis); }
void min_max_list(Settings& s, MinMaxNorm& o) {
  s("min_value", o.min_value)("max_value", o.max_value)("rate", o.rate);
  axis_of(s, o.axis);
}

using Names = Registry<Constraint>;
const bool constraints_registered =
    Names::add<NonNeg>({"NonNeg", "non_neg", "nonneg"}, nothing) &&
    Names::add<MaxNorm>({"MaxNorm", "max_norm", "maxnorm"}, max_norm_list) &&
    Names::add<UnitNorm>({"UnitNorm", "unit_norm", "unitnorm"}, unit_norm_list) &&
    Names::add<MinMaxNorm>({"MinMaxNorm", "min_max_norm"}, min_max_list);

}  // namespace

void Constraint::apply(const WeightRows& rows, const Shape& shape,
                       std::optional<std::span<const int64_t>> moved) const {
  const size_t columns = shape.size() < 2 ? 1 : static_cast<size_t>(shape.back());
  with_float("constraint", rows.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const values = rows.values<T>();
    if (!rows.have_room()) {  // One matrix; its rows may depend on each other.
      if (columns) apply(values, rows.count() * rows.width() / columns, columns, columns);
      return;
    }
    const auto apply_to = [&](size_t slot) {
      apply(values + slot * rows.stride(), 1, rows.width(), rows.stride());
    };
    if (moved) {
      for (const int64_t slot : *moved) apply_to(static_cast<size_t>(slot));
      return;
    }
    for (size_t slot = 0; slot < rows.count(); ++slot)
      if (rows.holds(slot)) apply_to(slot);
  });
}

Ptr Constraint::from_function(std::function<Symbol(const Symbol&)> function, std::string name,
                              std::optional<Config> config) {
  return std::make_shared<OfFunction>(std::move(function), std::move(name), std::move(config));
}

Ptr NonNeg::make() const { return std::make_shared<NotNegative>(); }

Ptr MaxNorm::make() const {
  return std::make_shared<Norm>("MaxNorm", written(max_norm_list, *this), MinMaxNorm{0, max_value, 1, axis});
}

Ptr UnitNorm::make() const {
  return std::make_shared<Norm>("UnitNorm", written(unit_norm_list, *this), MinMaxNorm{1, 1, 1, axis});
}

Ptr MinMaxNorm::make() const {
  return std::make_shared<Norm>("MinMaxNorm", written(min_max_list, *this), *this);
}

}  // namespace constraints
}  // namespace lacuna
