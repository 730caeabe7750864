// counted_rows and at_counted_rows: each is the gradient of the other.
//
//   y_k = x_{t,b} for the k-th (t, b) with mask_{t,b} ≠ 0        x_{t,b} = y_k, or 0
#include "lacuna/ops/recurrent/counted_rows.h"

#include <cstring>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"

namespace lacuna {
namespace {

constexpr size_t kRowsOfATask = 512;

// For each (step, row) its place among those that count, or -1; returns how many count.
size_t count_rows(const tensor::Dense& mask, std::span<int64_t> places) {
  int64_t count = 0;
  with_float("counted_rows", mask.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::span<const T> values = mask.values<T>();
    for (size_t i = 0; i < values.size(); ++i) places[i] = values[i] != T(0) ? count++ : -1;
  });
  return static_cast<size_t>(count);
}

size_t inner_size(const Shape& shape, size_t axes) {
  size_t size = 1;
  for (size_t i = axes; i < shape.size(); ++i) size *= static_cast<size_t>(shape[i]);
  return size;
}

void require_mask(const char* where, const Spec& x, const Spec& mask) {
  LACUNA_REQUIRE(mask.shape.size() == 2 && is_float(mask.dtype), where,
                 ": the mask must be of floats, of shape (steps, batch). Received: mask=", mask, ", x=", x,
                 ".");
}

struct Counted : Op {
  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense, Storage::dense}, {Storage::dense}, run}}};
    return rules;
  }
  // Sets the shape of the result, of `rows` rows, which are None before a run; in place, since a new Shape
  // would allocate.
  virtual void set_shape(Shape& y, const Shape& x, const Shape& mask, Dim rows) const = 0;
  virtual bool packs() const = 0;

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    rule_for(*this, in);
    const std::string where(name());
    require_mask(where.c_str(), in[0], in[1]);
    const size_t axes = packs() ? 2 : 1;
    bool fits = in[0].shape.size() >= axes;
    for (size_t d = 0; fits && packs() && d < 2; ++d)
      fits = in[0].shape[d] == None || in[1].shape[d] == None || in[0].shape[d] == in[1].shape[d];
    LACUNA_REQUIRE(fits, where, ": x and mask must have the same steps and batch. Received: x=", in[0],
                   ", mask=", in[1], ".");
    Spec y{{}, in[0].dtype};
    set_shape(y.shape, in[0].shape, in[1].shape, None);
    return {y};
  }

 private:
  static void run(const Op& base, Context& context, std::span<const Tensor* const> in,
                  std::span<Tensor* const> out) {
    const auto& op = static_cast<const Counted&>(base);
    const tensor::Dense &x = in[0]->dense(), &mask = in[1]->dense();
    tensor::Dense& y = out[0]->dense();
    const auto places = context.scratch.get<int64_t>(0, mask.size());
    const size_t rows = count_rows(mask, places);
    const bool fits = op.packs() ? x.shape[0] == mask.shape[0] && x.shape[1] == mask.shape[1]
                                 : x.shape[0] == static_cast<Dim>(rows);
    LACUNA_REQUIRE(fits, op.name(), ": x must fit the mask. Received: x=", in[0]->spec(),
                   ", mask=", in[1]->spec(), ", of which count=", rows, ".");
    op.set_shape(y.shape, x.shape, mask.shape, static_cast<Dim>(rows));
    y.dtype = x.dtype;
    const size_t bytes = inner_size(x.shape, op.packs() ? 2 : 1) * size_of(x.dtype);
    if (rows == mask.size() || bytes == 0) {  // All count: the same memory.
      y.data = Buffer::alias(x.data);
      return;
    }
    // In scratch, which stays when a batch without padding comes in between.
    const auto memory = context.scratch.get<std::byte>(1, (op.packs() ? rows : mask.size()) * bytes);
    y.data = Buffer::view(memory.data(), memory.size(), nullptr);
    parallel_for(mask.size(), kRowsOfATask, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const auto place = static_cast<size_t>(places[i]);
        if (op.packs()) {
          if (places[i] >= 0) std::memcpy(memory.data() + place * bytes, x.data.data() + i * bytes, bytes);
        } else if (places[i] >= 0) {
          std::memcpy(memory.data() + i * bytes, x.data.data() + place * bytes, bytes);
        } else {
          std::memset(memory.data() + i * bytes, 0, bytes);
        }
      }
    });
  }
};

struct CountedRows final : Counted {
  std::string_view name() const override { return "counted_rows"; }
  bool packs() const override { return true; }
  void set_shape(Shape& y, const Shape& x, const Shape&, Dim rows) const override {
    y.assign(x.begin() + 1, x.end());
    y[0] = rows;
  }
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    return {wanted[0] ? at_counted_rows(gradient_into(node, dy[0]), node.in(1)) : Symbol(), {}};
  }
};

struct AtCountedRows final : Counted {
  std::string_view name() const override { return "at_counted_rows"; }
  bool packs() const override { return false; }
  void set_shape(Shape& y, const Shape& x, const Shape& mask, Dim) const override {
    y.assign(mask.begin(), mask.end());
    y.insert(y.end(), x.begin() + 1, x.end());
  }
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    return {wanted[0] ? counted_rows(gradient_into(node, dy[0]), node.in(1)) : Symbol(), {}};
  }
};

const bool counted_rows_registered = register_op("counted_rows", [] {
  const auto op = std::make_shared<CountedRows>();
  const Example::Input mask{{2, None}, DType::float32, Values::zero_one};
  return std::vector<Example>{{op, {{{2, None, 3}}, mask}}, {op, {{{2, None}}, mask}}};
});
// As many rows as count are only known where all do.
const bool at_counted_rows_registered = register_op("at_counted_rows", [] {
  return std::vector<Example>{
      {std::make_shared<AtCountedRows>(), {{{None, 3}}, {{1, None}, DType::float32, Values::positive}}}};
});

}  // namespace

Symbol counted_rows(const Symbol& x, const Symbol& mask) {
  return apply(std::make_shared<CountedRows>(), {x, mask});
}

Symbol at_counted_rows(const Symbol& rows, const Symbol& mask) {
  return apply(std::make_shared<AtCountedRows>(), {rows, mask});
}

}  // namespace lacuna
