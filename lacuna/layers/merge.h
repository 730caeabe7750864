// Layers that merge several inputs, and their functional forms: layers::add({a, b}), …
#pragma once
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// The base of element-wise layers. A step counts if it counts in all inputs that have a mask.
class Merge : public Layer {
 protected:
  using Layer::Layer;
  Symbol compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>& masks) override;
};

// Along an axis, the batch counted as 0. csr with dense gives csr, as scipy's hstack.
class Concatenate : public Layer {
 public:
  explicit Concatenate(int axis = -1, const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
  Symbol compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>& masks) override;

 private:
  int axis_;
};

// Element by element; an input of fewer axes has them added after the batch. csr inputs give csr; csr with
// dense gives dense in Add and Average, csr in Multiply.
class Add : public Merge {
 public:
  explicit Add(const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
};

class Subtract : public Merge {  // of exactly two
 public:
  explicit Subtract(const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
};

class Multiply : public Merge {
 public:
  explicit Multiply(const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
};

class Average : public Merge {
 public:
  explicit Average(const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
};

class Maximum : public Merge {  // all dense or all csr
 public:
  explicit Maximum(const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
};

class Minimum : public Merge {
 public:
  explicit Minimum(const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
};

// For each row of the batch, the product of two inputs over one axis of each (the batch is axis 0).
// normalize: vectors along the axis are first scaled to length 1, so that the result is their cosine.
class Dot : public Layer {
 public:
  explicit Dot(int axes, bool normalize = false, const LayerOptions& options = {});
  explicit Dot(std::pair<int, int> axes, bool normalize = false, const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
  Symbol compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>& masks) override;

 private:
  std::pair<int, int> axes_;
  bool normalize_;
};

Symbol concatenate(const std::vector<Symbol>& inputs, int axis = -1, const LayerOptions& options = {});
Symbol add(const std::vector<Symbol>& inputs, const LayerOptions& options = {});
Symbol subtract(const std::vector<Symbol>& inputs, const LayerOptions& options = {});
Symbol multiply(const std::vector<Symbol>& inputs, const LayerOptions& options = {});
Symbol average(const std::vector<Symbol>& inputs, const LayerOptions& options = {});
Symbol maximum(const std::vector<Symbol>& inputs, const LayerOptions& options = {});
Symbol minimum(const std::vector<Symbol>& inputs, const LayerOptions& options = {});
Symbol dot(const std::vector<Symbol>& inputs, int axes, bool normalize = false,
           const LayerOptions& options = {});

}  // namespace layers
}  // namespace lacuna
