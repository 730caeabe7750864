// Bidirectional: a recurrent layer and its copy that runs from the last step to the first. Schuster and
// Paliwal, IEEE Transactions on Signal Processing 45, 1997.
#pragma once
#include <utility>

#include "lacuna/layers/recurrent/recurrent.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct BidirectionalOptions {
  // How the outputs become one: "concat", "sum", "mul" or "ave"; empty: both are given.
  std::optional<std::string> merge_mode = "concat";
  int64_t num_constants = 0;  // How many of the inputs, the last ones, are constants: see CellCall.
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// Called on x, (batch, time, features), or on a list of x, the initial states of the first layer, those of
// its copy, and the constants. Gives the merged outputs; with return_state then the last states in the same
// order. With return_sequences, the outputs of the copy are turned to the order of x.
class Bidirectional : public Layer {
 public:
  // Makes forward_… and backward_… from the settings of `layer`, whose weights are not used.
  explicit Bidirectional(const std::shared_ptr<Recurrent>& layer, const BidirectionalOptions& options = {});
  // Of two layers that differ in their direction.
  Bidirectional(std::shared_ptr<Recurrent> forward, std::shared_ptr<Recurrent> backward,
                const BidirectionalOptions& options = {});

  Recurrent& forward_layer() const { return *forward_; }
  Recurrent& backward_layer() const { return *backward_; }
  void reset_states();  // Of stateful layers: to zeros.
  void take_constants(size_t count);

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  using Layer::call;
  std::vector<Symbol> call(const Inputs& inputs) override;
  std::vector<Symbol> compute_masks(const Inputs& inputs) override;

 private:
  using Pair = std::pair<std::shared_ptr<Recurrent>, std::shared_ptr<Recurrent>>;
  Bidirectional(const Pair& both, const BidirectionalOptions& options)
      : Bidirectional(both.first, both.second, options) {}
  static Pair in_both_directions(const std::shared_ptr<Recurrent>& layer);
  // The inputs of one of the two layers: x, its half of the states, the constants.
  template <class T>
  std::vector<T> part(const std::vector<T>& inputs, bool backward) const;

  std::shared_ptr<Recurrent> forward_, backward_;
  std::optional<std::string> merge_mode_;
  std::shared_ptr<int64_t> constants_;
};

}  // namespace layers
}  // namespace lacuna
