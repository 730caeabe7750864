// Tests of settings.
#include "lacuna/base/settings.h"

#include <gtest/gtest.h>

namespace lacuna {
namespace {

struct Options {
  bool flag = false;
  int64_t units = 1;
  double rate = 0.5;
  std::string mode = "auto";
  std::vector<int64_t> shape{-1, 3};
  std::optional<uint64_t> seed{};
};

void list(Settings& s, Options& o) {
  s("flag", o.flag)("units", o.units)("rate", o.rate)("mode", o.mode)("seed", o.seed).shape("shape", o.shape);
}

Options read(const Config& config) {
  Settings settings("Thing", config);
  Options result;
  list(settings, result);
  settings.finish();
  return result;
}

std::string error_of(const Config& config) {
  try {
    read(config);
  } catch (const InvalidArgument& e) {
    return e.what();
  }
  return "none";
}

TEST(Settings, ReadsWhatItWrote) {
  Options given{true, int64_t{1} << 60, 0.1, "max", {-1, 7, 9}, ~uint64_t{0}};
  Settings settings;
  list(settings, given);
  const Options found = read(settings.written());
  EXPECT_TRUE(found.flag);
  EXPECT_EQ(found.units, int64_t{1} << 60);
  EXPECT_EQ(found.rate, 0.1);
  EXPECT_EQ(found.mode, "max");
  EXPECT_EQ(found.shape, given.shape);
  EXPECT_EQ(found.seed, ~uint64_t{0});
  EXPECT_EQ(to_string(settings.written().at("shape")), "[None, 7, 9]");
}

TEST(Settings, WhatIsMissingStays) {
  EXPECT_EQ(read({}).mode, "auto");
  EXPECT_EQ(read({{"rate", 2}}).rate, 2);  // JSON has 2 for 2.0.
  EXPECT_FALSE(read({{"seed", Setting()}}).seed.has_value());
}

TEST(Settings, WrongOnesAreNamed) {
  EXPECT_EQ(error_of({{"units", "many"}}), "Thing: units must be a whole number. Received: units='many'.");
  EXPECT_EQ(error_of({{"flag", 2}}), "Thing: flag must be True or False. Received: flag=2.");
  EXPECT_EQ(error_of({{"shape", SettingList{2, -3}}}),
            "Thing: shape must be a tuple of numbers that are not negative. Received: shape=[2, -3].");
  EXPECT_EQ(error_of({{"seed", -1}}),
            "Thing: seed must be a whole number from 0 to 9223372036854775807. Received: seed=-1.");
  EXPECT_EQ(error_of({{"rate", Setting::Object{{}, "<a lock>"}}}),
            "Thing: rate must be a number. Received: rate=<a lock>.");
  EXPECT_EQ(error_of({{"unit", 3}}).substr(0, 70),
            "Thing: unexpected keyword argument 'unit'; did you mean 'units'? Known");
}

TEST(Settings, OneStandsForTrueAndForAListOfOne) {
  EXPECT_TRUE(read({{"flag", 1}}).flag);
  EXPECT_EQ(read({{"units", true}}).units, 1);
  EXPECT_EQ(read({{"shape", 4}}).shape, std::vector<int64_t>{4});
  EXPECT_THROW(read({{"units", 1.0}}), InvalidType);
  EXPECT_EQ(error_of({{"units", 0x1p70}}),
            "Thing: units must be a whole number of 64 bits. Received: units=1.18059e+21.");
  EXPECT_EQ(error_of({{"seed", "12"}}), "Thing: seed must be a whole number. Received: seed='12'.");
}

TEST(Settings, NestedOnesCompare) {
  const Config inner{{"a", SettingList{1, Config{{"b", Setting()}}}}};
  EXPECT_EQ(Setting(inner), Setting(Config(inner)));
  EXPECT_NE(Setting(inner), Setting(Config{{"a", 1}}));
}

}  // namespace
}  // namespace lacuna
