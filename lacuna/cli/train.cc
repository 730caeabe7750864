// lacuna train: a model that learns rows, in a file that also tells how they are read.
#include <CLI/CLI.hpp>
#include <memory>

#include "lacuna/base/random.h"
#include "lacuna/callbacks/backup_and_restore.h"
#include "lacuna/callbacks/early_stopping.h"
#include "lacuna/cli/commands.h"
#include "lacuna/cli/json_log.h"
#include "lacuna/cli/model_notes.h"
#include "lacuna/cli/rows_of.h"
#include "lacuna/cli/train_options.h"

namespace lacuna::cli {
namespace {

// The model and how its rows are read: a new one, or one to go on from.
struct Trained {
  Model model;
  ModelNotes notes;
};

struct TrainRows {
  data::Dataset rows;
  std::optional<data::Dataset> validation{};
  ModelNotes notes{};
};

data::Dataset labelled(const data::Dataset& rows, const data::LabelMap& labels) {
  return labels.empty() ? rows : data::map_labels(rows, labels);
}

TrainRows rows_to_train(const TrainOptions& o, const Task& task, const ModelNotes& before) {
  const std::vector<std::string> paths = files(o.data);
  ModelNotes notes{.labels = o.initial.empty() ? task.labels : before.labels};
  data::ReadOptions read = data::complete(paths, read_options(o.data, before.read));
  data::Dataset rows = labelled(data::read(paths, read), notes.labels);
  if (rows.once() && (o.epochs > 1 || o.validation_split > 0)) rows = rows.cache();
  TrainRows result{.rows = rows};
  if (o.validation_split > 0) {
    if (!o.validation.empty())
      throw WrongOptions("--validation or --validation-split must be given, not both. Received: both.");
    auto [validation, rest] = rows.split(o.validation_split, o.seed);
    result.rows = std::move(rest);
    result.validation = std::move(validation);
  } else if (!o.validation.empty()) {
    if (const std::string format = data::format_of(o.validation[0]); !format.empty() && format != read.format)
      throw WrongOptions("--validation must be of the format of the rows, " + read.format +
                         ". Received: " + format + ".");
    result.validation = labelled(data::read(o.validation, read), notes.labels);
  }
  if (read.format != "packed") notes.read = std::move(read);
  else notes.read = before.read;
  result.notes = std::move(notes);
  return result;
}

void require_file_for_model(const TrainOptions& o) {
  if (o.output.empty())
    throw WrongOptions("-o (or -f), the file of the trained model, must be given. Received: none.");
  if (o.save_every > 0 && o.resume.empty())
    throw WrongOptions("--save-every is for --resume. Received: no --resume.");
}

void train(const TrainOptions& o, Session& session) {
  require_file_for_model(o);
  set_random_seed(o.seed);
  const Task task = task_of(o);
  std::optional<Model> initial;
  if (!o.initial.empty()) initial = load_model(o.initial);
  TrainRows rows = rows_to_train(o, task, initial ? notes_of(*initial) : ModelNotes());
  Model model = initial ? *initial : model_of(o, task, penalties_of(o, rows.rows), rows.rows);
  if (!initial || !model.trainer().is_compiled()) model.compile(compile_options_of(o, task));
  model.set_note(to_note(rows.notes));

  FitOptions fit{.batch_size = o.batch_size,
                 .epochs = o.epochs,
                 .verbose = session.progress() ? 1 : 0,
                 .shuffle = o.no_shuffle ? Shuffle::none : Shuffle::rows,
                 .validation_dataset = rows.validation};
  std::shared_ptr<JsonLog> log;
  if (!o.log.empty()) {
    log = std::make_shared<JsonLog>(session, o.log, !o.resume.empty());
    session.on_warning = [log](const std::string& message) { log->tell("warning", {{"message", message}}); };
    session.on_error = [log](const std::string& message) { log->tell("error", {{"message", message}}); };
    fit.callbacks.push_back(log);
  }
  if (!o.resume.empty())
    fit.callbacks.push_back(std::make_shared<callbacks::BackupAndRestore>(
        model, callbacks::BackupAndRestoreOptions{.backup_dir = o.resume, .save_freq = o.save_every}));
  if (o.patience > 0)
    fit.callbacks.push_back(std::make_shared<callbacks::EarlyStopping>(
        callbacks::EarlyStoppingOptions{.monitor = rows.validation ? "val_loss" : "loss",
                                        .patience = o.patience,
                                        .restore_best_weights = true}));
  model.fit(rows.rows, fit);
  tell_of_bad_rows("train", rows.rows);
  model.save(o.output);
  if (log) log->tell("end", {{"model", o.output}});
}

}  // namespace

Run add_train(CLI::App& command) {
  const auto o = std::make_shared<TrainOptions>();
  add_data_options(command, o->data);
  add_train_options(command, *o);
  return [o](Session& session) { train(*o, session); };
}

}  // namespace lacuna::cli
