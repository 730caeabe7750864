// SimpleRNN: h' = activation(x W + b + h U).
#pragma once
#include "lacuna/layers/recurrent/recurrent.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

class SimpleRNNCell : public GatedCell {
 public:
  explicit SimpleRNNCell(Dim units, RecurrentOptions options = {});
  StepFunction step(const Symbol& x, bool drops) const override;
};

class SimpleRNN : public Recurrent {
 public:
  explicit SimpleRNN(Dim units, RecurrentOptions options = {});
};

}  // namespace layers
}  // namespace lacuna
