// Packed batches against a map of rows and columns.
#include "lacuna/data/rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::data {
namespace {

using Mimic = std::vector<std::map<int64_t, double>>;
const Spec kCsr{{None, None}, DType::float32, Storage::csr},
    kDense{{None, None}, DType::float32, Storage::dense};

struct Made {
  Tensor x;
  Mimic rows;
};

struct Kind {
  Dim rows = 40, columns = 30;
  double entries = 5;  // per row, about
  DType dtype = DType::float32, index = DType::int32;
  bool shuffled = false, duplicates = false;
  size_t offset = 0;  // Where indptr starts.
};

Made make(const Kind& kind, uint64_t seed = 1) {
  Generator random(seed);
  std::vector<std::vector<std::pair<int64_t, int>>> entries(static_cast<size_t>(kind.rows));
  Made made;
  made.rows.resize(entries.size());
  for (size_t r = 0; r < entries.size(); ++r) {
    const auto n = r % 7 == 3 ? 0 : random.below(static_cast<uint64_t>(2 * kind.entries) + 1);
    std::map<int64_t, int> row;
    for (size_t k = 0; k < n && kind.columns; ++k)
      row[static_cast<int64_t>(random.below(static_cast<uint64_t>(kind.columns)))] =
          static_cast<int>(random.below(4));
    auto& list = entries[r];
    list.assign(row.begin(), row.end());
    if (kind.duplicates && r % 2)
      for (size_t k = list.size(); k-- > 0;) list.emplace_back(list[k].first, 1);
    if (kind.shuffled) random.shuffle(std::span(list));
    for (auto [c, v] : list) {
      const bool logical = kind.dtype == DType::boolean;
      double& sum = made.rows[r][c];
      sum = logical ? (sum != 0 || v != 0) : sum + v;
    }
  }
  size_t nonzeros = kind.offset;
  for (const auto& row : entries) nonzeros += row.size();
  tensor::Csr a;
  a.resize(kind.rows, kind.columns, nonzeros, kind.dtype, kind.index);
  with_dtype(kind.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    with_dtype(kind.index, [&](auto index_tag) {
      using I = typename decltype(index_tag)::type;
      const auto values = a.values<T>();
      const auto indices = a.indices.template as<I>(), indptr = a.indptr.template as<I>();
      std::fill(values.begin(), values.end(), T(1));
      std::fill(indices.begin(), indices.end(), I(-1));
      size_t k = kind.offset;
      indptr[0] = static_cast<I>(k);
      for (size_t r = 0; r < entries.size(); ++r) {
        for (auto [c, v] : entries[r]) indices[k] = static_cast<I>(c), values[k++] = static_cast<T>(v);
        indptr[r + 1] = static_cast<I>(k);
      }
    });
  });
  made.x = std::move(a);
  return made;
}

template <class T, class J>
void expect_rows(const tensor::Csr& batch, const Mimic& rows, std::span<const int64_t> picked) {
  ASSERT_EQ(batch.dtype, dtype_of<T>());
  ASSERT_EQ(batch.index, dtype_of<J>());
  ASSERT_EQ(batch.rows, static_cast<Dim>(picked.size()));
  const auto indptr = batch.indptr.as<J>(), indices = batch.indices.as<J>();
  const auto values = batch.values<T>();
  ASSERT_EQ(indptr.size(), picked.size() + 1);
  ASSERT_EQ(indptr[0], 0);
  ASSERT_EQ(static_cast<size_t>(indptr.back()), indices.size());
  ASSERT_EQ(values.size(), indices.size());
  for (size_t i = 0; i < picked.size(); ++i) {
    const auto& row = rows[static_cast<size_t>(picked[i])];
    auto k = static_cast<size_t>(indptr[i]);
    ASSERT_EQ(static_cast<size_t>(indptr[i + 1]) - k, row.size()) << "row " << picked[i];
    for (const auto& [c, v] : row) {
      ASSERT_EQ(indices[k], c);
      ASSERT_EQ(values[k++], static_cast<T>(v));
    }
  }
}

void expect_dense(const tensor::Dense& batch, const Mimic& rows, std::span<const int64_t> picked,
                  Dim columns) {
  ASSERT_EQ(batch.shape, (Shape{static_cast<Dim>(picked.size()), columns}));
  const auto values = batch.values<float>();
  for (size_t i = 0; i < picked.size(); ++i)
    for (Dim c = 0; c < columns; ++c) {
      const auto& row = rows[static_cast<size_t>(picked[i])];
      const auto found = row.find(c);
      ASSERT_EQ(values[i * static_cast<size_t>(columns) + static_cast<size_t>(c)],
                static_cast<float>(found == row.end() ? 0 : found->second));
    }
}

std::vector<int64_t> numbers(Dim begin, Dim end) {
  std::vector<int64_t> result;
  for (; begin < end; ++begin) result.push_back(begin);
  return result;
}

template <class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "no error";
}

Tensor csr_of(Dim columns, std::vector<int32_t> indptr, std::vector<int32_t> indices,
              std::vector<float> data) {
  tensor::Csr a;
  a.resize(static_cast<Dim>(indptr.size()) - 1, columns, indices.size(), DType::float32);
  std::copy(indptr.begin(), indptr.end(), a.indptr.as<int32_t>().begin());
  std::copy(indices.begin(), indices.end(), a.indices.as<int32_t>().begin());
  std::copy(data.begin(), data.end(), a.values<float>().begin());
  return a;
}

template <class T>
Tensor dense_of(Shape shape, std::vector<T> values) {
  return tensor::Dense::of<T>(std::move(shape), std::span<const T>(values));
}

TEST(Rows, EveryKindOfCsr) {
  const Dim shapes[][2] = {{40, 30}, {1, 30}, {40, 1}, {1, 1}, {0, 5}, {5, 0}, {300, 2000}};
  uint64_t seed = 1;
  for (const auto& shape : shapes)
    for (const DType index : {DType::int32, DType::int64})
      for (const int order : {0, 1, 2})
        for (const size_t offset : {0, 9}) {
          const Made made = make({.rows = shape[0],
                                  .columns = shape[1],
                                  .index = index,
                                  .shuffled = order > 0,
                                  .duplicates = order > 1,
                                  .offset = offset},
                                 ++seed);
          const Tensor before = made.x.copy();
          Rows rows(made.x, "x");
          Tensor batch;
          Generator random(seed);
          for (const size_t count : {0, 1, 7, 64}) {
            if (shape[0] == 0 && count) continue;
            std::vector<int64_t> picked(count);
            for (auto& r : picked) r = static_cast<int64_t>(random.below(static_cast<uint64_t>(shape[0])));
            rows.pack(picked, kCsr, batch);
            expect_rows<float, int32_t>(batch.csr(), made.rows, picked);
            rows.pack(picked, {{}, DType::float64, Storage::csr}, batch);
            expect_rows<double, int32_t>(batch.csr(), made.rows, picked);
            rows.pack(picked, kDense, batch);
            expect_dense(batch.dense(), made.rows, picked, shape[1]);
          }
          rows.pack_range(0, shape[0], kCsr, batch);
          expect_rows<float, int32_t>(batch.csr(), made.rows, numbers(0, shape[0]));
          rows.pack_range(shape[0] / 3, shape[0] / 2, kCsr, batch);
          expect_rows<float, int32_t>(batch.csr(), made.rows, numbers(shape[0] / 3, shape[0] / 2));
          const auto same = [](const Buffer& a, const Buffer& b) {
            return a.bytes() == b.bytes() && std::equal(a.data(), a.data() + a.bytes(), b.data());
          };
          EXPECT_TRUE(same(made.x.csr().data, before.csr().data));
          EXPECT_TRUE(same(made.x.csr().indices, before.csr().indices));
          EXPECT_TRUE(same(made.x.csr().indptr, before.csr().indptr));
        }
}

TEST(Rows, EveryDType) {
  const std::vector<int64_t> picked{3, 0, 39, 3, 4, 5};
  for (int d = 0; d <= static_cast<int>(DType::uint64); ++d) {
    const Made made = make({.dtype = static_cast<DType>(d), .shuffled = true, .duplicates = true});
    Mimic expected = made.rows;
    if (made.x.dtype() == DType::boolean)
      for (auto& row : expected)
        for (auto& [c, v] : row) v = v != 0;
    Tensor batch;
    Rows rows(made.x, "x");
    rows.pack(picked, kCsr, batch);
    expect_rows<float, int32_t>(batch.csr(), expected, picked);
    rows.pack(picked, {{}, DType::int64, Storage::csr}, batch);
    expect_rows<int64_t, int32_t>(batch.csr(), expected, picked);
    Rows dense_rows(to_dense(made.x), "x");
    dense_rows.pack(picked, kDense, batch);
    expect_dense(batch.dense(), expected, picked, 30);
    dense_rows.pack_range(4, 11, kDense, batch);
    expect_dense(batch.dense(), expected, numbers(4, 11), 30);
  }
}

TEST(Rows, WideColumnsKeepInt64) {
  const Dim columns = Dim{1} << 40;
  const Made made = make({.columns = columns, .index = DType::int64, .shuffled = true, .duplicates = true});
  Rows rows(made.x, "x");
  Tensor batch;
  const std::vector<int64_t> picked{8, 1, 20};
  rows.pack(picked, kCsr, batch);
  expect_rows<float, int64_t>(batch.csr(), made.rows, picked);
  EXPECT_EQ(batch.csr().columns, columns);

  Tensor narrow = csr_of(5, {0, 2, 3}, {0, 4, 1}, {1, 2, 3});  // int32 indices, but wider than int32.
  narrow.csr().columns = columns;
  Rows(narrow, "x").pack_range(0, 2, kCsr, batch);
  expect_rows<float, int64_t>(batch.csr(), {{{0, 1}, {4, 2}}, {{1, 3}}}, numbers(0, 2));
}

TEST(Rows, LargeBatchesOnAnyNumberOfThreads) {
  const Made made = make({.rows = 4000, .columns = 5000, .entries = 100, .shuffled = true});
  std::vector<int64_t> picked = numbers(0, 4000);
  Generator(5).shuffle(std::span(picked));
  for (const size_t threads : {1, 4}) {
    const size_t before = num_threads();
    set_num_threads(threads);
    Rows rows(made.x, "x");
    Tensor batch;
    rows.pack(picked, kCsr, batch);
    expect_rows<float, int32_t>(batch.csr(), made.rows, picked);
    set_num_threads(before);
  }
}

TEST(Rows, RangesAreViewsOfValuesAndCopiesOfColumns) {
  const size_t before = num_threads();
  for (const size_t threads : {1, 4})
    for (const bool shuffled : {false, true}) {
      set_num_threads(threads);
      const Made made = make({.rows = 4000, .columns = 5000, .entries = 100, .shuffled = shuffled});
      const tensor::Csr& user = made.x.csr();
      const Buffer unchanged = user.indices.copy();
      Rows rows(made.x, "x", false, Check::by_batch);
      Tensor batch;
      for (const auto& [begin, end] : {std::pair{0, 4000}, {7, 40}, {40, 40}, {1000, 3999}}) {
        rows.pack_range(begin, end, kCsr, batch);
        expect_rows<float, int32_t>(batch.csr(), made.rows, numbers(begin, end));
        const auto start = static_cast<size_t>(user.indptr.as<int32_t>()[static_cast<size_t>(begin)]);
        const bool view = batch.csr().data.data() == user.data.data() + start * sizeof(float);
        EXPECT_EQ(view, !shuffled && begin < end);
        EXPECT_NE(batch.csr().indices.data(), user.indices.data() + start * sizeof(int32_t));
      }
      EXPECT_TRUE(std::ranges::equal(user.indices.as<int32_t>(), unchanged.as<int32_t>()));
      Tensor wrong = made.x.copy();
      auto columns = wrong.csr().indices.as<int32_t>();
      for (const int32_t bad : {-1, 5000}) {  // The last column of all is seen too.
        columns.back() = bad;
        EXPECT_THROW(Rows(wrong, "x", false, Check::by_batch).pack_range(0, 4000, kCsr, batch), OutOfRange);
      }
    }
  set_num_threads(before);
}

TEST(Rows, ColumnsOfARangeAreViewsWhereNobodyWritesThem) {
  for (const bool shuffled : {false, true}) {
    const Made made = make({.rows = 4000, .columns = 5000, .entries = 100, .shuffled = shuffled});
    const tensor::Csr& user = made.x.csr();
    const Buffer unchanged = user.indices.copy();
    Rows rows(made.x, "x", false, Check::in_place);
    Tensor batch;
    for (const auto& [begin, end] : {std::pair{0, 4000}, {7, 40}, {40, 40}, {1000, 3999}}) {
      rows.pack_range(begin, end, kCsr, batch);
      expect_rows<float, int32_t>(batch.csr(), made.rows, numbers(begin, end));
      const auto start = static_cast<size_t>(user.indptr.as<int32_t>()[static_cast<size_t>(begin)]);
      const bool view = batch.csr().indices.data() == user.indices.data() + start * sizeof(int32_t);
      EXPECT_EQ(view, !shuffled && begin < end);
      rows.pack(numbers(3, 9), kCsr, batch);  // Must not write through the view.
    }
    EXPECT_TRUE(std::ranges::equal(user.indices.as<int32_t>(), unchanged.as<int32_t>()));
    Tensor wrong = made.x.copy();
    wrong.csr().indices.as<int32_t>().back() = 5000;
    EXPECT_THROW(Rows(wrong, "x", false, Check::in_place).pack_range(0, 4000, kCsr, batch), OutOfRange);
  }
}

TEST(Rows, DenseOfAnyRank) {
  std::vector<float> values(5 * 2 * 3);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  Rows rows(dense_of<float>({5, 2, 3}, values), "x");
  Tensor batch;
  rows.pack(std::vector<int64_t>{4, 0}, {{}, DType::float64, Storage::dense}, batch);
  EXPECT_EQ(batch.shape(), (Shape{2, 2, 3}));
  for (size_t i = 0; i < 12; ++i)
    EXPECT_EQ(batch.dense().values<double>()[i],
              i < 6 ? 24.0 + static_cast<double>(i) : static_cast<double>(i) - 6);
  rows.pack_range(1, 3, kDense, batch);
  EXPECT_EQ(batch.shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(batch.dense().data.data(), rows.tensor().dense().data.data() + 6 * sizeof(float));  // A view.
  rows.pack(std::vector<int64_t>{2}, kDense, batch);  // Must not write through the view.
  EXPECT_EQ(rows.tensor().dense().values<float>()[6], 6);

  Rows y(dense_of<int64_t>({4}, {1, 2, 3, 4}), "y");
  y.pack_range(1, 3, {{}, DType::int64, Storage::dense}, batch);
  EXPECT_EQ(batch.dense().values<int64_t>()[0], 2);  // May be ids, so no view.
  EXPECT_NE(batch.dense().data.data(), y.tensor().dense().data.data() + sizeof(int64_t));
  y.pack(std::vector<int64_t>{3, 1, 1}, kDense, batch);
  EXPECT_EQ(batch.shape(), Shape{3});
  EXPECT_EQ(batch.dense().values<float>()[0], 4);
}

TEST(Rows, DenseToCsrDropsZerosAndKeepsNan) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Rows rows(dense_of<float>({3, 3}, {0, nan, 2, 0, 0, 0, 5, 0, -0.0f}), "x");
  Tensor batch;
  rows.pack(std::vector<int64_t>{1, 0, 2}, kCsr, batch);
  const tensor::Csr& a = batch.csr();
  ASSERT_EQ(a.nonzeros(), 3u);
  EXPECT_TRUE(std::isnan(a.values<float>()[0]));
  EXPECT_EQ(a.indices.as<int32_t>()[0], 1);
  EXPECT_EQ(a.values<float>()[2], 5);
  EXPECT_EQ(a.indptr.as<int32_t>()[1], 0);
  EXPECT_EQ(a.indptr.as<int32_t>()[3], 3);
  EXPECT_THROW(Rows(dense_of<float>({3}, {1, 2, 3}), "x").pack_range(0, 2, kCsr, batch), InvalidArgument);
}

TEST(Rows, SteadyStateKeepsItsMemory) {
  const Made made = make({.shuffled = true});
  Rows rows(made.x, "x");
  Tensor batch;
  rows.pack_range(0, 40, kCsr, batch);
  const auto *data = batch.csr().data.data(), *indices = batch.csr().indices.data();
  rows.pack_range(5, 12, kCsr, batch);
  rows.pack_range(0, 40, kCsr, batch);
  EXPECT_EQ(batch.csr().data.data(), data);
  EXPECT_EQ(batch.csr().indices.data(), indices);
}

TEST(Rows, RefusesAtOnce) {
  Tensor batch;
  EXPECT_EQ(
      message_of([] {
        Rows(dense_of<float>({2}, {1, 2}), "ids", true);
      }),
      "ids: embedding ids must be integers. Received: dtype=float32, shape=(2,); write x.astype('int64').");
  EXPECT_EQ(message_of([] { Rows(tensor::Dense{.shape = {}}, "x"); }),
            "x: an array must have rank 1 or more. Received: shape=().");
  EXPECT_THROW(Rows(tensor::RowSparse{}, "x"), InvalidArgument);
  EXPECT_THROW(Rows(csr_of(3, {0, 2}, {0, 3}, {1, 1}), "x"), OutOfRange);
  EXPECT_THROW(Rows(csr_of(3, {0, 2, 1}, {0, 1}, {1, 1}), "x"), InvalidArgument);
  tensor::Dense small;
  small.resize({2}, DType::float32);
  small.shape = {3};
  EXPECT_THROW(Rows(small, "x"), InvalidArgument);
  Rows rows(dense_of<float>({2}, {1, 2}), "x");
  EXPECT_THROW(rows.pack(std::vector<int64_t>{2}, kDense, batch), OutOfRange);
  EXPECT_THROW(rows.pack(std::vector<int64_t>{-1}, kDense, batch), OutOfRange);
  EXPECT_THROW(rows.pack_range(1, 3, kDense, batch), OutOfRange);
}

TEST(Rows, RefusesValuesThatAnIntegerCannotHold) {
  Tensor batch;
  const Spec int32{{}, DType::int32, Storage::dense}, int64{{}, DType::int64, Storage::dense};
  const auto pack = [&](Tensor x, const Spec& wanted) {
    return message_of([&] { Rows(x, "ids").pack(std::vector<int64_t>{2, 1}, wanted, batch); });
  };
  EXPECT_EQ(
      pack(dense_of<float>({3}, {1, 2.5f, 3}), int32),
      "ids: values must be whole numbers that int32 can hold. Received: value=2.5 in row 1 of (3,) dense.");
  EXPECT_NE(pack(dense_of<float>({3}, {1, std::nanf(""), 3}), int64), "no error");
  EXPECT_NE(pack(dense_of<double>({3}, {1, 0x1p31, 3}), int32), "no error");
  EXPECT_EQ(pack(dense_of<double>({3}, {1, -0x1p31, 3}), int32), "no error");
  EXPECT_NE(pack(dense_of<double>({3}, {1, 0x1p63, 3}), int64), "no error");
  EXPECT_NE(pack(dense_of<int64_t>({3}, {1, int64_t{1} << 31, 3}), int32), "no error");
  EXPECT_NE(pack(dense_of<uint64_t>({3}, {1, ~uint64_t{0}, 3}), int64), "no error");
  EXPECT_EQ(pack(dense_of<int64_t>({3}, {1, (int64_t{1} << 62) + 1, 3}), int64), "no error");
  EXPECT_EQ(batch.dense().values<int64_t>()[1], (int64_t{1} << 62) + 1);
  EXPECT_EQ(
      pack(csr_of(3, {0, 1, 2, 3}, {0, 1, 2}, {1, 0.5f, 1}), {{}, DType::int32, Storage::csr}),
      "ids: values must be whole numbers that int32 can hold. Received: value=0.5 in row 1 of (3, 3) csr.");
}

// Python shares its memory with us, and may write to it after the check.
TEST(Rows, ChecksAgainAsItPacks) {
  Tensor x = csr_of(3, {0, 2, 3, 5}, {0, 2, 1, 0, 1}, {1, 2, 3, 4, 5});
  Rows rows(x, "x");
  Tensor batch;
  const std::vector<int64_t> picked{2, 0, 1};
  rows.pack(picked, kCsr, batch);
  const auto indices = x.csr().indices.as<int32_t>(), indptr = x.csr().indptr.as<int32_t>();
  indices[4] = 3;
  EXPECT_EQ(message_of([&] { rows.pack(picked, kCsr, batch); }),
            "x: a column must be within the shape. Received: column 3 in row 2, shape=(3, 3).");
  indices[4] = -1;
  EXPECT_THROW(rows.pack(picked, kCsr, batch), OutOfRange);
  indices[4] = std::numeric_limits<int32_t>::min();
  EXPECT_THROW(rows.pack_range(0, 3, kCsr, batch), OutOfRange);
  indices[4] = 1;
  for (const int32_t bad : {-1, 1, 6, 1000}) {
    indptr[2] = bad;
    EXPECT_THROW(rows.pack(picked, kCsr, batch), InvalidArgument) << bad;
  }
  indptr[2] = 3;
  rows.pack(picked, kCsr, batch);
  EXPECT_EQ(batch.csr().nonzeros(), 5u);

  std::swap(indices[0], indices[1]);  // No longer sorted.
  rows.pack(picked, kCsr, batch);
  EXPECT_TRUE(batch.csr().validate("x"));
  std::swap(indices[0], indices[1]);

  rows.pack(std::vector<int64_t>{0, 2, 0, 2}, kCsr,
            batch);  // More non-zeros than x has, since rows repeat.
  EXPECT_EQ(batch.csr().nonzeros(), 8u);
}

TEST(Rows, IndicesOfInt64ThatInt32CannotHold) {
  Tensor x = make({.index = DType::int64}).x;
  Rows rows(x, "x");
  ASSERT_GT(x.csr().indptr.as<int64_t>()[1], 0);
  Tensor batch;
  for (const int64_t bad : {int64_t{1} << 32, -(int64_t{1} << 32), int64_t{30}}) {
    x.csr().indices.as<int64_t>()[0] = bad;
    EXPECT_EQ(
        message_of([&] {
          rows.pack(std::vector<int64_t>{3, 0}, kCsr, batch);
        }),
        text("x: a column must be within the shape. Received: column ", bad, " in row 0, shape=(40, 30)."));
  }
}

}  // namespace
}  // namespace lacuna::data
