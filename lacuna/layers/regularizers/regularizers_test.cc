// Tests of regularizers.
#include "lacuna/layers/regularizers/regularizers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lacuna/graph/gradient.h"
#include "lacuna/graph/plan.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna::regularizers {
namespace {

const std::vector<double> kWeight{1, -2, 0.5, -0.25, 3, 0};

struct Answer {
  double loss;
  std::vector<double> gradient;
};

Answer answer(const Arg<Regularizer>& regularizer) {
  const Symbol w = placeholder({{2, 3}, DType::float64}, "w");
  const Symbol loss = regularizer->loss(w);
  EXPECT_EQ(loss.rank(), 0u);
  Plan plan({w}, {loss, gradients(loss, {w})[0]}, true);
  const Tensor value = tensor::Dense::of<double>({2, 3}, kWeight);
  const Tensor* feed = &value;
  plan.run({&feed, 1});
  const auto gradient = plan.output(1).dense().values<double>();
  return {plan.output(0).dense().values<double>()[0], {gradient.begin(), gradient.end()}};
}

TEST(Regularizers, LossAndGradient) {
  double absolute = 0, squares = 0;
  std::vector<double> gradient;
  for (const double w : kWeight) {
    absolute += std::abs(w);
    squares += w * w;
    gradient.push_back(0.1 * (w > 0 ? 1 : w < 0 ? -1 : 0) + 2 * 0.2 * w);
  }
  const Answer both = answer(l1_l2(0.1, 0.2));
  EXPECT_NEAR(both.loss, 0.1 * absolute + 0.2 * squares, 1e-12);
  for (size_t i = 0; i < gradient.size(); ++i) EXPECT_NEAR(both.gradient[i], gradient[i], 1e-12);
  EXPECT_NEAR(answer("l1").loss, 0.01 * absolute, 1e-12);
  EXPECT_NEAR(answer(l2(0.5)).loss, 0.5 * squares, 1e-12);
  EXPECT_NEAR(answer("l1_l2").loss, 0.01 * (absolute + squares), 1e-12);
  EXPECT_NEAR(answer([](const Symbol& w) { return sum(w); }).loss, 2.25, 1e-12);
}

TEST(Regularizers, RowsThatCountOnce) {
  tensor::RowSparse rows;
  rows.resize({1000, 2}, 2, DType::float32);
  rows.row_ids()[0] = 900;
  rows.row_ids()[1] = 4;
  const std::vector<float> values{1, -2, 3, -4};
  std::copy(values.begin(), values.end(), rows.values<float>().begin());
  const Symbol w = placeholder({{1000, 2}, DType::float32, Storage::row_sparse}, "w");
  const Symbol loss = l1_l2(0.5, 2).make()->loss(w);
  Plan plan({w}, {loss, gradients(loss, {w})[0]}, true);
  const Tensor value(rows);
  const Tensor* feed = &value;
  plan.run({&feed, 1});
  EXPECT_FLOAT_EQ(plan.output(0).dense().values<float>()[0], 0.5f * 10 + 2 * 30);
  ASSERT_EQ(plan.output(1).storage(), Storage::row_sparse);
  const tensor::RowSparse& gradient = plan.output(1).row_sparse();
  ASSERT_EQ(gradient.row_ids().size(), 2u);
  EXPECT_EQ(gradient.row_ids()[0], 900);
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_FLOAT_EQ(gradient.values<float>()[i], 0.5f * (values[i] > 0 ? 1 : -1) + 4 * values[i]);
}

TEST(Regularizers, ZeroAndConfig) {
  const Symbol w = placeholder({{2, 3}, DType::float64}, "w");
  EXPECT_TRUE(constant_value(*Arg<Regularizer>("L1L2")->loss(w).node()));
  EXPECT_EQ(l2().make()->config(), (Config{{"l1", 0.0}, {"l2", 0.01}}));
  EXPECT_THROW(Arg<Regularizer>("l3"), InvalidArgument);
  EXPECT_THROW(l2(std::nan("")).make(), InvalidArgument);
  EXPECT_THROW(l1(INFINITY).make(), InvalidArgument);
}

}  // namespace
}  // namespace lacuna::regularizers
