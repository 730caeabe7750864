// Tests of names.
#include "lacuna/saving/names.h"

#include <gtest/gtest.h>

namespace lacuna::saving {
namespace {

TEST(Names, StandAsTheyAreWhereTheyLeadThere) {
  for (const char* name : {"dense_1", "a/kernel", "block1/conv/bn", "..", "a.b", "50%", "größe"}) {
    EXPECT_EQ(as_path(name), name);
    EXPECT_EQ(from_path(name), name);
  }
  for (const char* name :
       {"", "/", ".", "a/", "/a", "a//b", "./a", "a/./b", "%", "%2F", "%2", "a/.", "//%25"}) {
    EXPECT_NE(as_path(name), name);
    EXPECT_EQ(as_path(name).find('/'), std::string::npos);
    EXPECT_EQ(from_path(as_path(name)), name);
  }
  EXPECT_EQ(as_paths({"a/b", "c/d", "a", "c/d/e"}),
            (std::vector<std::string>{"%a%2Fb", "c/d", "a", "%c%2Fd%2Fe"}));
}

}  // namespace
}  // namespace lacuna::saving
