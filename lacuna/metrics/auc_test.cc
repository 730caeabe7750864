// Tests of AUC.
#include "lacuna/metrics/auc.h"

#include <cmath>

#include "lacuna/metrics/testing.h"

namespace lacuna::metrics {
namespace {

// In all pairs of a sample with the label and one without: how often the first has the larger score.
double by_pairs(const Scene& s, size_t column, bool weighted) {
  double won = 0, pairs = 0;
  for (size_t a = 0; a < s.rows; ++a)
    for (size_t b = 0; b < s.rows; ++b) {
      const size_t i = a * s.width + column, j = b * s.width + column;
      if (s.y[i] != 1 || s.y[j] != 0) continue;
      const double w = s.weight(a, weighted) * s.weight(b, weighted);
      pairs += w;
      won += w * (s.p[i] > s.p[j] ? 1 : s.p[i] == s.p[j] ? 0.5 : 0);
    }
  return won / pairs;
}

// Σ over samples with the label of the precision at their score, by weight.
double average_precision(const Scene& s, size_t column, bool weighted) {
  double sum = 0, with = 0;
  for (size_t a = 0; a < s.rows; ++a) {
    const size_t i = a * s.width + column;
    if (s.y[i] != 1) continue;
    double both = 0, above = 0;
    for (size_t b = 0; b < s.rows; ++b) {
      const size_t j = b * s.width + column;
      if (s.p[j] < s.p[i]) continue;
      above += s.weight(b, weighted);
      both += s.weight(b, weighted) * s.y[j];
    }
    if (s.weight(a, weighted) > 0) sum += s.weight(a, weighted) * both / above;
    with += s.weight(a, weighted);
  }
  return sum / with;
}

TEST(Auc, CountsPairsTiesHalf) {
  const Scene s(101, 1);
  for (const bool weighted : {false, true}) {
    EXPECT_NEAR(s.value("auc", weighted), by_pairs(s, 0, weighted), 1e-12);
    EXPECT_NEAR(s.value(AUC{.curve = "PR"}, weighted), average_precision(s, 0, weighted), 1e-12);
  }
}

TEST(Auc, AveragesOverColumns) {
  const Scene s(80, 5);
  for (const bool weighted : {false, true})
    for (const Storage storage : {Storage::dense, Storage::csr}) {
      double macro = 0, by_support = 0, support = 0;
      for (size_t c = 0; c < 5; ++c) {
        double with = 0;
        for (size_t r = 0; r < s.rows; ++r) with += s.weight(r, weighted) * s.y[r * 5 + c];
        macro += by_pairs(s, c, weighted) / 5;
        by_support += with * by_pairs(s, c, weighted);
        support += with;
      }
      EXPECT_NEAR(s.value(AUC{}, weighted, storage), macro, 1e-12);
      EXPECT_NEAR(s.value(AUC{.average = "weighted"}, weighted, storage), by_support / support, 1e-12);
      EXPECT_NEAR(s.value(AUC{.class_id = 3}, weighted, storage), by_pairs(s, 3, weighted), 1e-12);
      Scene flat(400, 1);
      flat.y = s.y;
      flat.p = s.p;
      for (size_t i = 0; i < 400; ++i) flat.w[i] = s.w[i / 5];
      EXPECT_NEAR(s.value(AUC{.average = "micro"}, weighted, storage), by_pairs(flat, 0, weighted), 1e-12);
    }
}

TEST(Auc, IdsAndFloat32AreAsGood) {
  const Scene s(60, 4);
  const double expected = s.value("auc", true);
  EXPECT_NEAR(s.value("auc", true, Storage::csr, Task::labels, DType::float32), expected, 1e-12);
  // The same labels as ids, padded with -1.
  const auto state = AUC{}.make()->accumulator(Task::labels);
  std::vector<int64_t> ids(60 * 4, -1);
  for (size_t r = 0; r < 60; ++r)
    for (size_t c = 0, k = 0; c < 4; ++c)
      if (s.y[r * 4 + c] == 1) ids[r * 4 + k++] = static_cast<int64_t>(c);
  state->add(tensor::Dense::of<int64_t>({60, 4}, ids), s.predictions(0, 60), s.w);
  EXPECT_NEAR(state->value(), expected, 1e-12);
  EXPECT_EQ(state->cost(), 4u * 60 - 4 * static_cast<size_t>(std::ranges::count(s.w, 0)));
}

TEST(Auc, ColumnsOfOneClassAreLeftOut) {
  Scene s(20, 4);
  for (size_t r = 0; r < 20; ++r) s.y[4 * r] = 1, s.y[4 * r + 2] = 0;
  const double one = by_pairs(s, 1, true), other = by_pairs(s, 3, true);
  double of_one = 0, of_other = 0;
  for (size_t r = 0; r < 20; ++r) of_one += s.w[r] * s.y[4 * r + 1], of_other += s.w[r] * s.y[4 * r + 3];
  const auto value = [&](const AUC& auc, std::string& why) {
    const auto state = auc.make()->accumulator(Task::labels);
    state->add(s.labels(0, 20), s.predictions(0, 20), s.w);
    return state->value(&why);
  };
  std::string why;
  EXPECT_NEAR(value(AUC{}, why), (one + other) / 2, 1e-12);
  EXPECT_EQ(
      why,
      "leaves 2 of 4 columns out of the mean, the first since column 0 has samples with the label alone");
  EXPECT_NEAR(value(AUC{.average = "weighted"}, why), (of_one * one + of_other * other) / (of_one + of_other),
              1e-12);
  const double second = average_precision(s, 1, true), fourth = average_precision(s, 3, true);
  EXPECT_NEAR(value(AUC{.curve = "PR"}, why), (1 + second + fourth) / 3, 1e-12);
  EXPECT_EQ(why,
            "leaves 1 of 4 columns out of the mean, the first since column 2 has no sample with the label");
  EXPECT_TRUE(std::isnan(value(AUC{.class_id = 2}, why)));
  EXPECT_EQ(why, "class 2 has no sample with the label");
}

TEST(Auc, WithoutAnyColumnIsNaNAndSaysWhy) {
  Scene s(20, 2);
  const auto state = AUC{}.make()->accumulator(Task::labels);
  std::string why;
  EXPECT_TRUE(std::isnan(state->value(&why)));
  EXPECT_EQ(why, "there are no samples");
  state->add(s.labels(0, 20), s.predictions(0, 20), std::vector<double>(20, 0.0));
  EXPECT_TRUE(std::isnan(state->value(&why)));
  EXPECT_EQ(why, "column 0 has no sample with the label");
  s.p[5] = std::nan("");
  state->reset();
  state->add(s.labels(0, 20), s.predictions(0, 20), {});
  EXPECT_TRUE(std::isnan(state->value(&why)));
  EXPECT_EQ(why, "predictions are no numbers");
}

TEST(Auc, ErrorsName) {
  const Scene s(6, 2);
  const auto state = AUC{.name = "mine"}.make()->accumulator(Task::labels);
  std::vector<double> y(12, 0.5);
  EXPECT_EQ(message_of([&] { state->add(s.part(y, 0, 6), s.predictions(0, 6), {}); }),
            "mine: y_true must hold 0 and 1, or -1 and 1. Received: 0.5 in row 0 of the batch.");
  EXPECT_EQ(
      message_of([&] { state->add(s.labels(0, 6), s.predictions(0, 6), std::vector<double>(6, -1.0)); }),
      "mine: sample weights must not be negative. Received: -1.");
  EXPECT_EQ(message_of([&] { state->add(s.labels(0, 5), s.predictions(0, 6), {}); }),
            "mine: y_true must have the shape of y_pred, or hold ids for its rows. Received: y_true=(5, 2) "
            "dense float64, "
            "y_pred=(6, 2) dense float64.");
  EXPECT_EQ(message_of([] { AUC{.curve = "roc"}.make(); }),
            "auc: curve must be 'ROC' or 'PR'. Received: curve='roc'.");
  EXPECT_EQ(message_of([] { AUC{.average = "mean"}.make(); }),
            "auc: average must be 'micro', 'macro' or 'weighted'. Received: average='mean'.");
  const auto beyond = AUC{.class_id = 2}.make()->accumulator(Task::labels);
  EXPECT_EQ(message_of([&] { beyond->add(s.labels(0, 6), s.predictions(0, 6), {}); }),
            "auc: class_id must be below the columns of y_pred. Received: class_id=2, columns=2.");
}

}  // namespace
}  // namespace lacuna::metrics
