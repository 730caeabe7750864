// Tests of concatenate.
#include "lacuna/ops/shape/concatenate.h"

#include <gtest/gtest.h>

#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

// The expected result for parts with the same number of rows, concatenated along columns.
std::vector<float> beside(const std::vector<Tensor>& parts) {
  std::vector<float> result;
  for (size_t r = 0; r < static_cast<size_t>(parts[0].rows()); ++r)
    for (const Tensor& part : parts) {
      const auto v = values(part);
      const auto width = static_cast<std::ptrdiff_t>(part.shape()[1]);
      const auto row = v.begin() + static_cast<std::ptrdiff_t>(r) * width;
      result.insert(result.end(), row, row + width);
    }
  return result;
}

std::vector<Symbol> gradients_of(const Symbol& y, const Symbol& dy) {
  return y.node()->op().gradient(*y.node(), std::vector{dy}, std::vector<bool>(y.node()->in().size(), true));
}

TEST(Concatenate, AnyMixOfDenseAndCsr) {
  const std::vector<Tensor> parts{random_dense({6, 2}, 1, 0.5), random_dense({6, 5}, 2, 0.7),
                                  random_dense({6, 1}, 3)};
  const auto expected = beside(parts);
  for (unsigned mix = 0; mix < 8; ++mix) {
    std::vector<Tensor> feeds;
    std::vector<Symbol> in;
    size_t stored = 0;
    for (size_t i = 0; i < 3; ++i) {
      feeds.push_back(mix >> i & 1 ? csr(parts[i]) : parts[i]);
      in.push_back(input(feeds[i]));
      stored += mix >> i & 1 ? feeds[i].csr().nonzeros() : feeds[i].dense().size();
    }
    const Symbol y = concatenate(in);
    EXPECT_EQ(y.spec(), (Spec{{None, 8}, DType::float32, mix ? Storage::csr : Storage::dense}));
    auto outputs = gradients_of(y, y);  // With y as the gradient of y, the gradients are the parts.
    outputs.push_back(y);
    const auto out = run(outputs, in, feeds);
    EXPECT_EQ(values(out[3]), expected);
    if (mix) {
      EXPECT_TRUE(out[3].csr().validate("concatenate"));
      EXPECT_EQ(out[3].csr().nonzeros(), stored);  // Dense parts are stored in full.
    }
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(out[i].storage(), feeds[i].storage());
      EXPECT_EQ(values(out[i]), values(parts[i]));
    }
    // A dense gradient of a csr result.
    const Tensor full = dense({6, 8}, expected);
    const Symbol d = input(full);
    in.push_back(d);
    feeds.push_back(full);
    const auto back = run(gradients_of(y, d), in, feeds);
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(back[i].storage(), feeds[i].storage());
      EXPECT_EQ(values(back[i]), values(parts[i]));
    }
  }
}

TEST(Concatenate, RowsBelowEachOther) {
  const Tensor a = random_dense({3, 4}, 1, 0.5), b = random_dense({2, 4}, 2, 0.5), c = csr(a), d = csr(b);
  const std::vector<Symbol> in{input(a), input(b), input(c), input(d)};
  const auto out = run({concatenate({in[0], in[1]}, 0), concatenate({in[2], in[3]}, 0)}, in, {a, b, c, d});
  auto expected = values(a);
  for (const float v : values(b)) expected.push_back(v);
  EXPECT_EQ(values(out[0]), expected);
  EXPECT_EQ(values(out[1]), expected);
  EXPECT_EQ(out[1].storage(), Storage::csr);
}

TEST(Concatenate, RowsOfAnyStorageWithOpenSizes) {
  const Tensor a = random_dense({3, 4}, 1, 0.5), b = random_dense({2, 4}, 2, 0.5), c = csr(a), d = csr(b);
  const std::vector<Symbol> in{input(a), input(b), input(c), input(d)};
  const Symbol y = concatenate({in[2], in[1], in[3]}, 0);
  const Symbol rows =
      concatenate({cast_storage(in[0], Storage::row_sparse), cast_storage(in[1], Storage::row_sparse)}, 0);
  std::vector<Symbol> outputs{y, rows};
  for (const Symbol& g : y.node()->op().gradient(*y.node(), std::vector{y}, {true, true, true}))
    outputs.push_back(g);
  for (const Symbol& g : rows.node()->op().gradient(*rows.node(), std::vector{rows}, {true, true}))
    outputs.push_back(g);
  const auto out = run(outputs, in, {a, b, c, d});
  auto expected = values(a);
  for (const float v : values(b)) expected.push_back(v);
  EXPECT_EQ(out[1].storage(), Storage::row_sparse);
  EXPECT_EQ(values(out[1]), expected);
  for (const float v : values(b)) expected.push_back(v);
  EXPECT_EQ(out[0].storage(), Storage::csr);
  EXPECT_TRUE(out[0].csr().validate("concatenate"));
  EXPECT_EQ(values(out[0]), expected);
  const std::vector<const Tensor*> parts{&c, &b, &d, &a, &b};
  for (size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(values(out[i + 2]), values(*parts[i])) << i;
  EXPECT_EQ(out[2].storage(), Storage::csr);
  EXPECT_EQ(out[3].storage(), Storage::dense);
}

// A view of the last rows of a larger matrix.
TEST(Concatenate, RowPointersMayStartAboveZero) {
  tensor::Csr x = csr(random_dense({6, 4}, 1, 0.5)).csr();
  const Tensor whole = Tensor(x);
  x.rows = 3;
  x.indptr = Buffer::view(x.indptr.as<int32_t>().data() + 3, 4 * sizeof(int32_t),
                          std::make_shared<Buffer>(x.indptr));
  ASSERT_GT(x.indptr.as<int32_t>()[0], 0);
  const Tensor last = x;
  const Symbol in = input(last);
  const auto out = run({concatenate({in, in}, 0), concatenate({in, in}, 1)}, {in}, {last});
  auto expected = values(last);
  const auto again = expected;
  expected.insert(expected.end(), again.begin(), again.end());
  EXPECT_EQ(values(out[0]), expected);
  for (size_t i = 0; i < 12; ++i) EXPECT_EQ(values(out[1])[i / 4 * 8 + i % 4], again[i]);
  const auto all = values(whole);
  EXPECT_EQ(again, std::vector<float>(all.begin() + 12, all.end()));
}

TEST(Concatenate, MiddleAxisOfRankThree) {
  const Tensor a = random_dense({2, 3, 2}, 1), b = random_dense({2, 1, 2}, 2);
  const std::vector<Symbol> in{input(a), input(b)};
  const auto y = values(run({concatenate(in, 1)}, in, {a, b})[0]), as = values(a), bs = values(b);
  for (size_t i = 0; i < 2; ++i)
    for (size_t j = 0; j < 4; ++j)
      for (size_t k = 0; k < 2; ++k)
        EXPECT_EQ(y[(i * 4 + j) * 2 + k], j < 3 ? as[(i * 3 + j) * 2 + k] : bs[i * 2 + k]);
}

TEST(Concatenate, WideColumns) {
  const Dim huge = Dim{1} << 40;
  const Tensor a = wide_csr(1, huge, {0, 1}, {huge - 1}, {1}), b = dense({1, 2}, {2, 3});
  const std::vector<Symbol> in{input(a), input(b)};
  const auto out = run({concatenate(in)}, in, {a, b});
  EXPECT_EQ(out[0].csr().columns, huge + 2);
  const auto columns = out[0].csr().indices.as<int64_t>();
  EXPECT_EQ(std::vector(columns.begin(), columns.end()), (std::vector<int64_t>{huge - 1, huge, huge + 1}));
}

TEST(Concatenate, Errors) {
  const Symbol a = placeholder({{None, 3}}, "a"), b = placeholder({{None, 3, 2}}, "b");
  const Symbol c = placeholder({{None, 3}, DType::float32, Storage::csr}, "c");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] {
        concatenate({a, b}, 1);
      }),
      "concatenate: parts must have one dtype, one rank and the same sizes along all axes but one. Received: "
      "axis=1, parts=[(None, 3) dense, (None, 3, 2) dense].");
  const Symbol d = placeholder({{None, 3, 2}}, "d"), rows = cast_storage(d, Storage::row_sparse);
  EXPECT_EQ(
      message_of<InvalidArgument>([&] {
        concatenate({rows, d}, 1);
      }),
      "concatenate: no kernel for storages (row_sparse, dense). Known: (dense, ...) -> (dense); (csr|dense, "
      "...) -> (csr). to_dense(x) makes an input x dense. Received: (None, 3, 2) row_sparse, (None, 3, 2) "
      "dense.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { concatenate({}, 0); }),
            "concatenate: there must be at least one part. Received: parts=[].");
}

}  // namespace
}  // namespace lacuna
