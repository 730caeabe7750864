// The options of training, and what they make: loss, labels, model, optimizer.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lacuna/cli/data_options.h"
#include "lacuna/data/labels.h"
#include "lacuna/models/model.h"

namespace lacuna::cli {

struct TrainOptions {
  DataOptions data{};
  std::string model = "linear", output{}, initial{};
  std::string loss{}, optimizer{}, metrics{}, classes{};
  bool adaptive = false, ftrl = false, sgd = false;
  Dim oaa = 0;
  std::optional<double> learning_rate{}, ftrl_alpha{}, ftrl_beta{};
  double l1 = 0, l2 = 0, dropout = 0;
  bool no_bias = false, dense_weight = false, labels_as_they_are = false, no_shuffle = false;
  int epochs = 1, patience = 0;
  Dim batch_size = 128;
  uint64_t seed = 0;
  double validation_split = 0;
  std::vector<std::string> validation{};
  std::string resume{}, log{};
  int64_t save_every = 0;
  std::optional<int> solver{};   // LIBLINEAR's -s.
  std::optional<double> cost{};  // Its -c.
  std::optional<double> bias{};  // Its -B.
};

// What the labels of rows are to a loss.
struct Task {
  std::string loss{};
  std::string activation{};  // Of the outputs.
  Dim outputs = 1;
  data::LabelMap labels{};  // Empty: as they are.
};

void add_train_options(CLI::App& command, TrainOptions& options);

// Throws WrongOptions for options that would have no effect, or do not fit, whatever the rows are.
void require_fitting(const TrainOptions& options);
// Throws WrongOptions for options of what a model to go on from has itself: its layers and, if it is
// compiled, its loss and optimizer.
void require_none_of_the_model(const TrainOptions& options, bool is_compiled);
Task task_of(const TrainOptions& options);
// What a loss wants the labels of two classes to be; empty for other losses. Of two labels that become the
// same, the first is what predictions tell.
data::LabelMap labels_of_loss(const std::string& loss);
std::string optimizer_of(const TrainOptions& options);
// Those that LIBLINEAR's cost gives for so many rows.
struct Penalties {
  double l1 = 0, l2 = 0;
};
Penalties penalties_of(const TrainOptions& options, const data::Dataset& rows);
Model model_of(const TrainOptions& options, const Task& task, const Penalties& penalties,
               const data::Dataset& rows);
CompileOptions compile_options_of(const TrainOptions& options, const Task& task);

}  // namespace lacuna::cli
