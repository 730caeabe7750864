// Tests of configs of later versions of Keras.
#include "lacuna/saving/later_keras.h"

#include <gtest/gtest.h>

#include "lacuna/saving/json.h"

namespace lacuna::saving {
namespace {

std::string older(const std::string& json) { return to_json(in_older_words(from_json("test", json))); }

TEST(LaterKeras, HasOlderNamesOfClasses) {
  EXPECT_EQ(
      older(R"({"class_name": "Functional", "config": {"layers": [
      {"class_name": "Dense", "config": {"units": 2, "kernel_regularizer": {"class_name": "L2", "config": {}},
       "dtype": {"class_name": "Policy", "config": {"name": "float64"}}}}]}})"),
      to_json({{"class_name", "Model"},
               {"config",
                Config{{"layers", SettingList{Config{
                                      {"class_name", "Dense"},
                                      {"config", Config{{"units", 2},
                                                        {"kernel_regularizer", Config{{"class_name", "L1L2"},
                                                                                      {"config", Config()}}},
                                                        {"dtype", "float64"}}}}}}}}}));
}

TEST(LaterKeras, LeavesOutWhatSaysNothing) {
  const auto config = [](const char* class_name, const char* settings) {
    return older(std::string(R"({"class_name": ")") + class_name + R"(", "config": )" + settings + "}");
  };
  const auto bare = [](const char* class_name, Config left) {
    return to_json({{"class_name", class_name}, {"config", std::move(left)}});
  };
  EXPECT_EQ(config("LSTM", R"({"time_major": false, "units": 3})"), bare("LSTM", {{"units", 3}}));
  EXPECT_EQ(config("LSTM", R"({"time_major": true})"), bare("LSTM", {{"time_major", true}}));
  EXPECT_EQ(config("Conv2D", R"({"groups": 1})"), bare("Conv2D", {}));
  EXPECT_EQ(config("Conv2D", R"({"groups": 2})"), bare("Conv2D", {{"groups", 2}}));
  EXPECT_EQ(config("Own", R"({"groups": 1})"), bare("Own", {{"groups", 1}}));  // It may need its setting.
  EXPECT_EQ(config("BatchNormalization", R"({"axis": [3]})"), bare("BatchNormalization", {{"axis", 3}}));
}

TEST(LaterKeras, KnowsCallsAsKeras3WritesThem) {
  const char* tensor = R"({"class_name": "__keras_tensor__", "config": {"keras_history": ["a", 0, 1]}})";
  const std::string call = std::string(R"([{"args": [[)") + tensor + ", " + tensor +
                           R"(]], "kwargs": {"mask": null, "training": true}}])";
  const auto layer = [](const std::string& calls) {
    return R"({"class_name": "Functional", "config": {"input_layers": ["a", 0, 0], "output_layers": [["b", 0, 0]],
        "layers": [{"class_name": "Add", "config": {"quantization_config": null}, "inbound_nodes": )" +
           calls + "}]}}";
  };
  const SettingList one{"a", 0, 1, Config{{"training", true}}};
  const auto ends = [](const char* name) { return SettingList{SettingList{name, 0, 0}}; };
  EXPECT_EQ(
      older(layer(call)),
      to_json({{"class_name", "Model"},
               {"config", Config{{"input_layers", ends("a")},
                                 {"output_layers", ends("b")},
                                 {"layers", SettingList{Config{
                                                {"class_name", "Add"},
                                                {"config", Config()},
                                                {"inbound_nodes", SettingList{SettingList{one, one}}}}}}}}}));
  EXPECT_NE(older(layer(R"([{"args": [3], "kwargs": {}}])")).find("args"), std::string::npos);
}

TEST(LaterKeras, LeavesOutTheSecondLayerOfABidirectionalIfItIsACopy) {
  const auto both = [](const char* units) {
    return older(text(R"({"class_name": "Bidirectional", "config": {
        "layer": {"class_name": "GRU", "config": {"go_backwards": false, "name": "forward_gru", "units": 3}},
        "backward_layer": {"class_name": "GRU", "config": {"go_backwards": true, "name": "b", "units": )",
                      units, "}}}}"));
  };
  EXPECT_EQ(both("3"), to_json({{"class_name", "Bidirectional"},
                                {"config", Config{{"layer", Config{{"class_name", "GRU"},
                                                                   {"config", Config{{"go_backwards", false},
                                                                                     {"name", "gru"},
                                                                                     {"units", 3}}}}}}}}));
  EXPECT_NE(both("4").find("backward_layer"), std::string::npos);
}

TEST(LaterKeras, ABatchNormalizationActsAsInTheKerasThatWroteIt) {
  const auto uses_averages = [](const char* beside, const std::string& version) {
    const std::string json =
        text(R"({"class_name": "BatchNormalization", "config": {"moving_mean_initializer": 0})", beside, "}");
    const std::string now = to_json(in_older_words(from_json("test", json), version));
    const bool uses = now.find(R"("frozen_uses_averages":true)") != std::string::npos;
    EXPECT_EQ(now.find(R"("unbiased_variance":false)") != std::string::npos, uses) << now;
    return uses;
  };
  for (const char* version : {"", "2.2.4", "2.3.1", "2.1.6"}) EXPECT_FALSE(uses_averages("", version));
  for (const char* version : {"2.2.4-tf", "2.4.0", "2.15.0", "3.0.5"})
    EXPECT_TRUE(uses_averages("", version));
  EXPECT_TRUE(uses_averages(R"(, "module": "keras.layers")", ""));
  EXPECT_FALSE(uses_averages(R"(, "frozen_uses_averages": false, "unbiased_variance": true)", "3.0.5"));
  EXPECT_EQ(older(R"({"class_name": "BatchNormalization", "config": {}})").find("frozen"), std::string::npos);
}

TEST(LaterKeras, KnowsOptimizersOfTensorFlow) {
  EXPECT_EQ(older(R"({"loss": "mse", "optimizer_config": {"class_name": "Custom>Adam", "config":
      {"name": "Adam", "learning_rate": 0.5, "weight_decay": null, "use_ema": false, "ema_momentum": 0.99}}})"),
            to_json({{"loss", "mse"},
                     {"optimizer_config",
                      Config{{"class_name", "Adam"}, {"config", Config{{"learning_rate", 0.5}}}}}}));
  EXPECT_NE(older(R"({"optimizer_config": {"class_name": "Adam", "config": {"weight_decay": 0.1}}})")
                .find("weight_decay"),
            std::string::npos);
}

}  // namespace
}  // namespace lacuna::saving
