// Tests of cast.
#include "lacuna/ops/parts/cast.h"

#include <gtest/gtest.h>

#include "lacuna/ops/parts/at_entries.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(Cast, DtypesInEveryStorage) {
  const Tensor x = dense({2, 3}, {0, 1.5f, 0, -2, 0, 0}), sparse = csr(x), rows = to_row_sparse(x);
  for (const Tensor* t : {&x, &sparse, &rows}) {
    const Symbol in = input(*t);
    const auto out = run({cast(in, DType::float64), cast(in, DType::int32)}, {in}, {*t});
    EXPECT_EQ(out[0].storage(), t->storage());
    EXPECT_EQ(values<double>(out[0]), (std::vector<double>{0, 1.5, 0, -2, 0, 0}));
    EXPECT_EQ(values<int32_t>(out[1]), (std::vector<int32_t>{0, 1, 0, -2, 0, 0}));
    EXPECT_TRUE(cast(in, DType::float32) == in);
  }
}

TEST(CastStorageOp, BetweenAnyTwo) {
  const Tensor x = dense({2, 3}, {0, 1.5f, 0, -2, 0, 0}), sparse = csr(x), rows = to_row_sparse(x);
  for (const Tensor* t : {&x, &sparse, &rows})
    for (const Storage storage : {Storage::dense, Storage::csr, Storage::row_sparse}) {
      const Symbol in = input(*t), y = cast_storage(in, storage);
      const auto out = run({y}, {in}, {*t});
      EXPECT_EQ(out[0].storage(), storage);
      EXPECT_EQ(y.storage(), storage);
      EXPECT_EQ(values(out[0]), values(x));
    }
}

TEST(CastStorageOp, GradientHasThePatternOfASparseOperand) {
  const Tensor sparse = csr(dense({2, 3}, {0, 1.5f, 0, -2, 0, 0})), dy = dense({2, 3}, {1, 2, 3, 4, 5, 6});
  const Symbol in = input(sparse), d = input(dy), y = cast_storage(in, Storage::dense);
  const Symbol dx = y.node()->op().gradient(*y.node(), std::vector{d}, {true})[0];
  const auto out = run({dx}, {in, d}, {sparse, dy});
  EXPECT_EQ(values(out[0]), (std::vector<float>{0, 2, 0, 4, 0, 0}));
  EXPECT_EQ(out[0].csr().nonzeros(), 2u);
}

TEST(CastStorageOp, HoldsNoPlaceForColumnsOrRowsWithoutNumber) {
  const Dim wide = Dim{1} << 40;
  const auto message = [](const Spec& spec, Storage storage) {
    try {
      cast_storage(placeholder(spec, "x"), storage);
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(
      message({{None, wide}, DType::float32, Storage::csr}, Storage::row_sparse),
      "cast_storage: row_sparse must have fewer than 2^31 columns. Received: x=(None, 1099511627776) csr.");
  EXPECT_EQ(message({{wide, 3}, DType::float32, Storage::row_sparse}, Storage::csr),
            "cast_storage: csr must have fewer than 2^31 rows. Received: x=(1099511627776, 3) row_sparse.");
}

}  // namespace
}  // namespace lacuna
