// Of a progress bar, a file keeps the last line.
#include "lacuna/base/redraws.h"

#include <gtest/gtest.h>

namespace lacuna {
namespace {

TEST(Redraws, TheLastLineIsLeft) {
  EXPECT_EQ(without_redraws("Epoch 1/2\n"), "Epoch 1/2\n");
  EXPECT_EQ(without_redraws("\r 10/100 [==>...]"), "");
  EXPECT_EQ(without_redraws("\r100/100 [=====] - 0s   \n"), "100/100 [=====] - 0s\n");
  EXPECT_EQ(without_redraws("\r \n"), "\n");
  EXPECT_EQ(without_redraws(""), "");
}

}  // namespace
}  // namespace lacuna
