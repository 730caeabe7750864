// The loop of fit: epochs of training steps, each with its validation and callbacks.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/training/callback_list.h"
#include "lacuna/training/dataset_batches.h"
#include "lacuna/training/generated_batches.h"
#include "lacuna/training/measures.h"
#include "lacuna/training/progress.h"
#include "lacuna/training/trainer.h"

namespace lacuna {

using callbacks::Logs;

class Trainer::Fit {
  using Position = Trainer::Position;

 public:
  Fit(Trainer& trainer, CompiledPtr compiled, Batches& batches, Batches* validation,
      const FitOptions& options)
      : trainer_(trainer),
        held_(std::move(compiled)),
        compiled_(*held_),
        batches_(batches),
        validation_(validation),
        options_(options) {
    if (!batches.varies()) program_ = trainer.program(held_, Mode::train, batches, nullptr);  // May throw.
    const auto turn = trainer_.network_->turn().take();
    trainer_.check_trainable("fit", compiled_);
    trainer_.follow_seed();
  }

  History run() {
    const Running running(trainer_.fits_);
    const callbacks::CallbackList callbacks(options_.callbacks, trainer_, params());
    callbacks_ = &callbacks;
    trainer_.stop_training = false;
    const Placed placed(trainer_);
    if (options_.verbose > 0) say_how_many();
    callbacks.on_train_begin();
    const Position from = start();
    try {
      for (int epoch = from.epoch; epoch < options_.epochs && !ends(); ++epoch)
        run_epoch(epoch, epoch == from.epoch ? from : Position{});
    } catch (...) {
      callbacks.on_train_error();
      throw;
    }
    callbacks.on_train_end(logs_);
    return std::move(history_);
  }

 private:
  bool ends() const { return trainer_.stop_training || batches_.finished(); }

  struct Running {
    explicit Running(int& fits) : fits_(++fits) {}
    ~Running() { --fits_; }
    int& fits_;
  };

  // Sets the trainer's position while fit runs, and puts that of an outer fit back.
  struct Placed {
    explicit Placed(Trainer& trainer) : trainer_(trainer), before_(trainer.position()) {
      trainer_.resumes_.reset();
    }
    ~Placed() {
      const auto turn = trainer_.network_->turn().take();
      trainer_.position_ = before_;
    }
    Trainer& trainer_;
    std::optional<Position> before_;
  };

  // Where the first epoch begins: what a callback wants, or what the options say.
  Position start() {
    const auto turn = trainer_.network_->turn().take();
    Position from{.epoch = options_.initial_epoch,
                  .shuffles = trainer_.random_.shuffles,
                  .batch_size = options_.batch_size,
                  .source = batches_.source()};
    if (const auto wanted = std::exchange(trainer_.resumes_, std::nullopt)) {
      LACUNA_REQUIRE(wanted->batch_size == from.batch_size,
                     "fit: batch_size must be that of the fit that goes on. "
                     "Received: batch_size=",
                     from.batch_size, ", and before ", wanted->batch_size, ".");
      LACUNA_REQUIRE(wanted->source == from.source,
                     "fit: the data must be that of the fit that goes on. Received: ", from.source,
                     ", and before ", wanted->source, ".");
      from = *wanted;
      trainer_.random_.shuffles = from.shuffles;  // The epoch is shuffled as it was.
    }
    trainer_.position_ = from;
    return from;
  }

  callbacks::Params params() const {
    callbacks::Params result{options_.batch_size, options_.epochs,        batches_.rows().value_or(0),
                             options_.verbose,    validation_ != nullptr, compiled_.metrics_names,
                             batches_.steps()};
    if (validation_)
      for (const auto& name : compiled_.metrics_names) result.metrics.push_back("val_" + name);
    return result;
  }

  void say_how_many() const {
    const std::optional<Dim> rows = batches_.rows();
    if (!rows) return;
    const std::optional<Dim> validated = validation_ ? validation_->rows() : std::nullopt;
    print(text("Train on ", *rows, " samples",
               validated ? text(", validate on ", *validated, " samples") : std::string(), "\n"));
  }

  // from: how many batches of the epoch were trained on before, and the place after them.
  void run_epoch(int epoch, const Position& from) {
    const int64_t first = from.batch;
    if (options_.verbose > 0) print(text("Epoch ", epoch + 1, "/", options_.epochs, "\n"));
    callbacks_->on_epoch_begin(epoch);
    batches_.begin(options_.shuffle == Shuffle::none ? 0 : trainer_.next_shuffle());
    Progress progress(batches_, options_.verbose);
    if (first > 0) progress.add(batches_.skip(first, from.place));
    trainer_.reset_metrics();
    measures_.reset();
    logs_.clear();
    for (const auto& name : compiled_.metrics_names) logs_.emplace_back(name, 0.0);
    ReadAhead ahead(batches_);
    int64_t batch = first;
    for (; const Dim size = ahead.upcoming(); ++batch) {
      run_batch(ahead, epoch, batch, size);
      progress.add(size);
      if (trainer_.stop_training) break;  // Without validation, as in Keras.
      if (options_.verbose != 1) continue;
      measures_.write(logs_);
      progress.update(logs_);
    }
    if (batch > first || (first == 0 && !batches_.finished())) end_epoch(epoch, progress);
  }

  void run_batch(ReadAhead& ahead, int epoch, int64_t batch, Dim size) {
    poll_interrupt();  // Between steps, so that the weights are those of a whole step.
    const bool watched = callbacks_->wants_batches();
    Logs logs;
    if (watched) {
      logs = {{"batch", static_cast<double>(batch)}, {"size", static_cast<double>(size)}};
      callbacks_->on_batch_begin(batch, logs);
    }
    double loss = 0;
    ahead.run(!watched || !batches_.is_shared(), [&](Feeds feeds) {  // Callbacks may change the arrays.
      program_ = trainer_.program(held_, Mode::train, batches_, std::move(program_));
      const auto turn = trainer_.network_->turn().take();
      trainer_.train_step(compiled_, *program_, feeds, size, measures_);
      loss = program_->value(0);
      trainer_.position_->batch = batch + 1;
      const auto place = batches_.place(batch + 1);
      trainer_.position_->place.assign(place.begin(), place.end());
      if (watched) measures_.append_batch(*program_, logs);
    });
    if (!std::isfinite(loss) && !warned_) {
      warned_ = true;
      warn(text("fit: the loss is no longer finite. Received: loss=", loss, " in epoch ", epoch + 1,
                ", batch ", batch + 1, "."));
    }
    if (watched) callbacks_->on_batch_end(batch, logs);
  }

  void end_epoch(int epoch, Progress& progress) {
    {  // Only here, since reading weights must not change them.
      const auto turn = trainer_.network_->turn().take();
      compiled_.optimizer->settle();
      trainer_.position_->epoch = epoch + 1;
      trainer_.position_->batch = 0;
      trainer_.position_->place.clear();
      trainer_.position_->shuffles = trainer_.random_.shuffles;
    }
    const std::vector<double> values = measures_.values();
    for (size_t i = 0; i < values.size(); ++i) logs_[i].second = values[i];
    if (validation_ && !trainer_.stop_training && is_validated(epoch + 1)) validate();
    progress.finish(logs_);
    callbacks_->on_epoch_end(epoch, logs_);
    if (informs()) tell_of(epoch);
    history_.epoch.push_back(epoch);
    for (const auto& [name, value] : logs_) history_.history[name].push_back(value);
  }

  void tell_of(int epoch) const {
    std::string values;
    for (const auto& [name, value] : logs_) values += text(values.empty() ? "" : ", ", name, '=', value);
    inform(text("fit: epoch ", epoch + 1, " of ", options_.epochs, ": ", values, "."));
  }

  bool is_validated(int epoch) const {
    const auto& chosen = options_.validation_epochs;
    return chosen.empty() ? epoch % options_.validation_freq == 0 : std::ranges::count(chosen, epoch) > 0;
  }

  void validate() {
    const std::vector<double> values = trainer_.evaluate(held_, of_validation_, *validation_, 0);
    for (size_t i = 0; i < values.size(); ++i)
      logs_.emplace_back("val_" + compiled_.metrics_names[i], values[i]);
  }

  Trainer& trainer_;
  const CompiledPtr held_;
  const Compiled& compiled_;
  Batches& batches_;
  Batches* const validation_;
  const FitOptions& options_;
  std::shared_ptr<Program> program_{};
  const callbacks::CallbackList* callbacks_ = nullptr;
  Measures measures_{compiled_, "fit"}, of_validation_{compiled_, "fit: validation"};
  Logs logs_{};  // Of the epoch.
  History history_{};
  bool warned_ = false;
};

namespace {

void check(const FitOptions& options) {
  LACUNA_REQUIRE(options.epochs >= 0 && options.initial_epoch >= 0,
                 "fit: epochs and initial_epoch must not be negative. Received: epochs=", options.epochs,
                 ", initial_epoch=", options.initial_epoch, ".");
  LACUNA_REQUIRE(options.validation_freq > 0,
                 "fit: validation_freq must be positive. Received: validation_freq=", options.validation_freq,
                 ".");
}

void check_batch_size(const FitOptions& options) {
  LACUNA_REQUIRE(options.batch_size > 0,
                 "fit: batch_size must be positive. Received: batch_size=", options.batch_size, ".");
}

void check_of_arrays(const FitOptions& options) {
  check_batch_size(options);
  LACUNA_REQUIRE(!options.steps_per_epoch,
                 "fit: steps_per_epoch is of batches that come one by one; of arrays, batch_size decides. "
                 "Received: steps_per_epoch=",
                 *options.steps_per_epoch, ".");
  LACUNA_REQUIRE(
      options.validation_split >= 0 && options.validation_split < 1,
      "fit: validation_split must be in [0, 1). Received: validation_split=", options.validation_split, ".");
}

// What a fit validates on, besides a part of its own rows.
class Validation {
 public:
  Validation(const Network& network, const Compiled& compiled, const FitOptions& options) {
    const char* where = "fit: validation_data";
    if (options.validation_data) {
      const ValidationData& v = *options.validation_data;
      LACUNA_REQUIRE(!options.validation_source && !options.validation_dataset, where,
                     ": arrays, batches or a dataset must be given. Received: several of them.");
      feed_.emplace(where, network, &compiled, data::Check::whole, v.x, v.y, v.sample_weight);
      LACUNA_REQUIRE(feed_->rows() > 0, where, " must have rows. Received: rows=0.");
      arrays_.emplace(*feed_, 0, feed_->rows(), options.batch_size);
    } else if (options.validation_source) {
      generated_.emplace(where, network, &compiled, *options.validation_source, options.validation_steps);
    } else if (options.validation_dataset) {
      LACUNA_REQUIRE(!options.validation_steps, where,
                     ": steps are of batches that come one by one; write dataset.take(rows). Received: "
                     "validation_steps=",
                     *options.validation_steps, ".");
      dataset_.emplace(where, network, &compiled, *options.validation_dataset, options.batch_size);
    }
  }

  Batches* batches() {
    if (generated_) return &*generated_;
    if (dataset_) return &*dataset_;
    return arrays_ ? &*arrays_ : nullptr;
  }

 private:
  std::optional<Feed> feed_{};
  std::optional<ArrayBatches> arrays_{};
  std::optional<GeneratedBatches> generated_{};
  std::optional<DatasetBatches> dataset_{};
};

}  // namespace

History Trainer::fit(BatchSource& source, const FitOptions& options) {
  const auto fitting = fitting_.take();
  const CompiledPtr c = compiled("fit");
  check(options);
  check_batch_size(options);
  LACUNA_REQUIRE(
      options.validation_split == 0 && !options.sample_weight.given(),
      "fit: validation_split and sample_weight are of arrays; a batch may be (x, y, sample_weight), "
      "and validation_data may be given. Received: validation_split=",
      options.validation_split, options.sample_weight.given() ? ", a sample_weight." : ".");
  GeneratedBatches batches("fit", *network_, c.get(), source, options.steps_per_epoch, true,
                           options.class_weight);
  Validation validation(*network_, *c, options);
  return Fit(*this, c, batches, validation.batches(), options).run();
}

History Trainer::fit(const data::Dataset& dataset, const FitOptions& options) {
  const auto fitting = fitting_.take();
  const CompiledPtr c = compiled("fit");
  check(options);
  check_batch_size(options);
  LACUNA_REQUIRE(
      options.validation_split == 0 && !options.sample_weight.given() && !options.steps_per_epoch,
      "fit: validation_split, sample_weight and steps_per_epoch are not of datasets; a column may be the "
      "weight, and dataset.take(rows) and skip(rows) are parts of a dataset. Received: validation_split=",
      options.validation_split, options.sample_weight.given() ? ", a sample_weight" : "",
      options.steps_per_epoch ? ", steps_per_epoch." : ".");
  LACUNA_REQUIRE(options.shuffle != Shuffle::batch,
                 "fit: shuffle must be True or False where x is a dataset. Received: shuffle='batch'.");
  DatasetBatches batches("fit", *network_, c.get(), dataset, options.batch_size,
                         options.shuffle == Shuffle::none ? 0 : options.shuffle_bytes, options.class_weight);
  Validation validation(*network_, *c, options);
  return Fit(*this, c, batches, validation.batches(), options).run();
}

History Trainer::fit(Batches& batches, Batches* validation, const FitOptions& options) {
  const auto fitting = fitting_.take();
  check(options);
  return Fit(*this, compiled("fit"), batches, validation, options).run();
}

History Trainer::fit(const Arrays& x, const Arrays& y, const FitOptions& options) {
  const auto fitting = fitting_.take();
  const CompiledPtr c = compiled("fit");
  check_of_arrays(options);
  check(options);
  Feed feed("fit", *network_, c.get(), data::Check::whole, x, y, options.sample_weight, options.class_weight);
  feed.require_arrays("steps_per_epoch");
  LACUNA_REQUIRE(feed.rows() > 0, "fit: x must have rows. Received: rows=0.");
  Dim rows = feed.rows();
  Validation other(*network_, *c, options);
  std::optional<ArrayBatches> split;
  if (!other.batches() && options.validation_split > 0) {
    rows = static_cast<Dim>(static_cast<double>(feed.rows()) * (1 - options.validation_split));
    LACUNA_REQUIRE(rows > 0, "fit: validation_split must leave rows to train on. Received: validation_split=",
                   options.validation_split, ", rows=", feed.rows(), ".");
    if (rows < feed.rows()) split.emplace(feed, rows, feed.rows(), options.batch_size);
  }
  // The rows of a tensor cannot change places with those of the arrays.
  const bool paired = network_->has_rows(std::min(options.batch_size, rows));
  const Shuffle how = paired && options.shuffle == Shuffle::rows ? Shuffle::batch : options.shuffle;
  ArrayBatches batches(feed, 0, rows, options.batch_size, how);
  return Fit(*this, c, batches, split ? &*split : other.batches(), options).run();
}

}  // namespace lacuna
