// Callbacks: the library calls one object of Python, a CallbackList, which calls the others.
#include "python/bind/callbacks.h"

#include <algorithm>

#include "lacuna/callbacks/backup_and_restore.h"
#include "lacuna/callbacks/csv_logger.h"
#include "lacuna/callbacks/early_stopping.h"
#include "lacuna/callbacks/learning_rate_scheduler.h"
#include "lacuna/callbacks/model_checkpoint.h"
#include "lacuna/callbacks/reduce_lr_on_plateau.h"
#include "lacuna/callbacks/terminate_on_nan.h"
#include "lacuna/models/model.h"
#include "python/bind/argument.h"
#include "python/bind/path.h"

namespace lacuna::bind {
namespace {

using callbacks::Logs;

nb::dict to_dict(const Logs& logs) {
  nb::dict result = nb::cast<nb::dict>(nb::module_::import_("lacuna.callbacks._logs").attr("Logs")());
  for (const auto& [name, value] : logs) {
    if (name == "batch" || name == "size") result[name.c_str()] = static_cast<int64_t>(value);
    else result[name.c_str()] = value;
  }
  return result;
}

// Copies a callback's changes back to the logs; only numbers are copied.
void write_back(const nb::dict& changed, Logs& logs) {
  for (const auto& [key, value] : changed) {
    double number = 0;
    if (!nb::isinstance<nb::str>(key) || !nb::try_cast(nb::object(nb::borrow(value)), number)) continue;
    const auto name = nb::cast<std::string>(key);
    const auto known = std::ranges::find(logs, name, &Logs::value_type::first);
    if (known != logs.end()) known->second = number;
    else logs.emplace_back(name, number);
  }
}

// Sets the trainer of one of the library's own callbacks for the scope.
struct Attach {
  callbacks::Callback& callback;
  Attach(callbacks::Callback& c, Model& model) : callback(c) { callback.trainer = &model.trainer(); }
  ~Attach() { callback.trainer = nullptr; }
};

template <class C>
nb::class_<C>& def_train_begin(nb::class_<C>& c) {
  return c.def(
      "on_train_begin",
      [](C& self, Model* model) {  // None: a model of another kind.
        const WithoutGil no_gil;
        if (!model) return self.on_train_begin({});
        const Attach attach(self, *model);
        self.on_train_begin({});
      },
      "model"_a.none());
}

}  // namespace

PythonCallbacks::PythonCallbacks(nb::object list)
    : list_(std::move(list)), wants_batches_(nb::cast<bool>(list_.attr("wants_batches"))) {}

void PythonCallbacks::on_train_begin(const Logs& logs) {
  const WithGil gil;
  nb::dict p;
  if (params.samples > 0) {  // Of arrays: where batches come one by one, Keras leaves both out.
    p["batch_size"] = params.batch_size;
    p["samples"] = params.samples;
  }
  p["epochs"] = params.epochs;
  p["steps"] = params.steps;
  p["verbose"] = params.verbose;
  p["do_validation"] = params.do_validation;
  p["metrics"] = params.metrics;
  list_.attr("set_params")(p);
  list_.attr("on_train_begin")(to_dict(logs));
}
void PythonCallbacks::on_train_end(const Logs&) {
  const WithGil gil;
  list_.attr("on_train_end")(nb::dict());
}
void PythonCallbacks::on_epoch_begin(int epoch, const Logs& logs) {
  const WithGil gil;
  list_.attr("on_epoch_begin")(epoch, to_dict(logs));
}
void PythonCallbacks::on_epoch_end(int epoch, Logs& logs) {
  const WithGil gil;
  const nb::dict dict = to_dict(logs);
  list_.attr("on_epoch_end")(epoch, dict);
  write_back(dict, logs);
}
void PythonCallbacks::on_batch_begin(int64_t batch, const Logs& logs) {
  const WithGil gil;
  list_.attr("on_batch_begin")(batch, to_dict(logs));
}
void PythonCallbacks::on_batch_end(int64_t batch, const Logs& logs) {
  const WithGil gil;
  list_.attr("on_batch_end")(batch, to_dict(logs));
}

namespace {

// The logs that a callback's method got.
Logs logs_of(const nb::dict& dict) {
  Logs logs;
  write_back(dict, logs);
  return logs;
}

void bind_early_stopping(nb::module_& m) {
  using callbacks::EarlyStopping;
  nb::class_<EarlyStopping> c(m, "EarlyStopping");
  def_method(
      c, {"__init__", "EarlyStopping"},
      [](EarlyStopping* self, const std::string& monitor, double min_delta, int patience, int verbose,
         const std::string& mode, std::optional<double> baseline, bool restore_best_weights) {
        new (self)
            EarlyStopping(callbacks::EarlyStoppingOptions{.monitor = monitor,
                                                          .min_delta = min_delta,
                                                          .patience = patience,
                                                          .verbose = verbose,
                                                          .mode = mode,
                                                          .baseline = baseline,
                                                          .restore_best_weights = restore_best_weights});
      },
      "monitor"_a, "min_delta"_a, "patience"_a, "verbose"_a, "mode"_a, "baseline"_a,
      "restore_best_weights"_a);
  def_train_begin(c)
      .def("on_train_end", [](EarlyStopping& self) { self.on_train_end({}); })
      .def(
          "on_epoch_end",
          [](EarlyStopping& self, Model& model, int epoch, const nb::dict& dict) {
            Logs logs = logs_of(dict);
            const WithoutGil no_gil;
            const Attach attach(self, model);
            self.on_epoch_end(epoch, logs);
          },
          "model"_a, "epoch"_a, "logs"_a)
      .def(
          "judge",
          [](EarlyStopping& self, int epoch, const nb::dict& dict) {
            const auto verdict = without_gil([&, logs = logs_of(dict)] { return self.judge(epoch, logs); });
            return verdict == EarlyStopping::Verdict::best   ? "best"
                   : verdict == EarlyStopping::Verdict::stop ? "stop"
                                                             : "wait";
          },
          "epoch"_a, "logs"_a)
      .def_prop_ro("wait", &EarlyStopping::wait)
      .def_prop_ro("stopped_epoch", &EarlyStopping::stopped_epoch)
      .def_prop_ro("best", &EarlyStopping::best)
      .def("restore", &EarlyStopping::restore, "wait"_a, "stopped_epoch"_a, "best"_a);
}

void bind_backup(nb::module_& m) {
  using callbacks::BackupAndRestore;
  nb::class_<BackupAndRestore> c(m, "BackupAndRestore");
  def_method(
      c, {"__init__", "BackupAndRestore"},
      [](BackupAndRestore* self, const nb::bytes& backup_dir, int64_t save_freq, bool delete_checkpoint) {
        new (self)
            BackupAndRestore(callbacks::BackupAndRestoreOptions{.backup_dir = string_of(backup_dir),
                                                                .save_freq = save_freq,
                                                                .delete_checkpoint = delete_checkpoint});
      },
      "backup_dir"_a, "save_freq"_a, "delete_checkpoint"_a);
  c.def(
       "begin", [](BackupAndRestore& self, Model& model) { without_gil([&] { self.begin(model); }); },
       "model"_a)
      .def(
          "end_batch",
          [](BackupAndRestore& self, Model& model) { without_gil([&] { self.end_batch(model); }); },
          "model"_a)
      .def(
          "end_epoch",
          [](BackupAndRestore& self, Model& model) { without_gil([&] { self.end_epoch(model); }); },
          "model"_a)
      .def("end", [](BackupAndRestore& self) { self.end(); });
}

void bind_checkpoint(nb::module_& m) {
  using callbacks::ModelCheckpoint;
  nb::class_<ModelCheckpoint> c(m, "ModelCheckpoint");
  def_method(
      c, {"__init__", "ModelCheckpoint"},
      [](ModelCheckpoint* self, const nb::bytes& filepath, const std::string& monitor, int verbose,
         bool save_best_only, const std::string& mode, int period) {
        new (self) ModelCheckpoint(callbacks::ModelCheckpointOptions{.filepath = string_of(filepath),
                                                                     .monitor = monitor,
                                                                     .verbose = verbose,
                                                                     .save_best_only = save_best_only,
                                                                     .mode = mode,
                                                                     .period = period});
      },
      "filepath"_a, "monitor"_a, "verbose"_a, "save_best_only"_a, "mode"_a, "period"_a);
  def_train_begin(c)
      .def(
          "is_due",
          [](ModelCheckpoint& self, int epoch, const nb::dict& dict, const nb::bytes& path) {
            return self.is_due(epoch, logs_of(dict), string_of(path));
          },
          "epoch"_a, "logs"_a, "path"_a)
      .def_prop_ro("best", &ModelCheckpoint::best)
      .def("restore", &ModelCheckpoint::restore, "best"_a);
}

void bind_plateau(nb::module_& m) {
  using callbacks::ReduceLROnPlateau;
  nb::class_<ReduceLROnPlateau> c(m, "ReduceLROnPlateau");
  def_method(
      c, {"__init__", "ReduceLROnPlateau"},
      [](ReduceLROnPlateau* self, const std::string& monitor, double factor, int patience, int verbose,
         const std::string& mode, double min_delta, int cooldown, double min_lr) {
        new (self) ReduceLROnPlateau(callbacks::ReduceLROnPlateauOptions{.monitor = monitor,
                                                                         .factor = factor,
                                                                         .patience = patience,
                                                                         .verbose = verbose,
                                                                         .mode = mode,
                                                                         .min_delta = min_delta,
                                                                         .cooldown = cooldown,
                                                                         .min_lr = min_lr});
      },
      "monitor"_a, "factor"_a, "patience"_a, "verbose"_a, "mode"_a, "min_delta"_a, "cooldown"_a, "min_lr"_a);
  def_train_begin(c)
      .def(
          "on_epoch_end",
          [](ReduceLROnPlateau& self, Model& model, int epoch, const nb::dict& dict) {
            Logs logs = logs_of(dict);
            without_gil([&] {
              const Attach attach(self, model);
              self.on_epoch_end(epoch, logs);
            });
            return to_dict(logs);
          },
          "model"_a, "epoch"_a, "logs"_a)
      .def(
          "judge",
          [](ReduceLROnPlateau& self, int epoch, const nb::dict& dict, double rate) {
            return without_gil([&, logs = logs_of(dict)] { return self.judge(epoch, logs, rate); });
          },
          "epoch"_a, "logs"_a, "rate"_a)
      .def_prop_ro("wait", &ReduceLROnPlateau::wait)
      .def_prop_ro("best", &ReduceLROnPlateau::best)
      .def("restore", &ReduceLROnPlateau::restore, "wait"_a, "best"_a);
}

void bind_csv_logger(nb::module_& m) {
  using callbacks::CSVLogger;
  nb::class_<CSVLogger> c(m, "CSVLogger");
  def_method(
      c, {"__init__", "CSVLogger"},
      [](CSVLogger* self, const nb::bytes& filename, const std::string& separator, bool append) {
        new (self) CSVLogger(string_of(filename), separator, append);
      },
      "filename"_a, "separator"_a, "append"_a);
  def_train_begin(c)
      .def(
          "write",
          [](CSVLogger& self, int epoch, const std::map<std::string, std::string>& values) {
            const WithoutGil no_gil;
            self.write(epoch, {values.begin(), values.end()});
          },
          "epoch"_a, "values"_a)
      .def("on_train_end", [](CSVLogger& self) { self.on_train_end({}); })
      .def_prop_ro("keys", &CSVLogger::keys)
      .def("restore", &CSVLogger::restore, "keys"_a);
}

void bind_terminate_on_nan(nb::module_& m) {
  using callbacks::TerminateOnNaN;
  nb::class_<TerminateOnNaN>(m, "TerminateOnNaN")
      .def(nb::init<>())
      .def(
          "on_batch_end",
          [](TerminateOnNaN& self, Model& model, int64_t batch, const nb::dict& dict) {
            const Logs logs = logs_of(dict);
            const WithoutGil no_gil;
            const Attach attach(self, model);
            self.on_batch_end(batch, logs);
          },
          "model"_a, "batch"_a, "logs"_a);
}

// Sets the rate that a schedule of Python returned. The schedule itself stays in Python, whose garbage
// collector could not free what the library holds.
void bind_learning_rate_scheduler(nb::module_& m) {
  m.def(
      "schedule_learning_rate",
      [](Model& model, int epoch, double rate, int verbose) {
        const WithoutGil no_gil;
        callbacks::LearningRateScheduler scheduler([rate](int, double) { return rate; }, verbose);
        const Attach attach(scheduler, model);
        scheduler.on_epoch_begin(epoch, {});
      },
      "model"_a, "epoch"_a, "rate"_a, "verbose"_a);
}

}  // namespace

void bind_callbacks(nb::module_& m) {
  bind_csv_logger(m);
  bind_early_stopping(m);
  bind_learning_rate_scheduler(m);
  bind_backup(m);
  bind_checkpoint(m);
  bind_plateau(m);
  bind_terminate_on_nan(m);
}

}  // namespace lacuna::bind
