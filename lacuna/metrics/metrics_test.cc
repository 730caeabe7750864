// Tests of metrics.
#include "lacuna/metrics/metrics.h"

#include <gtest/gtest.h>

#include <vector>

#include "lacuna/graph/plan.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::metrics {
namespace {

const std::vector<float> kPrediction{0.1f, 0.7f, 0.2f, 0.6f, 0.3f, 0.1f, 0.2f, 0.2f, 0.9f, 0.5f, 0.4f, 0.1f};
const std::vector<float> kTarget{0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0};
const std::vector<int64_t> kIds{1, 1, 2, 0};

std::vector<float> run(const Symbol& t, const Symbol& p, const Symbol& output, const Tensor& target) {
  Plan plan({t, p}, {output}, false);
  const Tensor prediction = tensor::Dense::of<float>({4, 3}, kPrediction);
  const std::vector<const Tensor*> feeds{&target, &prediction};
  plan.run(feeds);
  const auto values = plan.output(0).dense().values<float>();
  return {values.begin(), values.end()};
}

TEST(Metrics, Accuracies) {
  const Symbol p = placeholder({{None, 3}}, "p"), t = placeholder({{None, 3}}, "t");
  const Tensor target = tensor::Dense::of<float>({4, 3}, kTarget);
  EXPECT_EQ(run(t, p, categorical_accuracy(t, p), target), (std::vector<float>{1, 0, 1, 1}));
  // 0.5 rounds to 0.
  const auto binary = run(t, p, (*Arg<Metric>("binary_accuracy"))(t, p), target);
  const std::vector<float> expected{1, 1.0f / 3, 1, 2.0f / 3};
  for (size_t i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(binary[i], expected[i]);
}

TEST(Metrics, SparseAccuracy) {
  const Symbol p = placeholder({{None, 3}}, "p");
  const Arg<Metric> metric = "sparse_categorical_accuracy";
  EXPECT_TRUE(metric->ids_target());
  const std::vector<float> expected{1, 0, 1, 1};
  const Symbol column = placeholder({{None, 1}, DType::int64}, "t"),
               flat = placeholder({{None}, DType::int64}, "t");
  EXPECT_EQ(run(column, p, (*metric)(column, p), tensor::Dense::of<int64_t>({4, 1}, kIds)), expected);
  EXPECT_EQ(run(flat, p, (*metric)(flat, p), tensor::Dense::of<int64_t>({4}, kIds)), expected);
  const Symbol real = placeholder({{None, 1}}, "t");
  const std::vector<float> as_floats(kIds.begin(), kIds.end());
  EXPECT_EQ(run(real, p, (*metric)(real, p), tensor::Dense::of<float>({4, 1}, as_floats)), expected);
}

TEST(Metrics, TopK) {
  const Symbol p = placeholder({{None, 3}}, "p"), t = placeholder({{None, 3}}, "t"),
               ids = placeholder({{None, 1}, DType::int64}, "t");
  const Tensor target = tensor::Dense::of<float>({4, 3}, kTarget),
               places = tensor::Dense::of<int64_t>({4, 1}, kIds);
  EXPECT_EQ(run(t, p, top_k_categorical_accuracy(t, p, 1), target), (std::vector<float>{1, 0, 1, 1}));
  EXPECT_EQ(run(t, p, top_k_categorical_accuracy(t, p, 2), target), (std::vector<float>{1, 1, 1, 1}));
  EXPECT_EQ(run(ids, p, sparse_top_k_categorical_accuracy(ids, p, 1), places),
            (std::vector<float>{1, 0, 1, 1}));
  const Arg<Metric> five = "top_k_categorical_accuracy", two = SparseTopKCategoricalAccuracy{.k = 2};
  EXPECT_EQ(run(t, p, (*five)(t, p), target), (std::vector<float>{1, 1, 1, 1}));
  EXPECT_EQ(run(ids, p, (*two)(ids, p), places), (std::vector<float>{1, 1, 1, 1}));
  EXPECT_TRUE(two->weighted && two->ids_target() && !five->weighted);
  EXPECT_THROW(TopKCategoricalAccuracy{.k = 0}.make(), InvalidArgument);
}

TEST(Metrics, MultiHotAccuracyLooksAtTheLargestLabelAlone) {
  const Symbol p = placeholder({{None, 3}}, "p"), ids = placeholder({{None, 2}, DType::int64}, "t"),
               matrix = placeholder({{None, 3}, DType::float32, Storage::csr}, "t");
  const std::vector<int64_t> labels{1, 0, 0, 2, 2, -1, -1, -1};
  const Tensor padded = tensor::Dense::of<int64_t>({4, 2}, labels);
  const std::vector<float> expected{1, 0, 1, 0};
  EXPECT_EQ(run(ids, p, multi_hot_sparse_categorical_accuracy(ids, p), padded), expected);
  const std::vector<float> dense{1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0};
  EXPECT_EQ(run(matrix, p, multi_hot_sparse_categorical_accuracy(matrix, p),
                to_csr(Tensor(tensor::Dense::of<float>({4, 3}, dense)))),
            expected);
  EXPECT_EQ(
      resolve(Arg<Metric>("acc").get(), {None, 3}, "multi_hot_sparse_categorical_crossentropy")->ids_target(),
      false);
}

TEST(Metrics, CsrTargets) {
  const Symbol p = placeholder({{None, 3}}, "p"), t = placeholder({{None, 3}}, "t"),
               sparse = placeholder({{None, 3}, DType::float32, Storage::csr}, "t");
  const Tensor dense = tensor::Dense::of<float>({4, 3}, kTarget), csr = to_csr(dense);
  for (const char* name : {"binary_accuracy", "categorical_accuracy", "top_k_categorical_accuracy"}) {
    const Arg<Metric> metric = name;
    EXPECT_EQ(run(sparse, p, (*metric)(sparse, p), csr), run(t, p, (*metric)(t, p), dense)) << name;
  }
}

TEST(Metrics, LargerIsBetter) {
  for (const char* name : {"acc", "val_acc", "auc", "val_auc", "val_out_auc_1", "weighted_f1_2", "f1",
                           "recall", "val_precision_12", "top_k_categorical_accuracy", "AUC", "val_MyAUC",
                           "F1Score", "my_F1", "R2", "val_weighted_ROC_AUC_2", "Accuracy", "pr-auc"})
    EXPECT_TRUE(larger_is_better(name)) << name;
  for (const char* name : {"loss", "val_loss", "log_loss", "sauce_loss", "auc_loss", "mean_squared_error",
                           "f12", "Brier", "AUCLoss", "map_error", "sauce"})
    EXPECT_FALSE(larger_is_better(name)) << name;
}

TEST(Metrics, AccuracyFollowsOutputAndLoss) {
  const auto function = [](const char* name, const Shape& shape, const std::string& loss) {
    const auto metric = resolve(Arg<Metric>(name).get(), shape, loss);
    const losses::Known* known = losses::find(metric->function);
    return std::tuple(metric->name, metric->ids_target(), known ? std::string(known->names[0]) : "accuracy");
  };
  using Result = std::tuple<std::string, bool, std::string>;
  EXPECT_EQ(function("ce", {None, 1}, "mean_squared_error"), Result("ce", false, "binary_crossentropy"));
  EXPECT_EQ(function("crossentropy", {None, 5}, "binary_crossentropy"),
            Result("ce", false, "binary_crossentropy"));
  EXPECT_EQ(function("ce", {None, 5}, "sparse_categorical_crossentropy"),
            Result("ce", true, "sparse_categorical_crossentropy"));
  EXPECT_EQ(function("ce", {None, 5}, "mean_squared_error"), Result("ce", false, "categorical_crossentropy"));
  EXPECT_EQ(function("mse", {None, 1}, "hinge"), Result("mean_squared_error", false, "mean_squared_error"));

  const auto accuracy = [](const char* name, const Shape& shape, const std::string& loss) {
    const auto metric = resolve(Arg<Metric>(name).get(), shape, loss);
    EXPECT_EQ(metric->name, "acc");
    return Metric::from_function(metric->function)->name;
  };
  EXPECT_EQ(accuracy("accuracy", {None, 1}, "mean_squared_error"), "binary_accuracy");
  EXPECT_EQ(accuracy("acc", {None, 5}, "binary_crossentropy"), "binary_accuracy");
  EXPECT_EQ(accuracy("acc", {None, 5}, "sparse_categorical_crossentropy"), "sparse_categorical_accuracy");
  EXPECT_EQ(accuracy("acc", {None, 5}, "hinge"), "categorical_accuracy");
}

TEST(Metrics, NamesAndFunctions) {
  EXPECT_EQ(Arg<Metric>("mae")->name, "mean_absolute_error");
  EXPECT_EQ(Arg<Metric>(losses::mean_squared_error)->name, "mean_squared_error");
  EXPECT_EQ(Arg<Metric>(sparse_categorical_accuracy)->name, "sparse_categorical_accuracy");
  const Arg<Metric> own = [](const Symbol& t, const Symbol& p) { return abs(t - p); };
  EXPECT_EQ(own->name, "function");
  const std::vector<Arg<Metric>> metrics{"mae", losses::mean_squared_error, own};
  EXPECT_EQ(metrics[2]->name, "function");
  const Symbol p = placeholder({{None, 3}}, "p");
  EXPECT_THROW((*Arg<Metric>("accuracy"))(p, p), InvalidArgument);
  try {
    Arg<Metric> wrong = "acuracy";
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_EQ(std::string(e.what()).find(
                  "metric: unknown name. Received: metric='acuracy'; did you mean 'accuracy'?"),
              0);
  }
}

}  // namespace
}  // namespace lacuna::metrics
