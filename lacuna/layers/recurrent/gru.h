// GRU, gated recurrent unit. Cho et al., EMNLP 2014.
#pragma once
#include "lacuna/layers/recurrent/recurrent.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// The gates stand in the weights in the order z, r, h:
//   z, r = recurrent_activation(x W + h U + b)    h' = z h + (1 - z) activation(x W_h + (r h) U_h + b_h)
// With reset_after, as in cuDNN, r (h U_h + b'_h) stands in place of (r h) U_h, and the bias has a second
// row, b'.
class GRUCell : public GatedCell {
 public:
  explicit GRUCell(Dim units, RecurrentOptions options = {});

 protected:
  StepResult advance(const Symbol& from_x, const std::vector<Symbol>& states,
                     const std::vector<Symbol>& masks) const override;
  Symbol add_bias() override;
};

class GRU : public Recurrent {
 public:
  explicit GRU(Dim units, RecurrentOptions options = {});
};

}  // namespace layers
}  // namespace lacuna
