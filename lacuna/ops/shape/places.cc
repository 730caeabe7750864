// Positions along an axis of x, whose size may be known only in a run. tile: i mod size; repeat: ⌊i / n⌋;
// mask: where it is not 0; clip and wrap: ids brought into the range.
#include "lacuna/ops/shape/places.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/ids.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

enum class Kind : uint8_t { tile, repeat, mask, clip, wrap };
constexpr const char* kNames[] = {"tile_places", "repeat_places", "mask_places", "clip_places",
                                  "wrap_places"};

// The inputs are x for tile and repeat; a mask or ids, and then x, for the others.
struct Places final : Flat<> {
  Places(Kind k, size_t a, int64_t count) : kind(k), axis(a), n(count) {}

  std::string_view name() const override { return kNames[static_cast<size_t>(kind)]; }
  std::string key() const override { return text(name(), ' ', axis, ' ', n); }

  std::string_view cost(const Rule&) const override {
    return kind == Kind::clip || kind == Kind::wrap ? "ids" : "places";
  }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules one{{{{dense}, {dense}, run}, {{csr}, {dense}, run}}};
    static const Rules two{{{{dense, dense}, {dense}, run}, {{dense, csr}, {dense}, run}}};
    return kind == Kind::tile || kind == Kind::repeat ? one : two;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec& x = in.back();
    const Storage out = rule_for(*this, in).out[0];
    const Dim size = x.shape[axis];
    if (kind == Kind::tile || kind == Kind::repeat)
      return {{{size == None ? None : repeated(size)}, DType::int64, out}};
    const Spec& given = in[0];
    LACUNA_REQUIRE(given.shape.size() == 1, name(), ": a mask or ids must have rank 1. Received: ", given,
                   ".");
    if (kind != Kind::mask) {
      LACUNA_REQUIRE(!is_float(given.dtype), name(),
                     ": ids must be integers (int32 or int64). Received: ids=", given, ".");
      return {{given.shape, DType::int64, out}};
    }
    LACUNA_REQUIRE(given.shape[0] == size || given.shape[0] == None || size == None,
                   "mask_places: a mask must have a value for each place of the axis. Received: mask=", given,
                   ", x=", x, ", axis=", axis, ".");
    return {{{None}, DType::int64, out}};
  }

  // n · size, the number of positions in the result, which are all stored.
  Dim repeated(Dim size) const {
    Dim all = 0;
    LACUNA_REQUIRE(!__builtin_mul_overflow(size, n, &all) && all < Dim{1} << 31, name(),
                   ": the result must have fewer than 2^31 places. Received: size=", size, ", axis=", axis,
                   ", n=", n, ".");
    return all;
  }

  static void run(const Op& op, Context&, In in, Out out) {
    const auto& self = static_cast<const Places&>(op);
    const Tensor& x = *in.back();
    const Dim size = x.storage() == Storage::dense ? x.dense().shape[self.axis]
                     : self.axis == 0              ? x.csr().rows
                                                   : x.csr().columns;
    tensor::Dense& y = out[0]->dense();
    switch (self.kind) {
      case Kind::tile:
      case Kind::repeat: {
        y.resize({self.repeated(size)}, DType::int64);
        int64_t i = 0;
        for (int64_t& id : y.values<int64_t>()) {
          id = self.kind == Kind::tile ? i % size : i / self.n;
          ++i;
        }
        return;
      }
      case Kind::mask:
        return mask(in[0]->dense(), size, y);
      case Kind::clip:
      case Kind::wrap:
        y.resize(in[0]->dense().shape, DType::int64);
        with_ids(kNames[static_cast<size_t>(self.kind)], in[0]->dense(), [&](auto ids) {
          LACUNA_REQUIRE(size > 0 || ids.empty(), self.name(),
                         ": an axis of size 0 has no places to take. Received: ids=", ids.size(),
                         ", size=", size, ".");
          const bool clip = self.kind == Kind::clip;
          std::ranges::transform(ids, y.values<int64_t>().begin(), [&](int64_t id) {
            return clip ? std::clamp<int64_t>(id, 0, size - 1) : (id % size + size) % size;
          });
        });
    }
  }

  static void mask(const tensor::Dense& given, Dim size, tensor::Dense& y) {
    LACUNA_REQUIRE(given.shape[0] == size,
                   "mask_places: a mask must have a value for each place of the axis. Received: len(mask)=",
                   given.shape[0], ", size=", size, ".");
    with_dtype(given.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto values = given.values<T>();
      const auto is_set = [](T v) { return v != T(0); };
      y.resize({static_cast<Dim>(std::ranges::count_if(values, is_set))}, DType::int64);
      const auto ids = y.values<int64_t>();
      size_t met = 0;
      // Another thread may write the mask meanwhile, so the count may no longer be right.
      for (size_t i = 0; i < values.size() && met < ids.size(); ++i)
        if (is_set(values[i])) ids[met++] = static_cast<int64_t>(i);
      y.resize({static_cast<Dim>(met)}, DType::int64);
    });
  }

  Kind kind;
  size_t axis;
  int64_t n;
};

Symbol places(Kind kind, const std::vector<Symbol>& in, int axis, int64_t n = 0) {
  const int rank = static_cast<int>(in.back().rank());
  LACUNA_REQUIRE(axis >= -rank && axis < rank, kNames[static_cast<size_t>(kind)], ": axis must be in [",
                 -rank, ", ", rank, "). Received: axis=", axis, ", x=", in.back().spec(), ".");
  LACUNA_REQUIRE(n >= 0, kNames[static_cast<size_t>(kind)], ": n must not be negative. Received: n=", n, ".");
  return lacuna::apply(std::make_shared<Places>(kind, static_cast<size_t>(axis < 0 ? axis + rank : axis), n),
                       in);
}

std::vector<Example> of_size(Kind kind) {
  const auto op = [&](size_t axis) { return std::make_shared<Places>(kind, axis, 3); };
  return {{op(0), {{{None, 4}}}}, {op(1), {{{None, 4}}}}};
}
std::vector<Example> of_ids(Kind kind) {
  return {{std::make_shared<Places>(kind, 1, 0), {{{None}, DType::int64, Values::ids, 30}, {{None, 4}}}}};
}
const bool places_registered =
    register_op("tile_places", [] { return of_size(Kind::tile); }) &&
    register_op("repeat_places", [] { return of_size(Kind::repeat); }) &&
    register_op("clip_places", [] { return of_ids(Kind::clip); }) &&
    register_op("wrap_places", [] { return of_ids(Kind::wrap); }) && register_op("mask_places", [] {
      const auto op = [](size_t axis) { return std::make_shared<Places>(Kind::mask, axis, 0); };
      return std::vector<Example>{{op(0), {{{None}, DType::float32, Values::zero_one}, {{None, 4}}}},
                                  {op(1), {{{4}, DType::int32, Values::ids, 2}, {{None, 4}}}}};
    });

}  // namespace

Symbol tile_places(const Symbol& x, int axis, int64_t n) { return places(Kind::tile, {x}, axis, n); }
Symbol repeat_places(const Symbol& x, int axis, int64_t n) { return places(Kind::repeat, {x}, axis, n); }
Symbol mask_places(const Symbol& mask, const Symbol& x, int axis) {
  return places(Kind::mask, {mask, x}, axis);
}
Symbol places_within(const Symbol& ids, const Symbol& x, int axis, const std::string& mode) {
  LACUNA_REQUIRE(mode == "clip" || mode == "wrap", "take: mode must be raise, clip or wrap. Received: mode='",
                 mode, "'.");
  return places(mode == "clip" ? Kind::clip : Kind::wrap, {ids, x}, axis);
}

}  // namespace lacuna
