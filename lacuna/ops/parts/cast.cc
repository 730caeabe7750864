// cast: another dtype; cast_storage: another storage; stop_gradient: the same value, without a gradient.
//
//   dx = dy in the dtype or the storage of x
#include "lacuna/ops/parts/cast.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/alias.h"
#include "lacuna/ops/parts/at_entries.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna {
namespace {

// Calls f with the values, for the dtypes that a graph supports.
template <class B, class F>
void with_values(DType dtype, B& buffer, F&& f) {
  switch (dtype) {
    case DType::float32:
      return f(buffer.template as<float>());
    case DType::float64:
      return f(buffer.template as<double>());
    case DType::int32:
      return f(buffer.template as<int32_t>());
    case DType::int64:
      return f(buffer.template as<int64_t>());
    default:
      throw InvalidArgument("cast: dtype must be float32, float64, int32 or int64. Received: ", dtype, ".");
  }
}

void convert(const Buffer& from, DType from_dtype, Buffer& to, DType to_dtype) {
  with_values(from_dtype, from, [&](auto source) {
    to.resize(source.size() * size_of(to_dtype));
    with_values(to_dtype, to, [&](auto target) {
      using To = typename decltype(target)::element_type;
      for (size_t i = 0; i < source.size(); ++i) target[i] = static_cast<To>(source[i]);
    });
  });
}

struct Cast final : Op {
  explicit Cast(DType d) : dtype(d) {}

  std::string_view name() const override { return "cast"; }
  std::string key() const override { return text("cast ", dtype); }

  std::string_view cost(const Rule& rule) const override { return stored_values(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{
        {{{dense}, {dense}, run}, {{csr}, {csr}, run}, {{row_sparse}, {row_sparse}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[0].shape, dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    const DType from = node.in(0).dtype();
    return {is_float(from) && is_float(dtype) ? cast(dy[0], from) : Symbol{}};
  }

  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const Tensor& x = *in[0];
    const DType to = static_cast<const Cast&>(op).dtype;
    if (x.dtype() == to) return alias(x, *out[0]);
    switch (x.storage()) {
      case Storage::dense:
        out[0]->dense().resize(x.dense().shape, to);
        return convert(x.dense().data, x.dtype(), out[0]->dense().data, to);
      case Storage::csr:
        out[0]->csr().resize_like(x.csr(), to);
        return convert(x.csr().data, x.dtype(), out[0]->csr().data, to);
      case Storage::row_sparse:
        out[0]->row_sparse().ids = Buffer::alias(x.row_sparse().ids);
        out[0]->row_sparse().shape = x.row_sparse().shape;
        out[0]->row_sparse().dtype = to;
        return convert(x.row_sparse().data, x.dtype(), out[0]->row_sparse().data, to);
      case Storage::row_table:
        break;
    }
  }

  DType dtype;
};

struct CastStorage final : Op {
  explicit CastStorage(Storage s) : storage(s) {}

  std::string_view name() const override { return "cast_storage"; }
  std::string key() const override { return text("cast_storage ", storage); }

  std::string_view cost(const Rule& rule) const override {
    if (rule.in[0] == storage) return kShared;
    if (rule.in[0] == Storage::dense || storage == Storage::dense) return "elements";
    return storage == Storage::csr ? "rows + stored rows × units"
                                   : "rows + non-zeros + elements of rows that have any";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules to_dense_rules{
        {{{dense}, {dense}, run}, {{csr}, {dense}, run}, {{row_sparse}, {dense}, run}}};
    static const Rules to_csr_rules{{{{dense}, {csr}, run}, {{csr}, {csr}, run}, {{row_sparse}, {csr}, run}}};
    static const Rules to_row_sparse_rules{
        {{{dense}, {row_sparse}, run}, {{csr}, {row_sparse}, run}, {{row_sparse}, {row_sparse}, run}}};
    return storage == dense ? to_dense_rules : storage == csr ? to_csr_rules : to_row_sparse_rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const size_t rank = in[0].shape.size();
    LACUNA_REQUIRE(storage == Storage::dense || (storage == Storage::csr ? rank == 2 : rank >= 2),
                   "cast_storage: csr has rank 2, row_sparse rank 2 or more. Received: x=", in[0],
                   ", storage=", storage, ".");
    // csr stores a row pointer for each row, and each row of row_sparse a value for each column.
    const bool holds_rows = storage == Storage::csr;
    LACUNA_REQUIRE(storage == Storage::dense || in[0].storage == storage ||
                       in[0].shape[holds_rows ? 0 : 1] < Dim{1} << 31,
                   "cast_storage: ", storage, " must have fewer than 2^31 ", holds_rows ? "rows" : "columns",
                   ". Received: x=", in[0], ".");
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    const Symbol& x = node.in(0);
    if (x.storage() == Storage::dense || x.storage() == dy[0].storage()) return {gradient_at(dy[0], x)};
    return {at_entries(cast_storage(dy[0], Storage::dense), x)};
  }

  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const Storage to = static_cast<const CastStorage&>(op).storage;
    if (in[0]->storage() == to) alias(*in[0], *out[0]);
    else if (to == Storage::dense) to_dense(*in[0], out[0]->dense());
    else if (to == Storage::csr) to_csr(*in[0], out[0]->csr());
    else to_row_sparse(*in[0], out[0]->row_sparse());
  }

  Storage storage;
};

struct StopGradient final : Flat<> {
  std::string_view name() const override { return "stop_gradient"; }

  std::string_view cost(const Rule&) const override { return kShared; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{
        {{{dense}, {dense}, run}, {{csr}, {csr}, run}, {{row_sparse}, {row_sparse}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  static void run(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    alias(*in[0], *out[0]);
  }
};

const bool cast_registered = register_op("cast", [] {
  return std::vector<Example>{
      {std::make_shared<Cast>(DType::float64), {{{None, 5}}}},
      {std::make_shared<Cast>(DType::int32), {{{None, 5}}}},
      {std::make_shared<Cast>(DType::float32), {{{None, 5}, DType::int64, Values::ids, 9}}}};
});
const bool cast_storage_registered = register_op("cast_storage", [] {
  std::vector<Example> examples;
  for (const Storage storage : {Storage::dense, Storage::csr, Storage::row_sparse})
    examples.push_back({std::make_shared<CastStorage>(storage), {{{None, 5}}}});
  return examples;
});
const bool cast_stop_registered = register_op("stop_gradient", [] {
  return std::vector<Example>{{std::make_shared<StopGradient>(), {{{None, 5}}}}};
});

}  // namespace

Symbol cast(const Symbol& x, DType dtype) {
  LACUNA_REQUIRE(is_float(dtype) || dtype == DType::int32 || dtype == DType::int64,
                 "cast: dtype must be float32, float64, int32 or int64. Received: dtype=", dtype, ".");
  return x.dtype() == dtype ? x : apply(std::make_shared<Cast>(dtype), {x});
}

Symbol cast_storage(const Symbol& x, Storage storage) {
  LACUNA_REQUIRE(storage != Storage::row_table,
                 "cast_storage: storage must be dense, csr or row_sparse. Received: storage=", storage, ".");
  return x.storage() == storage ? x : apply(std::make_shared<CastStorage>(storage), {x});
}

Symbol as_dense(const Symbol& x) { return apply(std::make_shared<CastStorage>(Storage::dense), {x}); }

Symbol stop_gradient(const Symbol& x) {
  static const auto op = std::make_shared<StopGradient>();
  return apply(op, {x});
}

}  // namespace lacuna
