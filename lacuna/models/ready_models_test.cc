// Ready models: what they compute, what texts name, and which inputs they take.
#include "lacuna/models/ready_models.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <optional>
#include <utility>

#include "lacuna/base/testing.h"
#include "lacuna/data/batches.h"
#include "lacuna/data/csv.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/adam.h"

namespace lacuna {
namespace {

std::vector<std::string> ready_layer_names(Model& model) {
  std::vector<std::string> result;
  for (const auto& layer : model.network().layers()) result.push_back(layer->class_name + " " + layer->name);
  return result;
}

void expect_ready_says(const std::function<void()>& f, const std::string& part) {
  const std::string message = message_of<InvalidArgument>(f);
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

double ready_loss_after(Model model, const Problem& p, const std::string& loss, const Array& y,
                        int epochs = 30) {
  model.compile({.optimizer = optimizers::Adam{.lr = 0.01}, .loss = loss});
  return model.fit(p.csr, y, {.epochs = epochs, .verbose = 0}).history.at("loss").back();
}

TEST(ReadyModels, ADtypeIsThatOfAllWeights) {
  for (const char* text : {"linear", "fm:4", "mlp:16,8", "wide-deep:16:4"}) {
    Model model = models::ready_model(text, 10, {.outputs = 2, .dtype = DType::float64});
    for (const auto* weight : model.network().weights())
      EXPECT_EQ(weight->variable->spec().dtype, DType::float64);
    EXPECT_EQ(model.network().outputs()[0].dtype(), DType::float64);
  }
}

TEST(ReadyModels, AllLearn) {
  const Problem p;
  for (const char* text : {"linear", "fm:4", "mlp:16,8", "wide-deep:16:4", "fm", "mlp", "wide-deep"}) {
    SCOPED_TRACE(text);
    const double first = ready_loss_after(models::ready_model(text, 20), p, "mse", p.y, 1);
    EXPECT_LT(ready_loss_after(models::ready_model(text, 20), p, "mse", p.y), 0.9 * first);
    Model classes = models::ready_model(text, 20, {.outputs = 3});
    const double start = ready_loss_after(classes, p, "sparse_categorical_crossentropy", p.label, 1);
    EXPECT_LT(ready_loss_after(classes, p, "sparse_categorical_crossentropy", p.label), start);
    EXPECT_EQ(classes.predict(p.csr).shape, (Shape{101, 3}));
    const auto probabilities = classes.predict(p.csr);
    EXPECT_NEAR(probabilities.values<float>()[0] + probabilities.values<float>()[1] +
                    probabilities.values<float>()[2],
                1, 1e-5);
    EXPECT_EQ(model_from_json(classes.to_json()).to_json(), classes.to_json());
  }
}

TEST(ReadyModels, TextsAreTheFunctions) {
  const auto same = [](Model a, Model b) {
    a.set_name("m");
    b.set_name("m");
    EXPECT_EQ(a.to_json(), b.to_json());
  };
  same(models::ready_model("linear", 9), models::linear(9));
  same(models::ready_model("fm:5", 9), models::factorization_machine(9, 5));
  same(models::ready_model("mlp:3,2", 9), models::mlp(9, {3, 2}));
  same(models::ready_model("wide-deep:3:7", 9), models::wide_deep(9, {3}, 7));
  same(models::ready_model("wide-deep", 9), models::wide_deep(9, {128, 64}, 16));
}

TEST(ReadyModels, ColumnsThatWereNeverSeenAddNothingToALinearModel) {
  Model model = models::linear(1000, {.activation = "sigmoid"});
  const std::vector<float> ones{1};
  const std::vector<int32_t> at{7}, rows{0, 1};
  const csr_matrix x{
      std::span<const float>(ones), std::span<const int32_t>(at), std::span<const int32_t>(rows), {1, 1000}};
  EXPECT_EQ(model.predict(x).values<float>()[0], 0.5f);
}

TEST(ReadyModels, OptionsReachTheLayers) {
  Model deep = models::mlp(9, {4, 3}, {.outputs = 2, .activation = "sigmoid", .l2 = 0.1, .dropout = 0.5});
  EXPECT_EQ(ready_layer_names(deep),
            (std::vector<std::string>{"InputLayer x", "Dense hidden_1", "Dropout dropout_1", "Dense hidden_2",
                                      "Dropout dropout_2", "Dense output"}));
  const std::string json = deep.to_json();
  EXPECT_NE(json.find(R"("activation":"sigmoid")"), std::string::npos);
  EXPECT_NE(json.find(R"("l2":0.1)"), std::string::npos);
  EXPECT_NE(json.find(R"("sparse_weight":true)"), std::string::npos);
  EXPECT_EQ(models::linear(9, {.sparse_weight = false}).to_json().find(R"("sparse_weight":true)"),
            std::string::npos);
  EXPECT_EQ(models::linear(9, {.use_bias = false}).count_params(), 9);
  EXPECT_EQ(models::linear(9, {.name = "mine"}).name(), "mine");
}

TEST(ReadyModels, TakesTheInputsOfADataset) {
  const auto dataset = [](const data::LoadedRows& rows) {
    return data::batches([rows] {
      return [rows, given = false]() mutable {
        return std::exchange(given, true) ? std::nullopt : std::optional(rows);
      };
    });
  };
  const Problem p;
  tensor::Dense y;
  y.resize({101}, DType::float32);
  std::copy(p.y.begin(), p.y.end(), y.values<float>().begin());
  const data::Dataset two =
      dataset({.x = {{"a", Array(p.csr)}, {"b", Array(p.dense)}}, .y = {{"y", Array(y)}}});
  for (const char* text : {"linear", "fm:4", "mlp:8", "wide-deep:8:4"}) {
    SCOPED_TRACE(text);
    Model model = models::ready_model(text, two);
    model.compile({.optimizer = "adam", .loss = "mse"});
    const auto losses = model.fit(two, {.epochs = 3, .verbose = 0}).history.at("loss");
    EXPECT_LT(losses.back(), losses.front());
  }
  const data::Dataset one = dataset({.x = {{"words", Array(p.dense)}}, .y = {{"y", Array(y)}}});
  Model model = models::ready_model("wide-deep:8:4", one);
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(one, {.verbose = 0});
  EXPECT_EQ(model.network().input_names(), (std::vector<std::string>{"words"}));
}

TEST(ReadyModels, TakesTheIdsOfADataset) {
  const std::string path = temporary_folder() + "ids.csv";
  std::ofstream(path) << "1,a,3\n0,b,4\n1,a,5\n0,b,6\n";
  std::vector<double> first;
  for (const bool fields : {false, true}) {
    const data::Dataset rows = data::csv(
        {path}, {.columns = {data::label("y"), data::category("a", {.bins = 10}), data::ids("b", {.n = 10})},
                 .header = data::Header::no,
                 .fields = fields});
    Model model = models::ready_model("linear", rows, {.activation = "sigmoid"});
    model.compile({.optimizer = "adam", .loss = "binary_crossentropy"});
    const auto losses =
        model.fit(rows, {.epochs = 3, .verbose = 0, .shuffle = Shuffle::none}).history.at("loss");
    EXPECT_LT(losses[2], losses[0]);
    if (first.empty()) first = losses;
    EXPECT_EQ(losses, first);  // Ids are the same columns.
    EXPECT_EQ(model.count_params(), 21);
  }
  const data::Dataset texts = data::csv(
      {path},
      {.columns = {data::label("y"), data::string("a"), data::ignored("b")}, .header = data::Header::no});
  expect_ready_says([&] { models::ready_model("linear", texts); }, "texts need layers, such as Hashing");
}

TEST(ReadyModels, WrongTextsAndSizes) {
  for (const char* text :
       {"", "lienar", "linear:3", "fm:", "fm:0", "fm:-1", "fm:1,2", "fm:1:2", "mlp:", "mlp:3,", "mlp:3,x",
        "mlp:99999999999999999999", "wide-deep:3:", "wide-deep:3:1:2", "mlp 3"}) {
    SCOPED_TRACE(text);
    expect_ready_says([&] { models::ready_model(text, 9); },
                      "ready_model: a model must be given as 'linear'");
  }
  expect_ready_says([] { models::ready_model("lienar", 9); }, "did you mean 'linear'?");
  expect_ready_says([] { models::linear(0); }, "linear: input_dim must be positive. Received: input_dim=0.");
  expect_ready_says([] { models::linear(3, {.outputs = 0}); }, "outputs must be positive");
  expect_ready_says([] { models::linear(3, {.l2 = -1}); }, "l1 and l2 must be 0 or more");
  expect_ready_says([] { models::linear(3, {.l1 = std::nan("")}); }, "l1 and l2 must be 0 or more");
  expect_ready_says([] { models::linear(3, {.dropout = 0.5}); }, "dropout is for models with hidden layers");
  expect_ready_says([] { models::mlp(3, {}); }, "units must name a hidden layer");
  expect_ready_says([] { models::mlp(3, {0}); }, "units must be positive");
  expect_ready_says([] { models::factorization_machine(3, 0); }, "factors must be positive");
  expect_ready_says([] { models::wide_deep(3, {2}, 0); }, "output_dim must be positive");
}

}  // namespace
}  // namespace lacuna
