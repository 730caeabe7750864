// The places of columns, against a stable sort.
#include "lacuna/kernels/rank_columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace lacuna::kernels {
namespace {

TEST(RankColumns, AreThePlacesOfAStableSort) {
  std::mt19937 random(1);
  for (size_t count = 0; count <= kMostRanked; ++count)
    for (const int32_t columns_of : {1, 4, std::numeric_limits<int32_t>::max()}) {
      std::vector<int32_t> columns(count), ranks(count, -1), wanted(count);
      for (int32_t& column : columns)
        column = static_cast<int32_t>(random() % static_cast<unsigned>(columns_of));
      if (count > 2) columns[1] = std::numeric_limits<int32_t>::max(), columns[2] = 0;
      std::vector<size_t> order(count);
      std::iota(order.begin(), order.end(), 0);
      std::ranges::stable_sort(order, {}, [&](size_t k) { return columns[k]; });
      for (size_t place = 0; place < count; ++place) wanted[order[place]] = static_cast<int32_t>(place);
      rank_columns(columns.data(), count, ranks.data());
      EXPECT_EQ(ranks, wanted) << count;
    }
}

}  // namespace
}  // namespace lacuna::kernels
