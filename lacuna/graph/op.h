// An Op is one operation: which storages it takes, what it computes, what the results are, and how the
// gradient flows back. It holds parameters, never data.
#pragma once
#include <any>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/graph/gradient_form.h"
#include "lacuna/graph/symbol.h"
#include "lacuna/tensor/buffer.h"
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {

struct Rule;
struct Rules;

// Memory that a node keeps from step to step. Each place holds one array and grows to its high-water size.
class Scratch {
 public:
  // Undefined contents.
  template <class T>
  std::span<T> get(size_t place, size_t n) {
    return grow(place, n * sizeof(T), false).template as<T>().first(n);
  }
  // Zeros at first; the kernel leaves zeros behind.
  template <class T>
  std::span<T> zeros(size_t place, size_t n) {
    return grow(place, n * sizeof(T), true).template as<T>().first(n);
  }
  // An object of the kernel's own, made by T() in its first run: what a scan keeps of its inner plan, for
  // example. A run that threw drops it. All calls of one node must ask for the same T.
  template <class T>
  T& state() {
    if (!state_.has_value()) state_ = std::make_shared<T>();
    return *std::any_cast<const std::shared_ptr<T>&>(state_);
  }

 private:
  Buffer& grow(size_t place, size_t bytes, bool zero);
  std::vector<Buffer> places_;
  std::any state_{};
};

// What a kernel gets besides its op and its tensors.
struct Context {
  int64_t step = 0;  // Steps since the plan's first run: with `seed`, the key of dropout's mask.
  uint64_t seed = 0;
  bool training = false;
  Scratch& scratch;
  std::string_view method{};  // Set by kernels with several methods, for explain.
};

class Op {
 public:
  virtual ~Op() = default;
  virtual std::string_view name() const = 0;

  // The name and all parameters: two ops with the same key compute the same.
  virtual std::string key() const { return std::string(name()); }

  virtual const Rules& rules() const = 0;

  // The cost of a run by that row of the table, for docs/ops.md: the number to which time and memory are
  // proportional. rule.h has texts for it.
  virtual std::string_view cost(const Rule& rule) const = 0;

  // Specs of the results. Throws InvalidArgument when the inputs do not fit.
  virtual std::vector<Spec> infer(std::span<const Spec> in) const = 0;

  // The index of the input that names the rows of this input that a run reads: a csr names them by its
  // columns, ids by their values. Rows of a weight that no batch names stay behind until they are read.
  static constexpr int kAllRows = -1, kNoRows = -2;  // Any row may be read, or only the shape.
  virtual int rows_named_by(size_t /*input*/) const { return kAllRows; }

  // dout: a gradient for each result, empty if none flows. Returns a gradient for each input, of which only
  // the wanted ones are used; it is empty if it is always 0 (flat.h). An op that does not override it throws,
  // if an input of floats is wanted.
  virtual std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dout,
                                       const std::vector<bool>& wanted) const;

  // The factors of a row_sparse result, if an optimizer can use them and need not write the result to memory.
  // None: the result is needed whole.
  virtual FormedGradient<Symbol> factors(const Node& /*node*/) const { return {}; }

  // Whether inputs may have dtype string. To all other ops they are an error.
  virtual bool takes_strings() const { return false; }
  // Whether it makes features of raw columns, which may be done before a step (network/front.h). It then
  // depends on its inputs alone.
  virtual bool makes_features() const { return takes_strings(); }

  // Whether this input is a table in which the op looks ids up, as translate does.
  virtual bool looks_up(size_t /*input*/) const { return false; }
};

}  // namespace lacuna
