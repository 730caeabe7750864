// Tests of counts.
#include "lacuna/metrics/counts.h"

#include <algorithm>
#include <cmath>

#include "lacuna/metrics/testing.h"

namespace lacuna::metrics {
namespace {

struct Counted {
  double both = 0, predicted = 0, actual = 0;
  double precision() const { return predicted > 0 ? both / predicted : 0; }
  double recall() const { return actual > 0 ? both / actual : 0; }
  double f1() const { return predicted + actual > 0 ? 2 * both / (predicted + actual) : 0; }
};

// The expected counts. predicted(row, column): whether a column is predicted.
template <class F>
Counted count(const Scene& s, size_t column, bool weighted, const F& predicted) {
  Counted c;
  for (size_t r = 0; r < s.rows; ++r) {
    const double w = s.weight(r, weighted), t = s.y[r * s.width + column];
    const bool is = predicted(r, column);
    c.both += w * t * is;
    c.predicted += w * is;
    c.actual += w * t;
  }
  return c;
}

TEST(Counts, BinaryByThreshold) {
  const Scene s(90, 1);
  for (const bool weighted : {false, true})
    for (const double threshold : {0.5, 0.25, 2.0}) {
      const Counted c = count(s, 0, weighted, [&](size_t r, size_t) { return s.p[r] > threshold; });
      EXPECT_NEAR(s.value(Precision{.threshold = threshold}, weighted), c.precision(), 1e-12);
      EXPECT_NEAR(s.value(Recall{.threshold = threshold}, weighted), c.recall(), 1e-12);
      EXPECT_NEAR(s.value(F1{.threshold = threshold}, weighted), c.f1(), 1e-12);
      if (threshold == 0.5) {
        EXPECT_NEAR(s.value("f1", weighted, Storage::dense, Task::binary), c.f1(), 1e-12);
      }
    }
}

TEST(Counts, AveragesOverColumns) {
  const Scene s(70, 6);
  const auto above = [&](size_t r, size_t c) { return s.p[r * 6 + c] > 0.5; };
  for (const bool weighted : {false, true})
    for (const Storage storage : {Storage::dense, Storage::csr}) {
      Counted all;
      double macro = 0, by_support = 0;
      for (size_t c = 0; c < 6; ++c) {
        const Counted one = count(s, c, weighted, above);
        all.both += one.both, all.predicted += one.predicted, all.actual += one.actual;
        macro += one.f1() / 6;
        by_support += one.actual * one.f1();
      }
      EXPECT_NEAR(s.value(F1{}, weighted, storage), all.f1(), 1e-12);
      EXPECT_NEAR(s.value(Precision{}, weighted, storage), all.precision(), 1e-12);
      EXPECT_NEAR(s.value(Recall{}, weighted, storage), all.recall(), 1e-12);
      EXPECT_NEAR(s.value(F1{.average = "macro"}, weighted, storage), macro, 1e-12);
      EXPECT_NEAR(s.value(F1{.average = "weighted"}, weighted, storage), by_support / all.actual, 1e-12);
      EXPECT_NEAR(s.value(Recall{.class_id = 4}, weighted, storage), count(s, 4, weighted, above).recall(),
                  1e-12);
    }
}

TEST(Counts, OfClassesTheLargestOrTheKLargestArePredicted) {
  const Scene s(70, 6);
  const auto rank = [&](size_t r, size_t c) {  // How many are larger, or equal with a smaller column.
    size_t before = 0;
    for (size_t j = 0; j < 6; ++j)
      before += s.p[r * 6 + j] > s.p[r * 6 + c] || (s.p[r * 6 + j] == s.p[r * 6 + c] && j < c);
    return before;
  };
  for (const size_t k : {1u, 3u, 9u}) {
    double macro = 0, both = 0;
    for (size_t c = 0; c < 6; ++c) {
      const Counted one = count(s, c, true, [&](size_t r, size_t j) { return rank(r, j) < k; });
      macro += one.f1() / 6;
      const Counted limited =
          count(s, c, true, [&](size_t r, size_t j) { return rank(r, j) < k && s.p[r * 6 + j] > 0.5; });
      both += limited.precision() / 6;
    }
    EXPECT_NEAR(s.value(F1{.top_k = k, .average = "macro"}, true), macro, 1e-12) << k;
    EXPECT_NEAR(s.value(Precision{.threshold = 0.5, .top_k = k, .average = "macro"}, true), both, 1e-12) << k;
    if (k == 1) {
      EXPECT_NEAR(s.value(F1{.average = "macro"}, true, Storage::csr, Task::classes, DType::float32), macro,
                  1e-12);
    }
  }
}

TEST(Counts, NothingFedIsZeroAndNoNumbersAreNaN) {
  const auto state = F1{}.make()->accumulator(Task::labels);
  EXPECT_EQ(state->value(), 0);
  Scene s(4, 3);
  s.p[7] = std::nan("");
  state->add(s.labels(0, 2), s.predictions(0, 2), {});
  EXPECT_FALSE(std::isnan(state->value()));
  state->add(s.labels(2, 4), s.predictions(2, 4), {});
  std::string why;
  EXPECT_TRUE(std::isnan(state->value(&why)));
  EXPECT_EQ(why, "predictions are no numbers");
  EXPECT_EQ(message_of([] { F1{.top_k = 0}.make(); }), "f1: top_k must be positive. Received: top_k=0.");
}

}  // namespace
}  // namespace lacuna::metrics
