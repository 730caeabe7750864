// Tests of trial.
#include "lacuna/hdf5/trial.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/base/testing.h"

namespace lacuna::hdf5 {
namespace {

std::string tried(const std::function<void()>& read) {
  return message_of<InvalidArgument>(
      [&] { try_in_child("load", "a.h5", {.bytes = size_t{64} << 20, .seconds = 1}, read); });
}

TEST(Trial, SaysWhatWasWrong) {
  EXPECT_EQ(tried([] {}), "");
  EXPECT_EQ(tried([] { throw InvalidArgument("load: it is wrong."); }), "load: it is wrong.");
  const std::string longer(100'000, 'a');
  EXPECT_EQ(tried([&] { throw InvalidArgument(longer); }), longer);
}

TEST(Trial, TakesNeitherTheProcessNorItsMemoryNorItsTime) {
  volatile int changed = 1;
  const std::function<void()> all[] = {
      [&] {
        changed = 2;
        std::abort();
      },
      [] { *static_cast<volatile int*>(nullptr) = 1; },
      [] { ::_exit(0); },
      [] {
        for (volatile int i = 0;;) i = 1 - i;
      },
      [] { std::vector<char> all_that_there_is(size_t{1} << 40, 'a'); },
  };
  for (size_t i = 0; i < std::size(all); ++i) EXPECT_NE(tried(all[i]), "") << i;
  EXPECT_EQ(changed, 1);
  EXPECT_NE(
      tried(all[0]).find("load: the file must be one that HDF5 can read. Received: path='a.h5', on which"),
      std::string::npos);
}

}  // namespace
}  // namespace lacuna::hdf5
