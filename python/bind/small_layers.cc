// Layers beside Dense and the core: embeddings, crosses, normalization, activations, noise, masks, pooling.
#include "lacuna/layers/advanced_activations.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/cross_net.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/factorization_machine.h"
#include "lacuna/layers/noise.h"
#include "lacuna/layers/normalization.h"
#include "lacuna/layers/pooling.h"
#include "lacuna/models/sequential.h"
#include "python/bind/layers.h"

namespace lacuna::bind {
namespace {

// A layer's own options with what every layer takes.
template <class Options>
Options with(const LayerOptions& o, Options options) {
  options.name = o.name;
  options.trainable = o.trainable;
  options.dtype = o.dtype;
  options.input_shape = o.input_shape;
  options.batch_input_shape = o.batch_input_shape;
  return options;
}

// A layer of one number.
template <class L>
void def_of_number(nb::module_& m, const Bound& bound, const char* number) {
  def(
      m, bound, [](double value, const LayerOptions& o) { return AnyLayer(L(value, o)); }, nb::arg(number),
      "options"_a);
}

void bind_activations(nb::module_& m) {
  def_of_number<layers::LeakyReLU>(m, {"leaky_relu_layer", "LeakyReLU"}, "alpha");
  def_of_number<layers::ELU>(m, {"elu_layer", "ELU"}, "alpha");
  def_of_number<layers::ThresholdedReLU>(m, {"thresholded_relu_layer", "ThresholdedReLU"}, "theta");
  def(
      m, {"relu_layer", "ReLU"},
      [](double max_value, double negative_slope, double threshold, const LayerOptions& o) {
        return AnyLayer(layers::ReLU(
            with(o, layers::ReLUOptions{
                        .max_value = max_value, .negative_slope = negative_slope, .threshold = threshold})));
      },
      "max_value"_a, "negative_slope"_a, "threshold"_a, "options"_a);
  def(
      m, {"softmax_layer", "Softmax"},
      [](int axis, const LayerOptions& o) { return AnyLayer(layers::Softmax(axis, o)); }, "axis"_a,
      "options"_a);
  def(
      m, {"prelu_layer", "PReLU"},
      [](const Initializer& alpha_initializer, const Regularizer* alpha_regularizer,
         const Constraint* alpha_constraint, const std::vector<int64_t>& shared_axes, const LayerOptions& o) {
        return AnyLayer(
            layers::PReLU(with(o, layers::PReLUOptions{.alpha_initializer = alpha_initializer,
                                                       .alpha_regularizer = or_none(alpha_regularizer),
                                                       .alpha_constraint = or_none(alpha_constraint),
                                                       .shared_axes = shared_axes})));
      },
      "alpha_initializer"_a, "alpha_regularizer"_a.none(), "alpha_constraint"_a.none(), "shared_axes"_a,
      "options"_a);
}

void bind_noise(nb::module_& m) {
  def_of_number<layers::GaussianNoise>(m, {"gaussian_noise_layer", "GaussianNoise"}, "stddev");
  def_of_number<layers::GaussianDropout>(m, {"gaussian_dropout_layer", "GaussianDropout"}, "rate");
  def_of_number<layers::SpatialDropout1D>(m, {"spatial_dropout_1d_layer", "SpatialDropout1D"}, "rate");
  def(
      m, {"alpha_dropout_layer", "AlphaDropout"},
      [](double rate, const Dims& noise_shape, std::optional<uint64_t> seed, const LayerOptions& o) {
        return AnyLayer(layers::AlphaDropout(
            rate, with(o, layers::AlphaDropoutOptions{.noise_shape = noise_shape.shape, .seed = seed})));
      },
      "rate"_a, "noise_shape"_a, "seed"_a.none(), "options"_a);
}

void bind_ids(nb::module_& m) {
  def(
      m, {"embedding_layer", "Embedding"},
      [](Dim input_dim, Dim output_dim, const Initializer& embeddings_initializer,
         const Regularizer* embeddings_regularizer, const Regularizer* activity_regularizer,
         const Constraint* embeddings_constraint, bool mask_zero, Dim input_length, bool sparse_grad,
         const std::string& combiner, bool weighted, const LayerOptions& o) {
        return AnyLayer(layers::Embedding(
            input_dim, output_dim,
            with(o, layers::EmbeddingOptions{.embeddings_initializer = embeddings_initializer,
                                             .embeddings_regularizer = or_none(embeddings_regularizer),
                                             .activity_regularizer = or_none(activity_regularizer),
                                             .embeddings_constraint = or_none(embeddings_constraint),
                                             .mask_zero = mask_zero,
                                             .input_length = input_length,
                                             .sparse_grad = sparse_grad,
                                             .combiner = combiner,
                                             .weighted = weighted})));
      },
      "input_dim"_a, "output_dim"_a, "embeddings_initializer"_a, "embeddings_regularizer"_a.none(),
      "activity_regularizer"_a.none(), "embeddings_constraint"_a.none(), "mask_zero"_a, "input_length"_a,
      "sparse_grad"_a, "combiner"_a, "weighted"_a, "options"_a);
  def(
      m, {"factorization_machine_layer", "FactorizationMachine"},
      [](Dim factors, const Activation* activation, bool use_bias, const Initializer& kernel_initializer,
         const Initializer& bias_initializer, const Regularizer* kernel_regularizer,
         const Regularizer* bias_regularizer, const Regularizer* activity_regularizer,
         const Constraint* kernel_constraint, const Constraint* bias_constraint, bool sparse_weight,
         Dim input_dim, bool ids, bool mask_zero, const LayerOptions& o) {
        return AnyLayer(layers::FactorizationMachine(
            factors,
            with(o, layers::FactorizationMachineOptions{.activation = or_none(activation),
                                                        .use_bias = use_bias,
                                                        .kernel_initializer = kernel_initializer,
                                                        .bias_initializer = bias_initializer,
                                                        .kernel_regularizer = or_none(kernel_regularizer),
                                                        .bias_regularizer = or_none(bias_regularizer),
                                                        .activity_regularizer = or_none(activity_regularizer),
                                                        .kernel_constraint = or_none(kernel_constraint),
                                                        .bias_constraint = or_none(bias_constraint),
                                                        .sparse_weight = sparse_weight,
                                                        .input_dim = input_dim,
                                                        .ids = ids,
                                                        .mask_zero = mask_zero})));
      },
      "factors"_a, "activation"_a.none(), "use_bias"_a, "kernel_initializer"_a, "bias_initializer"_a,
      "kernel_regularizer"_a.none(), "bias_regularizer"_a.none(), "activity_regularizer"_a.none(),
      "kernel_constraint"_a.none(), "bias_constraint"_a.none(), "sparse_weight"_a, "input_dim"_a, "ids"_a,
      "mask_zero"_a, "options"_a);
}

}  // namespace

void bind_small_layers(nb::module_& m) {
  bind_ids(m);
  bind_activations(m);
  bind_noise(m);
  def_of_number<layers::Masking>(m, {"masking_layer", "Masking"}, "mask_value");
  def(
      m, {"repeat_vector_layer", "RepeatVector"},
      [](Dim n, const LayerOptions& o) { return AnyLayer(layers::RepeatVector(n, o)); }, "n"_a, "options"_a);
  def(
      m, {"permute_layer", "Permute"},
      [](const std::vector<int64_t>& dims, const LayerOptions& o) {
        return AnyLayer(layers::Permute(dims, o));
      },
      "dims"_a, "options"_a);
  def(
      m, {"activity_regularization_layer", "ActivityRegularization"},
      [](double l1, double l2, const LayerOptions& o) {
        return AnyLayer(layers::ActivityRegularization(l1, l2, o));
      },
      "l1"_a, "l2"_a, "options"_a);
  def(
      m, {"global_average_pooling_1d_layer", "GlobalAveragePooling1D"},
      [](bool channels_last, const LayerOptions& o) {
        return AnyLayer(layers::GlobalAveragePooling1D(
            with(o, layers::GlobalPooling1DOptions{.channels_last = channels_last})));
      },
      "channels_last"_a, "options"_a);
  def(
      m, {"global_max_pooling_1d_layer", "GlobalMaxPooling1D"},
      [](bool channels_last, const LayerOptions& o) {
        return AnyLayer(layers::GlobalMaxPooling1D(
            with(o, layers::GlobalPooling1DOptions{.channels_last = channels_last})));
      },
      "channels_last"_a, "options"_a);
  def(
      m, {"batch_normalization_layer", "BatchNormalization"},
      [](int axis, double momentum, double epsilon, bool center, bool scale,
         const Initializer& beta_initializer, const Initializer& gamma_initializer,
         const Initializer& moving_mean_initializer, const Initializer& moving_variance_initializer,
         const Regularizer* beta_regularizer, const Regularizer* gamma_regularizer,
         const Constraint* beta_constraint, const Constraint* gamma_constraint, bool subtract_mean,
         const LayerOptions& o) {
        return AnyLayer(layers::BatchNormalization(with(
            o, layers::BatchNormalizationOptions{.axis = axis,
                                                 .momentum = momentum,
                                                 .epsilon = epsilon,
                                                 .center = center,
                                                 .scale = scale,
                                                 .beta_initializer = beta_initializer,
                                                 .gamma_initializer = gamma_initializer,
                                                 .moving_mean_initializer = moving_mean_initializer,
                                                 .moving_variance_initializer = moving_variance_initializer,
                                                 .beta_regularizer = or_none(beta_regularizer),
                                                 .gamma_regularizer = or_none(gamma_regularizer),
                                                 .beta_constraint = or_none(beta_constraint),
                                                 .gamma_constraint = or_none(gamma_constraint),
                                                 .subtract_mean = subtract_mean})));
      },
      "axis"_a, "momentum"_a, "epsilon"_a, "center"_a, "scale"_a, "beta_initializer"_a, "gamma_initializer"_a,
      "moving_mean_initializer"_a, "moving_variance_initializer"_a, "beta_regularizer"_a.none(),
      "gamma_regularizer"_a.none(), "beta_constraint"_a.none(), "gamma_constraint"_a.none(),
      "subtract_mean"_a, "options"_a);
  def(
      m, {"cross_net_layer", "CrossNet"},
      [](Dim num_layers, bool use_bias, const Initializer& kernel_initializer,
         const Initializer& bias_initializer, const Regularizer* kernel_regularizer,
         const Regularizer* bias_regularizer, const Regularizer* activity_regularizer,
         const Constraint* kernel_constraint, const Constraint* bias_constraint, bool sparse_weight,
         const LayerOptions& o) {
        return AnyLayer(layers::CrossNet(
            num_layers, with(o, layers::CrossNetOptions{.use_bias = use_bias,
                                                        .kernel_initializer = kernel_initializer,
                                                        .bias_initializer = bias_initializer,
                                                        .kernel_regularizer = or_none(kernel_regularizer),
                                                        .bias_regularizer = or_none(bias_regularizer),
                                                        .activity_regularizer = or_none(activity_regularizer),
                                                        .kernel_constraint = or_none(kernel_constraint),
                                                        .bias_constraint = or_none(bias_constraint),
                                                        .sparse_weight = sparse_weight})));
      },
      "num_layers"_a, "use_bias"_a, "kernel_initializer"_a, "bias_initializer"_a,
      "kernel_regularizer"_a.none(), "bias_regularizer"_a.none(), "activity_regularizer"_a.none(),
      "kernel_constraint"_a.none(), "bias_constraint"_a.none(), "sparse_weight"_a, "options"_a);
  def(
      m, {"cross_net_v2_layer", "CrossNetV2"},
      [](Dim num_layers, Dim projection_dim, bool use_bias, const Initializer& kernel_initializer,
         const Initializer& bias_initializer, const Regularizer* kernel_regularizer,
         const Regularizer* bias_regularizer, const Regularizer* activity_regularizer,
         const Constraint* kernel_constraint, const Constraint* bias_constraint, const LayerOptions& o) {
        return AnyLayer(layers::CrossNetV2(
            num_layers,
            with(o, layers::CrossNetV2Options{.projection_dim = projection_dim,
                                              .use_bias = use_bias,
                                              .kernel_initializer = kernel_initializer,
                                              .bias_initializer = bias_initializer,
                                              .kernel_regularizer = or_none(kernel_regularizer),
                                              .bias_regularizer = or_none(bias_regularizer),
                                              .activity_regularizer = or_none(activity_regularizer),
                                              .kernel_constraint = or_none(kernel_constraint),
                                              .bias_constraint = or_none(bias_constraint)})));
      },
      "num_layers"_a, "projection_dim"_a, "use_bias"_a, "kernel_initializer"_a, "bias_initializer"_a,
      "kernel_regularizer"_a.none(), "bias_regularizer"_a.none(), "activity_regularizer"_a.none(),
      "kernel_constraint"_a.none(), "bias_constraint"_a.none(), "options"_a);
}

}  // namespace lacuna::bind
