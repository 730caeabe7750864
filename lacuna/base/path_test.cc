// Tests of path.
#include "lacuna/base/path.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "lacuna/base/testing.h"
#include "lacuna/base/utf8.h"

namespace lacuna {
namespace {

using namespace std::string_literals;

TEST(Path, EmptyOnesAndThoseWithANulAreErrors) {
  EXPECT_EQ(message_of<InvalidArgument>([] { checked_path("save", ""); }),
            "save: the path must not be empty. Received: path=''.");
  EXPECT_EQ(message_of<InvalidArgument>([] { checked_path("save", "a.h5\0.png"s); }),
            "save: a path must not have a NUL. Received: path='a.h5\\x00…'.");
  EXPECT_EQ(checked_path("save", "\xff \n"), "\xff \n");
}

TEST(Path, ErrorsOfTheSystemKeepTheirNumber) {
  try {
    path_failed("load", "the file must be readable", "a\xff", ENOENT);
    FAIL();
  } catch (const FileError& e) {
    EXPECT_STREQ(e.what(),
                 "load: the file must be readable. Received: path='a\\xff', No such file or directory.");
    EXPECT_EQ(e.number, ENOENT);
    EXPECT_EQ(e.path, "a\xff");
  }
}

TEST(Utf8, KnowsCharacters) {
  for (const char* good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(good)) << shown_utf8(good);
  for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "a\xe2\x82"})
    EXPECT_FALSE(is_utf8(bad)) << shown_utf8(bad);
  EXPECT_EQ(shown_utf8("a\xff\xc3\xa9\xe2\x82"), "a\\xff\xc3\xa9\\xe2\\x82");
}

}  // namespace
}  // namespace lacuna
