// pad: zeros in front of and behind the values of each axis; negative counts take values away.
//
//   dx = pad(dy, -before, -after)
#include "lacuna/ops/shape/pad.h"

#include <algorithm>
#include <functional>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna {
namespace {

void pad_dense(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out);

struct Pad final : Op {
  Pad(std::vector<Dim> b, std::vector<Dim> a) : before(std::move(b)), after(std::move(a)) {}
  std::string_view name() const override { return "pad"; }
  std::string key() const override {
    std::string result(name());
    for (size_t i = 0; i < before.size(); ++i) result += text(' ', before[i], ' ', after[i]);
    return result;
  }
  std::string_view cost(const Rule&) const override { return "elements of the result"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, pad_dense}}};
    return rules;
  }

  Dim size(Dim of_x, size_t axis) const {
    if (of_x == None) return None;
    const Dim result = checked_sum("pad", checked_sum("pad", of_x, before[axis]), after[axis]);
    LACUNA_REQUIRE(result >= 0 && -before[axis] <= of_x && -after[axis] <= of_x,
                   "pad: an axis must have as many values as are taken away. Received: size=", of_x,
                   ", axis=", axis, ", before=", before[axis], ", after=", after[axis], ".");
    return result;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].shape.size() == before.size() && in[0].dtype <= DType::int64,
                   "pad: there must be a number for each axis of x. Received: x=", in[0],
                   ", axes=", before.size(), ".");
    Spec y{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]};
    for (size_t i = 0; i < y.shape.size(); ++i) y.shape[i] = size(y.shape[i], i);
    return {y};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    if (!wanted[0] || !is_float(node.in(0).dtype())) return {{}};
    const auto negated = [](std::vector<Dim> list) {
      std::ranges::transform(list, list.begin(), std::negate<>());
      return list;
    };
    return {apply(std::make_shared<Pad>(negated(before), negated(after)), {dy[0]})};
  }

  std::vector<Dim> before, after;
};

// A line: the values of the last axis that is padded, with all axes behind it.
template <class U>
void pad_lines(const Pad& op, const tensor::Dense& x, tensor::Dense& y) {
  const size_t rank = y.shape.size();
  size_t last = 0, inner = 1, lines = 1;
  for (size_t i = 0; i < rank; ++i)
    if (op.before[i] != 0 || op.after[i] != 0) last = i;
  for (size_t i = last + 1; i < rank; ++i) inner *= static_cast<size_t>(y.shape[i]);
  for (size_t i = 0; i < last; ++i) lines *= static_cast<size_t>(y.shape[i]);
  const auto width = [&](Dim n) { return static_cast<size_t>(std::max<Dim>(0, n)) * inner; };
  const size_t of_x = width(x.shape[last]), of_y = width(y.shape[last]), front = width(op.before[last]),
               skipped = width(-op.before[last]), kept = std::min(of_x - skipped, of_y - front);
  const U* from = x.data.as<U>().data();
  U* to = y.data.as<U>().data();
  parallel_for(lines, std::max<size_t>(1, kGrain / (of_y + 1)), [&](size_t begin, size_t end) {
    for (size_t line = begin; line < end; ++line) {
      size_t place = 0, stride = 1, rest = line;
      bool inside = true;
      for (size_t i = last; i-- > 0; rest /= static_cast<size_t>(y.shape[i])) {
        const Dim at = static_cast<Dim>(rest % static_cast<size_t>(y.shape[i])) - op.before[i];
        inside = inside && at >= 0 && at < x.shape[i];
        place += static_cast<size_t>(at) * stride;
        stride *= static_cast<size_t>(x.shape[i]);
      }
      U* row = to + line * of_y;
      if (!inside) {
        std::fill_n(row, of_y, U(0));
        continue;
      }
      std::fill_n(row, front, U(0));
      std::copy_n(from + place * of_x + skipped, kept, row + front);
      std::fill(row + front + kept, row + of_y, U(0));
    }
  });
}

void pad_dense(const Op& o, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const auto& op = static_cast<const Pad&>(o);
  const tensor::Dense& x = in[0]->dense();
  tensor::Dense& y = out[0]->dense();
  y.shape.assign(x.shape.begin(), x.shape.end());
  for (size_t i = 0; i < y.shape.size(); ++i) y.shape[i] = op.size(x.shape[i], i);
  y.resize(y.shape, x.dtype);
  if (size_of(x.dtype) == 8) pad_lines<uint64_t>(op, x, y);
  else pad_lines<uint32_t>(op, x, y);
}

const bool pad_registered = register_op("pad", [] {
  const auto op = [](std::vector<Dim> before, std::vector<Dim> after) {
    return std::make_shared<Pad>(std::move(before), std::move(after));
  };
  return std::vector<Example>{{op({0, 2}, {0, 1}), {{{None, 4}}}},
                              {op({0, -1, 0}, {0, -2, 0}), {{{None, 5, 3}}}},
                              {op({0, 1, -1, 2}, {0, 0, 3, 0}), {{{None, 2, 3, 5}}}},
                              {op({0, 1}, {0, 0}), {{{None, 4}, DType::int64, Values::ids, 9}}}};
});

}  // namespace

Symbol pad(const Symbol& x, const std::vector<Dim>& before, const std::vector<Dim>& after) {
  LACUNA_REQUIRE(
      before.size() == x.rank() && after.size() == x.rank() && x.rank() >= 1 && x.rank() <= kMaxRank,
      "pad: there must be a number for each axis of x. Received: x=", x.spec(), ", before=", before.size(),
      " numbers, after=", after.size(), ".");
  const auto zero = [](Dim d) { return d == 0; };
  if (std::ranges::all_of(before, zero) && std::ranges::all_of(after, zero)) return x;
  return apply(std::make_shared<Pad>(before, after), {x});
}

}  // namespace lacuna
