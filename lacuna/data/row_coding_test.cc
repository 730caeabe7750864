// Rows in packed blocks: what is written is read, and bytes that are no such rows are refused.
#include "lacuna/data/row_coding.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace lacuna::data {
namespace {

const Schema kRowSchema{{"x", Role::input, {{None, 300}, DType::float32, Storage::csr}},
                        {"y", Role::target, {{None, 2}, DType::float32, Storage::dense}},
                        {"q", Role::query, {{None}, DType::int64, Storage::dense}}};

RowBlock random_rows(std::mt19937& random, Dim rows, float scale) {
  std::vector<float> values, labels;
  std::vector<int32_t> indices, indptr{0};
  std::vector<int64_t> queries;
  for (Dim r = 0; r < rows; ++r) {
    for (int32_t column = static_cast<int32_t>(random() % 50); column < 300;
         column += 1 + static_cast<int32_t>(random() % 90)) {
      indices.push_back(column);
      values.push_back(static_cast<float>(random() % 7) * scale);
    }
    indptr.push_back(static_cast<int32_t>(indices.size()));
    labels.insert(labels.end(), {static_cast<float>(r % 2), -0.0f});
    queries.push_back(-r);
  }
  tensor::Csr x{.dtype = DType::float32, .rows = rows, .columns = 300};
  x.resize(rows, 300, indices.size(), DType::float32);
  std::ranges::copy(values, x.values<float>().begin());
  std::ranges::copy(indices, x.indices.as<int32_t>().begin());
  std::ranges::copy(indptr, x.indptr.as<int32_t>().begin());
  RowBlock block{.rows = rows};
  block.parts.emplace_back(std::move(x));
  block.parts.emplace_back(tensor::Dense::of<float>({rows, 2}, labels));
  block.parts.emplace_back(tensor::Dense::of<int64_t>({rows}, queries));
  return block;
}

TEST(RowCoding, WhatIsWrittenIsRead) {
  std::mt19937 random(1);
  RowBlock read;
  for (const Dim rows : {0, 1, 2, 9, 100})
    for (const float scale : {1.0f, 1000.0f, 0.1f}) {
      const RowBlock block = random_rows(random, rows, scale);
      std::vector<char> bytes, again;
      encode_rows(kRowSchema, block, bytes);
      ASSERT_TRUE(decode_rows(kRowSchema, rows, {bytes.data(), bytes.size()}, read));
      EXPECT_EQ(read.rows, rows);
      encode_rows(kRowSchema, read, again);
      EXPECT_EQ(bytes, again);
    }
}

TEST(RowCoding, OtherBytesAreRefusedOrHaveColumnsInRange) {
  std::mt19937 random(2);
  std::vector<char> bytes;
  encode_rows(kRowSchema, random_rows(random, 3, 0.1f), bytes);
  RowBlock read;
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_rows(kRowSchema, 3, {bytes.data(), size}, read)) << size;
  for (const Dim rows : {Dim{2}, Dim{4}, Dim{1} << 31})
    EXPECT_FALSE(decode_rows(kRowSchema, rows, {bytes.data(), bytes.size()}, read)) << rows;
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    std::vector<char> other = bytes;
    other[i / 8] = static_cast<char>(other[i / 8] ^ 1 << i % 8);
    if (decode_rows(kRowSchema, 3, {other.data(), other.size()}, read)) read.parts[0].csr().validate("test");
  }
}

}  // namespace
}  // namespace lacuna::data
