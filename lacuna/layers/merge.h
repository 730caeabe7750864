// Layers of several inputs. Their functional forms: layers::add({a, b}), …
#pragma once
#include "lacuna/layers/layer.h"

namespace lacuna::layers {

// Along an axis, the batch counted as 0. csr with dense gives csr, as scipy's hstack.
class Concatenate : public Layer {
 public:
  explicit Concatenate(int axis = -1, const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;

 private:
  int axis_;
};

// Element by element. All csr give csr; with a dense one Add and Average give dense, Multiply csr.
class Add : public Layer {
 public:
  explicit Add(const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
};

class Subtract : public Layer {  // of exactly two
 public:
  explicit Subtract(const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
};

class Multiply : public Layer {
 public:
  explicit Multiply(const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
};

class Average : public Layer {
 public:
  explicit Average(const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;
};

// For each row of the batch the product of two inputs over one axis of each (the batch counted as 0);
// normalize: of vectors scaled to length 1 along it, so that the result is their cosine.
class Dot : public Layer {
 public:
  explicit Dot(int axes, bool normalize = false, const LayerOptions& options = {});
  explicit Dot(std::pair<int, int> axes, bool normalize = false, const LayerOptions& options = {});

 protected:
  Symbol call(const std::vector<Symbol>& inputs) override;

 private:
  std::pair<int, int> axes_;
  bool normalize_;
};

Symbol concatenate(const std::vector<Symbol>& inputs, int axis = -1, const LayerOptions& options = {});
Symbol add(const std::vector<Symbol>& inputs, const LayerOptions& options = {});
Symbol subtract(const std::vector<Symbol>& inputs, const LayerOptions& options = {});
Symbol multiply(const std::vector<Symbol>& inputs, const LayerOptions& options = {});
Symbol average(const std::vector<Symbol>& inputs, const LayerOptions& options = {});
Symbol dot(const std::vector<Symbol>& inputs, int axes, bool normalize = false,
           const LayerOptions& options = {});

}  // namespace lacuna::layers
