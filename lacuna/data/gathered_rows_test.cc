// Rows that are gathered: ones that are not in memory until another value comes; memory that is used again.
#include "lacuna/data/gathered_rows.h"

#include <gtest/gtest.h>

#include <vector>

namespace lacuna::data {
namespace {

const Schema kGatheredSchema{{"x", Role::input, {{None, 9}, DType::float32, Storage::csr}}};

// Two rows: columns 1 and 3, and column 2.
RowBlock two_rows(float value) {
  tensor::Csr x;
  x.resize(2, 9, 3, DType::float32);
  std::ranges::copy(std::vector<int32_t>{1, 3, 2}, x.indices.as<int32_t>().begin());
  std::ranges::copy(std::vector<int32_t>{0, 2, 3}, x.indptr.as<int32_t>().begin());
  std::ranges::fill(x.values<float>(), value);
  RowBlock block{.rows = 2};
  block.parts.emplace_back(std::move(x));
  return block;
}

std::vector<float> values_of(const std::vector<Tensor>& parts) {
  const auto values = parts[0].csr().values<float>();
  return {values.begin(), values.end()};
}

TEST(GatheredRows, OnesAreThereHoweverTheyAreTaken) {
  GatheredRows rows(kGatheredSchema);
  const auto add = [&] {
    rows.append(two_rows(1), 0, 2);
    rows.append(two_rows(1), 1, 2);
    EXPECT_EQ(rows.bytes(), 4 * 8 + 3 * 8u);
  };
  const std::vector<float> ones(4, 1);
  add();
  EXPECT_EQ(values_of(rows.lend()), ones);
  EXPECT_EQ(rows.rows(), 0);
  add();
  EXPECT_EQ(values_of(rows.view()), ones);
  EXPECT_EQ(values_of(rows.take()), ones);
  add();
  rows.append(two_rows(2), 0, 1);
  rows.append(two_rows(1), 1, 2);
  const std::vector<Tensor> parts = rows.lend();
  EXPECT_EQ(values_of(parts), (std::vector<float>{1, 1, 1, 1, 2, 2, 1}));
  const auto ends = parts[0].csr().indptr.as<int32_t>();
  EXPECT_EQ(std::vector<int32_t>(ends.begin(), ends.end()), (std::vector<int32_t>{0, 2, 3, 4, 6, 7}));
}

TEST(GatheredRows, WhatWasLentIsNotWrittenAndIsUsedAgainLater) {
  GatheredRows rows(kGatheredSchema);
  rows.append(two_rows(5), 0, 2);
  std::vector<Tensor> first = rows.lend();
  const std::byte* const memory = first[0].csr().indices.data();
  rows.append(two_rows(7), 0, 2);
  const std::vector<Tensor> second = rows.lend();
  EXPECT_NE(second[0].csr().indices.data(), memory);
  EXPECT_EQ(values_of(first), std::vector<float>(3, 5));
  first.clear();
  rows.append(two_rows(9), 0, 2);
  const std::vector<Tensor> third = rows.lend();
  EXPECT_EQ(third[0].csr().indices.data(), memory);
  EXPECT_EQ(values_of(third), std::vector<float>(3, 9));
  EXPECT_EQ(values_of(second), std::vector<float>(3, 7));
}

}  // namespace
}  // namespace lacuna::data
