// Orthogonal: the Q of a random matrix.
#include "lacuna/layers/initializers/of_whole.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lacuna::initializers {
namespace {

void orthogonal_list(Settings& s, Orthogonal& o) { s("gain", o.gain)("seed", o.seed); }

const bool orthogonal_registered =
    Registry<Initializer>::add<Orthogonal>({"Orthogonal", "orthogonal"}, orthogonal_list);

double product(const double* a, const double* b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// Makes rows of normal values orthonormal, twice, since one pass leaves what rounding left (Gram-Schmidt). A
// row of normal values has a random direction, so that the result is uniform among all such matrices.
void orthonormal_rows(std::vector<double>& rows, size_t count, size_t width) {
  for (size_t r = 0; r < count; ++r) {
    double* row = rows.data() + r * width;
    for (int pass = 0; pass < 2; ++pass) {
      for (size_t before = 0; before < r; ++before) {
        const double* other = rows.data() + before * width;
        const double share = product(row, other, width);
        for (size_t j = 0; j < width; ++j) row[j] -= share * other[j];
      }
      const double norm = std::sqrt(product(row, row, width));
      for (size_t j = 0; j < width; ++j) row[j] /= norm;
    }
  }
}

class MadeOrthogonal final : public OfWhole {
 public:
  explicit MadeOrthogonal(const Orthogonal& settings) : settings_(settings) {}
  std::string class_name() const override { return "Orthogonal"; }
  Config config() const override { return written(orthogonal_list, settings_); }

  void fill(const Shape& shape, std::span<double> values) const override {
    LACUNA_REQUIRE(shape.size() >= 2,
                   "Orthogonal: the weight must have rank 2 or more. Received: shape=", to_string(shape),
                   ".");
    const auto columns = static_cast<size_t>(shape.back());
    const size_t all = values.size() / std::max<size_t>(1, columns), fewer = std::min(all, columns),
                 width = std::max(all, columns);
    std::vector<double> rows(fewer * width);
    Generator random(settings_.seed ? mix(*settings_.seed) : next_key());
    for (double& v : rows) v = random.normal();
    orthonormal_rows(rows, fewer, width);
    for (size_t r = 0; r < all; ++r)
      for (size_t c = 0; c < columns; ++c)
        values[r * columns + c] =
            settings_.gain * (all <= columns ? rows[r * width + c] : rows[c * width + r]);
  }

 private:
  Orthogonal settings_;
};

class OfOwnFunction final : public OfWhole {
 public:
  OfOwnFunction(std::function<tensor::Dense(const Shape&)> function, std::string name,
                std::optional<Config> config)
      : function_(std::move(function)), name_(std::move(name)), config_(std::move(config)) {}
  std::string class_name() const override { return name_; }
  Config config() const override { return config_.value_or(Config{}); }
  bool by_name() const override { return !config_; }

  void fill(const Shape& shape, std::span<double> values) const override {
    const tensor::Dense made = function_(shape);
    LACUNA_REQUIRE(made.shape == shape, name_,
                   ": an initializer must give values of the weight's shape. Received: ",
                   to_string(made.shape), ", weight ", to_string(shape), ".");
    with_dtype(made.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      std::ranges::transform(made.values<T>(), values.begin(), [](T v) { return static_cast<double>(v); });
    });
  }

 private:
  std::function<tensor::Dense(const Shape&)> function_;
  std::string name_;
  std::optional<Config> config_;
};

}  // namespace

Ptr from_function(std::function<tensor::Dense(const Shape&)> function, std::string name,
                  std::optional<Config> config) {
  return std::make_shared<OfOwnFunction>(std::move(function), std::move(name), std::move(config));
}

Draw OfWhole::draw(const Shape&) const { return Draw{.kind = Draw::Kind::constant, .a = 0}; }

VariablePtr filled(const std::string& name, const Spec& spec, const Initializer& initializer) {
  auto variable = std::make_shared<Variable>(name, spec, initializer.draw(spec.shape));
  const auto* whole = dynamic_cast<const OfWhole*>(&initializer);
  if (!whole) return variable;
  LACUNA_REQUIRE(
      spec.storage == Storage::dense, whole->class_name(),
      ": all rows are made at once; a weight whose rows are made when they are touched takes another "
      "initializer. Received: weight '",
      name, "' ", spec, ".");
  tensor::Dense values;
  values.resize(spec.shape, DType::float64);
  whole->fill(spec.shape, values.values<double>());
  variable->assign(values);
  return variable;
}

Ptr Orthogonal::make() const { return std::make_shared<MadeOrthogonal>(*this); }

}  // namespace lacuna::initializers
