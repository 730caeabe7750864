// Tests of scalar.
#include "lacuna/ops/elementwise/scalar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

struct Case {
  std::function<Symbol(const Symbol&)> symbol;
  std::function<double(double)> number;
  bool keeps;  // Whether csr stays csr.
};

const std::vector<Case> kCases = {
    {[](const Symbol& x) { return power(x, 3); }, [](double v) { return v * v * v; }, true},
    {[](const Symbol& x) { return power(x, 2); }, [](double v) { return v * v; }, true},
    {[](const Symbol& x) { return power(x, 1); }, [](double v) { return v; }, true},
    {[](const Symbol& x) { return power(x, 0); }, [](double) { return 1.0; }, false},
    {[](const Symbol& x) { return power(2, x); }, [](double v) { return std::exp2(v); }, false},
    {[](const Symbol& x) { return maximum(x, -0.5); }, [](double v) { return std::fmax(v, -0.5); }, true},
    {[](const Symbol& x) { return maximum(x, 0.5); }, [](double v) { return std::fmax(v, 0.5); }, false},
    {[](const Symbol& x) { return minimum(x, 0.5); }, [](double v) { return std::fmin(v, 0.5); }, true},
    {[](const Symbol& x) { return minimum(x, -0.5); }, [](double v) { return std::fmin(v, -0.5); }, false},
    {[](const Symbol& x) { return mod(x, 2); }, [](double v) { return v - 2 * std::floor(v / 2); }, true},
    {[](const Symbol& x) { return mod(x, -2); }, [](double v) { return v + 2 * std::floor(v / -2); }, true},
    {[](const Symbol& x) { return hypot(x, 2); }, [](double v) { return std::hypot(v, 2); }, false},
    {[](const Symbol& x) { return equal(x, 3); }, [](double v) { return v == 3; }, true},
    {[](const Symbol& x) { return equal(x, 0); }, [](double v) { return v == 0; }, false},
    {[](const Symbol& x) { return not_equal(x, 0); }, [](double v) { return v != 0; }, true},
    {[](const Symbol& x) { return greater(x, 0); }, [](double v) { return v > 0; }, true},
    {[](const Symbol& x) { return greater(x, -1); }, [](double v) { return v > -1; }, false},
    {[](const Symbol& x) { return greater_equal(x, 1); }, [](double v) { return v >= 1; }, true},
    {[](const Symbol& x) { return less(x, 0); }, [](double v) { return v < 0; }, true},
    {[](const Symbol& x) { return less_equal(x, 0); }, [](double v) { return v <= 0; }, false},
    {[](const Symbol& x) { return x + 0.0; }, [](double v) { return v; }, true},
    {[](const Symbol& x) { return x - 1.5; }, [](double v) { return v - 1.5; }, false},
    {zeros_like, [](double) { return 0.0; }, true},
    {ones_like, [](double) { return 1.0; }, false},
};

TEST(Scalar, StorageFollowsFromZero) {
  const Tensor x = dense({2, 4}, {0, 1, -3, 0, 3, 0.5f, 0, -1}), sparse = csr(x), rows = to_row_sparse(x);
  for (size_t c = 0; c < kCases.size(); ++c) {
    SCOPED_TRACE(c);
    std::vector<float> want;
    for (const float v : values(x)) want.push_back(static_cast<float>(kCases[c].number(v)));
    for (const Tensor& t : {x, sparse, rows}) {
      const Symbol in = input(t);
      if (t.storage() != Storage::dense && !kCases[c].keeps) {
        const std::string message = message_of<InvalidArgument>([&] { kCases[c].symbol(in); });
        EXPECT_NE(message.find("to_dense(x)"), std::string::npos) << message;
        continue;
      }
      const Symbol y = kCases[c].symbol(in);
      EXPECT_EQ(y.storage(), t.storage());
      const auto got = values(run({y}, {in}, {t})[0]);
      for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-6) << i;
    }
  }
}

TEST(Scalar, NotANumberIsNotHidden) {
  const float nan = std::nanf("");
  const Tensor x = dense({2}, {nan, 1});
  const Symbol in = input(x);
  for (const Symbol& y : {maximum(in, 0.0), minimum(in, 0.0), power(in, 3), mod(in, 2.0), hypot(in, 1.0)})
    EXPECT_TRUE(std::isnan(values(run({y}, {in}, {x})[0])[0])) << y.node()->op().name();
  for (const Symbol& y : {maximum(in, nan), minimum(in, nan)})
    EXPECT_TRUE(std::isnan(values(run({y}, {in}, {x})[0])[1])) << y.node()->op().name();
}

TEST(Scalar, ScatteredOnesTouchStoredValuesAlone) {
  const Tensor x = csr(dense({2, 3}, {0, 1, 0, -2, 0, 0}));
  const Symbol in = input(x), y = scatter_plus_scalar(in, 5), z = scatter_minus_scalar(in, 1);
  const auto got = run({y, z, gradients(sum(y), {in})[0]}, {in}, {x});
  EXPECT_EQ(values(got[0]), (std::vector<float>{0, 6, 0, 3, 0, 0}));
  EXPECT_EQ(values(got[1]), (std::vector<float>{0, 0, 0, -3, 0, 0}));
  EXPECT_EQ(got[1].csr().nonzeros(), 2u);
  EXPECT_EQ(values(got[2]), (std::vector<float>{0, 1, 0, 1, 0, 0}));
  const Tensor full = dense({2}, {1, 2});
  const Symbol d = input(full);
  EXPECT_EQ(values(run({scatter_plus_scalar(d, 5)}, {d}, {full})[0]), (std::vector<float>{6, 7}));
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { shift(in, 2); }),
      "shift: x + s of a sparse x is dense: write to_dense(x) + s, or scatter_plus_scalar(x, s) for its "
      "stored values alone. Received: x=(None, 3) csr, s=2.");
}

TEST(Scalar, AnyAndAllCountZerosThatAreNotStored) {
  const Tensor x = dense({3, 2}, {0, 1, 0, 0, 2, std::nanf("")}), none = dense({0, 2}, {});
  for (const Tensor& t : {x, csr(x), Tensor(to_row_sparse(x))}) {
    const Symbol in = input(t);
    const auto got = run({any(in, {1}), all(in, {1}), any(in), all(in), any(in, {0}, true)}, {in}, {t});
    EXPECT_EQ(values(got[0]), (std::vector<float>{1, 0, 1}));
    EXPECT_EQ(values(got[1]), (std::vector<float>{0, 0, 1}));
    EXPECT_EQ(values(got[2])[0], 1);
    EXPECT_EQ(values(got[3])[0], 0);
    EXPECT_EQ(got[4].shape(), (Shape{1, 2}));
  }
  const Symbol in = input(none);
  const auto got = run({any(in), all(in)}, {in}, {none});
  EXPECT_EQ(values(got[0])[0], 0);
  EXPECT_EQ(values(got[1])[0], 1);
}

}  // namespace
}  // namespace lacuna
