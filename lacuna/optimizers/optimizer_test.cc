// Each optimizer against its formula in plain C++: dense weights with dense and row_sparse gradients end
// where dense mathematics ends; lazy tables move touched rows alone.
#include "lacuna/optimizers/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <ostream>

#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::optimizers {
namespace {

constexpr Dim kRows = 23, kWidth = 3;

// One value's step: w and its two states, the gradient, the step from 1.
using Formula = std::function<void(double& w, double* s, double g, double t)>;

struct Case {
  const char* name;
  std::function<std::shared_ptr<Optimizer>(bool lazy)> make;
  Formula formula;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

const Case kCases[] = {
    {"sgd", [](bool lazy) { return SGD{.lr = 0.1, .decay = 0.05, .lazy_update = lazy}.make(); },
     [](double& w, double*, double g, double t) { w -= 0.1 / (1 + 0.05 * (t - 1)) * g; }},
    {"momentum", [](bool lazy) { return SGD{.lr = 0.1, .momentum = 0.9, .lazy_update = lazy}.make(); },
     [](double& w, double* s, double g, double) {
       s[0] = 0.9 * s[0] - 0.1 * g;
       w += s[0];
     }},
    {"nesterov",
     [](bool lazy) { return SGD{.lr = 0.1, .momentum = 0.9, .nesterov = true, .lazy_update = lazy}.make(); },
     [](double& w, double* s, double g, double) {
       s[0] = 0.9 * s[0] - 0.1 * g;
       w += 0.9 * s[0] - 0.1 * g;
     }},
    {"adagrad", [](bool lazy) { return Adagrad{.lr = 0.1, .lazy_update = lazy}.make(); },
     [](double& w, double* s, double g, double) {
       s[0] += g * g;
       w -= 0.1 * g / (std::sqrt(s[0]) + 1e-7);
     }},
    {"adam", [](bool lazy) { return Adam{.lr = 0.1, .lazy_update = lazy}.make(); },
     [](double& w, double* s, double g, double t) {
       s[0] = 0.9 * s[0] + 0.1 * g;
       s[1] = 0.999 * s[1] + 0.001 * g * g;
       w -=
           0.1 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t)) * s[0] / (std::sqrt(s[1]) + 1e-7);
     }},
    {"amsgrad", [](bool lazy) { return Adam{.lr = 0.1, .amsgrad = true, .lazy_update = lazy}.make(); },
     [](double& w, double* s, double g, double t) {
       s[0] = 0.9 * s[0] + 0.1 * g;
       s[1] = 0.999 * s[1] + 0.001 * g * g;
       s[2] = std::max(s[2], s[1]);
       w -=
           0.1 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t)) * s[0] / (std::sqrt(s[2]) + 1e-7);
     }},
};

class OptimizerTest : public testing::TestWithParam<Case> {
 protected:
  // Some rows of a gradient.
  tensor::RowSparse gradient() {
    tensor::RowSparse g;
    std::vector<int64_t> ids;
    for (Dim r = 0; r < kRows; ++r)
      if (random_.below(3) == 0) ids.push_back(r);
    g.resize({kRows, kWidth}, ids.size(), DType::float64);
    std::copy(ids.begin(), ids.end(), g.row_ids().begin());
    for (double& v : g.values<double>()) v = random_.normal();
    return g;
  }

  // The mimic: every value by the formula; `only` (if given) says which rows move.
  struct Mimic {
    std::vector<double> w;
    std::vector<std::array<double, 3>> s;
    void step(const Formula& formula, const std::vector<double>& g, double t,
              const std::vector<bool>& moves) {
      for (size_t i = 0; i < w.size(); ++i)
        if (moves[i / kWidth]) formula(w[i], s[i].data(), g[i], t);
    }
  };
  Mimic mimic(const tensor::Dense& start) {
    const auto v = start.values<double>();
    return {{v.begin(), v.end()}, std::vector<std::array<double, 3>>(v.size())};
  }

  Generator random_{11};
};

INSTANTIATE_TEST_SUITE_P(All, OptimizerTest, testing::ValuesIn(kCases),
                         [](const auto& c) { return c.param.name; });

const Draw kDraw{Draw::Kind::normal, 0, 1, 5};

void expect_near(std::span<const double> a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < b.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-9) << i;
}

TEST_P(OptimizerTest, DenseWeightsEndWhereDenseMathematicsEnds) {
  for (const bool sparse_gradient : {false, true}) {
    const auto optimizer = GetParam().make(true);
    const auto weight = std::make_shared<Variable>("w", Spec{{kRows, kWidth}, DType::float64}, kDraw);
    Mimic expected = mimic(weight->value().dense());
    for (int t = 1; t <= 20; ++t) {
      const Tensor g = gradient();
      const tensor::Dense dense = to_dense(g);
      const auto values = dense.values<double>();
      expected.step(GetParam().formula, {values.begin(), values.end()}, t, std::vector<bool>(kRows, true));
      const Tensor given = sparse_gradient ? g : Tensor(dense);
      const Gradient gradients[] = {&given};
      optimizer->step({&weight, 1}, gradients);
    }
    expect_near(weight->value().dense().values<double>(), expected.w);
  }
}

TEST_P(OptimizerTest, TablesMoveTouchedRowsWhenLazyAndAllRowsElse) {
  for (const bool lazy : {true, false}) {
    const auto optimizer = GetParam().make(lazy);
    const auto weight =
        std::make_shared<Variable>("w", Spec{{kRows, kWidth}, DType::float64, Storage::row_table}, kDraw);
    RowTable& table = weight->value().table();
    Mimic expected = mimic(table.to_dense());
    for (int t = 1; t <= 20; ++t) {
      tensor::RowSparse g = gradient();
      const tensor::Dense dense = to_dense(Tensor(g));
      std::vector<bool> moves(kRows, !lazy);
      for (const int64_t id : g.row_ids()) moves[static_cast<size_t>(id)] = true;
      const auto values = dense.values<double>();
      expected.step(GetParam().formula, {values.begin(), values.end()}, t, moves);
      std::vector<int32_t> slots(g.row_ids().size());
      table.touch(std::span<const int64_t>(g.row_ids()), slots);
      std::copy(slots.begin(), slots.end(), g.row_ids().begin());
      const Tensor given = g;
      const Gradient gradients[] = {&given};
      optimizer->step({&weight, 1}, gradients);
    }
    const tensor::Dense result = table.to_dense();
    expect_near(result.values<double>(), expected.w);
  }
}

TEST_P(OptimizerTest, ThreadsDoNotMatter) {
  const size_t before = num_threads();
  std::vector<double> first;
  for (const size_t threads : {1, 4}) {
    set_num_threads(threads);
    random_ = Generator(3);
    const auto optimizer = GetParam().make(true);
    const auto weight = std::make_shared<Variable>("w", Spec{{300, 500}, DType::float64}, kDraw);
    for (int t = 0; t < 3; ++t) {
      tensor::Dense g;
      g.resize({300, 500}, DType::float64);
      for (double& v : g.values<double>()) v = random_.normal();
      const Tensor given = g;
      const Gradient gradients[] = {&given};
      optimizer->step({&weight, 1}, gradients);
    }
    const auto w = weight->value().dense().values<double>();
    if (first.empty()) first.assign(w.begin(), w.end());
    else EXPECT_TRUE(std::equal(w.begin(), w.end(), first.begin()));
  }
  set_num_threads(before);
}

TEST(Optimizer, ClipsByTheNormOfAllGradients) {
  const auto optimizer = SGD{.lr = 1, .clipnorm = 2}.make();
  std::vector<VariablePtr> weights;
  for (const char* name : {"a", "b"})
    weights.push_back(std::make_shared<Variable>(name, Spec{{1, 1}, DType::float64}, Draw{}));
  const double three = 3, four = 4;
  const Tensor a = tensor::Dense::of<double>({1, 1}, std::span(&three, 1));
  tensor::RowSparse rows;
  rows.resize({1, 1}, 1, DType::float64);
  rows.row_ids()[0] = 0;
  rows.values<double>()[0] = four;
  const Tensor b = rows;
  const Gradient gradients[] = {&a, &b};
  optimizer->step(weights, gradients);
  EXPECT_NEAR(weights[0]->value().dense().values<double>()[0], -3.0 * 2 / 5, 1e-12);
  EXPECT_NEAR(weights[1]->value().dense().values<double>()[0], -4.0 * 2 / 5, 1e-12);
}

TEST(Optimizer, ClipsByValue) {
  const auto optimizer = SGD{.lr = 1, .clipvalue = 0.5}.make();
  const auto weight = std::make_shared<Variable>("a", Spec{{3, 1}, DType::float64}, Draw{});
  const std::vector<double> g{-2, 0.25, 7};
  const Tensor given = tensor::Dense::of<double>({3, 1}, std::span(g));
  const Gradient gradients[] = {&given};
  optimizer->step({&weight, 1}, gradients);
  expect_near(weight->value().dense().values<double>(), {0.5, -0.25, -0.5});
}

TEST(Optimizer, UnknownNameNamesTheNearest) {
  try {
    Arg<Optimizer> arg("sdg");
    FAIL();
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("did you mean 'sgd'?"), std::string::npos) << e.what();
  }
  EXPECT_THROW((SGD{.lr = -1}.make()), std::invalid_argument);
}

}  // namespace
}  // namespace lacuna::optimizers
