// What every registered op promises, for each row of its storage table: the inferred spec is that of the
// result, the storages do not change the values, the gradient is that of finite differences, a step allocates
// nothing; with each kind of tensor (contract_kinds.h). 2^40 columns: contract_wide_test.cc.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/variable.h"
#include "tests/contract_kinds.h"
#include "tests/contract_tensors.h"
#include "tests/contract_trial.h"

namespace lacuna {

namespace {

// Ops without a gradient that are not flat. Beside these, only ops that compute gradients may have none.
const std::set<std::string_view> kRefuseGradients{
    "bincount",        // With weights.
    "broadcast_at",    // With an average, or rows of row_sparse.
    "broadcast_like",  // an average
    "by_column",      "concatenate_part", "nonzero_prod",
    "sampled_dot",  // With a row_sparse a.
    "take_t",
};

// Kinds that a row of a storage table cannot be tried with.
Kinds exempt(std::string_view op, const std::vector<Storage>& in) {
  Kinds kinds;
  const auto set = [&](Kind kind) { kinds[static_cast<size_t>(kind)] = true; };
  // Its parameters name columns.
  if (op == "reshape_all" || op == "reshape_like" || op == "slice_gradient")
    set(Kind::one_column), set(Kind::no_columns);
  if (op.starts_with("integer_")) set(Kind::int32_ids);                   // The ids are cast first.
  if (op == "clip_places" || op == "wrap_places") set(Kind::no_columns);  // None is there to be taken.
  if (std::ranges::find(in, Storage::row_table) != in.end()) {
    set(Kind::no_columns);                            // A table has rows.
    if (op == "interactions") set(Kind::one_column);  // The number of slots is not known.
  }
  return kinds;
}

// One plan meets them in this order, so that buffers shrink, grow and change their pattern.
constexpr Draws kDraws[] = {{5, 0.5, true},
                            {5, 0.5, false},
                            {0, 0.5, true},
                            {1, 0.6, true},
                            {5, 0.0, true},
                            {1, 1.0, true},
                            {5, 1.0, true},
                            {5, 0.4, false},
                            {5, 0.5, true, DType::int32, true},
                            {5, 0.5, true, DType::int32, false, true},
                            {5, 0.6, false, DType::int32, false, true},
                            {5, 0.5, true, DType::int64},
                            {5, 0.5, false, DType::int64},
                            {0, 0.5, true, DType::int64},
                            {5, 0.5, true, DType::int64, false, true}};

// The draws of an example with other columns.
constexpr Draws kOfColumns[] = {{5, 0.5, true}, {5, 1.0, true}, {5, 0.5, false}, {0, 0.5, true}};

// Whether a shape can have this storage.
bool possible(Storage storage, const Shape& shape) {
  switch (storage) {
    case Storage::dense:
      return true;
    case Storage::csr:
      return shape.size() == 2;
    case Storage::row_sparse:
      return shape.size() >= 2;
    case Storage::row_table:
      return shape.size() >= 2 && shape[0] > 0 && std::ranges::find(shape, None) == shape.end();
  }
  return false;
}

// The storages of `count` inputs by a rule, in several mixes of those that it allows for repeated inputs.
std::vector<std::vector<Storage>> ways(const Rule& rule, bool repeats, size_t count) {
  if (repeats ? count < rule.in.size() : count != rule.in.size()) return {};
  std::vector<Storage> last{rule.in.back()};
  last.insert(last.end(), rule.or_last.begin(), rule.or_last.end());
  std::vector<std::vector<Storage>> result;
  for (size_t first = 0; first < last.size(); ++first)
    for (size_t by = 0; by < last.size(); ++by) {  // All the same, or alternating.
      std::vector<Storage> way(rule.in.begin(), rule.in.end() - 1);
      for (size_t i = 0; way.size() < count; ++i) way.push_back(last[(first + i * by) % last.size()]);
      if (std::ranges::find(result, way) == result.end()) result.push_back(way);
    }
  return result;
}

// Whether the op can infer specs for these storages.
bool infers(const Example& example, const std::vector<Storage>& storages, DTypes dtypes) {
  std::vector<Spec> specs;
  for (size_t i = 0; i < storages.size(); ++i) {
    const Example::Input& input = example.in[i];
    if (!possible(storages[i], input.shape)) return false;
    specs.push_back({input.shape, dtypes.of(input.dtype), storages[i]});
  }
  try {
    example.op->infer(specs);
    return true;
  } catch (const InvalidArgument&) {
    return false;
  }
}

std::vector<DTypes> dtypes_of(const Example& example) {
  using enum DType;
  if (std::ranges::all_of(example.in, [](const auto& input) { return is_float(input.dtype); }))
    return {{float32, int32}, {float64, int32}};
  return {{float32, int32}, {float64, int32}, {float32, int64}, {float64, int64}};
}

// The example with another number of columns in the first csr operand, and in all dimensions that equal it.
// Empty if there is none.
std::optional<Example> with_columns(Example example, const std::vector<Storage>& storages, Dim columns) {
  const auto csr = std::ranges::find(storages, Storage::csr);
  if (csr == storages.end()) return {};
  const Shape& shape = example.in[static_cast<size_t>(csr - storages.begin())].shape;
  if (shape.size() != 2) return {};
  const Dim now = shape[1];
  for (Example::Input& input : example.in) {
    std::ranges::replace(input.shape, now, columns);
    if (input.limit == now) input.limit = columns;
    if (input.values == Values::ids && input.limit == 0) return {};
  }
  return example;
}

// The example with 0 for the last axis of its last dense operand of rank 2 or more, and for all axes that
// equal it. Empty if there is none.
std::optional<Example> without_units(Example example, const std::vector<Storage>& storages) {
  const std::string_view op = example.op->name();
  if (op == "clip_places" || op == "wrap_places") return {};  // None is there to be taken.
  if (op == "in_top_k" || op == "reshape_like") return {};    // Axes as large by chance are not the same.
  for (size_t i = storages.size(); i-- > 0;) {
    const Shape& shape = example.in[i].shape;
    if (storages[i] != Storage::dense || shape.size() < 2 || shape.back() <= 1) continue;
    const Dim now = shape.back();
    for (Example::Input& input : example.in) {
      std::ranges::replace(input.shape, now, 0);
      if (input.limit == now) return {};
    }
    return example;
  }
  return {};
}

class Contract : public testing::TestWithParam<Registration> {};

TEST_P(Contract, Holds) {
  const auto& [name, examples] = GetParam();
  std::map<std::string, Kinds> met, wanted;  // By the storages of a rule.
  for (size_t e = 0; e < examples.size(); ++e) {
    const Rules& rules = examples[e].op->rules();
    for (const Rule& rule : rules.rows) {
      const std::string row = text(list(rule.in), " -> ", list(rule.out));
      EXPECT_FALSE(examples[e].op->cost(rule).empty());
      const Kinds not_tried = exempt(name, rule.in);
      wanted[row];
      for (const auto& storages : ways(rule, rules.repeats, examples[e].in.size())) {
        const auto attempt = [&](const Example& example, DTypes dtypes, std::span<const Draws> all_draws) {
          if (!infers(example, storages, dtypes)) return;
          SCOPED_TRACE(text("example ", e, ": ", example.op->key(), ' ', list(storages), ' ', dtypes.floats));
          try {
            Trial trial(example, storages, dtypes);
            for (const Draws& draws : all_draws) {
              SCOPED_TRACE(text("batch ", draws.batch, ", density ", draws.density, ", indices ", draws.index,
                                draws.zeros ? ", stored zeros" : "", draws.view ? ", view" : ""));
              trial.run(draws, 100 + e);
              if (HasFailure()) return;
            }
            met[row] |= trial.met();
            for (size_t i = 0; i < storages.size(); ++i)
              wanted[row] |=
                  kinds_for(storages[i], examples[e].in[i].shape, examples[e].in[i].dtype) & ~not_tried;
          } catch (const std::exception& error) {
            FAIL() << error.what();
          }
        };
        for (const DTypes dtypes : dtypes_of(examples[e])) {
          attempt(examples[e], dtypes, kDraws);
          if (const auto other = without_units(examples[e], storages)) attempt(*other, dtypes, kOfColumns);
          for (const Dim columns : {Dim{1}, Dim{0}})
            if (not_tried[static_cast<size_t>(columns ? Kind::one_column : Kind::no_columns)]) continue;
            else if (const auto other = with_columns(examples[e], storages, columns))
              attempt(*other, dtypes, kOfColumns);
          if (HasFailure()) return;
        }
      }
    }
  }
  for (const auto& [row, kinds] : wanted) {
    EXPECT_TRUE(kinds.any()) << "no example fits the rule " << row;
    const Kinds missed = kinds & ~met[row];
    EXPECT_TRUE(missed.none()) << "no example of " << row << " has met " << words(missed);
  }
}

// Each input of floats has a gradient, or none since the op is flat (Holds compares with finite differences),
// or there is an error: never a silent 0.
TEST_P(Contract, SaysWhatGradientItHas) {
  const auto& [name, examples] = GetParam();
  bool refuses = false;
  for (const Example& example : examples)
    for (const Rule& rule : example.op->rules().rows)
      for (const auto& storages : ways(rule, example.op->rules().repeats, example.in.size())) {
        if (!infers(example, storages, {DType::float64, DType::int64})) continue;
        std::vector<Symbol> in, dout;
        std::vector<bool> wanted;
        for (size_t i = 0; i < storages.size(); ++i) {
          const Example::Input& input = example.in[i];
          const Spec spec{input.shape, DTypes{DType::float64, DType::int64}.of(input.dtype), storages[i]};
          in.push_back(storages[i] == Storage::row_table
                           ? read(std::make_shared<Variable>("table", spec, Draw{}))
                           : placeholder(spec, "x"));
          wanted.push_back(is_float(spec.dtype));
        }
        const auto node = apply_node(example.op, in);
        for (const Spec& spec : node->out())
          dout.push_back(is_float(spec.dtype) ? placeholder(spec, "dy") : Symbol());
        if (std::ranges::none_of(dout, [](const Symbol& s) { return static_cast<bool>(s); })) continue;
        try {
          example.op->gradient(*node, dout, wanted);
        } catch (const InvalidArgument& error) {
          const std::string what = error.what();
          EXPECT_TRUE(what.find(kNoGradient) != what.npos) << what;
          EXPECT_TRUE(name.ends_with("_gradient") || kRefuseGradients.contains(name)) << what;
          refuses = true;
        }
      }
  if (kRefuseGradients.contains(name)) {
    EXPECT_TRUE(refuses) << "has one now: it need not stand in kRefuseGradients";
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Contract, testing::ValuesIn(registered_ops()),
                         [](const auto& op) { return op.param.name; });

}  // namespace

}  // namespace lacuna
