// Tests of json.
#include "lacuna/saving/json.h"

#include <gtest/gtest.h>

#include <cmath>
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

TEST(Json, NumbersThatAreNotFiniteAreThoseOfPythonsJson) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const std::string json = to_json({{"a", SettingList{kInf, -kInf, NAN}}, {"b", "NaN, \\\"Infinity"}});
  EXPECT_EQ(json, R"({"a":[Infinity,-Infinity,NaN],"b":"NaN, \\\"Infinity"})");
  const Config config = from_json("test", json);
  const auto& list = *config.at("a").as<SettingList>();
  EXPECT_EQ(list[0], kInf);
  EXPECT_EQ(list[1], -kInf);
  EXPECT_TRUE(std::isnan(*list[2].as<double>()));
  EXPECT_EQ(config.at("b"), "NaN, \\\"Infinity");
  for (const char* bad : {"{\"a\": Infinit}", "{\"a\": NaNa}", "{\"a\": 1Infinity}", "{\"a\": - Infinity}"})
    EXPECT_THROW(from_json("test", bad), InvalidArgument) << bad;
}

TEST(Json, ModelsWithinModelsGoDeep) {
  Config config{{"a", 1}};
  for (int i = 0; i < 900; ++i) config = Config{{"a", std::move(config)}};
  EXPECT_EQ(to_json(from_json("test", to_json(config))), to_json(config));
  for (int i = 0; i < 200; ++i) config = Config{{"a", std::move(config)}};
  EXPECT_THROW(to_json(config), InvalidArgument);
}

TEST(Json, WhatIsNoConfigIsAnError) {
  std::string deep = R"({"a": )";
  for (int i = 0; i < 100000; ++i) deep += '[';
  for (const std::string& bad :
       {std::string("[]"), std::string("{"), std::string("{\"a\": 1e999}"),
        std::string("{\"a\": 18446744073709551615}"), std::string("{\"a\": \"\xff\"}"), std::string(), deep})
    EXPECT_THROW(from_json("test", bad), InvalidArgument) << bad.substr(0, 30);
  EXPECT_THROW(to_json({{"a", "\xff"}}), InvalidArgument);
}

}  // namespace
}  // namespace lacuna
