// The loops of fit, evaluate and predict, over a network.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/base/forks.h"
#include "lacuna/data/dataset.h"
#include "lacuna/training/array_batches.h"
#include "lacuna/training/batch_source.h"
#include "lacuna/training/callback.h"
#include "lacuna/training/compiled.h"
#include "lacuna/training/explain.h"
#include "lacuna/training/feed.h"
#include "lacuna/training/history.h"
#include "lacuna/training/program.h"
#include "lacuna/training/progressive.h"

namespace LACUNA_EXPORT lacuna {

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
  // Where batches come one by one: how many an epoch takes; without it, the source ends the epoch.
  std::optional<int64_t> steps_per_epoch{};
  std::shared_ptr<BatchSource> validation_source{};  // In place of validation_data.
  std::optional<int64_t> validation_steps{};
  int validation_freq = 1;                            // Epochs between two validations; or
  std::vector<int> validation_epochs{};               // those that are validated, counted from 1.
  std::optional<data::Dataset> validation_dataset{};  // In place of validation_data.
  // Of a dataset: the rows that change places are those of so many bytes, or all if they are fewer. In a
  // packed file or .npy and .npz files that are not compressed, and in their parts, all rows do, if a number
  // of 4 bytes for each takes no more than that and the file no more than 32 times that.
  size_t shuffle_bytes = size_t{128} << 20;
};

struct EvaluateOptions {
  Dim batch_size = 32;
  int verbose = 1;
  Arrays sample_weight{};
  std::optional<int64_t> steps{};  // How many batches of a source.
};

struct PredictOptions {
  Dim batch_size = 32;
  int verbose = 0;
  std::optional<int64_t> steps{};  // How many batches of a source.
};

// What is to be trained was not compiled; in Python also a RuntimeError, as in Keras.
struct NotCompiled : InvalidArgument {
  using InvalidArgument::InvalidArgument;
};

// Thread-safe: each step and each batch takes the network's turn (graph/turn.h), so that other threads never
// see half a step. A second fit, or compile, waits for the first fit to end; callbacks may call fit from
// within.
class Trainer {
 public:
  explicit Trainer(std::shared_ptr<Network> network);

  Network& network() { return *network_; }
  const Network& network() const { return *network_; }

  void compile(const CompileOptions& options);
  bool is_compiled() const;
  std::shared_ptr<const Compiled> compiled(const char* where) const;  // Throws if it is not.
  const CompileOptions& options() const { return options_; }

  // The state of random numbers: dropout's masks follow from seed, steps and the layers' own keys, shuffles
  // from the rest.
  struct RandomState {
    uint64_t seed = 0;
    int64_t steps = 0;
    uint64_t shuffle_seed = 0;
    int64_t shuffles = 0;
  };
  RandomState random_state() const;
  void set_random_state(const RandomState& state);

  // A text that files keep beside the model (Model::set_note).
  std::string note() const;
  void set_note(const std::string& note);

  // Where a fit is between two steps: the epoch, from 0, and the batch that come next.
  struct Position {
    int epoch = 0;
    int64_t batch = 0;
    int64_t shuffles = 0;  // RandomState::shuffles before the epoch.
    Dim batch_size = 0;
    std::string source{};          // Batches::source.
    std::vector<int64_t> place{};  // Batches::place.
  };
  // None outside of fit.
  std::optional<Position> position() const;
  // For callbacks, in on_train_begin: fit goes on there, in place of initial_epoch. Throws from fit if its
  // data or batch size is another.
  void resume_at(const Position& position);

  History fit(const Arrays& x, const Arrays& y, const FitOptions& options);
  // The values of metrics_names, means over the rows.
  std::vector<double> evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options);
  // An array for each output, with a row for each row of x.
  std::vector<Tensor> predict(const Arrays& x, const PredictOptions& options);

  // The same for batches of any kind, which decide size, order and sample weights themselves. Without
  // validation batches (null) there is no validation.
  History fit(Batches& batches, Batches* validation, const FitOptions& options);
  std::vector<double> evaluate(Batches& batches, int verbose = 1);
  std::vector<Tensor> predict(Batches& batches, int verbose = 0);
  // Hands out the outputs of each batch, which are valid during the call, in place of keeping them.
  using OnPredicted = std::function<void(const std::vector<const Tensor*>& outputs, Dim rows)>;
  void predict_each(Batches& batches, const OnPredicted& on_predicted, int verbose = 0);

  // The same for what a user's program gives batch by batch, with the options that do not concern arrays.
  History fit(BatchSource& source, const FitOptions& options);
  std::vector<double> evaluate(BatchSource& source, const EvaluateOptions& options);
  std::vector<Tensor> predict(BatchSource& source, const PredictOptions& options);

  // The same for a dataset, which need not fit in memory. It has its sample weights itself.
  History fit(const data::Dataset& dataset, const FitOptions& options);
  std::vector<double> evaluate(const data::Dataset& dataset, const EvaluateOptions& options);
  std::vector<Tensor> predict(const data::Dataset& dataset, const PredictOptions& options);
  void predict_each(const data::Dataset& dataset, const OnPredicted& on_predicted,
                    const PredictOptions& options);

  // Predicts each batch of options.batch_size rows, in the order of x, and then trains on it: the error on
  // what was not seen before, in one pass.
  Progressive progressive(const Arrays& x, const Arrays& y, const ProgressiveOptions& options);
  Progressive progressive(const data::Dataset& dataset, const ProgressiveOptions& options);

  // One training step, or one evaluation, on all rows of x. Metrics with a state go on from step to step,
  // until reset_metrics(), fit or evaluate; the other values are those of this batch. AUC, whose state grows,
  // is one of these. reset_metrics: true begins all metrics anew, false lets all of them go on; losses are
  // always those of this batch.
  std::vector<double> train_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight,
                                     const ClassWeights& class_weight,
                                     std::optional<bool> reset_metrics = {});
  std::vector<double> test_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight,
                                    std::optional<bool> reset_metrics = {});
  void reset_metrics();

  // What each op does with the first `rows` rows of x: in a prediction or, with y, in a training step without
  // its update. Changes nothing.
  Explanation explain(const Arrays& x, const Arrays& y, Dim rows);

  std::atomic<bool> stop_training = false;  // Set by a callback: fit ends after the batch.

 private:
  using CompiledPtr = std::shared_ptr<const Compiled>;
  class Fit;  // One call of fit.
  std::shared_ptr<Program> program(const CompiledPtr& compiled, Mode mode, const std::vector<Spec>& fed,
                                   bool weighted);
  // The program for the batch that was made last; `before` if all batches are alike.
  std::shared_ptr<Program> program(const CompiledPtr& compiled, Mode mode, const Batches& batches,
                                   std::shared_ptr<Program> before);
  // One training step, whose results are added to `measures`. values: if not null, gets what train_on_batch
  // returns. If it throws, the model is as before.
  void train_step(const Compiled& compiled, Program& program, Feeds feeds, Dim rows, Measures& measures,
                  std::vector<double>* values = nullptr);
  std::vector<double> evaluate(const CompiledPtr& compiled, Measures& measures, Batches& batches,
                               int verbose);
  Progressive progressive(const CompiledPtr& compiled, Batches& batches, const ProgressiveOptions& options);
  // What a single step adds its results to.
  std::shared_ptr<Measures> measures(const CompiledPtr& compiled, const char* where, bool reset);
  // Before training: warns if `trainable` flags were changed since compile, or if no weight is trainable.
  void check_trainable(const char* where, const Compiled& compiled);
  // Before training: if a seed was set since, shuffles restart from it. In a child that was forked without a
  // seed, dropout's masks are drawn anew too.
  void follow_seed();
  uint64_t next_seed();  // Of a run that does not train: each draws other random numbers.
  uint64_t runs_ = 0;
  uint64_t next_shuffle();  // The key that shuffles the next epoch.

  std::shared_ptr<Network> network_;
  Turn fitting_{true};
  int fits_ = 0;  // Calls of fit that run: several if callbacks call it.

  // To read or change the members below, hold the network's turn.
  CompileOptions options_{};  // What it was compiled with.
  CompiledPtr compiled_{};
  struct Made {
    CompiledPtr compiled;  // Null to predict.
    Mode mode;
    bool weighted;
    std::vector<Spec> fed;  // Storages and dtypes.
    std::shared_ptr<Program> program;
  };
  std::vector<Made> programs_{};         // A few, looked up at every call.
  std::shared_ptr<Measures> running_{};  // Of single steps since the last reset.
  RandomState random_{};
  std::string note_{};
  std::optional<Position> position_{}, resumes_{};
  uint64_t seed_generation_ = seed_generation(), forks_ = forks_without_seed();
  std::optional<std::vector<layers::Weight*>> warned_of_{};  // The trainable weights at the last warning.
  bool warned_of_none_ = false;
};

}  // namespace lacuna
