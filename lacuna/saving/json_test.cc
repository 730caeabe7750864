#include "lacuna/saving/json.h"

#include <gtest/gtest.h>

#include <limits>

#include "lacuna/base/error.h"

namespace lacuna {
namespace {

TEST(Json, ReadsWhatItWrote) {
  const Config config{
      {"none", Setting()},        {"yes", true},      {"large", std::numeric_limits<int64_t>::min()},
      {"third", 1.0 / 3},         {"text", "ä \"\n"}, {"list", SettingList{1, 2.5, SettingList{}, Config{}}},
      {"inner", Config{{"a", 1}}}};
  EXPECT_EQ(from_json("test", to_json(config)), config);
}

TEST(Json, WhatIsNoConfigIsAnError) {
  std::string deep = R"({"a": )";
  for (int i = 0; i < 100000; ++i) deep += '[';
  for (const std::string& bad :
       {std::string("[]"), std::string("{"), std::string("{\"a\": 1e999}"),
        std::string("{\"a\": 18446744073709551615}"), std::string("{\"a\": \"\xff\"}"), std::string(), deep})
    EXPECT_THROW(from_json("test", bad), InvalidArgument) << bad.substr(0, 30);
  EXPECT_THROW(to_json({{"a", std::numeric_limits<double>::infinity()}}), InvalidArgument);
  EXPECT_THROW(to_json({{"a", "\xff"}}), InvalidArgument);
}

}  // namespace
}  // namespace lacuna
