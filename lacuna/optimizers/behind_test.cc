// Tests of rows that are left behind: for each optimizer they end where a dense gradient would have moved
// them, whenever they are read, at a cost that depends on the touched rows only.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <ostream>

#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/optimizers/adadelta.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/adamax.h"
#include "lacuna/optimizers/ftrl.h"
#include "lacuna/optimizers/nadam.h"
#include "lacuna/optimizers/rmsprop.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::optimizers {
namespace {

struct BehindCase {
  const char* name;
  std::function<std::shared_ptr<Optimizer>()> make;  // Not lazy.
};

void PrintTo(const BehindCase& c, std::ostream* out) { *out << c.name; }

const BehindCase kBehindCases[] = {
    {"sgd", [] { return SGD{.lr = 0.1, .lazy_update = false}.make(); }},
    {"momentum", [] { return SGD{.lr = 0.1, .momentum = 0.9, .lazy_update = false}.make(); }},
    {"nesterov",
     [] { return SGD{.lr = 0.1, .momentum = 0.9, .nesterov = true, .lazy_update = false}.make(); }},
    {"adagrad", [] { return Adagrad{.lr = 0.1, .lazy_update = false}.make(); }},
    {"rmsprop", [] { return RMSprop{.lr = 0.01, .lazy_update = false}.make(); }},
    {"adadelta", [] { return Adadelta{.lr = 1, .lazy_update = false}.make(); }},
    {"adam", [] { return Adam{.lr = 0.01, .lazy_update = false}.make(); }},
    {"adam_large_epsilon", [] { return Adam{.lr = 0.01, .epsilon = 0.1, .lazy_update = false}.make(); }},
    {"adam_never_still",
     [] { return Adam{.lr = 1e-3, .beta_1 = 0.99, .beta_2 = 0.9, .lazy_update = false}.make(); }},
    {"adam_decay", [] { return Adam{.lr = 0.01, .decay = 0.1, .lazy_update = false}.make(); }},
    {"amsgrad", [] { return Adam{.lr = 0.01, .amsgrad = true, .lazy_update = false}.make(); }},
    {"adamw", [] { return AdamW{.lr = 0.01, .weight_decay = 0.1, .lazy_update = false}.make(); }},
    {"adamw_amsgrad",
     [] { return AdamW{.lr = 0.01, .weight_decay = 0.1, .amsgrad = true, .lazy_update = false}.make(); }},
    {"adamax", [] { return Adamax{.lr = 0.01, .lazy_update = false}.make(); }},
    {"nadam", [] { return Nadam{.lr = 0.01, .lazy_update = false}.make(); }},
    {"ftrl",
     [] {
       return Ftrl{.lr = 0.1, .l1_regularization_strength = 0.02, .beta = 0.1, .lazy_update = false}.make();
     }},
};

constexpr size_t kBehindPool = 9;  // Rows with gradients: row i about every 3ⁱ steps, at least every 300.
// So many that a table finds its rows by hashing, and a sweep over all rows never pays.
Dim rows_of(Dim width) { return Dim{300'000} / (4 * width); }

const Draw kBehindDraw{Draw::Kind::normal, 0, 1, 5};

class BehindTest : public testing::TestWithParam<BehindCase> {};
INSTANTIATE_TEST_SUITE_P(All, BehindTest, testing::ValuesIn(kBehindCases),
                         [](const auto& c) { return c.param.name; });

// A weight of many rows with row_sparse gradients, and a small one of just the rows in the pool with the same
// gradients made dense.
class Pair {
 public:
  Pair(Dim width, DType dtype, bool table)
      : width_(static_cast<size_t>(width)),
        table_(table),
        many(std::make_shared<Variable>(
            "many", Spec{{rows_of(width), width}, dtype, table ? Storage::row_table : Storage::dense},
            kBehindDraw)),
        few(std::make_shared<Variable>("few", Spec{{kBehindPool, width}, dtype}, kBehindDraw)) {
    few->assign(tensor::Dense::of<double>({kBehindPool, width}, std::span<const double>(pool())));
  }

  // The rows of the pool, as a reader sees them.
  int64_t id_of(size_t i) const {
    return static_cast<int64_t>(i) * (many->spec().shape[0] / static_cast<int64_t>(kBehindPool)) + 13;
  }

  std::vector<double> pool() const {
    std::vector<double> result;
    const tensor::Dense all = many->to_dense();
    with_float("test", all.dtype, [&](auto tag) {
      const auto values = all.values<typename decltype(tag)::type>();
      for (size_t i = 0; i < kBehindPool; ++i)
        for (size_t j = 0; j < width_; ++j)
          result.push_back(values[static_cast<size_t>(id_of(i)) * width_ + j]);
    });
    return result;
  }

  void step(Optimizer& of_many, Optimizer* of_few, int t) {
    std::vector<size_t> rows;
    size_t every = 1;
    for (size_t i = 0; i < kBehindPool; ++i, every = std::min<size_t>(300, every * 3))
      if (t == 0 || random_.below(every) == 0) rows.push_back(i);
    tensor::Dense dense;
    dense.resize(few->spec().shape, few->spec().dtype);
    std::memset(dense.data.data(), 0, dense.data.bytes());
    tensor::RowSparse sparse;
    sparse.resize(many->spec().shape, rows.size(), many->spec().dtype);
    std::vector<int64_t> ids;
    for (const size_t i : rows) ids.push_back(id_of(i));
    if (table_) {
      std::vector<int32_t> slots(ids.size());
      many->value().table().touch(std::span<const int64_t>(ids), slots);
      std::ranges::copy(slots, sparse.row_ids().begin());
    } else {
      std::ranges::copy(ids, sparse.row_ids().begin());
    }
    with_float("test", dense.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      for (size_t k = 0; k < rows.size(); ++k)
        for (size_t j = 0; j < width_; ++j)
          sparse.values<T>()[k * width_ + j] = dense.values<T>()[rows[k] * width_ + j] =
              static_cast<T>(random_.normal() * (rows[k] == 2 ? 1e-6 : 1));
    });
    const Tensor given = sparse, given_dense = dense;
    const Gradient gradient[] = {&given}, gradient_dense[] = {&given_dense};
    of_many.step({&many, 1}, gradient);
    if (of_few) of_few->step({&few, 1}, gradient_dense);
    named += rows.size();
  }

  void expect_equal(double tolerance) const {
    const std::vector<double> got = pool();
    const tensor::Dense expected = few->to_dense();
    with_float("test", expected.dtype, [&](auto tag) {
      const auto values = expected.values<typename decltype(tag)::type>();
      for (size_t i = 0; i < got.size(); ++i)
        ASSERT_NEAR(got[i], static_cast<double>(values[i]),
                    tolerance * std::max(1.0, std::abs(static_cast<double>(values[i]))))
            << "row " << i / width_;
    });
  }

 private:
  size_t width_;
  bool table_;
  Generator random_{11};

 public:
  VariablePtr many, few;
  size_t named = 0;
};

TEST_P(BehindTest, EndsWhereADenseGradientDoes) {
  for (const bool table : {false, true})
    for (const Dim width : {1, 3, 70})
      for (const DType dtype : {DType::float64, DType::float32}) {
        SCOPED_TRACE(text(table ? "table " : "dense ", width, " ", dtype));
        Pair pair(width, dtype, table);
        const auto many = GetParam().make(), few = GetParam().make();
        const double tolerance = dtype == DType::float64 ? 1e-12 : 2e-5;
        for (int t = 0; t < 700; ++t) {
          if (t == 250 || t == 400)  // The rate changes while rows are behind.
            for (const auto& o : {many, few}) o->lr->set_scalar(o->lr->scalar() * (t == 250 ? 3 : 0.1));
          pair.step(*many, few.get(), t);
          if (t % 97 == 96) pair.expect_equal(tolerance);
          if (t == 500) many->settle();
        }
        pair.expect_equal(tolerance);
        many->settle();
        pair.expect_equal(tolerance);
        EXPECT_LE(many->caught_up_rows(),
                  pair.named + 2 * static_cast<size_t>(rows_of(width)));  // All rows twice: settle() twice.
        if (testing::Test::HasFailure()) return;
      }
}

TEST_P(BehindTest, CostFollowsTheRowsThatAreNamed) {
  Pair pair(3, DType::float32, false);
  const auto optimizer = GetParam().make();
  for (int t = 0; t < 300; ++t) pair.step(*optimizer, nullptr, t);
  EXPECT_LE(optimizer->caught_up_rows(), pair.named);
  pair.pool();  // Reading catches up no row.
  EXPECT_LE(optimizer->caught_up_rows(), pair.named);
}

TEST_P(BehindTest, LookingAndThreadsChangeNoBit) {
  const size_t before = num_threads();
  for (const bool table : {false, true})
    for (const Dim width : {1, 70}) {
      std::vector<double> first;
      for (const int how : {0, 1, 2}) {
        set_num_threads(how == 2 ? 4 : 1);
        Pair pair(width, DType::float32, table);
        const auto optimizer = GetParam().make();
        for (int t = 0; t < 200; ++t) {
          pair.step(*optimizer, nullptr, t);
          if (how == 1 && t % 20 == 0) {
            pair.pool();
            pair.many->copy();
          }
        }
        optimizer->settle();
        if (how == 0) first = pair.pool();
        else EXPECT_EQ(pair.pool(), first);
      }
    }
  set_num_threads(before);
}

TEST_P(BehindTest, AnotherOptimizerFindsRowsCurrent) {
  for (const bool table : {false, true}) {
    Pair pair(3, DType::float64, table);
    auto many = GetParam().make(), few = GetParam().make();
    const auto other_many = SGD{.lr = 0.1, .momentum = 0.5, .lazy_update = false}.make(),
               other_few = SGD{.lr = 0.1, .momentum = 0.5, .lazy_update = false}.make();
    for (int t = 0; t < 120; ++t) {
      const bool other = t / 20 % 2;
      pair.step(other ? *other_many : *many, other ? other_few.get() : few.get(), t);
      if (t == 50) {  // Compiled anew: steps that rows missed before are not lost.
        many = GetParam().make();
        few = GetParam().make();
        pair.expect_equal(1e-12);
      }
    }
    pair.expect_equal(1e-12);
  }
}

// Rows that an assignment adds are current after it, and move from then on.
TEST_P(BehindTest, AssignedRowsThatAreNewMoveToo) {
  std::vector<double> ends[2];
  for (const bool table : {false, true}) {
    const auto optimizer = GetParam().make();
    const Dim rows = 40'000;
    const auto weight = std::make_shared<Variable>(
        "w", Spec{{rows, 1}, DType::float64, table ? Storage::row_table : Storage::dense}, Draw{});
    const auto step = [&](int64_t first, size_t count) {
      tensor::RowSparse g;
      g.resize({rows, 1}, count, DType::float64);
      std::iota(g.row_ids().begin(), g.row_ids().end(), first);
      std::ranges::fill(g.values<double>(), 0.5);
      if (table) {
        std::vector<int32_t> slots(count);
        weight->value().table().touch(std::span<const int64_t>(g.row_ids()), slots);
        std::ranges::copy(slots, g.row_ids().begin());
      }
      const Tensor given = g;
      const Gradient gradients[] = {&given};
      optimizer->step({&weight, 1}, gradients);
    };
    step(0, 20'000);
    for (int t = 0; t < 5; ++t) step(t, 3);
    tensor::Dense all = weight->to_dense();
    std::ranges::fill(all.values<double>(), 0.25);
    weight->assign(all);
    for (int t = 0; t < 5; ++t) step(t, 3);
    const tensor::Dense end = weight->to_dense();
    ends[table].assign(end.values<double>().begin(), end.values<double>().end());
  }
  for (size_t i = 0; i < ends[0].size(); ++i) ASSERT_NEAR(ends[0][i], ends[1][i], 1e-12) << i;
}

TEST_P(BehindTest, AssignedWeightsAreCurrentAndKeepTheirStates) {
  for (const bool table : {false, true}) {
    Pair pair(3, DType::float64, table);
    const auto many = GetParam().make(), few = GetParam().make();
    for (int t = 0; t < 60; ++t) {
      pair.step(*many, few.get(), t);
      if (t != 30) continue;
      tensor::Dense all = pair.many->to_dense(), some = pair.few->to_dense();
      for (tensor::Dense* values : {&all, &some}) std::ranges::fill(values->values<double>(), 0.25);
      pair.many->assign(all);
      pair.few->assign(some);
      for (const double w : pair.pool()) ASSERT_EQ(w, 0.25);
    }
    pair.expect_equal(1e-12);
  }
}

TEST(Behind, LongRunsSettleNowAndThen) {
  Pair pair(1, DType::float64, false);
  const auto many = SGD{.lr = 0.01, .momentum = 0.9}.make(), few = SGD{.lr = 0.01, .momentum = 0.9}.make();
  for (int t = 0; t < 2 * History::kLongest + 50; ++t) pair.step(*many, few.get(), t);
  EXPECT_GE(many->caught_up_rows(), 2 * static_cast<size_t>(rows_of(1)) - 2 * kBehindPool);
  pair.expect_equal(1e-9);
}

TEST(Behind, ATableHoldsTheRowsThatWereTouched) {
  Pair pair(1, DType::float32, true);
  const auto optimizer = Adam{.lazy_update = false}.make();
  for (int t = 0; t < 50; ++t) pair.step(*optimizer, nullptr, t);
  EXPECT_LE(pair.many->value().table().size(), kBehindPool);
  tensor::RowSparse rows = pair.many->copy().row_sparse();
  EXPECT_EQ(rows.row_ids().size(), pair.many->value().table().size());
}

}  // namespace
}  // namespace lacuna::optimizers
