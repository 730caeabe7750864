// An Op is one room of the library: what it computes, which storages it takes, what comes out, and how the
// gradient flows back. An Op holds parameters, never data.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/graph/gradient_form.h"
#include "lacuna/graph/symbol.h"
#include "lacuna/tensor/buffer.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

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

 private:
  Buffer& grow(size_t place, size_t bytes, bool zero);
  std::vector<Buffer> places_;
};

// What a kernel may know besides its op and its tensors.
struct Context {
  int64_t step = 0;  // Steps since the plan's first run: with `seed`, the key of dropout's mask.
  uint64_t seed = 0;
  bool training = false;
  Scratch& scratch;
  std::string_view method{};  // A kernel that has several says here which it took, for explain.
};

class Op {
 public:
  virtual ~Op() = default;
  virtual std::string_view name() const = 0;

  // Name and parameters, in full: two ops with one key compute the same.
  virtual std::string key() const { return std::string(name()); }

  virtual const Rules& rules() const = 0;

  // What a run by that row of the table costs, for docs/ops.md: the number that time and memory follow.
  // rule.h has words for it.
  virtual std::string_view cost(const Rule& rule) const = 0;

  // Specs of the results. Throws InvalidArgument when the inputs do not fit.
  virtual std::vector<Spec> infer(std::span<const Spec> in) const = 0;

  // Which input names the rows of input i that a run reads, where it is csr (by its columns) or ids: its
  // place. Rows of a weight that no batch names are left as they are until somebody reads them.
  static constexpr int kAllRows = -1, kNoRows = -2;  // Any row may be read; the shape alone is.
  virtual int rows_named_by(size_t /*input*/) const { return kAllRows; }

  // dout: a gradient for each result, empty where none flows. Answers one for each input that is wanted,
  // empty where it is 0 by nature (flat.h). An op that does not write it throws, if an input of floats is
  // wanted.
  virtual std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dout,
                                       const std::vector<bool>& wanted) const;

  // The factors of a row_sparse result, where an optimizer that has them saves a meeting with memory. None:
  // it is needed whole.
  virtual FormedGradient<Symbol> factors(const Node& /*node*/) const { return {}; }

  // Whether input i is a table in which it looks ids up: translate.
  virtual bool looks_up(size_t /*input*/) const { return false; }
};

}  // namespace lacuna
