// Random tensors, made of the op random_values.
#include "lacuna/backend/random.h"

#include <cmath>

#include "lacuna/backend/selections.h"
#include "lacuna/base/error.h"
#include "lacuna/base/random.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/random/random_values.h"

namespace lacuna::backend {
namespace {

Symbol sizes_of(const char* where, const std::vector<Size>& shape) {
  bool all_known = true;
  std::vector<int64_t> numbers;
  std::vector<Symbol> parts;
  for (const Size& size : shape) {
    if (size.symbol) {
      const Symbol& s = size.symbol;
      LACUNA_REQUIRE(s.rank() == 0 && !is_float(s.dtype()), where,
                     ": a size must be a number or a scalar integer symbol. Received: size=", s.spec(), ".");
      all_known = false;
      parts.push_back(cast(s, DType::int64));
      continue;
    }
    LACUNA_REQUIRE(size.dim >= 0, where, ": sizes must be at least 0. Received: size=", size.dim, ".");
    numbers.push_back(size.dim);
    parts.push_back(constant(Tensor(tensor::Dense::of<int64_t>({}, std::span(&numbers.back(), 1)))));
  }
  if (!all_known) return stack(parts);
  return constant(Tensor(
      tensor::Dense::of<int64_t>({static_cast<Dim>(numbers.size())}, std::span<const int64_t>(numbers))));
}

Symbol drawn(const char* where, const std::vector<Size>& shape, Draw draw, const RandomOptions& o) {
  LACUNA_REQUIRE(std::isfinite(draw.a) && std::isfinite(draw.b), where,
                 ": numbers must be finite. Received: ", draw.a, ", ", draw.b, ".");
  draw.key = o.seed ? mix(*o.seed) : next_key();
  Shape known;
  for (const Size& size : shape) known.push_back(size.symbol ? None : size.dim);
  return random_values(sizes_of(where, shape), known, draw, o.dtype);
}

Draw normal_draw(const char* where, Draw::Kind kind, double mean, double stddev) {
  LACUNA_REQUIRE(stddev >= 0, where, ": stddev must be at least 0. Received: stddev=", stddev, ".");
  return {kind, mean, stddev};
}

}  // namespace

Symbol random_normal(const std::vector<Size>& shape, double mean, double stddev, const RandomOptions& o) {
  return drawn("random_normal", shape, normal_draw("random_normal", Draw::Kind::normal, mean, stddev), o);
}

Symbol truncated_normal(const std::vector<Size>& shape, double mean, double stddev, const RandomOptions& o) {
  const Draw draw = normal_draw("truncated_normal", Draw::Kind::truncated_normal, mean, stddev);
  return drawn("truncated_normal", shape, draw, o);
}

Symbol random_uniform(const std::vector<Size>& shape, double minval, double maxval, const RandomOptions& o) {
  LACUNA_REQUIRE(minval <= maxval,
                 "random_uniform: maxval must be at least minval. Received: minval=", minval,
                 ", maxval=", maxval, ".");
  return drawn("random_uniform", shape, {Draw::Kind::uniform, minval, maxval}, o);
}

Symbol random_binomial(const std::vector<Size>& shape, double p, const RandomOptions& o) {
  LACUNA_REQUIRE(p >= 0 && p <= 1, "random_binomial: p must be in [0, 1]. Received: p=", p, ".");
  RandomOptions fine = o;
  fine.dtype = DType::float64;  // float32 may round a number below 1 to 1, which is not below p = 1.
  return cast(less(drawn("random_binomial", shape, {Draw::Kind::uniform, 0, 1}, fine), p), o.dtype);
}

}  // namespace lacuna::backend
