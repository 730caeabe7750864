// LSTM, long short-term memory. Hochreiter and Schmidhuber, Neural Computation 9, 1997.
#pragma once
#include "lacuna/layers/recurrent/recurrent.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// The gates stand in the weights in the order i, f, c, o:
//   i, f, o = recurrent_activation(x W + h U + b)    c' = f c + i activation(x W_c + h U_c + b_c)
//   h' = o activation(c')
class LSTMCell : public GatedCell {
 public:
  explicit LSTMCell(Dim units, RecurrentOptions options = {});
  std::vector<Dim> state_size() const override { return {units_, units_}; }

 protected:
  StepResult advance(const Symbol& from_x, const std::vector<Symbol>& states,
                     const std::vector<Symbol>& masks) const override;
  Symbol add_bias() override;
};

class LSTM : public Recurrent {
 public:
  explicit LSTM(Dim units, RecurrentOptions options = {});
};

}  // namespace layers
}  // namespace lacuna
