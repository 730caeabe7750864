// lacuna train: a model that learns rows, in a file that also tells how they are read.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "lacuna/base/random.h"
#include "lacuna/callbacks/backup_and_restore.h"
#include "lacuna/callbacks/early_stopping.h"
#include "lacuna/cli/commands.h"
#include "lacuna/cli/json_log.h"
#include "lacuna/cli/model_notes.h"
#include "lacuna/cli/outputs.h"
#include "lacuna/cli/resume.h"
#include "lacuna/cli/rows_of.h"
#include "lacuna/cli/train_options.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::cli {
namespace {

struct TrainRows {
  data::Dataset rows;
  std::optional<data::Dataset> validation{};
  ModelNotes notes{};
};

data::Dataset labelled(const data::Dataset& rows, const data::LabelMap& labels) {
  return labels.empty() ? rows : data::map_labels(rows, labels);
}

// What the labels of a model to go on from are to its loss.
data::LabelMap labels_before(Model& model, const ModelNotes& notes) {
  if (!model.note().empty()) return notes.labels;
  const std::optional<Config> training = model.training_config();
  if (!training) return {};
  const auto found = training->find("loss");
  const auto* loss = found == training->end() ? nullptr : found->second.as<std::string>();
  return loss ? labels_of_loss(*loss) : data::LabelMap();
}

// With -1 before 0 where both mean the same and the first rows have -1: predictions then tell -1.
data::LabelMap as_in_rows(data::LabelMap labels, const data::Dataset& rows) {
  const auto at = [&labels](double label) {
    return std::ranges::find(labels, label, &data::LabelMap::value_type::first);
  };
  const auto zero = at(0), minus = at(-1);
  if (zero == labels.end() || minus == labels.end() || zero->second != minus->second || rows.once())
    return labels;
  const auto stream = rows.open("train");
  data::RowBlock block;
  if (!stream->next(block)) return labels;
  bool has_zero = false, has_minus = false;
  for (size_t i = 0; i < block.parts.size(); ++i) {
    if (rows.schema()[i].role != data::Role::target) continue;
    const Tensor values = cast(to_dense(block.parts[i]), DType::float64);
    for (const double value : values.dense().values<double>()) {
      has_zero = has_zero || value == 0;
      has_minus = has_minus || value == -1;
    }
  }
  if (has_zero != has_minus && has_minus == (zero < minus)) std::swap(*zero, *minus);
  return labels;
}

// before: what the model to go on from says, if there is one.
TrainRows rows_to_train(const TrainOptions& o, const data::LabelMap& labels, const ModelNotes& before) {
  const std::vector<std::string> paths = files(o.data);
  ModelNotes notes{.labels = labels};
  data::ReadOptions read =
      data::complete(paths, read_options(o.data, before.read, /*of_model=*/!o.initial.empty()));
  const data::Dataset given = data::read(paths, read);
  if (o.initial.empty()) notes.labels = as_in_rows(std::move(notes.labels), given);
  data::Dataset rows = labelled(given, notes.labels);
  if (rows.once() && (o.epochs > 1 || o.validation_split > 0)) rows = rows.cache();
  TrainRows result{.rows = rows};
  if (o.validation_split > 0) {
    if (!o.validation.empty())
      throw WrongOptions("--validation or --validation-split must be given, not both. Received: both.");
    auto [validation, rest] = rows.split(o.validation_split, o.seed);
    result.rows = std::move(rest);
    result.validation = std::move(validation);
  } else if (!o.validation.empty()) {
    result.validation =
        labelled(data::read(o.validation, validation_options(read, o.validation)), notes.labels);
  }
  if (read.format != "packed") notes.read = std::move(read);
  else notes.read = before.read;
  result.notes = std::move(notes);
  return result;
}

void require_files(const TrainOptions& o) {
  if (o.output.empty())
    throw WrongOptions("-o (or -f), the file of the trained model, must be given. Received: none.");
  if (o.save_every > 0 && o.resume.empty())
    throw WrongOptions("--save-every is for --resume. Received: no --resume.");
  std::vector<NamedFile> inputs = inputs_of(o.data);
  add_patterns(inputs, "--validation", o.validation);
  if (o.initial.empty() && o.model.ends_with(".json")) inputs.push_back({"-m", o.model});
  // A model may go on in its own file.
  if (!o.initial.empty() && !same_file(o.output, o.initial)) inputs.push_back({"-i", o.initial});
  std::vector<NamedFile> outputs{{"-o", o.output}, {"--log", o.log}, {"--rejects", o.data.rejects}};
  if (!o.resume.empty()) outputs.push_back({"--resume", backup_file(o.resume)});
  require_apart(outputs, inputs);
}

std::shared_ptr<JsonLog> opened_log(const TrainOptions& o, Session& session) {
  if (o.log.empty()) return nullptr;
  auto log = std::make_shared<JsonLog>(session, o.log, !o.resume.empty());
  session.on_warning = [log](const std::string& message) { log->tell("warning", {{"message", message}}); };
  session.on_error = [log](const std::string& message) { log->tell("error", {{"message", message}}); };
  return log;
}

void train(const TrainOptions& o, Session& session) {
  require_files(o);
  const std::shared_ptr<JsonLog> log = opened_log(o, session);
  require_fitting(o);
  require_writable("-o", o.output);
  set_random_seed(o.seed);
  const Task task = task_of(o);
  std::optional<Model> initial;
  if (!o.initial.empty()) initial = load_model(o.initial);
  const bool goes_on = initial && initial->trainer().is_compiled();
  if (initial) require_none_of_the_model(o, goes_on);
  const ModelNotes before = initial ? notes_of(*initial) : ModelNotes();
  data::LabelMap labels = goes_on ? labels_before(*initial, before) : task.labels;
  if (o.labels_as_they_are) labels.clear();
  TrainRows rows = rows_to_train(o, labels, before);
  Model model = initial ? *initial : model_of(o, task, penalties_of(o, rows.rows), rows.rows);
  if (!goes_on) model.compile(compile_options_of(o, task));
  model.set_note(to_note(rows.notes));

  FitOptions fit{.batch_size = o.batch_size,
                 .epochs = o.epochs,
                 .verbose = session.progress() ? 1 : 0,
                 .shuffle = o.no_shuffle ? Shuffle::none : Shuffle::rows,
                 .validation_dataset = rows.validation};
  if (log) fit.callbacks.push_back(log);
  if (!o.resume.empty()) {
    require_same_command(o, task);
    // The backup is of use until the model is in its file.
    fit.callbacks.push_back(std::make_shared<callbacks::BackupAndRestore>(
        model, callbacks::BackupAndRestoreOptions{
                   .backup_dir = o.resume, .save_freq = o.save_every, .delete_checkpoint = false}));
  }
  if (o.patience > 0)
    fit.callbacks.push_back(std::make_shared<callbacks::EarlyStopping>(
        callbacks::EarlyStoppingOptions{.monitor = rows.validation ? "val_loss" : "loss",
                                        .patience = o.patience,
                                        .restore_best_weights = true}));
  model.fit(rows.rows, fit);
  tell_of_bad_rows("train", rows.rows);
  model.save(o.output);
  if (!o.resume.empty()) remove_backup(o.resume);
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
