// Tests of dot_to_csr.
#include <gtest/gtest.h>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(DotToCsr, EachRowHasTheColumnsThatStoreAValue) {
  const Tensor a = dense({2, 3}, {1, 0, 2, 0, 0, 0}),
               full = dense({3, 4}, {0, 3, 0, 0, 1, 1, 0, 0, 0, 0, 0, 4});
  const Symbol x = input(a), y = placeholder(csr(full).spec(), "y");
  const Tensor c = run({dot_to_csr(x, y)}, {x, y}, {a, csr(full)})[0];
  EXPECT_TRUE(std::ranges::equal(c.csr().indices.as<int32_t>(), std::vector<int32_t>{0, 1, 3, 0, 1, 3}));
  EXPECT_EQ(values(c), (std::vector<float>{0, 3, 0, 8, 0, 0, 0, 0}));
}

TEST(DotToCsr, EqualsDotOfAnyShapeWithItsGradients) {
  for (const auto& [n, k, m] :
       std::vector<std::array<Dim, 3>>{{5, 7, 9}, {0, 4, 3}, {4, 0, 3}, {4, 3, 0}, {1, 30, 1}, {17, 70, 300}})
    for (const double zeros : {0.0, 0.7, 1.0}) {
      const Tensor a = random_dense<double>({n, k}, 1), b = csr(random_dense<double>({k, m}, 2, zeros)),
                   w = random_dense<double>({n, m}, 3);
      const Symbol x = input(a), y = placeholder(b.spec(), "y"), z = placeholder(w.spec(), "w");
      std::vector<Symbol> outputs;
      for (const Symbol& c : {dot(x, y), dot_to_csr(x, y)}) {
        outputs.push_back(c);
        for (const Symbol& g : gradients(sum(multiply(c, z)), {x, y})) outputs.push_back(g);
      }
      const auto out = run(outputs, {x, y, z}, {a, b, w});
      EXPECT_EQ(out[3].storage(), Storage::csr);
      EXPECT_TRUE(out[3].csr().validate("dot_to_csr"));
      // Columns without a value add nothing to the gradient of a in either way.
      for (size_t i = 0; i < 3; ++i) {
        ASSERT_EQ(out[i + 3].shape(), out[i].shape());
        const auto want = values<double>(out[i]), got = values<double>(out[i + 3]);
        for (size_t j = 0; j < want.size(); ++j) ASSERT_NEAR(got[j], want[j], 1e-12) << "result " << i;
      }
    }
}

TEST(DotToCsr, ColumnsUpTo2To40) {
  constexpr Dim kWide = Dim{1} << 40;
  const Tensor a = dense({2, 3}, {1, 0, 2, 0, 5, 0});
  const Tensor b = wide_csr(3, kWide, {0, 2, 3, 5}, {7, kWide - 1, 3, 7, kWide - 2}, {1, 2, 3, 4, 5});
  const Symbol x = input(a), y = placeholder(b.spec(), "y"), c = dot_to_csr(x, y);
  std::vector<Symbol> outputs = gradients(sum(c), {x, y});
  outputs.push_back(c);
  const auto out = run(outputs, {x, y}, {a, b});
  EXPECT_TRUE(
      std::ranges::equal(out[2].csr().indices.as<int64_t>(),
                         std::vector<int64_t>{3, 7, kWide - 2, kWide - 1, 3, 7, kWide - 2, kWide - 1}));
  EXPECT_TRUE(std::ranges::equal(out[2].csr().values<float>(), std::vector<float>{0, 9, 10, 2, 15, 0, 0, 0}));
  EXPECT_EQ(values(out[0]), (std::vector<float>{3, 3, 9, 3, 3, 9}));
  EXPECT_TRUE(std::ranges::equal(out[1].csr().values<float>(), std::vector<float>{1, 1, 5, 2, 2}));
}

TEST(DotToCsr, ForwardStype) {
  const Symbol d = placeholder({{5, 7}}, "d"), s = placeholder({{5, 7}, DType::float32, Storage::csr}, "s");
  EXPECT_EQ(dot(d, s, true, false, Storage::csr).storage(), Storage::csr);
  EXPECT_EQ(dot(d, s, true, false, Storage::dense).storage(), Storage::dense);
  EXPECT_EQ(dot(s, d, true, false, Storage::row_sparse).storage(), Storage::row_sparse);
  EXPECT_EQ(dot(s, d, true, false, Storage::dense).storage(), Storage::dense);
  EXPECT_EQ(message_of<InvalidArgument>([&] { dot(s, d, true, false, Storage::csr); }),
            "dot: forward_stype must be dense, the storage that the product has, or csr of dense with csr. "
            "Received: forward_stype=csr, a=(5, 7) csr, b=(5, 7) dense, the product=(7, 7) row_sparse.");
}

}  // namespace
}  // namespace lacuna
