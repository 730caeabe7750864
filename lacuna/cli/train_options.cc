// Options of training.
#include "lacuna/cli/train_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/names.h"
#include "lacuna/cli/ranges.h"
#include "lacuna/cli/session.h"
#include "lacuna/models/ready_models.h"
#include "lacuna/models/ready_text.h"

namespace lacuna::cli {
namespace {

// What a wrong option makes the library throw, as a fault of the option.
template <class F>
auto of_option(const char* option, F&& make) {
  try {
    return make();
  } catch (const InvalidArgument& error) {
    throw WrongOptions(text(option, ": ", error.what()));
  }
}

bool is_json(const std::string& model) { return model.ends_with(".json"); }

// Vowpal Wabbit's names of losses that are Keras' too.
std::string keras_loss(const std::string& given) {
  if (given == "squared") return "mean_squared_error";
  if (given == "logistic") return "binary_crossentropy";
  if (given == "classic" || given == "quantile" || given == "expectile")
    throw WrongOptions(
        "--loss_function " + given +
        " has no counterpart: choose squared, logistic, hinge or poisson, or a loss of Keras.");
  if (!given.empty() && !Registry<losses::Loss>::knows(given))
    of_option("--loss", [&] { return Registry<losses::Loss>::make(given); });  // Names the known ones.
  return given;
}

std::vector<double> classes_of(const std::string& given) {
  std::vector<double> result;
  for (const std::string& one : listed(given)) {
    double value = 0;
    const auto [after, error] = std::from_chars(one.data(), one.data() + one.size(), value);
    if (error != std::errc() || after != one.data() + one.size() || !is_float(value))
      throw WrongOptions(
          "--classes must be their number, or the labels with commas between them. Received: '" + cut(given) +
          "'.");
    result.push_back(value);
  }
  if (result.size() > 1) return result;
  if (result[0] < 2 || result[0] != std::floor(result[0]) || result[0] > static_cast<double>(kMostClasses))
    throw WrongOptions(text("--classes must be 2 or more, and at most ", kMostClasses,
                            ". Received: --classes ", cut(given), "."));
  const auto count = static_cast<size_t>(result[0]);
  result.resize(count);
  for (size_t i = 0; i < count; ++i) result[i] = static_cast<double>(i);
  return result;
}

// LIBLINEAR's -s.
struct Solver {
  int number;
  const char* loss;
  bool l1;  // Else l2.
};
constexpr Solver kSolvers[] = {{0, "binary_crossentropy", false}, {1, "squared_hinge", false},
                               {2, "squared_hinge", false},       {3, "hinge", false},
                               {5, "squared_hinge", true},        {6, "binary_crossentropy", true},
                               {7, "binary_crossentropy", false}};

const Solver* solver_of(const TrainOptions& o) {
  if (!o.solver) return nullptr;
  const auto* found = std::ranges::find(kSolvers, *o.solver, &Solver::number);
  if (found == std::end(kSolvers))
    throw WrongOptions(
        text("-s must be 0, 6 or 7 (logistic), 1, 2 or 5 (squared hinge) or 3 (hinge); for several "
             "classes write --classes, for regression --loss mse. Received: -s ",
             *o.solver, "."));
  return found;
}

std::string optimizer_name(const TrainOptions& o) {
  std::vector<std::string> named;
  if (o.ftrl) named.emplace_back("ftrl");
  if (o.adaptive) named.emplace_back("adagrad");
  if (o.sgd) named.emplace_back("sgd");
  if (!o.optimizer.empty()) named.push_back(o.optimizer);
  if (named.size() > 1)
    throw WrongOptions("one optimizer must be chosen. Received: " + named[0] + " and " + named[1] + ".");
  if (!named.empty()) return named[0];
  return o.model == "linear" || o.model.starts_with("fm") ? "adagrad" : "adam";
}

bool is_ftrl(const TrainOptions& o) { return snake_case(optimizer_name(o)) == "ftrl"; }

// Those that are settings of a model's layers, which a JSON file has of its own.
std::vector<std::string> settings_of_layers(const TrainOptions& o) {
  std::vector<std::string> given;
  if (o.solver) given.push_back(text("-s=", *o.solver));
  if (o.cost) given.push_back(text("-c=", *o.cost));
  if (o.bias) given.push_back(text("-B=", *o.bias));
  if (o.l1 > 0 && !is_ftrl(o)) given.push_back(text("--l1=", o.l1));
  if (o.l2 > 0 && !is_ftrl(o)) given.push_back(text("--l2=", o.l2));
  if (o.dropout > 0) given.push_back(text("--dropout=", o.dropout));
  if (o.no_bias) given.emplace_back("--no-bias");
  if (o.dense_weight) given.emplace_back("--dense-weight");
  return given;
}

}  // namespace

std::string optimizer_of(const TrainOptions& o) { return snake_case(optimizer_name(o)); }

void require_fitting(const TrainOptions& o) {
  if (is_ftrl(o) && (o.solver || o.cost))
    throw WrongOptions(
        text("--ftrl has penalties of its own: write --l1 and --l2 in place of -s and -c. Received: ",
             o.solver ? text("-s=", *o.solver) : text("-c=", *o.cost), "."));
  if (!o.initial.empty()) return;
  if (!is_json(o.model)) {
    of_option("-m", [&] { return models::ready_text(o.model); });
    return;
  }
  if (const std::vector<std::string> given = settings_of_layers(o); !given.empty())
    throw WrongOptions(text(
        "-m: a model in JSON must have penalties, dropout and biases in its own layers. Received: ", given[0],
        ", -m='", cut(o.model), "'."));
}

void require_none_of_the_model(const TrainOptions& o, bool is_compiled) {
  std::vector<std::string> given = settings_of_layers(o);
  const auto add = [&](bool is_given, const char* option, const auto& value) {
    if (is_given) given.push_back(text(option, "=", value));
  };
  add(o.model != TrainOptions().model, "-m", o.model);
  if (is_compiled) {
    add(!o.loss.empty(), "--loss", o.loss);
    add(!o.metrics.empty(), "--metrics", o.metrics);
    add(!o.classes.empty(), "--classes", o.classes);
    add(o.oaa > 0, "--oaa", o.oaa);
    add(!o.optimizer.empty() || o.ftrl || o.adaptive || o.sgd, "the optimizer", optimizer_of(o));
    add(o.learning_rate.has_value(), "-l", o.learning_rate.value_or(0));
    add(o.ftrl_alpha.has_value(), "--ftrl_alpha", o.ftrl_alpha.value_or(0));
    add(o.ftrl_beta.has_value(), "--ftrl_beta", o.ftrl_beta.value_or(0));
  }
  if (!given.empty())
    throw WrongOptions(text("-i: a model must go on as it was made", is_compiled ? " and compiled" : "",
                            ", so that options of its layers", is_compiled ? ", loss and optimizer" : "",
                            " are left out. Received: ", given[0], "."));
}

data::LabelMap labels_of_loss(const std::string& loss) {
  if (loss == "binary_crossentropy") return {{0, 0}, {-1, 0}, {1, 1}};
  if (loss == "hinge" || loss == "squared_hinge") return {{-1, -1}, {0, -1}, {1, 1}};
  return {};
}

void add_train_options(CLI::App& command, TrainOptions& o) {
  command
      .add_option("-m,--model", o.model,
                  "linear, fm:16, mlp:128,64, wide-deep:128,64:16, or a JSON file (model.to_json)")
      ->capture_default_str()
      ->group("Model");
  command
      .add_option("-o,--output,-f,--final_regressor", o.output,
                  "The file of the trained model, such as model.h5")
      ->group("Model");
  command.add_option("-i,--initial_regressor", o.initial, "A model to go on from, with its optimizer")
      ->group("Model");
  command
      .add_option(
          "--loss,--loss_function", o.loss,
          "logistic (binary_crossentropy, the default), squared (mse), hinge, poisson, or any of Keras")
      ->group("Model");
  command
      .add_option("--classes", o.classes,
                  "Several classes: their number, for labels from 0, or the labels: 1,2,3")
      ->group("Model");
  command.add_option("--oaa", o.oaa, "So many classes, for labels from 1")
      ->check(whole_number(2, kMostClasses))
      ->group("Model");
  command
      .add_flag("--labels-as-they-are", o.labels_as_they_are,
                "Labels need not be 0 and 1, or -1 and 1, but are what the loss takes, such as probabilities")
      ->group("Model");
  command.add_option("--l1", o.l1, "l1 of weights, per row: the loss gets l1 sum |w|; with ftrl its own")
      ->check(number_from_0())
      ->group("Model");
  command.add_option("--l2", o.l2, "l2 of weights, per row: the loss gets l2 sum w^2; with ftrl its own")
      ->check(number_from_0())
      ->group("Model");
  command.add_option("--dropout", o.dropout, "After each hidden layer")
      ->check(part_below_1())
      ->group("Model");
  command.add_flag("--no-bias,--noconstant", o.no_bias, "No bias of the outputs")->group("Model");
  command
      .add_flag("--dense-weight", o.dense_weight,
                "Keeps all rows of kernels, not only those that were touched")
      ->group("Model");

  command
      .add_option("--optimizer", o.optimizer,
                  "sgd, adagrad, adam, ftrl, ...; adagrad for linear and fm, else adam")
      ->group("Training");
  command.add_flag("--adaptive", o.adaptive, "The same as --optimizer adagrad")->group("Training");
  command.add_flag("--ftrl", o.ftrl, "The same as --optimizer ftrl")->group("Training");
  command.add_flag("--sgd", o.sgd, "The same as --optimizer sgd")->group("Training");
  command
      .add_option("-l,--learning-rate,--learning_rate", o.learning_rate,
                  "0.05 for adagrad and 0.1 for ftrl unless given, else that of Keras")
      ->check(positive_number())
      ->group("Training");
  command.add_option("--ftrl_alpha", o.ftrl_alpha, "The learning rate of ftrl")
      ->check(positive_number())
      ->group("Training");
  command.add_option("--ftrl_beta", o.ftrl_beta, "The beta of ftrl")
      ->check(number_from_0())
      ->group("Training");
  command.add_option("--epochs,--passes", o.epochs, "Passes over the rows")
      ->check(whole_number(0, kMostCount))
      ->capture_default_str()
      ->group("Training");
  command.add_option("--batch-size", o.batch_size, "Rows of a step")
      ->check(whole_number(1, kMostCount))
      ->capture_default_str()
      ->group("Training");
  command.add_option("--metrics", o.metrics, "Values that are told beside the loss, as in accuracy,auc")
      ->group("Training");
  command.add_option("--validation", o.validation, "Files of rows to validate on after each epoch")
      ->group("Training");
  command.add_option("--validation-split", o.validation_split, "The part of the rows to validate on")
      ->check(CLI::Range(0.0, 0.99))
      ->group("Training");
  command
      .add_option("--patience", o.patience,
                  "Ends after so many epochs without a better val_loss, or loss, and keeps the best weights")
      ->check(whole_number(1, kMostCount))
      ->group("Training");
  command.add_option("--seed,--random_seed", o.seed, "Of first weights, shuffles and the split")
      ->check(whole_number(0, std::numeric_limits<uint64_t>::max()))
      ->capture_default_str()
      ->group("Training");
  command.add_flag("--no-shuffle", o.no_shuffle, "Rows in the order of the files")->group("Training");
  command
      .add_option("--resume", o.resume, "A folder for a backup: after a stop the same command goes on there")
      ->group("Training");
  command
      .add_option("--save-every", o.save_every,
                  "Steps between two backups; else one after each epoch and at a stop")
      ->check(whole_number(1, kMostCount))
      ->group("Training");
  command
      .add_option("--log", o.log,
                  "A file for a JSON object a line: start, epochs, warnings, end. '-': the output")
      ->group("Training");

  command
      .add_option("-s", o.solver,
                  "0, 6, 7: logistic; 1, 2, 5: squared hinge; 3: hinge; 5 and 6 with l1, else l2")
      ->group("LIBLINEAR's");
  command.add_option("-c", o.cost, "The cost: l2 is 1 / (2 c rows), l1 is 1 / (c rows)")
      ->check(positive_number())
      ->group("LIBLINEAR's");
  command.add_option("-B", o.bias, "1: a bias, which is there unless -1 is given")
      ->check(CLI::IsMember({-1, 1}))
      ->group("LIBLINEAR's");
}

Task task_of(const TrainOptions& o) {
  Task task{.loss = keras_loss(o.loss)};
  if (const Solver* solver = solver_of(o)) {
    if (!o.loss.empty())
      throw WrongOptions("--loss or -s must be given, not both. Received: --loss " + cut(o.loss) +
                         " and -s.");
    task.loss = solver->loss;
  }
  std::vector<double> classes;
  if (o.oaa > 0) {
    if (!o.classes.empty()) throw WrongOptions("--classes or --oaa must be given. Received: both.");
    for (Dim i = 1; i <= o.oaa; ++i) classes.push_back(static_cast<double>(i));
  } else if (!o.classes.empty()) {
    classes = classes_of(o.classes);
  }
  if (!classes.empty()) {
    if (task.loss.empty()) task.loss = "sparse_categorical_crossentropy";
    if (task.loss != "sparse_categorical_crossentropy")
      throw WrongOptions(
          "the loss of several classes must be sparse_categorical_crossentropy. Received: --loss " +
          task.loss + ".");
    task.outputs = static_cast<Dim>(classes.size());
    for (size_t i = 0; i < classes.size(); ++i) task.labels.emplace_back(classes[i], static_cast<double>(i));
  } else if (task.loss.empty()) {
    task.loss = "binary_crossentropy";
  }
  if (task.labels.empty()) task.labels = labels_of_loss(task.loss);
  if (o.labels_as_they_are) task.labels.clear();
  if (task.loss == "sparse_categorical_crossentropy") {
    if (classes.empty() && !is_json(o.model) && o.initial.empty())
      throw WrongOptions("--classes must be given for sparse_categorical_crossentropy. Received: none.");
    task.activation = "softmax";
  } else if (task.loss == "binary_crossentropy") {
    task.activation = "sigmoid";
  } else if (task.loss == "poisson") {
    task.activation = "exponential";
  } else {
    task.activation = "linear";
  }
  return task;
}

Penalties penalties_of(const TrainOptions& o, const data::Dataset& rows) {
  if (is_ftrl(o)) return {};
  const Solver* solver = solver_of(o);
  if (!o.cost) {
    if (solver) throw WrongOptions("-s needs -c, the cost. Received: -s alone.");
    return {.l1 = o.l1, .l2 = o.l2};
  }
  if (!solver || o.l1 > 0 || o.l2 > 0)
    throw WrongOptions("-c is for -s, without --l1 and --l2. Received: -c " + std::to_string(*o.cost) + ".");
  std::optional<Dim> count = rows.rows();
  if (!count) {
    if (rows.once())
      throw WrongOptions("-c needs the number of rows, which a pipe does not tell: write --l2 or --l1.");
    count = 0;
    const auto stream = rows.open("train");
    for (data::RowBlock block; stream->next(block); poll_interrupt()) *count += block.rows;
  }
  const double each = *o.cost * static_cast<double>(std::max<Dim>(1, *count));
  return solver->l1 ? Penalties{.l1 = 1 / each} : Penalties{.l2 = 1 / (2 * each)};
}

Model model_of(const TrainOptions& o, const Task& task, const Penalties& penalties,
               const data::Dataset& rows) {
  if (is_json(o.model)) return model_from_json(text_of_file(o.model));
  return models::ready_model(o.model, rows,
                             {.outputs = task.outputs,
                              .activation = task.activation,
                              .l1 = penalties.l1,
                              .l2 = penalties.l2,
                              .dropout = o.dropout,
                              .use_bias = !o.no_bias && o.bias != -1.0,
                              .sparse_weight = !o.dense_weight});
}

CompileOptions compile_options_of(const TrainOptions& o, const Task& task) {
  const std::string name = optimizer_name(o);
  Config settings;
  if (o.ftrl_alpha && o.learning_rate)
    throw WrongOptions("--ftrl_alpha or -l must be given, not both. Received: both.");
  if ((o.ftrl_alpha || o.ftrl_beta) && !is_ftrl(o))
    throw WrongOptions("--ftrl_alpha and --ftrl_beta are for --ftrl. Received: the optimizer " + name + ".");
  const std::optional<double> rate = o.ftrl_alpha ? o.ftrl_alpha : o.learning_rate;
  if (rate) settings["lr"] = *rate;
  else if (is_ftrl(o)) settings["lr"] = 0.1;
  else if (snake_case(name) == "adagrad") settings["lr"] = 0.05;
  if (is_ftrl(o)) {
    settings["l1_regularization_strength"] = o.l1;
    settings["l2_regularization_strength"] = o.l2;
    if (o.ftrl_beta) settings["beta"] = *o.ftrl_beta;
  }
  CompileOptions options{
      .optimizer =
          of_option("--optimizer", [&] { return Registry<optimizers::Optimizer>::make(name, settings); }),
      .loss = task.loss};
  std::vector<std::string> metrics = listed(o.metrics);
  if (metrics.empty() && task.loss == "binary_crossentropy" && !o.labels_as_they_are)
    metrics = {"accuracy", "auc"};
  if (metrics.empty() && task.outputs > 1) metrics = {"accuracy"};
  for (const std::string& metric : metrics)
    of_option("--metrics", [&] { options.metrics.emplace_back(metric); });
  return options;
}

}  // namespace lacuna::cli
