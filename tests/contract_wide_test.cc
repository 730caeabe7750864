// 2^40 columns: each row of each storage table gives the same with a few columns far apart as with a few side
// by side, unless a dense tensor would need 2^40 columns. So do its gradients. The same holds for 2^40 rows
// of row_sparse, and of a table that ids are looked up in.
#include <gtest/gtest.h>

#include <deque>
#include <limits>
#include <optional>
#include <set>

#include "lacuna/graph/gradient.h"
#include "lacuna/graph/plan.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/reductions/reduce.h"
#include "tests/contract_tensors.h"

namespace lacuna {
namespace {

constexpr Dim kWide = Dim{1} << 40;

// Columns 0 and 1 stay, the others move to the end. Column 1 is kept empty: so no row is full, and the first
// column that a row does not store is 0 or 1 on both sides.
int64_t far(int64_t column) { return column < 2 ? column : kWide - 64 + column; }
// Back to places among `few` columns; also for places in a row-major matrix, and for columns beyond all of
// them.
int64_t near(int64_t place, Dim few) {
  if (place == std::numeric_limits<int64_t>::max()) return place;  // The minimum of no integers.
  if (place >= kWide) return place / kWide * few + near(place % kWide, few);
  return place < kWide / 2 ? place : place - (kWide - 64);
}

// Whether results depend on the number of columns, or on which they are: such ops are only run, and have
// tests of their own for the results.
bool is_of_their_number(const Op& op) {
  static const std::set<std::string_view> ops{
      "clip_places", "concatenate_part", "cross_bags", "dropout",        "equals_in",    "logsumexp",
      "mean",        "repeat_columns",   "slice",      "slice_gradient", "times_normal", "variance",
      "wrap_places", "zeros_in"};
  const std::string key = op.key();
  return ops.contains(op.name()) || key.find("average") != key.npos || key.find("variance") != key.npos;
}

// Whether an op fits only one number of columns: reshape_test.cc has more.
bool has_a_number(const Op& op) {
  return op.name() == "reshape_all" || op.name() == "reshape_like" || op.key().ends_with("(1, 8)");
}

// Rows of tables that throw an error with the words below, in a run or before.
const std::set<std::string> kRefuse{"by_column (csr)",     "cast_storage (csr)", "permute_dimensions (csr)",
                                    "repeat_places (csr)", "tile_places (csr)",  "dot_t (csr, csr)"};
// The same for the gradient alone.
const std::set<std::string> kGradientRefuses;
constexpr std::string_view kTooWide = "2^31", kOtherPlaces = "at the same places",
                           kDenseResult = "a dense result must have fewer than 2^31";

// Ops that look ids up in a table; for others ids are slots already.
bool looks_up(std::string_view op) {
  return op == "translate" || op == "translate_ids" || op == "bag_of_ids" || op == "shape";
}

// The axis that may be large: the columns of csr, the rows of row_sparse and of a table.
std::optional<size_t> wide_axis(std::string_view op, Storage storage) {
  if (storage == Storage::csr) return 1;
  if (storage == Storage::row_sparse || (storage == Storage::row_table && looks_up(op))) return 0;
  return {};
}

// The example with kWide in place of `few`. Empty if another dimension, which cannot be so large, equals
// `few`.
std::optional<Example> widened(Example example, const std::vector<Storage>& storages, Dim few) {
  for (size_t i = 0; i < storages.size(); ++i) {
    Example::Input& input = example.in[i];
    const auto axis = wide_axis(example.op->name(), storages[i]);
    for (size_t d = 0; d < input.shape.size(); ++d) {
      if (input.shape[d] != few) continue;
      if (!axis || *axis != d) return {};
      input.shape[d] = kWide;
    }
  }
  return example;
}

tensor::Csr without_column_1(const tensor::Csr& a) {
  std::vector<size_t> kept;
  const auto indices = a.indices.as<int32_t>(), indptr = a.indptr.as<int32_t>();
  std::vector<int32_t> starts{0};
  for (size_t r = 0; r < static_cast<size_t>(a.rows); ++r) {
    for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
      if (indices[k] != 1) kept.push_back(k);
    starts.push_back(static_cast<int32_t>(kept.size()));
  }
  tensor::Csr result;
  result.resize(a.rows, a.columns, kept.size(), a.dtype);
  std::ranges::copy(starts, result.indptr.as<int32_t>().begin());
  const size_t item = size_of(a.dtype);
  for (size_t k = 0; k < kept.size(); ++k) {
    result.indices.as<int32_t>()[k] = indices[kept[k]];
    std::copy_n(a.data.data() + kept[k] * item, item, result.data.data() + k * item);
  }
  return result;
}

// A tensor with its columns, rows or ids far apart.
tensor::Csr far_apart(const tensor::Csr& a) {
  tensor::Csr result;
  result.resize(a.rows, kWide, a.nonzeros(), a.dtype, DType::int64);
  std::copy_n(a.data.data(), a.data.bytes(), result.data.data());
  std::ranges::transform(a.indices.as<int32_t>(), result.indices.as<int64_t>().begin(), far);
  std::ranges::copy(a.indptr.as<int32_t>(), result.indptr.as<int64_t>().begin());
  return result;
}
tensor::RowSparse far_apart(const tensor::RowSparse& a) {
  tensor::RowSparse result = Tensor(a).copy().row_sparse();
  result.shape[0] = kWide;
  std::ranges::transform(a.row_ids(), result.row_ids().begin(), far);
  return result;
}
tensor::Dense far_apart(const tensor::Dense& ids) {
  tensor::Dense result = Tensor(ids).copy().dense();
  std::ranges::transform(ids.values<int64_t>(), result.values<int64_t>().begin(), far);
  return result;
}

Tensor side_by_side(const Tensor& x, Dim few) {
  const auto back = [few](int64_t place) { return near(place, few); };
  if (x.storage() == Storage::csr) {
    const tensor::Csr& a = x.csr();
    tensor::Csr result;
    result.resize(a.rows, near(a.columns, few), a.nonzeros(), a.dtype);
    with_index(a, [&](auto indices, auto indptr) {
      const auto first = static_cast<size_t>(indptr[0]), item = size_of(a.dtype);
      for (size_t k = 0; k < a.nonzeros(); ++k)
        result.indices.as<int32_t>()[k] =
            static_cast<int32_t>(back(static_cast<int64_t>(indices[first + k])));
      std::ranges::transform(indptr, result.indptr.as<int32_t>().begin(),
                             [&](auto p) { return static_cast<int32_t>(static_cast<size_t>(p) - first); });
      std::copy_n(a.data.data() + first * item, a.nonzeros() * item, result.data.data());
    });
    return result;
  }
  Tensor result = x.copy();
  if (x.storage() == Storage::row_sparse) {
    tensor::RowSparse& a = result.row_sparse();
    a.shape[0] = back(a.shape[0]);
    std::ranges::transform(a.row_ids(), a.row_ids().begin(), back);
  } else if (x.dtype() == DType::int64) {
    const auto values = result.dense().values<int64_t>();
    std::ranges::transform(values, values.begin(), back);
  }
  return result;
}

// One side: an op on leaves, its results and the gradients of the sum of their squares.
struct Side {
  Side(const Example& example, const std::vector<Storage>& storages, DType dtype) {
    for (size_t i = 0; i < storages.size(); ++i) {
      const Example::Input& input = example.in[i];
      const Spec spec{input.shape, is_float(input.dtype) ? dtype : input.dtype, storages[i]};
      in.push_back(storages[i] == Storage::row_table ? read(std::make_shared<Variable>("table", spec, Draw{}))
                                                     : placeholder(spec, text("input ", i)));
      if (storages[i] != Storage::row_table) feeds.push_back(in.back());
    }
    node = apply_node(example.op, in);
    for (size_t i = 0; i < node->out().size(); ++i) out.emplace_back(node, i);
  }

  void add_gradients() {
    Symbol loss;
    for (const Symbol& y : out) {
      if (!is_float(y.dtype())) continue;
      const Symbol part = sum_of_squares(y);
      loss = loss ? add(loss, part) : part;
    }
    std::vector<Symbol> learned;
    for (const Symbol& x : in)
      if (is_float(x.dtype())) learned.push_back(x);
    if (!loss || learned.empty()) return;
    for (const Symbol& g : lacuna::gradients(loss, learned))
      if (g) gradients.push_back(g);
  }

  std::vector<Tensor> run(const std::vector<Symbol>& outputs, const std::vector<const Tensor*>& tensors,
                          bool training) {
    Plan plan(feeds, outputs, training);
    std::vector<Tensor> results;
    for (int twice = 0; twice < 2; ++twice) plan.run(tensors, 3, 11);
    for (size_t i = 0; i < outputs.size(); ++i) results.push_back(plan.output(i).copy());
    return results;
  }

  std::vector<Symbol> in, feeds, out, gradients;
  std::shared_ptr<const Node> node;
};

class ContractWide : public testing::TestWithParam<Registration> {};

// Draws an example and runs both sides.
struct Trial {
  const Example &example, &wide;
  const std::vector<Storage>& storages;
  DType dtype;
  Dim few;
  bool compared;

  // Whether the table refuses; in `words` what it said.
  bool refuses(std::string& words, bool of_gradients) {
    bool other_pattern = false;
    try {
      Side a(example, storages, dtype), b(wide, storages, dtype);
      if (of_gradients) {
        a.add_gradients();
        b.add_gradients();
        if (b.gradients.size() != a.gradients.size()) ADD_FAILURE() << "other gradients";
      }
      for (const Dim batch : {5, 0, 1}) run(a, b, batch, true, of_gradients);
      other_pattern = true;
      run(a, b, 5, false, of_gradients);
      return false;
    } catch (const InvalidArgument& error) {
      words = error.what();
      return !other_pattern || words.find(kOtherPlaces) == words.npos;
    }
  }

  void run(Side& a, Side& b, Dim batch, bool same_pattern, bool of_gradients) {
    SCOPED_TRACE(text("batch ", batch, same_pattern ? "" : ", other patterns"));
    std::deque<Tensor> drawn;
    std::vector<const Tensor*> of_a, of_b;
    Generator random(7);
    for (size_t i = 0; i < storages.size(); ++i) {
      const Example::Input& input = example.in[i];
      const bool moves = input.shape != wide.in[i].shape;
      const Spec& spec = a.in[i].spec();
      const tensor::Dense full = dense(input, with_batch(input.shape, batch), spec.dtype, random);
      Generator pattern(same_pattern ? 31 : 31 + i);
      switch (storages[i]) {
        case Storage::dense:
          of_a.push_back(&drawn.emplace_back(full));
          of_b.push_back(input.limit == few ? &drawn.emplace_back(far_apart(full)) : of_a.back());
          break;
        case Storage::csr: {
          const tensor::Csr kept = without_column_1(csr(full, 0.6, pattern));
          of_a.push_back(&drawn.emplace_back(kept));
          of_b.push_back(moves ? &drawn.emplace_back(far_apart(kept)) : of_a.back());
          break;
        }
        case Storage::row_sparse: {
          const tensor::RowSparse kept = row_sparse(full, 0.6, pattern);
          of_a.push_back(&drawn.emplace_back(kept));
          of_b.push_back(moves ? &drawn.emplace_back(far_apart(kept)) : of_a.back());
          break;
        }
        case Storage::row_table:
          fill(variable_of(a.in[i])->value().table(), full);
          fill_far(variable_of(b.in[i])->value().table(), full);
          break;
      }
    }
    if (of_gradients) return compare(a.run(a.gradients, of_a, true), b.run(b.gradients, of_b, true));
    for (const bool training : {false, true})
      compare(a.run(a.out, of_a, training), b.run(b.out, of_b, training));
  }

  static void fill_far(RowTable& table, const tensor::Dense& full) {
    std::vector<int64_t> ids(static_cast<size_t>(full.shape[0]));
    std::vector<int32_t> slots(ids.size());
    for (size_t i = 0; i < ids.size(); ++i)
      ids[i] = table.shape()[0] == kWide ? far(static_cast<int64_t>(i)) : static_cast<int64_t>(i);
    table.touch(ids, slots);
    with_float("fill_far", full.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      for (size_t i = 0; i < ids.size(); ++i)
        std::copy_n(full.values<T>().data() + i * table.width(), table.width(),
                    table.rows<T>() + static_cast<size_t>(slots[i]) * table.stride());
    });
  }

  void compare(const std::vector<Tensor>& expected, const std::vector<Tensor>& results) const {
    for (size_t i = 0; i < expected.size(); ++i) {
      const Tensor &want = expected[i], got = side_by_side(results[i], few);
      if (results[i].storage() == Storage::csr) results[i].csr().validate("result");
      ASSERT_EQ(got.storage(), want.storage());
      if (!compared) continue;
      ASSERT_EQ(got.shape(), want.shape());
      const std::vector<double> x = values_of(got), y = values_of(want);
      for (size_t j = 0; j < y.size(); ++j)
        ASSERT_TRUE(lacuna::near(x[j], y[j], dtype == DType::float32 ? 2e-5 : 1e-12))
            << "place " << j << ": " << x[j] << ", of few columns: " << y[j];
    }
  }
};

TEST_P(ContractWide, Holds) {
  const auto& [name, examples] = GetParam();
  // Rows by what became of them. Dense: a dense tensor would have to have as many columns.
  std::set<std::string> rows_of_csr, refused, gradient_refused, ran, dense_ones;
  for (size_t e = 0; e < examples.size(); ++e) {
    const Example& example = examples[e];
    if (has_a_number(*example.op)) continue;
    for (const Rule& rule : example.op->rules().rows) {
      if (example.in.size() < rule.in.size() ||
          (!example.op->rules().repeats && example.in.size() != rule.in.size()))
        continue;
      std::vector<Storage> storages = rule.in;
      storages.resize(example.in.size(), rule.in.back());
      const std::string row = text(name, ' ', list(storages));
      if (std::ranges::find(storages, Storage::csr) != storages.end()) rows_of_csr.insert(row);
      std::set<Dim> candidates;
      bool fits = true;
      for (size_t i = 0; i < storages.size(); ++i) {
        fits &= storages[i] != Storage::csr || example.in[i].shape.size() == 2;
        fits &= storages[i] == Storage::dense || example.in[i].shape.size() >= 2;
        if (const auto axis = wide_axis(name, storages[i]); fits && axis)
          candidates.insert(example.in[i].shape[*axis]);
      }
      for (const Dim few : candidates) {
        if (!fits || few < 3 || few > 60) continue;
        Example with_ids = example;
        for (Example::Input& input : with_ids.in)
          if (input.limit == few) input.dtype = DType::int64;
        const auto wide = widened(with_ids, storages, few);
        if (!wide) {
          dense_ones.insert(row);
          continue;
        }
        for (const DType dtype : {DType::float32, DType::float64}) {
          SCOPED_TRACE(text("example ", e, ": ", example.op->key(), ' ', list(storages), ", ", few,
                            " columns, ", dtype));
          std::vector<Spec> specs, small;
          for (size_t i = 0; i < storages.size(); ++i) {
            const Example::Input& input = wide->in[i];
            specs.push_back({input.shape, is_float(input.dtype) ? dtype : input.dtype, storages[i]});
            small.push_back({example.in[i].shape, is_float(input.dtype) ? dtype : input.dtype, storages[i]});
          }
          try {
            example.op->infer(small);
          } catch (const InvalidArgument&) {
            continue;  // The example does not fit this rule.
          }
          std::string words;
          bool refuses = false;
          try {
            const std::vector<Spec> out = example.op->infer(specs);
            if (std::ranges::any_of(out, [](const Spec& s) {
                  return s.storage == Storage::dense && std::ranges::find(s.shape, kWide) != s.shape.end();
                })) {
              dense_ones.insert(row);
              continue;
            }
          } catch (const InvalidArgument& error) {
            refuses = true;
            words = error.what();
            if (words.find(kDenseResult) != words.npos) {
              dense_ones.insert(row);
              continue;
            }
          }
          Trial trial{with_ids, *wide, storages, dtype, few, !is_of_their_number(*example.op)};
          if (!refuses) refuses = trial.refuses(words, false);
          if (refuses) {
            refused.insert(row);
            EXPECT_TRUE(kRefuse.contains(row) && words.find(kTooWide) != words.npos) << row << ": " << words;
          } else {
            ran.insert(row);
            if (name.ends_with("_gradient") || name.ends_with("_ste")) continue;
            if (trial.refuses(words, true)) {
              if (words.find("has no gradient of its own") != words.npos) continue;  // At any width.
              gradient_refused.insert(row);
              EXPECT_TRUE(kGradientRefuses.contains(row) && words.find(kTooWide) != words.npos)
                  << row << ": " << words;
            }
          }
          if (HasFailure()) return;
        }
      }
    }
  }
  for (const std::string& row : rows_of_csr)
    EXPECT_TRUE(ran.contains(row) || refused.contains(row) || dense_ones.contains(row))
        << row << ": no example could be tried";
  const auto all_refuse = [&](const std::set<std::string>& known, const std::set<std::string>& met) {
    for (const std::string& row : known)
      if (row.starts_with(name + " ")) {
        EXPECT_TRUE(met.contains(row)) << row << " takes them: it need not be known to refuse";
      }
  };
  all_refuse(kRefuse, refused);
  all_refuse(kGradientRefuses, gradient_refused);
}

INSTANTIATE_TEST_SUITE_P(Ops, ContractWide, testing::ValuesIn(registered_ops()),
                         [](const auto& op) { return op.param.name; });

}  // namespace
}  // namespace lacuna
