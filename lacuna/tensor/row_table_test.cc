// A table makes rows on first touch, with the values of a dense weight of the same key; reads do not change
// the table.
#include "lacuna/tensor/row_table.h"

#include <gtest/gtest.h>

#include <map>

#include "lacuna/tensor/cast_storage.h"

namespace lacuna {
namespace {

const Draw kUniform{Draw::Kind::uniform, -1, 1, 99};

std::vector<float> drawn(int64_t id, size_t width) {
  std::vector<float> row(width);
  kUniform.row(id, std::span(row));
  return row;
}

// Rows: slots that are ids, an array of slots, and a hash table.
class RowTableTest : public testing::TestWithParam<int64_t> {};
INSTANTIATE_TEST_SUITE_P(Sizes, RowTableTest, testing::Values(5000, 500000, int64_t{1} << 40));

TEST_P(RowTableTest, KeepsRowsAndStatesThroughGrowth) {
  const size_t width = 3;
  RowTable table({GetParam(), 3}, DType::float32, kUniform);
  const auto owner = std::make_shared<int>();
  table.states_of(owner, 2 * width);
  Generator random(3);
  std::map<int64_t, float> mark;  // What was written to a row's last state.
  for (int round = 0; round < 50; ++round) {
    std::vector<int64_t> ids(100);
    for (int64_t& id : ids) id = static_cast<int64_t>(random.below(5000)) * (GetParam() / 5000);
    std::vector<int32_t> slots(ids.size());
    table.touch(std::span<const int64_t>(ids), slots);
    for (size_t i = 0; i < ids.size(); ++i) {
      ASSERT_EQ(table.id(static_cast<size_t>(slots[i])), ids[i]);
      float* row = table.rows<float>() + static_cast<size_t>(slots[i]) * table.stride();
      const auto expected = drawn(ids[i], width);
      for (size_t j = 0; j < width; ++j) ASSERT_EQ(row[j], expected[j]);
      ASSERT_EQ(row[3 * width - 1], mark.contains(ids[i]) ? mark[ids[i]] : 0.0f);
      row[3 * width - 1] = mark[ids[i]] = static_cast<float>(random.below(1000));
    }
  }
  EXPECT_EQ(table.size(), mark.size());
  const tensor::RowSparse rows = table.to_row_sparse();
  ASSERT_EQ(rows.row_ids().size(), mark.size());
  EXPECT_TRUE(std::is_sorted(rows.row_ids().begin(), rows.row_ids().end()));
}

TEST_P(RowTableTest, ReadsDrawWithoutKeeping) {
  RowTable table({GetParam(), 2}, DType::float32, kUniform);
  std::vector<int64_t> touched{4, 9}, read{9, 7, 4, 7, 8};
  std::vector<int32_t> slots(2), read_slots(5);
  table.touch(std::span<const int64_t>(touched), slots);
  const auto row = [&](int32_t slot) {
    return table.rows<float>() + static_cast<size_t>(slot) * table.stride();
  };
  row(slots[0])[0] = 5;
  const size_t drawn_rows = table.slots_are_ids() ? 0 : 2;  // A small table has them all.
  for (int times = 0; times < 3; ++times) {
    table.read(std::span<const int64_t>(read), read_slots);
    EXPECT_EQ(table.size(), 2u);
    EXPECT_EQ(table.readable(), table.slots() + drawn_rows);
    EXPECT_EQ(read_slots[1], read_slots[3]);
    EXPECT_EQ(row(read_slots[2])[0], 5);
    EXPECT_EQ(row(read_slots[1])[1], drawn(7, 2)[1]);
    EXPECT_FALSE(table.readable() > table.slots() ? static_cast<size_t>(read_slots[1]) < table.slots()
                                                  : table.touched(static_cast<size_t>(read_slots[1])));
  }
  table.forget_reads();
  EXPECT_EQ(table.readable(), table.slots());
  std::vector<int64_t> later{8};
  std::vector<int32_t> slot(1);
  table.touch(std::span<const int64_t>(later), slot);
  if (drawn_rows) {
    EXPECT_EQ(slot[0], 2);  // The slot into which a read had drawn row 7.
  }
  EXPECT_EQ(row(slot[0])[0], drawn(8, 2)[0]);
  EXPECT_EQ(table.size(), 3u);
}

TEST_P(RowTableTest, AStepThatIsTakenBackLeavesNoRow) {
  RowTable table({GetParam(), 2}, DType::float32, kUniform), other({GetParam(), 2}, DType::float32, kUniform);
  const auto touch = [](RowTable& t, int64_t first, int64_t count) {
    std::vector<int64_t> ids(static_cast<size_t>(count));
    for (size_t i = 0; i < ids.size(); ++i) ids[i] = first + static_cast<int64_t>(i);
    std::vector<int32_t> slots(ids.size());
    t.touch(std::span<const int64_t>(ids), slots);
    return slots;
  };
  for (int64_t step = 0; step < 300; ++step) {  // More steps than marks can tell apart.
    for (RowTable* t : {&table, &other}) t->begin_step();
    touch(table, 4000 - step, 900);  // Old ones, one that stays and, at first, more than there is room for.
    table.take_back();
    table.take_back();  // Once is enough.
    ASSERT_EQ(table.size(), other.size());
    ASSERT_EQ(table.find(4000 - step), -1);
    table.begin_step();
    EXPECT_EQ(touch(table, 4000 - step, 1), touch(other, 4000 - step, 1));
    ASSERT_EQ(table.size(), static_cast<size_t>(step + 1));
  }
  const tensor::RowSparse rows = table.to_row_sparse(false), wanted = other.to_row_sparse(false);
  EXPECT_TRUE(std::ranges::equal(rows.row_ids(), wanted.row_ids()));
  EXPECT_TRUE(std::ranges::equal(rows.values<float>(), wanted.values<float>()));
}

TEST(RowTable, FullArrayHasUntouchedRowsAsDrawn) {
  RowTable table({6, 2}, DType::float32, kUniform);
  const tensor::RowSparse some = [] {
    tensor::RowSparse r;
    r.resize({6, 2}, 2, DType::float32);
    r.row_ids()[0] = 5;
    r.row_ids()[1] = 1;
    for (size_t i = 0; i < 4; ++i) r.values<float>()[i] = static_cast<float>(i + 10);
    return r;
  }();
  table.assign(some);
  const tensor::Dense all = table.to_dense();
  EXPECT_EQ(all.values<float>()[10], 10);
  EXPECT_EQ(all.values<float>()[3], 13);
  EXPECT_EQ(all.values<float>()[8], drawn(4, 2)[0]);
}

TEST(RowTable, AFullArrayAboveTheLimitNamesTheRows) {
  const RowTable table({int64_t{1} << 40, 8}, DType::float32, kUniform);
  try {
    table.to_dense();
    FAIL();
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("weight.rows()"), std::string::npos) << e.what();
  }
  EXPECT_LT(table.bytes(), size_t{1} << 20);
}

TEST(RowTable, RowsToAssignMustBeUniqueAndInRange) {
  RowTable table({6, 2}, DType::float32, kUniform);
  tensor::RowSparse rows;
  rows.resize({6, 2}, 2, DType::float32);
  rows.row_ids()[0] = rows.row_ids()[1] = 3;
  EXPECT_THROW(table.assign(rows), std::invalid_argument);
  rows.row_ids()[1] = 6;
  EXPECT_THROW(table.assign(rows), std::out_of_range);
}

}  // namespace
}  // namespace lacuna
