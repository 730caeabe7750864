// Tests of each optimizer against its formula in plain C++: dense weights with dense and row_sparse gradients
// end where dense mathematics ends; in lazy tables only touched rows move.
#include "lacuna/optimizers/optimizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <ostream>

#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/optimizers/adadelta.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/adamax.h"
#include "lacuna/optimizers/ftrl.h"
#include "lacuna/optimizers/group_adagrad.h"
#include "lacuna/optimizers/nadam.h"
#include "lacuna/optimizers/rmsprop.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::optimizers {
namespace {

constexpr Dim kRows = 23, kWidth = 3;

// The step of one value: w and its states s, the gradient g, and the number t of the step, from 1.
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
    {"adamw", [](bool lazy) { return AdamW{.lr = 0.1, .weight_decay = 0.02, .lazy_update = lazy}.make(); },
     [](double& w, double* s, double g, double t) {
       w -= 0.1 * 0.02 * w;
       s[0] = 0.9 * s[0] + 0.1 * g;
       s[1] = 0.999 * s[1] + 0.001 * g * g;
       w -=
           0.1 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t)) * s[0] / (std::sqrt(s[1]) + 1e-7);
     }},
    {"adamax", [](bool lazy) { return Adamax{.lr = 0.1, .lazy_update = lazy}.make(); },
     [](double& w, double* s, double g, double t) {
       s[0] = 0.9 * s[0] + 0.1 * g;
       s[1] = std::max(0.999 * s[1], std::abs(g));
       w -= 0.1 / (1 - std::pow(0.9, t)) * s[0] / (s[1] + 1e-7);
     }},
    {"nadam", [](bool lazy) { return Nadam{.lr = 0.1, .lazy_update = lazy}.make(); },
     [](double& w, double* s, double g, double t) {
       const auto momentum = [](double at) { return 0.9 * (1 - 0.5 * std::pow(0.96, at * 0.004)); };
       double product = 1;
       for (double at = 1; at <= t; ++at) product *= momentum(at);
       s[0] = 0.9 * s[0] + 0.1 * g;
       s[1] = 0.999 * s[1] + 0.001 * g * g;
       const double of_g = g / (1 - product), of_m = s[0] / (1 - product * momentum(t + 1));
       const double mean = (1 - momentum(t)) * of_g + momentum(t + 1) * of_m;
       w -= 0.1 * mean / (std::sqrt(s[1] / (1 - std::pow(0.999, t))) + 1e-7);
     }},
    {"rmsprop", [](bool lazy) { return RMSprop{.lr = 0.1, .lazy_update = lazy}.make(); },
     [](double& w, double* s, double g, double) {
       s[0] = 0.9 * s[0] + 0.1 * g * g;
       w -= 0.1 * g / (std::sqrt(s[0]) + 1e-7);
     }},
    {"adadelta", [](bool lazy) { return Adadelta{.lr = 2, .lazy_update = lazy}.make(); },
     [](double& w, double* s, double g, double) {
       s[0] = 0.95 * s[0] + 0.05 * g * g;
       const double u = g * std::sqrt(s[1] + 1e-7) / std::sqrt(s[0] + 1e-7);
       w -= 2 * u;
       s[1] = 0.95 * s[1] + 0.05 * u * u;
     }},
    {"ftrl",
     [](bool lazy) {
       return Ftrl{.lr = 0.1,
                   .l1_regularization_strength = 0.2,
                   .l2_regularization_strength = 0.03,
                   .beta = 0.5,
                   .decay = 0.05,
                   .lazy_update = lazy}
           .make();
     },
     [](double& w, double* s, double g, double t) {
       const double rate = 0.1 / (1 + 0.05 * (t - 1)), before = s[0] + 0.1, now = before + g * g;
       s[0] += g * g;
       s[1] += g - (std::sqrt(now) - std::sqrt(before)) / rate * w;
       w = (std::clamp(s[1], -0.2, 0.2) - s[1]) / ((std::sqrt(now) + 0.5) / rate + 2 * 0.03);
     }},
};

class OptimizerTest : public testing::TestWithParam<Case> {
 protected:
  // A gradient of some rows.
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

  // The expected result: the formula for every value of the rows that move.
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
      std::vector<bool> moves(kRows);
      for (const int64_t id : g.row_ids()) moves[static_cast<size_t>(id)] = true;
      const auto values = dense.values<double>();
      expected.step(GetParam().formula, {values.begin(), values.end()}, t,
                    lazy ? moves : std::vector<bool>(kRows, true));
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
  for (const bool other_name : {false, true}) {
    const auto optimizer =
        SGD{.lr = 1, .clipnorm = other_name ? 0.0 : 2.0, .global_clipnorm = other_name ? 2.0 : 0.0}.make();
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

TEST(Optimizer, GroupAdagradKeepsAMeanOfSquaresForEachRow) {
  for (const bool table : {false, true}) {
    for (const Dim width : {Dim{1}, Dim{20}}) {
      const auto optimizer = GroupAdagrad{.lr = 0.5}.make();
      EXPECT_TRUE(optimizer->needs_whole_gradients());
      const auto weight = std::make_shared<Variable>(
          "w", Spec{{3, width}, DType::float64, table ? Storage::row_table : Storage::dense}, Draw{});
      std::vector<double> w(static_cast<size_t>(3 * width)), h(3);
      for (int t = 0; t < 3; ++t) {
        tensor::RowSparse g;
        g.resize({3, width}, 1, DType::float64);
        const size_t row = t % 2 ? 0 : 2;
        g.row_ids()[0] = static_cast<int64_t>(row);
        double mean = 0;
        for (size_t j = 0; j < static_cast<size_t>(width); ++j) {
          const double x = g.values<double>()[j] = static_cast<double>(j) - 3 + t;
          mean += x * x / static_cast<double>(width);
        }
        h[row] += mean;
        for (size_t j = 0; j < static_cast<size_t>(width); ++j)
          w[row * static_cast<size_t>(width) + j] -= 0.5 * g.values<double>()[j] / std::sqrt(h[row] + 1e-5);
        const Tensor given = g;
        const Gradient gradients[] = {&given};
        optimizer->step({&weight, 1}, gradients);
      }
      const tensor::Dense result = weight->to_dense();
      expect_near(result.values<double>(), w);
      if (!table) {
        EXPECT_EQ((*optimizer->states_of(*weight))[0].size(), 3u);
      } else {
        EXPECT_LE(weight->value().table().stride(), static_cast<size_t>(width) + 8);
      }
    }
  }
}

TEST(Optimizer, TwoThatTakeTurnsOnATableKeepTheirStates) {
  const auto both =
      std::make_shared<Variable>("w", Spec{{kRows, kWidth}, DType::float64, Storage::row_table}, Draw{});
  const auto step = [](Optimizer& optimizer, const VariablePtr& weight, double value) {
    tensor::RowSparse g;
    g.resize({kRows, kWidth}, 1, DType::float64);
    g.row_ids()[0] = 5;
    std::ranges::fill(g.values<double>(), value);
    const Tensor given = g;
    const Gradient gradients[] = {&given};
    optimizer.step({&weight, 1}, gradients);
  };
  // The steps of each optimizer do not depend on the weight, so both together must move it by the sum.
  double sum = 0;
  for (const bool adam : {false, true}) {
    const auto alone =
        std::make_shared<Variable>("w", Spec{{kRows, kWidth}, DType::float64, Storage::row_table}, Draw{});
    const auto optimizer = adam ? Adam{.lr = 0.1}.make() : SGD{.lr = 0.1, .momentum = 0.9}.make();
    for (const double value : {1.0, -2.0, 3.0}) step(*optimizer, alone, value);
    sum += alone->to_dense().values<double>()[5 * kWidth];
  }
  const auto adam = Adam{.lr = 0.1}.make();
  auto momentum = SGD{.lr = 0.1, .momentum = 0.9}.make();
  for (const double value : {1.0, -2.0, 3.0}) {
    step(*momentum, both, value);
    step(*adam, both, value);
  }
  EXPECT_NEAR(both->to_dense().values<double>()[5 * kWidth], sum, 1e-12);
  const size_t held = both->value().table().stride();
  // A new optimizer starts anew, in the room that the states of the old one had.
  momentum = SGD{.lr = 0.1, .momentum = 0.9}.make();
  step(*momentum, both, 1);
  EXPECT_EQ(both->value().table().stride(), held);
}

TEST(Optimizer, SettingsThatAreNoNumbersAreErrors) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {nan, infinity, -1.0}) {
    EXPECT_THROW((SGD{.lr = bad}.make()), std::invalid_argument);
    EXPECT_THROW((SGD{.momentum = bad}.make()), std::invalid_argument);
    EXPECT_THROW((Adam{.clipnorm = bad}.make()), std::invalid_argument);
    EXPECT_THROW((Adam{.beta_1 = bad}.make()), std::invalid_argument);
    EXPECT_THROW((RMSprop{.rho = bad}.make()), std::invalid_argument);
    EXPECT_THROW((Ftrl{.beta = bad}.make()), std::invalid_argument);
    EXPECT_THROW((AdamW{.weight_decay = bad}.make()), std::invalid_argument);
    EXPECT_THROW((Adagrad{.epsilon = bad}.make()), std::invalid_argument);
    const auto optimizer = SGD{}.make();
    optimizer->lr->set_scalar(bad);
    EXPECT_THROW(optimizer->step({}, {}), std::invalid_argument);
  }
  EXPECT_THROW((SGD{.clipnorm = 1, .global_clipnorm = 1}.make()), std::invalid_argument);
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
