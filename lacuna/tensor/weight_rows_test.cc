// One view of the rows of a dense weight and of a table.
#include "lacuna/tensor/weight_rows.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

Tensor dense(const Shape& shape) {
  tensor::Dense value;
  value.resize(shape, DType::float32);
  for (size_t i = 0; i < value.size(); ++i) value.values<float>()[i] = static_cast<float>(i);
  return value;
}

TEST(WeightRows, OfADenseWeightAreItsFirstAxis) {
  struct Case {
    Shape shape;
    size_t count, width;
  };
  for (const auto& [shape, count, width] : std::vector<Case>{
           {{}, 1, 1}, {{5}, 5, 1}, {{4, 3}, 4, 3}, {{2, 3, 4}, 2, 12}, {{0, 3}, 0, 3}, {{3, 0}, 3, 0}}) {
    Tensor value = dense(shape);
    const WeightRows rows(value);
    EXPECT_EQ(rows.count(), count);
    EXPECT_EQ(rows.width(), width);
    EXPECT_EQ(rows.stride(), width);
    EXPECT_FALSE(rows.have_room());
    EXPECT_FALSE(rows.draw());
    EXPECT_TRUE(rows.slots_are_ids());
    if (count && width) {
      EXPECT_EQ(rows.values<float>()[(count - 1) * rows.stride()], static_cast<float>((count - 1) * width));
    }
  }
  Tensor value = dense({4, 3});
  const WeightRows rows(value);
  EXPECT_EQ(rows.id(2), 2);
  EXPECT_EQ(rows.slot(3), 3);
  EXPECT_TRUE(rows.holds(0));
  rows.scale_others(0.5);  // There are no other rows.
  EXPECT_EQ(rows.values<float>()[11], 11.0f);
}

TEST(WeightRows, OfATableAreThoseThatWereTouched) {
  Tensor value(std::make_shared<RowTable>(Shape{1'000'000'000'000, 2}, DType::float32,
                                          Draw{.kind = Draw::Kind::constant, .a = 3}));
  const WeightRows rows(value);
  EXPECT_EQ(rows.count(), 0u);
  EXPECT_EQ(rows.slot(70), -1);
  const std::vector<int64_t> ids{999'999'999'999, 70};
  std::vector<int32_t> slots(2);
  value.table().touch(std::span<const int64_t>(ids), slots);
  EXPECT_EQ(rows.count(), 2u);
  EXPECT_EQ(rows.width(), 2u);
  EXPECT_GE(rows.stride(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const auto slot = static_cast<size_t>(slots[i]);
    EXPECT_EQ(rows.id(slot), ids[i]);
    EXPECT_EQ(rows.slot(ids[i]), slots[i]);
    EXPECT_TRUE(rows.holds(slot));
    EXPECT_EQ(rows.values<float>()[slot * rows.stride() + 1], 3.0f);
  }
  EXPECT_FALSE(rows.slots_are_ids());
  EXPECT_TRUE(rows.have_room());
  const auto owner = std::make_shared<char>();
  EXPECT_GE(rows.place_of(owner, 2), rows.width());
  rows.scale_others(0.5);
  EXPECT_EQ(rows.draw()->a, 1.5);
}

TEST(WeightRows, OfASmallTableHaveTheirIdsForSlots) {
  Tensor value(std::make_shared<RowTable>(Shape{6, 2}, DType::float64, Draw{}));
  const WeightRows rows(value);
  EXPECT_TRUE(rows.slots_are_ids());
  EXPECT_EQ(rows.count(), 6u);
  EXPECT_FALSE(rows.holds(4));
  const std::vector<int64_t> ids{4};
  std::vector<int32_t> slots(1);
  value.table().touch(std::span<const int64_t>(ids), slots);
  EXPECT_TRUE(rows.holds(4));
  EXPECT_FALSE(rows.holds(3));
}

}  // namespace
}  // namespace lacuna
