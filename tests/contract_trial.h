// One trial of the contract test: an op on inputs of given storages. It checks the results against those of
// dense inputs, the gradient against finite differences, and that a step allocates nothing.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "lacuna/base/random.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/plan.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"
#include "tests/allocations.h"
#include "tests/contract_kinds.h"
#include "tests/contract_tensors.h"

namespace lacuna {

// Ops that need two tensors with entries at the same places throw an error with these words.
constexpr std::string_view kOtherPlaces = "at the same places";

// The error of an op that has no gradient though it is not flat.
constexpr std::string_view kNoGradient = "has no gradient of its own";

// Whether the result depends on an input to which no gradient flows: in stop_gradient on purpose; in variance
// on the mean, where the derivative is 0; in batch_moments on moving averages, if there are no rows; of a
// mask, of which 0 is like no other number.
inline bool not_flat(std::string_view op) {
  return op == "stop_gradient" || op == "variance" || op == "batch_moments" || op == "scan" ||
         op == "counted_rows" || op == "at_counted_rows";
}

// Rows of tables whose csr operands have indices of int32 alone.
inline const std::set<std::string> kInt32Alone{
    "batch_moments (csr, dense, dense)",
    "batch_moments_gradient (csr, dense, dense, dense)",
    "batch_row_dot (csr, dense)",
    "batch_sampled_dot (dense, dense, csr)",
    "by_column (csr)",
    "dot (csr, dense)",
    "dot (csr, row_table)",
    "dot (csr, csr)",
    "dot (dense, csr)",
    "dot_nt (csr, dense)",
    "dot_nt (dense, csr)",
    "dot_t (csr, csr)",
    "dot_t (dense, csr)",
    "interactions (csr, dense)",
    "interactions (csr, row_table)",
    "permute_dimensions (csr)",
    "row_dot (csr, dense)",
    "row_dot (dense, csr)",
    "sampled_dot (dense, dense, csr)",
    "sampled_dot (dense, row_table, csr)",
    "sampled_dot (dense, csr, csr)",
    "sampled_dot (csr, csr, csr)",
    "sampled_dot_t (dense, dense, csr)",
    "sampled_dot_t (csr, dense, csr)",
    "sampled_dot_t (csr, csr, csr)",
};

// How the inputs of a run are drawn.
struct Draws {
  Dim batch;
  double density;     // The share of entries, or rows, that are stored.
  bool same_pattern;  // Of sparse inputs of one shape. If they differ, an op may throw.
  DType index = DType::int32;
  bool zeros = false;  // A sparse input stores only zeros.
  bool view = false;
};

// Whether the op takes csr only with int32 indices: for 2^31 columns or more, it throws an error with the
// words below.
inline bool takes_int32_alone(std::string_view op, const std::vector<Storage>& in) {
  return kInt32Alone.contains(text(op, ' ', list(in)));
}
constexpr std::string_view kTooWide = "2^31 columns";

// The dtypes of floats and ids that an example is tried with.
struct DTypes {
  DType floats, ids;
  DType of(DType example) const {
    return is_float(example) ? floats : example == DType::string ? example : ids;
  }
};

// An op on inputs, with the plans that try it.
class Trial {
 public:
  Trial(const Example& example, std::vector<Storage> storages, DTypes dtypes)
      : example_(example), storages_(std::move(storages)), dtype_(dtypes.floats), ids_(dtypes.ids) {
    for (size_t i = 0; i < storages_.size(); ++i) {
      const Spec spec{example.in[i].shape, dtype_of_input(i), storages_[i]};
      specs_.push_back(spec);
      in_.push_back(storages_[i] == Storage::row_table
                        ? read(std::make_shared<Variable>("table", spec, Draw{}))
                        : placeholder(spec, text("input ", i)));
    }
    node_ = apply_node(example.op, in_);
    for (size_t i = 0; i < node_->out().size(); ++i) out_.emplace_back(node_, i);
    predict_.emplace(placeholders(in_), out_, false);
    train_.emplace(placeholders(in_), out_, true);
    make_reference();
    make_gradient();
  }

  void run(const Draws& draws, uint64_t seed) {
    std::vector<Tensor> tensors;
    std::map<size_t, Tensor> plain;  // With int32 indices that start at 0.
    std::vector<const Tensor*> feeds, full_feeds;
    std::deque<Tensor> full;
    Generator random(seed);
    for (size_t i = 0; i < in_.size(); ++i) {
      Generator pattern(draws.same_pattern ? seed : seed + 1 + i);
      const Example::Input& input = example_.in[i];
      const tensor::Dense drawn =
          dense(input, with_batch(input.shape, draws.batch), dtype_of_input(i), random);
      switch (storages_[i]) {
        case Storage::dense:
          tensors.emplace_back(drawn);
          break;
        case Storage::csr:
          tensors.emplace_back(csr(drawn, draws.density, pattern));
          if (draws.zeros) only_zeros(tensors.back().csr().data);
          if (draws.index != DType::int32 || draws.view) {
            plain[i] = tensors.back();
            tensors.back() = laid_out(tensors.back().csr(), draws.index, draws.view);
          }
          break;
        case Storage::row_sparse:
          tensors.emplace_back(row_sparse(drawn, draws.density, pattern));
          if (draws.zeros) only_zeros(tensors.back().row_sparse().data);
          break;
        case Storage::row_table:
          tensors.push_back(variable_of(in_[i])->value());
          fill(tensors.back().table(), drawn);
          break;
      }
      full_feeds.push_back(&full.emplace_back(to_dense(tensors.back())));
    }
    for (size_t i = 0; i < in_.size(); ++i)
      if (storages_[i] != Storage::row_table) feeds.push_back(&tensors[i]);
    const bool refused = draws.index == DType::int64 &&
                         std::ranges::find(storages_, Storage::csr) != storages_.end() &&
                         takes_int32_alone(example_.op->name(), storages_);
    try {
      check_forward(*predict_, predict_reference_, feeds, full_feeds, tensors, draws);
      check_forward(*train_, train_reference_, feeds, full_feeds, tensors, draws);
      ASSERT_FALSE(refused && draws.batch > 0) << "takes int64 now: it need not stand in kInt32Alone";
    } catch (const InvalidArgument& error) {
      const std::string_view what = error.what();
      if (!draws.same_pattern && what.find(kOtherPlaces) != what.npos) return;
      ASSERT_TRUE(refused && what.find(kTooWide) != what.npos) << what;
      for (const Tensor& t : tensors) met_ |= kinds_of(t);
      return;
    }
    if (refused) return;
    if (!plain.empty()) check_plain(feeds, tensors, plain);
    for (size_t i = 0; i < in_.size(); ++i) check_unread_rows(i, feeds, tensors);
    if (loss_) check_gradient(feeds, tensors);
    for (const Tensor& t : tensors) met_ |= kinds_of(t);
  }
  const Kinds& met() const { return met_; }

 private:
  DType dtype_of_input(size_t i) const { return DTypes{dtype_, ids_}.of(example_.in[i].dtype); }

  bool all_dense() const {
    return std::ranges::all_of(storages_, [](Storage s) { return s == Storage::dense; });
  }
  bool is_gradient() const { return example_.op->name().ends_with("_gradient"); }

  static std::vector<Symbol> placeholders(const std::vector<Symbol>& symbols) {
    std::vector<Symbol> result;
    std::copy_if(symbols.begin(), symbols.end(), std::back_inserter(result), is_placeholder);
    return result;
  }

  // The same op with all inputs dense, if its table has that.
  void make_reference() {
    if (all_dense()) return;
    std::vector<Symbol> in;
    for (size_t i = 0; i < specs_.size(); ++i) {
      Spec spec = specs_[i];
      spec.storage = Storage::dense;
      in.push_back(placeholder(spec, text("dense input ", i)));
    }
    try {
      const auto node = apply_node(example_.op, in);
      std::vector<Symbol> out;
      for (size_t i = 0; i < node->out().size(); ++i) out.emplace_back(node, i);
      predict_reference_.emplace(in, out, false);
      train_reference_.emplace(in, out, true);
    } catch (const InvalidArgument&) {
    }
  }

  // The gradient of Σ out · weights, for float64.
  void make_gradient() {
    if (dtype_ != DType::float64) return;
    if (is_gradient() && !all_dense()) return;          // It assumes that its inputs have matching patterns.
    if (example_.op->name().ends_with("_ste")) return;  // Its gradient differs on purpose.
    Symbol loss;
    std::vector<Symbol> feeds = placeholders(in_);
    for (const Symbol& y : out_) {
      if (!is_float(y.dtype())) continue;
      weights_.push_back(placeholder({y.shape(), y.dtype(), Storage::dense}, "weights"));
      weighted_.push_back(y.output());
      feeds.push_back(weights_.back());
      const Symbol part = sum(multiply(y, weights_.back()));
      loss = loss ? add(loss, part) : part;
    }
    std::vector<Symbol> learned;
    for (size_t i = 0; i < in_.size(); ++i)
      if (is_float(in_[i].dtype())) learned.push_back(in_[i]), places_.push_back(i);
    if (!loss || learned.empty()) return;
    std::vector<Symbol> found, results;
    try {
      found = gradients(loss, learned);
    } catch (const InvalidArgument& error) {
      if (std::string_view(error.what()).find(kNoGradient) == std::string_view::npos) throw;
      return;  // SaysWhatGradientItHas checks it.
    }
    for (size_t i = found.size(); i-- > 0;) {
      if (found[i]) continue;
      if (!not_flat(example_.op->name())) flat_.push_back(places_[i]);
      places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    for (const Symbol& g : found)
      if (g) results.push_back(g);
    loss_.emplace(feeds, std::vector{loss}, true);
    if (!results.empty()) gradient_.emplace(feeds, results, true);
  }

  // Rows of input i that the op says it does not read may hold anything, such as rows that an optimizer left
  // behind.
  void check_unread_rows(size_t i, std::vector<const Tensor*> feeds, const std::vector<Tensor>& tensors) {
    const int names = example_.op->rows_named_by(i);
    if (names == Op::kAllRows || feeds.size() != in_.size() || tensors[i].storage() != Storage::dense) return;
    std::vector<bool> read(static_cast<size_t>(tensors[i].rows()), false);
    if (names != Op::kNoRows) {
      const Tensor& by = tensors[static_cast<size_t>(names)];
      if (by.storage() == Storage::csr)
        for (size_t k = 0; k < by.csr().nonzeros(); ++k)
          with_index(by.csr(), [&](auto indices, auto indptr) {
            read[static_cast<size_t>(indices[static_cast<size_t>(indptr[0]) + k])] = true;
          });
      else if (!is_float(by.dtype()))
        for (const double id : values_of(by)) read[static_cast<size_t>(id)] = true;
      else return;
    }
    predict_->run(feeds, kStep, kSeed);
    std::vector<std::vector<double>> expected;
    for (size_t k = 0; k < out_.size(); ++k) expected.push_back(values_of(predict_->output(k)));
    Tensor spoilt = tensors[i].copy();
    const size_t width = read.empty() ? 0 : spoilt.dense().size() / read.size();
    with_float("spoilt", dtype_, [&](auto tag) {
      using T = typename decltype(tag)::type;
      for (size_t r = 0; r < read.size(); ++r)
        if (!read[r])
          std::fill_n(spoilt.dense().values<T>().data() + r * width, width,
                      std::numeric_limits<T>::quiet_NaN());
    });
    feeds[i] = &spoilt;
    predict_->run(feeds, kStep, kSeed);
    for (size_t k = 0; k < out_.size(); ++k)
      EXPECT_EQ(values_of(predict_->output(k)), expected[k]) << "rows_named_by(" << i << ")";
  }

  void check_forward(Plan& plan, std::optional<Plan>& reference, std::span<const Tensor* const> feeds,
                     std::span<const Tensor* const> full, const std::vector<Tensor>& tensors,
                     const Draws& draws) {
    plan.run(feeds, kStep, kSeed);
    std::vector<Spec> actual;
    for (const Tensor& t : tensors) actual.push_back(t.spec());
    const std::vector<Spec> again = example_.op->infer(actual);  // With the actual batch.
    if (reference) reference->run(full, kStep, kSeed);
    const int64_t before = allocations();
    plan.run(feeds, kStep, kSeed);
    EXPECT_EQ(allocations(), before) << "a step allocates nothing in the steady state";
    for (size_t i = 0; i < out_.size(); ++i) {
      const Spec got = plan.output(i).spec(), open = out_[i].spec();
      ASSERT_EQ(got.storage, open.storage);
      ASSERT_EQ(got.dtype, open.dtype);
      ASSERT_EQ(got.shape.size(), open.shape.size()) << "inferred " << open << ", got " << got;
      for (size_t d = 0; d < got.shape.size(); ++d)
        EXPECT_TRUE(
            got.shape[d] == open.shape[d] ||
            (open.shape[d] == None && (got.shape[d] == draws.batch || got.shape[d] == again[i].shape[d] ||
                                       again[i].shape[d] == None)))  // Depends on data.
            << "inferred " << open << ", got " << got << ", batch " << draws.batch;
      if (!reference) continue;
      ASSERT_EQ(got.shape, reference->output(i).shape());
      const std::vector<double> result = values_of(plan.output(i));
      std::vector<double> want = values_of(reference->output(i));
      // A gradient is wanted only at the entries of a sparse input.
      if (is_gradient()) keep_stored(plan.output(i), want);
      const double tolerance = got.dtype == DType::float32 ? 2e-5 : 1e-12;
      for (size_t j = 0; j < want.size(); ++j)
        ASSERT_TRUE(near(result[j], want[j], tolerance))
            << "place " << j << ": " << result[j] << ", of dense inputs: " << want[j];
    }
  }

  // How csr is laid out makes no difference.
  void check_plain(std::vector<const Tensor*> feeds, const std::vector<Tensor>& tensors,
                   const std::map<size_t, Tensor>& plain) {
    train_->run(feeds, kStep, kSeed);
    std::vector<std::vector<double>> expected;
    for (size_t k = 0; k < out_.size(); ++k) expected.push_back(values_of(train_->output(k)));
    for (const Tensor*& feed : feeds)
      if (const auto found = plain.find(static_cast<size_t>(feed - tensors.data())); found != plain.end())
        feed = &found->second;
    train_->run(feeds, kStep, kSeed);
    for (size_t k = 0; k < out_.size(); ++k)
      EXPECT_TRUE(std::ranges::equal(values_of(train_->output(k)), expected[k],
                                     [](double a, double b) { return near(a, b, 0); }))
          << "output " << k << " differs from that of int32 indices that start at 0";
  }

  void check_gradient(std::vector<const Tensor*> feeds, std::vector<Tensor>& tensors) {
    Generator random(7);
    std::deque<Tensor> weights;
    for (const size_t i : weighted_)
      feeds.push_back(&weights.emplace_back(dense({}, train_->output(i).shape(), DType::float64, random)));
    for (const size_t i : flat_) {
      SCOPED_TRACE(text("no gradient of input ", i, " ", tensors[i].spec()));
      check_differences(feeds, tensors[i], {});
    }
    if (gradient_) gradient_->run(feeds, kStep, kSeed);
    for (size_t g = 0; g < places_.size(); ++g) {
      Tensor& x = tensors[places_[g]];
      const Tensor got = gradient_->output(g).copy();
      SCOPED_TRACE(text("gradient of input ", places_[g], " ", x.spec()));
      if (x.storage() == Storage::csr) {
        ASSERT_EQ(got.storage(), Storage::csr);
        EXPECT_TRUE(got.csr().validate("gradient"));
        EXPECT_EQ(pattern_of(got.csr()), pattern_of(x.csr()));
      }
      if (x.storage() != Storage::row_table) {
        ASSERT_EQ(got.shape(), x.shape());
      }
      check_differences(feeds, x, values_of(got));
    }
  }

  // values: the gradient of x; zeros if there are none.
  void check_differences(const std::vector<const Tensor*>& feeds, Tensor& x,
                         const std::optional<std::vector<double>>& values) {
    const auto loss = [&] {
      loss_->run(feeds, kStep, kSeed);
      return loss_->output(0).dense().values<double>()[0];
    };
    const std::vector<Entry> entries = stored(x);
    const size_t step = entries.size() / 60 + 1;  // Only some, if there are many.
    for (size_t e = 0; e < entries.size(); e += step) {
      const auto [value, place] = entries[e];
      if (*value == 0 && example_.op->name() == "cast_storage") continue;  // Not stored: no gradient.
      if (values) {
        ASSERT_LT(place, values->size());
      }
      const double gradient = values ? (*values)[place] : 0;
      const double kept = *value, h = 1e-6, here = loss();
      *value = kept + h;
      const double above = loss();
      *value = kept - h;
      const double below = loss();
      *value = kept;
      const double right = (above - here) / h, left = (here - below) / h;
      if (!values && std::abs(right + left) > 1e3) continue;        // A jump, as may be at a stored zero.
      if (!std::isfinite(right) || !std::isfinite(left)) continue;  // √ at a stored zero.
      // For the cube root at 0, differences are unbounded.
      if (std::isinf(gradient) && std::abs((left + right) / 2) > 1e3) continue;
      // At a kink, as may be at a stored zero, any value between both sides is right.
      const double middle = (left + right) / 2, tolerance = 2e-6 * std::max(1.0, std::abs(middle));
      EXPECT_LE(std::abs(gradient - middle), tolerance + std::abs(right - left))
          << "place " << place << ": gradient " << gradient << ", finite differences " << middle;
    }
  }

  static constexpr int64_t kStep = 3;
  static constexpr uint64_t kSeed = 11;

  const Example& example_;
  std::vector<Storage> storages_;
  DType dtype_, ids_;
  Kinds met_;
  std::vector<Spec> specs_;
  std::vector<Symbol> in_, out_, weights_;
  std::shared_ptr<const Node> node_;
  std::vector<size_t> weighted_;  // Outputs with weights.
  std::vector<size_t> places_;    // Inputs with a gradient.
  std::vector<size_t> flat_;      // Inputs without, of floats.
  std::optional<Plan> predict_, train_, predict_reference_, train_reference_, loss_, gradient_;
};

}  // namespace lacuna
