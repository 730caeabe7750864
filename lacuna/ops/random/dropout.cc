// dropout: y = mask x / (1 - rate), in training or always.
//
//   dx = dropout(dy): linear, with the same mask
#include "lacuna/ops/random/dropout.h"

#include <algorithm>
#include <cstring>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/alias.h"
#include "lacuna/ops/parts/at_entries.h"
#include "lacuna/ops/parts/fixed_phase.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/random/step_random.h"

namespace lacuna {
namespace {

// The factor of each element in this step: 0 or 1 / (1 - rate).
class Mask {
 public:
  Mask(double rate, uint64_t key, const Context& context)
      : random_(key, context), below_(static_cast<uint64_t>(rate * 0x1p64)), factor_(1 / (1 - rate)) {}

  uint64_t row(size_t r) const { return random_.row(r); }
  template <class T>
  T operator()(uint64_t row, uint64_t place) const {
    return StepRandom::at(row, place) < below_ ? T(0) : static_cast<T>(factor_);
  }

 private:
  StepRandom random_;
  uint64_t below_;
  double factor_;
};

struct Dropout final : RandomOp {
  Dropout(double r, uint64_t k, Shape noise = {}, bool in_each_phase = false)
      : rate(r),
        key_of_mask(k),
        noise_shape(std::move(noise)),
        always(in_each_phase || FixedPhase::trains()) {}
  bool acts(const Context& context) const { return context.training || always; }

  std::string_view name() const override { return "dropout"; }
  std::string key() const override {
    uint64_t bits;
    std::memcpy(&bits, &rate, sizeof(bits));
    return text("dropout ", bits, ' ', key_of_mask, noise_shape.empty() ? "" : to_string(noise_shape),
                always ? " always" : "");
  }

  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, run_dense}, {{csr}, {csr}, run_csr}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(is_float(in[0].dtype), "dropout: x must have a float dtype. Received: x=", in[0], ".");
    if (!noise_fits(in[0].shape)) throw_noise(in[0]);
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    const Symbol& x = node.in(0);
    const bool same = dy[0].storage() == x.storage();
    return {apply(node.shared_op(), {same ? dy[0] : at_entries(dy[0], x)})};
  }

  bool shared(size_t axis) const { return !noise_shape.empty() && noise_shape[axis] == 1; }
  bool noise_fits(const Shape& x) const {
    if (noise_shape.empty()) return true;
    bool fits = noise_shape.size() == x.size();
    for (size_t i = 0; fits && i < x.size(); ++i)
      fits = noise_shape[i] == 1 || noise_shape[i] == None || x[i] == None || noise_shape[i] == x[i];
    return fits;
  }
  [[noreturn]] void throw_noise(const Spec& x) const {
    throw InvalidArgument(
        "dropout: noise_shape must have the rank of x, and be 1, None or the size of x "
        "along each axis. Received: noise_shape=",
        to_string(noise_shape), ", x=", x, ".");
  }

  // For each place of a row, the place from which it takes its mask.
  void find_places(const Shape& x, std::span<uint32_t> places) const {
    for (size_t j = 0; j < places.size(); ++j) {
      size_t rest = j, place = 0, step = 1;
      for (size_t axis = x.size() - 1; axis > 0; --axis) {
        const auto size = static_cast<size_t>(x[axis]);
        if (!shared(axis)) place += rest % size * step, step *= size;
        rest /= size;
      }
      places[j] = static_cast<uint32_t>(place);
    }
  }

  static void run_dense(const Op& op, Context& context, std::span<const Tensor* const> in,
                        std::span<Tensor* const> out) {
    const auto& self = static_cast<const Dropout&>(op);
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    if (!self.acts(context)) return alias(x, y);
    y.resize(x.shape, x.dtype);
    const size_t rows = x.shape.empty() ? 1 : static_cast<size_t>(x.shape[0]),
                 width = rows ? x.size() / rows : 0;
    if (!self.noise_fits(x.shape)) self.throw_noise(in[0]->spec());
    const bool by_row = !self.shared(0), as_is = self.noise_shape.empty();
    const auto places = context.scratch.get<uint32_t>(0, as_is ? 0 : width);
    self.find_places(x.shape, places);
    const Mask mask(self.rate, self.key_of_mask, context);
    with_float("dropout", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      parallel_for(rows, std::max<size_t>(1, 16384 / (width + 1)), [&](size_t begin, size_t end) {
        for (size_t r = begin; r < end; ++r) {
          const uint64_t row = mask.row(by_row ? r : 0);
          const T* from = x.values<T>().data() + r * width;
          T* to = y.values<T>().data() + r * width;
          if (as_is)
            for (size_t j = 0; j < width; ++j) to[j] = from[j] * mask.operator()<T>(row, j);
          else
            for (size_t j = 0; j < width; ++j) to[j] = from[j] * mask.operator()<T>(row, places[j]);
        }
      });
    });
  }

  static void run_csr(const Op& op, Context& context, std::span<const Tensor* const> in,
                      std::span<Tensor* const> out) {
    const auto& self = static_cast<const Dropout&>(op);
    const tensor::Csr& x = in[0]->csr();
    tensor::Csr& y = out[0]->csr();
    if (!self.acts(context)) return alias(x, x.data, x.dtype, y);
    const auto fits = [&](size_t axis, Dim size) {
      const Shape& noise = self.noise_shape;
      return noise.empty() || noise[axis] == 1 || noise[axis] == None || noise[axis] == size;
    };
    if (!fits(0, x.rows) || !fits(1, x.columns)) self.throw_noise(in[0]->spec());
    y.resize_like(x, x.dtype);
    const bool by_row = !self.shared(0), one_place = self.shared(1);
    const Mask mask(self.rate, self.key_of_mask, context);
    with_float("dropout", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto from = x.values<T>();
      const auto to = y.values<T>();
      with_index(x, [&](auto indices, auto indptr) {
        parallel_for(static_cast<size_t>(x.rows), 128, [&](size_t begin, size_t end) {
          for (size_t r = begin; r < end; ++r) {
            const uint64_t row = mask.row(by_row ? r : 0);
            for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
              to[k] = from[k] * mask.operator()<T>(row, one_place ? 0 : static_cast<uint64_t>(indices[k]));
          }
        });
      });
    });
  }

  double rate;
  uint64_t key_of_mask;
  Shape noise_shape;
  bool always;
};

const bool dropout_registered = register_op("dropout", [] {
  return std::vector<Example>{{std::make_shared<Dropout>(0.4, 7), {{{None, 8}}}},
                              {std::make_shared<Dropout>(0.4, 7, Shape{None, 1}), {{{None, 8}}}},
                              {std::make_shared<Dropout>(0.4, 7, Shape{1, 8}), {{{None, 8}}}},
                              {std::make_shared<Dropout>(0.4, 7, Shape{None, 1, None}), {{{None, 3, 4}}}},
                              {std::make_shared<Dropout>(0.4, 7, Shape{}, true), {{{None, 8}}}}};
});

}  // namespace

Symbol dropout(const Symbol& x, double rate, uint64_t key, const Shape& noise_shape, bool always) {
  LACUNA_REQUIRE(rate >= 0 && rate < 1, "dropout: rate must be in [0, 1). Received: rate=", rate, ".");
  return apply(std::make_shared<Dropout>(rate, key, noise_shape, always), {x});
}

}  // namespace lacuna
