// The loops of fit, evaluate and predict, over a network.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/training/callback.h"
#include "lacuna/training/compiled.h"
#include "lacuna/training/explain.h"
#include "lacuna/training/feed.h"
#include "lacuna/training/history.h"
#include "lacuna/training/program.h"

namespace lacuna {

enum class Shuffle : uint8_t {
  none,
  rows,   // each row for itself
  batch,  // whole batches
};

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
  std::map<int64_t, double> class_weight{};
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

// Not for two threads at a time; a second one waits. Callbacks may call it again from within fit.
class Trainer {
 public:
  explicit Trainer(std::shared_ptr<Network> network);

  Network& network() { return *network_; }
  const Network& network() const { return *network_; }

  void compile(const CompileOptions& options);
  bool is_compiled() const { return compiled_.has_value(); }
  const Compiled& compiled(const char* where) const;  // Throws when it is not.
  const CompileOptions& options() const { return options_; }

  // What dropout's masks go on from, beside the layers' own keys.
  struct RandomState {
    int64_t steps = 0;
    uint64_t seed = 0;
  };
  RandomState random_state() const { return {steps_, seed_}; }
  void set_random_state(const RandomState& state);

  History fit(const Arrays& x, const Arrays& y, const FitOptions& options);
  // The values of metrics_names, means over the rows.
  std::vector<double> evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options);
  // An array for each output, with a row for each row of x.
  std::vector<tensor::Dense> predict(const Arrays& x, const PredictOptions& options);

  // One step, or one look, on all rows of x.
  std::vector<double> train_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight,
                                     const std::map<int64_t, double>& class_weight);
  std::vector<double> test_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight);

  // What each op does with the first `rows` rows of x: of a prediction or, with y, of a step, whose update is
  // left out. Changes nothing.
  Explanation explain(const Arrays& x, const Arrays& y, Dim rows);

  bool stop_training = false;  // Set by a callback: fit ends after the batch.

  // Plans are made anew: a layer's trainable flag was changed.
  void reset();

 private:
  std::shared_ptr<Program> program(Mode mode, const Feed& feed);
  void train_step(Program& program, std::span<const Tensor* const> feeds);
  std::vector<double> evaluate_rows(const char* where, Feed& feed, Dim begin, Dim end, Dim batch_size,
                                    int verbose);

  std::shared_ptr<Network> network_;
  CompileOptions options_{};  // What it was compiled with.
  std::optional<Compiled> compiled_;
  struct Made {
    Mode mode;
    bool weighted;
    std::vector<Spec> fed;  // Storages and dtypes.
    std::shared_ptr<Program> program;
  };
  std::vector<Made> programs_;              // A few, looked up at every call.
  std::vector<layers::Weight*> trainable_;  // The weights that learned when those that train were made.
  int64_t steps_ = 0;
  int fits_ = 0;  // That run: a callback may call fit again.
  uint64_t seed_ = 0;
  std::recursive_mutex mutex_;
};

}  // namespace lacuna
