// What a csr must hold, and the error if it does not.
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {
namespace {

template <class I>
tensor::Csr csr(Dim rows, Dim columns, const std::vector<float>& data, const std::vector<I>& indices,
                const std::vector<I>& indptr) {
  tensor::Csr a{.rows = rows, .columns = columns, .index = dtype_of<I>()};
  a.data = Buffer::view(data.data(), data.size() * sizeof(float), nullptr);
  a.indices = Buffer::view(indices.data(), indices.size() * sizeof(I), nullptr);
  a.indptr = Buffer::view(indptr.data(), indptr.size() * sizeof(I), nullptr);
  return a;
}

template <class I>
class CsrTest : public testing::Test {};
using IndexTypes = testing::Types<int32_t, int64_t>;
TYPED_TEST_SUITE(CsrTest, IndexTypes);

template <class I>
void expect_error(const tensor::Csr& a, const std::string& message) {
  try {
    a.validate("x");
    FAIL() << message;
  } catch (const std::exception& e) {
    EXPECT_EQ(std::string(e.what()), message);
  }
}

TYPED_TEST(CsrTest, AcceptsEmptyRowsAndMatrices) {
  using I = TypeParam;
  EXPECT_TRUE(csr<I>(3, 4, {1, 2}, {0, 3}, {0, 0, 2, 2}).validate("x"));
  EXPECT_TRUE(csr<I>(0, 4, {}, {}, {0}).validate("x"));
  EXPECT_TRUE(csr<I>(2, 4, {}, {}, {0, 0, 0}).validate("x"));
  EXPECT_TRUE(csr<I>(1, 4, {9, 1, 2}, {9, 0, 3}, {1, 3}).validate("x"));  // A view of later rows.
}

TYPED_TEST(CsrTest, SaysWhetherRowsAreSortedAndUnique) {
  using I = TypeParam;
  EXPECT_FALSE(csr<I>(1, 4, {1, 2}, {3, 0}, {0, 2}).validate("x"));
  EXPECT_FALSE(csr<I>(2, 4, {1, 1, 2}, {3, 1, 1}, {0, 1, 3}).validate("x"));
  EXPECT_TRUE(
      csr<I>(2, 4, {1, 1, 2}, {3, 0, 1}, {0, 1, 3}).validate("x"));  // A descent between rows is allowed.
  EXPECT_TRUE(csr<I>(4, 4, {1, 1, 2}, {3, 0, 1}, {0, 0, 1, 1, 3}).validate("x"));
}

TYPED_TEST(CsrTest, NamesWhatIsWrong) {
  using I = TypeParam;
  expect_error<I>(csr<I>(1, 4, {1}, {4}, {0, 1}),
                  "x: a column must be within the shape. Received: indices[0]=4 in row 0, shape=(1, 4).");
  expect_error<I>(csr<I>(2, 4, {1, 1}, {0, -1}, {0, 1, 2}),
                  "x: a column must be within the shape. Received: indices[1]=-1 in row 1, shape=(2, 4).");
  expect_error<I>(csr<I>(2, 4, {1, 1}, {0, 1}, {0, 2, 1}),
                  "x: indptr must not decrease. Received: indptr[1]=2, indptr[2]=1.");
  expect_error<I>(csr<I>(1, 4, {1}, {0}, {0, 2}),
                  "x: data and indices must have indptr[-1] places. Received: len(data)=1, len(indices)=1, "
                  "indptr[-1]=2.");
  expect_error<I>(csr<I>(2, 4, {1}, {0}, {0, 1}),
                  "x: indptr must have one place more than there are rows. Received: len(indptr)=2, rows=2.");
  expect_error<I>(csr<I>(1, 4, {1}, {0}, {-1, 1}), "x: indptr must not be negative. Received: indptr[0]=-1.");
}

TYPED_TEST(CsrTest, LargeMatricesAreJudgedLikeSmallOnes) {  // Several blocks of the scan.
  using I = TypeParam;
  Generator random(5);
  constexpr size_t kRows = 30'000, kEach = 100;
  std::vector<float> data(kRows * kEach, 1.0f);
  std::vector<I> indices, indptr{0};
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t k = 0; k < kEach; ++k) indices.push_back(static_cast<I>(k * 7 + random.below(7)));
    indptr.push_back(static_cast<I>(indices.size()));
  }
  const tensor::Csr a = csr<I>(kRows, 700, data, indices, indptr);
  EXPECT_TRUE(a.validate("x"));
  const size_t boundary = size_t{1} << 20;  // The first entry of the second block, inside a row.
  std::swap(indices[boundary - 1], indices[boundary]);
  EXPECT_FALSE(a.validate("x"));
  std::swap(indices[boundary - 1], indices[boundary]);
  indices[2'500'000] = 700;
  EXPECT_THROW(a.validate("x"), std::out_of_range);
}

TEST(CastStorage, GoesRoundBetweenAllStorages) {
  Generator random(1);
  for (const Shape& shape : {Shape{5, 7}, Shape{1, 1}, Shape{4, 1}, Shape{1, 9}, Shape{0, 3}}) {
    tensor::Dense dense;
    dense.resize(shape, DType::float64);
    for (double& v : dense.values<double>()) v = random.below(3) ? 0 : random.normal();
    const auto expect_same = [&](const Tensor& t) {
      const tensor::Dense back = to_dense(t);
      EXPECT_EQ(back.shape, shape);
      EXPECT_TRUE(std::equal(back.values<double>().begin(), back.values<double>().end(),
                             dense.values<double>().begin()));
    };
    expect_same(to_csr(dense));
    expect_same(to_row_sparse(dense));
    expect_same(to_row_sparse(Tensor(to_csr(dense))));
    expect_same(to_csr(Tensor(to_row_sparse(dense))));
    EXPECT_EQ(cast(Tensor(to_csr(dense)), DType::float32).dtype(), DType::float32);
    const tensor::Csr sparse = to_csr(dense);
    for (const double v : sparse.values<double>()) EXPECT_NE(v, 0);
  }
}

TEST(CastStorage, CsrHasRankTwo) {
  tensor::Dense dense;
  dense.resize({2, 2, 2}, DType::float32);
  EXPECT_THROW(to_csr(Tensor(dense)), std::invalid_argument);
}

TEST(Buffer, IsUsedAgainUnlessItIsShared) {
  Buffer a;
  a.resize(1000);
  const std::byte* first = a.data();
  a.resize(10);
  a.resize(1000);
  EXPECT_EQ(a.data(), first);
  const Buffer b = a;
  a.resize(500);
  EXPECT_NE(a.data(), b.data());
  EXPECT_EQ(b.data(), first);
}

TEST(Dense, SizesBeyondMemoryAreErrorsAndDoNotWrapAround) {
  constexpr Dim kLarge = Dim{1} << 32;
  EXPECT_EQ(size_of(Shape{kLarge, kLarge}), std::numeric_limits<Dim>::max());
  EXPECT_EQ(size_of(Shape{kLarge, kLarge, 0}), 0);
  tensor::Dense a;
  EXPECT_THROW(a.resize({kLarge, kLarge}, DType::float32), InvalidArgument);
}

}  // namespace
}  // namespace lacuna
