// Input: the symbol at which a network begins.
#pragma once
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct InputOptions {
  Shape shape{};        // without the batch
  Shape batch_shape{};  // with it; one of the two
  std::string name{};
  std::optional<DType> dtype{};  // floatx unless given
  bool sparse = false;           // csr: shape must have one dimension
  // What the input is: it is then not fed, and shape, dtype and sparse are those of the tensor. A placeholder
  // is fed.
  Symbol tensor{};
};

// The start of a network. Takes csr with sparse; without it, csr is taken as well where the network's ops
// have a rule for it.
Symbol Input(const InputOptions& options);
// Makes an Input from the config of an InputLayer, also of one from later versions of Keras.
Symbol input_from_config(const Config& config);

}  // namespace layers
}  // namespace lacuna
