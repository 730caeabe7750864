// SimpleRNN: h' = activation(x W + b + h U).
#pragma once
#include "lacuna/layers/recurrent/recurrent.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

class SimpleRNNCell : public GatedCell {
 public:
  explicit SimpleRNNCell(Dim units, RecurrentOptions options = {});

 protected:
  StepResult advance(const Symbol& from_x, const std::vector<Symbol>& states,
                     const std::vector<Symbol>& masks) const override;
};

class SimpleRNN : public Recurrent {
 public:
  explicit SimpleRNN(Dim units, RecurrentOptions options = {});
};

}  // namespace layers
}  // namespace lacuna
