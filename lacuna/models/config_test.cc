// Configs of layers and models: what get_config gives makes the same again.
#include <gtest/gtest.h>

#include "lacuna/base/testing.h"

#include "lacuna/layers/advanced_activations.h"
#include "lacuna/layers/convolution.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/cross_net.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/factorization_machine.h"
#include "lacuna/layers/locally_connected.h"
#include "lacuna/layers/merge.h"
#include "lacuna/layers/noise.h"
#include "lacuna/layers/normalization.h"
#include "lacuna/layers/padding.h"
#include "lacuna/layers/pooling.h"
#include "lacuna/layers/separable.h"
#include "lacuna/models/sequential.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/saving/json.h"

namespace lacuna {
namespace {

// A layer made from the config of another has the same config, and so has one that went through JSON.
void expect_kept(const layers::Layer& layer) {
  const Config config = layer.get_config();
  const auto again = layers::from_config(layer.state()->class_name, from_json("test", to_json(config)));
  EXPECT_EQ(again->get_config(), config) << to_string(config);
  EXPECT_EQ(again->name(), layer.name());
}

TEST(Config, LayersKeepTheirSettings) {
  const layers::Dense dense(7, {.activation = "relu",
                                .use_bias = false,
                                .kernel_initializer = initializers::RandomNormal{.stddev = 0.2, .seed = 3},
                                .kernel_regularizer = regularizers::l2(0.1),
                                .activity_regularizer = "l1",
                                .kernel_constraint = constraints::MaxNorm{3, {1}},
                                .sparse_weight = true,
                                .input_dim = 9,
                                .name = "first",
                                .trainable = false,
                                .dtype = DType::float64});
  expect_kept(dense);
  const Config config = dense.get_config();
  EXPECT_EQ(config.at("units"), Setting(7));
  EXPECT_EQ(config.at("activation"), Setting("relu"));
  EXPECT_EQ(config.at("sparse_weight"), Setting(true));
  EXPECT_EQ(config.at("trainable"), Setting(false));
  EXPECT_EQ(config.at("dtype"), Setting("float64"));
  EXPECT_EQ(to_string(config.at("batch_input_shape")), "[None, 9]");
  EXPECT_EQ(config.at("bias_regularizer"), Setting());
  EXPECT_EQ(to_string(config.at("kernel_initializer")),
            "{'class_name': 'RandomNormal', 'config': {'mean': 0, 'seed': 3, 'stddev': 0.2}}");
  expect_kept(layers::Embedding(100, 4, {.embeddings_constraint = "unit_norm", .input_length = 6}));
  expect_kept(layers::Embedding(int64_t{1} << 40, 4, {.sparse_grad = true}));
  expect_kept(layers::FactorizationMachine(3, {.activation = "sigmoid", .sparse_weight = true}));
  expect_kept(layers::Dropout(0.25, {.seed = 5, .batch_input_shape = {None, None, 3}}));
  expect_kept(layers::Activation("softmax"));
  expect_kept(layers::Flatten());
  expect_kept(layers::Reshape({2, -1}));
  expect_kept(layers::Concatenate(1));
  expect_kept(layers::Dot(1, true));
  expect_kept(layers::Dot(std::pair{1, 2}));
  expect_kept(layers::Add());
  expect_kept(layers::Maximum());
  expect_kept(layers::Embedding(9, 4, {.mask_zero = true, .combiner = "mean", .weighted = false}));
  expect_kept(layers::FactorizationMachine(3, {.input_dim = 9, .ids = true, .mask_zero = true}));
  expect_kept(layers::CrossNet(3, {.use_bias = false, .sparse_weight = true}));
  expect_kept(
      layers::BatchNormalization({.axis = 1, .momentum = 0.9, .scale = false, .subtract_mean = false}));
  expect_kept(layers::Dropout(0.5, {.noise_shape = {None, 1}}));
  expect_kept(layers::SpatialDropout1D(0.5));
  expect_kept(layers::GaussianNoise(0.5));
  expect_kept(layers::GaussianDropout(0.5));
  expect_kept(layers::AlphaDropout(0.5, {.noise_shape = {None, 1}, .seed = 3}));
  expect_kept(layers::Masking(3));
  expect_kept(layers::GlobalAveragePooling1D({.data_format = "channels_first"}));
  expect_kept(layers::GlobalMaxPooling1D());
  expect_kept(layers::RepeatVector(3));
  expect_kept(layers::Conv1D(3, {2}, {.padding = "causal", .dilation_rate = {2}, .activation = "relu"}));
  expect_kept(layers::Conv2DTranspose(3, {2}, {.strides = {2}, .output_padding = {1, 0}}));
  expect_kept(layers::SeparableConv2D(3, {2, 1}, {.data_format = "channels_first", .depth_multiplier = 2}));
  expect_kept(layers::DepthwiseConv2D({2, 1}, {.padding = "same"}));
  expect_kept(layers::LocallyConnected1D(3, {2}, {.strides = {2}}));
  expect_kept(layers::MaxPooling2D({3, 2}, {.strides = {1}}));
  expect_kept(layers::ZeroPadding2D({{1, 2}, {3, 4}}));
  expect_kept(layers::Cropping1D({{1, 2}}));
  expect_kept(layers::UpSampling2D({2, 3}, {.interpolation = "bilinear"}));
  expect_kept(layers::SpatialDropout2D(0.5, {.data_format = "channels_first"}));
  expect_kept(layers::Permute({2, 1}));
  expect_kept(layers::CrossNetV2(2, {.projection_dim = 3, .use_bias = false}));
  expect_kept(layers::ActivityRegularization(0.5, 0.25));
  expect_kept(layers::LeakyReLU(0.2));
  expect_kept(layers::ELU(0.2));
  expect_kept(layers::ThresholdedReLU(0.2));
  expect_kept(layers::ReLU({.max_value = 6}));
  expect_kept(layers::ReLU());
  expect_kept(layers::Softmax());
  expect_kept(layers::PReLU({.shared_axes = {1, 2}}));
  EXPECT_EQ(layers::from_config("LeakyReLU", {})->get_config().at("alpha"), Setting(0.3));
  expect_kept(layers::Subtract());
  expect_kept(layers::Multiply());
  expect_kept(layers::Average({.name = "middle"}));
}

TEST(Config, WrongLayersAreNamed) {
  EXPECT_EQ(message_of<InvalidArgument>([] { layers::from_config("Dens", {}); }).substr(0, 75),
            "layers: unknown class. Received: class_name='Dens'; did you mean 'Dense'? K");
  EXPECT_EQ(message_of<InvalidArgument>([] {
              layers::from_config("Dense", {{"units", "3"}});
            }),
            "Dense: units must be a whole number. Received: units='3'.");
  EXPECT_EQ(message_of<InvalidArgument>([] {
              layers::from_config("Dense", {{"units", 3}, {"unit", 3}});
            }).substr(0, 59),
            "Dense: unexpected keyword argument 'unit'; did you mean 'un");
  EXPECT_EQ(message_of<InvalidArgument>([] {
              layers::from_config("Dense", {{"units", 3}, {"kernel_initializer", 3}});
            }),
            "initializer: must be a name, or a class_name and its config. Received: 3.");
}

TEST(Config, OptimizersKeepTheirSettings) {
  for (const Arg<optimizers::Optimizer>& made :
       {Arg<optimizers::Optimizer>(
            optimizers::SGD{.lr = 0.3, .momentum = 0.9, .nesterov = true, .clipnorm = 2}),
        Arg<optimizers::Optimizer>(optimizers::Adam{.epsilon = 1e-3, .amsgrad = true, .lazy_update = false}),
        Arg<optimizers::Optimizer>(optimizers::Adagrad{.decay = 1e-3, .clipvalue = 4})}) {
    made->lr->set_scalar(0.7);  // As a callback does.
    const auto again = Registry<optimizers::Optimizer>::from_setting(to_setting(made));
    EXPECT_EQ(again->config(), made->config());
    EXPECT_EQ(again->lr->scalar(), 0.7);
    EXPECT_EQ(again->class_name(), made->class_name());
  }
}

// Shared layers, layers of several inputs, a model as a layer, several outputs.
Model branches() {
  const Symbol a = layers::Input({.shape = {20}, .name = "a", .sparse = true});
  const Symbol b = layers::Input({.shape = {20}, .name = "b"});
  layers::Dense shared(6, {.activation = "tanh", .name = "shared"});
  const Symbol in = layers::Input({.shape = {6}, .name = "inner_in"});
  Model inner(in, layers::Dense(6, {.name = "inner_dense"})(layers::Dropout(0.5, {.name = "drop"})(in)),
              "inner");
  const Symbol x = shared(a), y = shared(b);
  const Symbol sum = layers::Add({.name = "sum"})({inner(x), inner(y), x});
  return Model({a, b}, {sum, layers::Dense(1, {.name = "out"})(layers::Concatenate()({sum, y}))}, "outer");
}

TEST(Config, ModelsAreMadeAgain) {
  Model model = branches();
  const std::string json = model.to_json();
  Model again = model_from_json(json);
  EXPECT_EQ(again.to_json(), json);
  EXPECT_EQ(again.summary(), model.summary());
  EXPECT_EQ(again.network().input_names(), model.network().input_names());
  EXPECT_EQ(again.network().output_names(), model.network().output_names());
  EXPECT_EQ(again.network().inputs()[0].storage(), Storage::csr);
  again.set_weights(model.get_weights());
  const Problem p;
  const auto x = std::vector<Array>{p.csr, p.dense};
  const auto first = model.predict_all(x), second = again.predict_all(x);
  for (size_t i = 0; i < 2; ++i)
    expect_near({first[i].dense().values<float>().begin(), first[i].dense().values<float>().end()},
                {second[i].dense().values<float>().begin(), second[i].dense().values<float>().end()}, 0);

  Model clone = clone_model(model);  // Has weights of its own.
  EXPECT_NE(clone.get_weights()[0].values<float>()[0], model.get_weights()[0].values<float>()[0]);
}

TEST(Config, SequentialsAreMadeAgain) {
  Sequential model({layers::Dense(4, {.input_dim = 20}), layers::Dropout(0.1), layers::Dense(1)}, "line");
  const Sequential again = Sequential::from_config(model.get_config());
  EXPECT_EQ(again.name(), "line");
  EXPECT_TRUE(again.built());
  EXPECT_EQ(again.layers()[1]->state()->key, model.layers()[1]->state()->key);
  EXPECT_EQ(model_from_json(model.to_json()).to_json(), model.to_json());

  Sequential unbuilt({layers::Dense(4), layers::Dense(1)});
  EXPECT_FALSE(Sequential::from_config(unbuilt.get_config()).built());
  EXPECT_NE(
      message_of<InvalidArgument>([&] { model_from_json(unbuilt.to_json()); }).find("shape of the input"),
      std::string::npos);
  unbuilt.build({None, 7});
  EXPECT_EQ(to_string(unbuilt.get_config().at("build_input_shape")), "[None, 7]");
  EXPECT_TRUE(Sequential::from_config(unbuilt.get_config()).built());
}

TEST(Config, AFrozenModelAsALayerStaysFrozen) {
  Model inner = linear(false, false);
  inner.set_trainable(false);
  const Symbol in = layers::Input({.shape = {20}});
  Model outer(in, inner(in));
  EXPECT_TRUE(clone_model(outer).network().trainable_weights().empty());
}

TEST(Config, ObjectsAreSharedAndNotWritten) {
  const Arg<initializers::Initializer> mine = initializers::Constant{2};
  const Config config{{"units", 3}, {"kernel_initializer", Setting::Object{mine.get(), "mine"}}};
  const auto layer = layers::from_config("Dense", config);
  (*layer)(layers::Input({.shape = {4}}));
  EXPECT_EQ(layer->get_weights()[0].values<float>()[11], 2);
  EXPECT_EQ(message_of<InvalidArgument>([&] { to_json(config); }),
            "to_json: a config must hold no objects. Received: mine.");
  EXPECT_EQ(message_of<InvalidArgument>([&] {
              layers::from_config(
                  "Dense", {{"units", 3}, {"kernel_regularizer", Setting::Object{mine.get(), "mine"}}});
            }),
            "regularizer: must be a name, or a class_name and its config. Received: mine.");
}

TEST(Config, WhatIsNoLayerIsNamed) {
  const Symbol in = layers::Input({.shape = {20}});
  Model model(in, layers::Dense(1)(activations::relu(in)));
  EXPECT_NE(message_of<InvalidArgument>([&] { model.get_config(); }).find("Received: op 'relu'"),
            std::string::npos);
}

TEST(Config, BrokenModelsAreErrors) {
  Model model = branches();
  const std::string json = model.to_json();
  const auto with = [&](const std::string& from, const std::string& to) {
    const size_t at = json.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    std::string changed = json;
    changed.replace(at, from.size(), to);
    return message_of<InvalidArgument>([&] { model_from_json(changed); });
  };
  EXPECT_NE(with(R"(["sum",0,0,{}])", R"(["out",0,0,{}])").find("reads an output that no layer makes"),
            std::string::npos);
  EXPECT_NE(with(R"(["sum",0,0,{}])", R"(["summ",0,0,{}])").find("'summ'"), std::string::npos);
  EXPECT_NE(with(R"(["sum",0,0,{}])", R"(["sum",9,0,{}])").find("reads an output that no layer makes"),
            std::string::npos);
  EXPECT_NE(with(R"(["sum",0,0,{}])", R"(["sum",0,-1,{}])").find("output=-1"), std::string::npos);
  EXPECT_NE(with(R"(["sum",0,0,{}])", "7").find("one without"), std::string::npos);
  EXPECT_NE(with(R"("inbound_nodes":[[["sum")", R"("nodes":[[["sum")").find("inbound_nodes"),
            std::string::npos);
  EXPECT_NE(with(R"("units":1,)", R"("units":4611686018427387904,)").find("fit in memory"),
            std::string::npos);
  EXPECT_NE(with(R"("units":1,)", R"("units":-1,)").find("units=-1"), std::string::npos);
  EXPECT_NE(with(R"("name":"sum")", R"("name":"out")").find("'out' for two layers"), std::string::npos);
}

}  // namespace
}  // namespace lacuna
