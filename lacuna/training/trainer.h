// The loops of fit, evaluate and predict, over a network.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/base/forks.h"
#include "lacuna/training/array_batches.h"
#include "lacuna/training/callback.h"
#include "lacuna/training/compiled.h"
#include "lacuna/training/explain.h"
#include "lacuna/training/feed.h"
#include "lacuna/training/history.h"
#include "lacuna/training/program.h"

namespace lacuna {

class Measures;

struct ValidationData {
  Arrays x, y;
  Arrays sample_weight{};
};

struct FitOptions {
  Dim batch_size = 32;
  int epochs = 1;
  int verbose = 1;
  std::vector<std::shared_ptr<callbacks::Callback>> callbacks{};
  double validation_split = 0;  // the last part of the rows, before any shuffle
  std::optional<ValidationData> validation_data{};
  Shuffle shuffle = Shuffle::rows;
  ClassWeights class_weight{};
  Arrays sample_weight{};
  int initial_epoch = 0;
};

struct EvaluateOptions {
  Dim batch_size = 32;
  int verbose = 1;
  Arrays sample_weight{};
};

struct PredictOptions {
  Dim batch_size = 32;
  int verbose = 0;
};

// For any number of threads: each step and each batch takes the network's turn, so that all others meet whole
// steps. A second fit, or compile, waits for the first to end; callbacks may call fit again from within.
class Trainer {
 public:
  explicit Trainer(std::shared_ptr<Network> network);

  Network& network() { return *network_; }
  const Network& network() const { return *network_; }

  void compile(const CompileOptions& options);
  bool is_compiled() const;
  std::shared_ptr<const Compiled> compiled(const char* where) const;  // Throws when it is not.
  const CompileOptions& options() const { return options_; }

  // What dropout's masks, beside the layers' own keys, and shuffles go on from.
  struct RandomState {
    uint64_t seed = 0;
    int64_t steps = 0;
    uint64_t shuffle_seed = 0;
    int64_t shuffles = 0;
  };
  RandomState random_state() const;
  void set_random_state(const RandomState& state);

  History fit(const Arrays& x, const Arrays& y, const FitOptions& options);
  // The values of metrics_names, means over the rows.
  std::vector<double> evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options);
  // An array for each output, with a row for each row of x.
  std::vector<tensor::Dense> predict(const Arrays& x, const PredictOptions& options);

  // The same of batches of any kind, whose size, order and weights are their own. Without validation batches
  // there is no validation.
  History fit(Batches& batches, Batches* validation, const FitOptions& options);
  std::vector<double> evaluate(Batches& batches, int verbose = 1);
  std::vector<tensor::Dense> predict(Batches& batches, int verbose = 0);

  // One step, or one look, on all rows of x.
  std::vector<double> train_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight,
                                     const ClassWeights& class_weight);
  std::vector<double> test_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight);

  // What each op does with the first `rows` rows of x: of a prediction or, with y, of a step, whose update is
  // left out. Changes nothing.
  Explanation explain(const Arrays& x, const Arrays& y, Dim rows);

  std::atomic<bool> stop_training = false;  // Set by a callback: fit ends after the batch.

 private:
  using CompiledPtr = std::shared_ptr<const Compiled>;
  class Fit;  // One call of fit.
  std::shared_ptr<Program> program(const CompiledPtr& compiled, Mode mode, const std::vector<Spec>& fed,
                                   bool weighted);
  // One step, of which `measures` sees what the run gave. If it throws, all is as before it.
  void train_step(const Compiled& compiled, Program& program, Feeds feeds, Dim rows, Measures& measures);
  std::vector<double> evaluate(const CompiledPtr& compiled, Measures& measures, Batches& batches,
                               int verbose);
  // Before training: warns of flags that were changed since compile, and of nothing that learns.
  void check_trainable(const char* where, const Compiled& compiled);
  // Before training: shuffles follow a seed that was set since; in a forked child without one masks draw anew
  // too.
  void follow_seed();
  uint64_t next_shuffle();  // The key of an epoch's order.

  std::shared_ptr<Network> network_;
  Turn fitting_{true};
  int fits_ = 0;  // That run, one within the other.

  // All below belongs to who has the network's turn.
  CompileOptions options_{};  // What it was compiled with.
  CompiledPtr compiled_{};
  struct Made {
    CompiledPtr compiled;  // Null: of predict.
    Mode mode;
    bool weighted;
    std::vector<Spec> fed;  // Storages and dtypes.
    std::shared_ptr<Program> program;
  };
  std::vector<Made> programs_{};  // A few, looked up at every call.
  RandomState random_{};
  uint64_t seed_generation_ = seed_generation(), forks_ = forks_without_seed();
  std::optional<std::vector<layers::Weight*>> warned_of_{};  // Trainable ones that were not those of compile.
  bool warned_of_none_ = false;
};

}  // namespace lacuna
