// Against the answers of Keras 3.15.1's CategoryEncoding, and against maps.
#include "lacuna/features/encoding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/base/testing.h"
#include "lacuna/features/testing.h"

namespace lacuna::features {
namespace {

using Mode = Encoding::Mode;
using Norm = Encoding::Norm;
using Rows = std::vector<std::map<int64_t, double>>;

// The rows of a csr, of which columns must be sorted and unique.
Rows rows_of(const tensor::Csr& csr) {
  EXPECT_TRUE(csr.validate("test"));
  Rows rows(static_cast<size_t>(csr.rows));
  tensor::with_index(csr, [&](auto indices, auto indptr) {
    for (size_t r = 0; r < rows.size(); ++r)
      for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
        rows[r][indices[k]] = csr.dtype == DType::float32 ? static_cast<double>(csr.values<float>()[k])
                                                          : csr.values<double>()[k];
  });
  return rows;
}

Rows encoded(const std::vector<int64_t>& ids, size_t ids_a_row, const Encoding& how,
             const std::vector<double>& weights = {}) {
  tensor::Csr csr;
  encode("test", ids, ids_a_row, how, csr, weights);
  EXPECT_EQ(csr.columns, how.num_tokens);
  EXPECT_EQ(csr.dtype, how.dtype);
  return rows_of(csr);
}

TEST(Encoding, IsKeras) {
  const std::vector<int64_t> ids = {0, 1, 0, 0, 1, 2, 3, 1};
  EXPECT_EQ(encoded(ids, 2, {.num_tokens = 4}),
            (Rows{{{0, 1}, {1, 1}}, {{0, 1}}, {{1, 1}, {2, 1}}, {{1, 1}, {3, 1}}}));
  EXPECT_EQ(encoded(ids, 2, {.num_tokens = 4, .mode = Mode::count}),
            (Rows{{{0, 1}, {1, 1}}, {{0, 2}}, {{1, 1}, {2, 1}}, {{1, 1}, {3, 1}}}));
  const std::vector<double> weights = {.1f, .2f, .1f, .1f, .2f, .3f, .4f, .2f};
  EXPECT_EQ(encoded(ids, 2, {.num_tokens = 4, .mode = Mode::count}, weights),
            (Rows{{{0, .1f}, {1, .2f}}, {{0, .2f}}, {{1, .2f}, {2, .3f}}, {{1, .2f}, {3, .4f}}}));
}

TEST(Encoding, OfRandomRowsIsThatOfMaps) {
  Generator random(9);
  constexpr Dim kColumns = 70'000;
  std::vector<double> idf(kColumns);
  for (double& weight : idf) weight = random.uniform() + .1;
  std::vector<int64_t> ids, indptr = {3};  // A view of some rows.
  ids.assign(3, -5);
  for (int row = 0; row < 400; ++row) {
    const size_t size = random.below(row % 10 ? 20 : 2000);
    const auto range = row % 3 ? kColumns : Dim{50};
    for (size_t i = 0; i < size; ++i)
      ids.push_back(static_cast<int64_t>(random.below(static_cast<uint64_t>(range))));
    indptr.push_back(static_cast<int64_t>(ids.size()));
  }
  std::vector<double> weights(ids.size());
  for (double& weight : weights) weight = random.normal();
  const auto check = [&](const Encoding& how, bool weighted, const auto& value_of) {
    Rows wanted(indptr.size() - 1);
    for (size_t r = 0; r < wanted.size(); ++r) {
      for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
        wanted[r][ids[k]] += weighted ? weights[k] : 1;
      double l1 = 0, l2 = 0;
      for (auto& [id, value] : wanted[r]) {
        value = value_of(id, value);
        l1 += std::abs(value);
        l2 += value * value;
      }
      for (auto& [id, value] : wanted[r])
        value /= how.norm == Norm::none ? 1 : how.norm == Norm::l1 ? l1 : std::sqrt(l2);
    }
    for (const size_t threads : {1, 2, 8}) {
      const Threads set(threads);
      tensor::Csr csr;
      encode("test", ids, indptr, how, csr,
             weighted ? std::span<const double>(weights) : std::span<const double>{});
      EXPECT_EQ(rows_of(csr), wanted) << threads;
    }
  };
  const auto as_it_is = [](int64_t, double value) { return value; };
  const auto times_idf = [&](int64_t id, double value) { return value * idf[static_cast<size_t>(id)]; };
  const DType wide = DType::float64;
  check({.num_tokens = kColumns}, false, [](int64_t, double) { return 1.0; });
  check({.num_tokens = kColumns, .mode = Mode::count}, false, as_it_is);
  check({.num_tokens = kColumns, .mode = Mode::count, .dtype = wide}, true, as_it_is);
  check({.num_tokens = kColumns, .mode = Mode::tf_idf, .idf = idf, .dtype = wide}, false, times_idf);
  check({.num_tokens = kColumns, .mode = Mode::tf_idf, .idf = idf, .norm = Norm::l1, .dtype = wide}, false,
        times_idf);
  check({.num_tokens = kColumns,
         .mode = Mode::tf_idf,
         .idf = idf,
         .sublinear_tf = true,
         .norm = Norm::l2,
         .dtype = wide},
        false,
        [&](int64_t id, double value) { return (1 + std::log(value)) * idf[static_cast<size_t>(id)]; });
}

TEST(Encoding, SkipsOrRefusesIdsThatAreOutOfRange) {
  const std::vector<int64_t> ids = {0, 3, 2, 4, -1, 1};
  EXPECT_EQ(encoded(ids, 2, {.num_tokens = 4, .skip_others = true}),
            (Rows{{{0, 1}, {3, 1}}, {{2, 1}}, {{1, 1}}}));
  EXPECT_EQ(encoded(ids, 2, {.num_tokens = 4, .mode = Mode::count, .skip_others = true}, {1, 2, 3, 4, 5, 6}),
            (Rows{{{0, 1}, {3, 2}}, {{2, 3}}, {{1, 6}}}));
  for (const std::vector<double>& weights : {std::vector<double>{}, std::vector<double>(6, 1)})
    EXPECT_EQ(
        message_of<OutOfRange>([&] { encoded(ids, 2, {.num_tokens = 4, .mode = Mode::count}, weights); }),
        "test: ids must be in [0, num_tokens). Received: 4 in row 1, num_tokens=4.");
  std::vector<int64_t> many(100'000, 1);
  many[50'001] = -7;
  many[90'000] = -8;
  for (const size_t threads : {1, 8}) {
    const Threads set(threads);
    EXPECT_EQ(message_of<OutOfRange>([&] { encoded(many, 10, {.num_tokens = 4}); }),
              "test: ids must be in [0, num_tokens). Received: -7 in row 5000, num_tokens=4.");
  }
}

TEST(Encoding, MayHaveMoreThan2To31Columns) {
  const Dim columns = (Dim{1} << 40) + 1;
  std::vector<int64_t> ids(200);
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = (columns - 1) / static_cast<int64_t>(i + 1);
  const Rows rows = encoded(ids, 200, {.num_tokens = columns});
  EXPECT_EQ(rows[0].size(), 200);
  EXPECT_EQ(rows[0].rbegin()->first, columns - 1);
}

TEST(Encoding, MayHaveNoRowsOrEmptyOnes) {
  EXPECT_EQ(encoded({}, 3, {.num_tokens = 1}), Rows{});
  tensor::Csr csr;
  encode("test", std::vector<int64_t>{}, std::vector<int64_t>{0, 0, 0},
         {.num_tokens = 1, .mode = Mode::count, .norm = Norm::l2}, csr);
  EXPECT_EQ(rows_of(csr), Rows(2));
}

TEST(Encoding, RefusesWhatDoesNotFit) {
  const auto message = [](const Encoding& how, size_t ids_a_row, const std::vector<double>& weights = {}) {
    return message_of<InvalidArgument>([&] { encoded({0, 0, 0, 0}, ids_a_row, how, weights); });
  };
  EXPECT_EQ(message({.num_tokens = 0}, 1), "test: num_tokens must be 1 or more. Received: num_tokens=0.");
  EXPECT_EQ(message({.num_tokens = 3, .mode = Mode::tf_idf}, 1),
            "test: there must be an idf weight for each token. Received: weights=0, num_tokens=3.");
  EXPECT_EQ(message({.num_tokens = 3}, 3),
            "test: ids_a_row must divide the number of ids. Received: ids_a_row=3, ids=4.");
  EXPECT_EQ(message({.num_tokens = 3, .dtype = DType::int32}, 1),
            "test: dtype must be float32 or float64. Received: int32.");
  EXPECT_NE(message({.num_tokens = 3, .mode = Mode::count}, 1, {1, 2}), "");
  EXPECT_NE(message({.num_tokens = 3}, 1, {1, 2, 3, 4}), "");
  tensor::Csr csr;
  for (const std::vector<int64_t>& indptr : {std::vector<int64_t>{}, {0, 2}, {-1, 1}, {0, 1, 0}})
    EXPECT_NE(message_of<InvalidArgument>(
                  [&] { encode("test", std::vector<int64_t>{0}, indptr, {.num_tokens = 1}, csr); }),
              "");
}

TEST(Idf, IsKerasOrScikitLearns) {
  const std::vector<int64_t> counts = {2, 1};
  const std::vector<double> keras = idf_of(counts, 5), smooth = idf_of(counts, 5, Idf::smooth);
  EXPECT_FLOAT_EQ(static_cast<float>(keras[0]), 0.9808292388916016f);
  EXPECT_FLOAT_EQ(static_cast<float>(keras[1]), 1.2527629137039185f);
  EXPECT_DOUBLE_EQ(smooth[0], 1.6931471805599454);
  EXPECT_DOUBLE_EQ(smooth[1], 2.09861228866811);
}

}  // namespace
}  // namespace lacuna::features
