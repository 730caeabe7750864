// A plan: the nodes that some outputs need, flat and in order, with the kernel that each runs and the tensors
// it writes. Made once per graph, mode and fed storages; run for any batch size. Buffers keep their
// high-water size, so that a step allocates nothing.
#pragma once
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "lacuna/graph/op.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

class Variable;

class Plan {
 public:
  // Outputs may be variables or placeholders too. Each of `inputs` is a placeholder; all placeholders that
  // `outputs` depend on must be among them.
  Plan(std::vector<Symbol> inputs, std::vector<Symbol> outputs, bool training);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  // feeds: a tensor for each input, of its storage and dtype and a shape that fits; they must live as long as
  // output() is used. Throws what kernels or an interrupt throw. Callers must hold the turn of the variables
  // that the plan reads: see graph/turn.h.
  void run(std::span<const Tensor* const> feeds, int64_t step = 0, uint64_t seed = 0);

  // What a node did in a run. Its tensors are valid only while the observer runs.
  struct Ran {
    const Node& node;
    const Rule& rule;
    std::span<const Tensor* const> in;
    std::span<Tensor* const> out;
    std::string_view method;  // Of a kernel that has several; else empty.
    double seconds;
  };
  // Like run, but calls the observer after each node.
  void observe(std::span<const Tensor* const> feeds, int64_t step, uint64_t seed,
               const std::function<void(const Ran&)>& observer);

  // Undoes what a run has done to tables, to rows left behind and to its own memory. A run that throws does
  // so itself; a training step calls it if something else fails before the weights have moved.
  void take_back() noexcept;

  // Result i of the last run; valid until the next. May share memory with feeds and variables.
  const Tensor& output(size_t i) const { return *outputs_[i]; }
  size_t size() const { return outputs_.size(); }

 private:
  void put(std::span<const Tensor* const> feeds);
  struct Step;
  template <class Run>
  void run_steps(std::span<const Tensor* const> feeds, const Run& run_one);
  std::string_view run_step(Step& step, int64_t number, uint64_t seed);  // Returns the kernel's method.
  struct Step {
    std::shared_ptr<const Node> node;
    const Rule* rule = nullptr;
    std::vector<size_t> in;  // Places, one for each input: see places_.
    size_t out = 0;          // The place of the first result.
    Scratch scratch{};
    struct Read {
      Variable* variable;
      size_t names;  // The place of the tensor that names the rows; kUnused: any may be read.
    };
    std::vector<Read> reads{};  // The dense weights, whose rows may be behind.
    std::vector<const Tensor*> in_tensors{};
    std::vector<Tensor*> out_tensors{};
  };

  static constexpr size_t kUnused = ~size_t{0};
  void bring_up(const Step& step);

  std::vector<Symbol> inputs_;
  bool training_;
  std::vector<std::shared_ptr<const Node>> nodes_;  // Keeps them alive, leaves too.
  std::vector<Tensor> results_;                     // Owned, one for each result of a step.
  std::vector<const Tensor*> places_;               // The tensor of each result of a node in this run.
  std::vector<size_t> input_places_;                // kUnused if no output needs the input.
  std::vector<Step> steps_;
  std::vector<RowTable*> tables_;
  struct Weight {
    size_t place;
    Variable* variable;
    bool is_output;
  };
  std::vector<Weight> weights_;  // The dense ones.
  std::vector<size_t> output_places_;
  std::vector<const Tensor*> outputs_;
  bool began_ = false;  // Whether there is a run to take back.
};

}  // namespace lacuna
