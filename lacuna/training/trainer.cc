// The loops of fit, evaluate and predict.
#include "lacuna/training/trainer.h"

#include <cmath>
#include <cstring>
#include <numeric>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"
#include "lacuna/training/measures.h"
#include "lacuna/training/pack_ahead.h"
#include "lacuna/training/progress.h"

namespace lacuna {

namespace callbacks {

double* find(Logs& logs, const std::string& name) {
  for (auto& [key, value] : logs)
    if (key == name) return &value;
  return nullptr;
}
const double* find(const Logs& logs, const std::string& name) { return find(const_cast<Logs&>(logs), name); }

}  // namespace callbacks

namespace {

using callbacks::Logs;

Logs named(const std::vector<std::string>& names, const std::string& prefix = "") {
  Logs logs;
  for (const auto& name : names) logs.emplace_back(prefix + name, 0.0);
  return logs;
}

void apply_constraints(const Program& program, const optimizers::Optimizer& optimizer) {
  const auto& gradients = const_cast<Program&>(program).gradients();
  for (size_t i = 0; i < program.weights().size(); ++i) {
    const layers::Weight& weight = *program.weights()[i];
    if (!weight.constraint || !gradients[i]) continue;
    with_float("constraint", weight.variable->spec().dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      Tensor& value = weight.variable->value();
      if (weight.variable->is_table()) {  // Row by row: lazily those that moved, else all that there are.
        RowTable& table = value.table();
        if (optimizer.is_exact(*weight.variable)) {
          for (size_t slot = 0; slot < table.slots(); ++slot)
            if (table.touched(slot))
              weight.constraint->apply(table.rows<T>() + slot * table.stride(), 1, table.width(),
                                       table.stride());
          return;
        }
        for (const int64_t slot : gradients[i].row_ids())
          weight.constraint->apply(table.rows<T>() + static_cast<size_t>(slot) * table.stride(), 1,
                                   table.width(), table.stride());
        return;
      }
      tensor::Dense& dense = value.dense();
      const size_t columns = dense.shape.size() < 2 ? 1 : static_cast<size_t>(dense.shape.back());
      weight.constraint->apply(dense.values<T>().data(), dense.size() / columns, columns, columns);
    });
  }
}

void require_batch_size(const char* where, Dim batch_size) {
  require(batch_size > 0, where, ": batch_size must be positive. Received: batch_size=", batch_size, ".");
}

// The order of the rows of an epoch.
void shuffle_rows(std::vector<int64_t>& order, Shuffle how, Dim batch_size, uint64_t key) {
  Generator generator(key);
  std::iota(order.begin(), order.end(), 0);
  if (how == Shuffle::rows) generator.shuffle(std::span(order));
  if (how != Shuffle::batch) return;
  const auto size = static_cast<size_t>(batch_size), whole = order.size() / size;
  std::vector<size_t> batches(whole);
  std::iota(batches.begin(), batches.end(), 0);
  generator.shuffle(std::span(batches));
  for (size_t b = 0; b < whole; ++b)
    std::iota(order.begin() + static_cast<std::ptrdiff_t>(b * size),
              order.begin() + static_cast<std::ptrdiff_t>((b + 1) * size),
              static_cast<int64_t>(batches[b] * size));
}

}  // namespace

Trainer::Trainer(std::shared_ptr<Network> network)
    : network_(std::move(network)), random_{.seed = next_key()} {
  random_.shuffle_seed = mix(random_.seed);
}

void Trainer::compile(const CompileOptions& options) {
  const auto fitting = fitting_.take();
  require(fits_ == 0, "compile: must not be called by a callback, while fit runs. Received: model '",
          network_->name(), "' in fit.");
  auto made = std::make_shared<const Compiled>(lacuna::compile(*network_, options));
  const Turn& own = network_->turn();
  join(own, made->symbols());
  join(own, std::vector{made->optimizer->lr, made->optimizer->decay, made->optimizer->iterations});
  CompileOptions kept = options;
  const auto turn = own.take();
  compiled_ = std::move(made);
  options_ = std::move(kept);
  programs_.clear();
  warned_of_.reset();
  warned_of_none_ = false;
}

bool Trainer::is_compiled() const {
  const auto turn = network_->turn().take();
  return compiled_ != nullptr;
}

std::shared_ptr<const Compiled> Trainer::compiled(const char* where) const {
  const auto turn = network_->turn().take();
  require(compiled_ != nullptr, where, ": the model must be compiled first. Received: model '",
          network_->name(), "' without an optimizer and a loss; call compile(optimizer, loss).");
  return compiled_;
}

Trainer::RandomState Trainer::random_state() const {
  const auto turn = network_->turn().take();
  return random_;
}

void Trainer::set_random_state(const RandomState& state) {
  const auto turn = network_->turn().take();
  random_ = state;
  seed_generation_ = seed_generation();
  forks_ = forks_without_seed();
}

void Trainer::follow_seed() {
  if (seed_generation_ == seed_generation()) return;
  const uint64_t key = next_key();
  if (forks_ != forks_without_seed()) random_.seed = key;
  random_.shuffle_seed = mix(key);
  random_.shuffles = 0;
  seed_generation_ = seed_generation();
  forks_ = forks_without_seed();
}

std::shared_ptr<Program> Trainer::program(const CompiledPtr& compiled, Mode mode, const Feed& feed) {
  const auto turn = network_->turn().take();
  for (const Made& made : programs_)
    if (made.compiled == compiled && made.mode == mode && made.weighted == feed.weighted() &&
        made.fed == feed.specs())
      return made.program;
  auto made = std::make_shared<Program>(*network_, compiled.get(), mode, feed.specs(), feed.weighted());
  programs_.push_back({compiled, mode, feed.weighted(), feed.specs(), std::move(made)});
  return programs_.back().program;
}

void Trainer::check_trainable(const char* where, const Compiled& compiled) {
  if (compiled.trainable.empty() && compiled.updates.empty() && !warned_of_none_) {
    warned_of_none_ = true;
    warn(text(where, ": no weight is trainable, so that training changes nothing. Received: model '",
              network_->name(), "', compiled with ", network_->weights().size(),
              " weights, all of them frozen."));
  }
  std::vector<layers::Weight*> trainable = network_->trainable_weights();
  if (trainable == compiled.trainable || trainable == warned_of_) return;
  warn(text(where,
            ": flags `trainable` were changed since compile, which they count at: call compile again. "
            "Received: model '",
            network_->name(), "', trainable weights at compile: ", compiled.trainable.size(),
            ", now: ", trainable.size(), "."));
  warned_of_ = std::move(trainable);
}

template <class Look>
void Trainer::train_step(const Compiled& compiled, Program& program, std::span<const Tensor* const> feeds,
                         const Look& look) {
  try {
    program.run(feeds, random_.steps, random_.seed);
    look();
    compiled.optimizer->step(program.variables(), program.gradients());
  } catch (...) {
    program.take_back();
    throw;
  }
  apply_constraints(program, *compiled.optimizer);
  program.apply_updates();
  ++random_.steps;
}

History Trainer::fit(const Arrays& x, const Arrays& y, const FitOptions& options) {
  const auto fitting = fitting_.take();
  const CompiledPtr held_compiled = compiled("fit");
  const Compiled& c = *held_compiled;
  require_batch_size("fit", options.batch_size);
  require(options.validation_split >= 0 && options.validation_split < 1,
          "fit: validation_split must be in [0, 1). Received: validation_split=", options.validation_split,
          ".");
  require(options.initial_epoch >= 0 && options.epochs >= 0,
          "fit: epochs and initial_epoch must not be negative. Received: epochs=", options.epochs,
          ", initial_epoch=", options.initial_epoch, ".");
  Feed feed("fit", *network_, &c, data::Check::whole, x, y, options.sample_weight, options.class_weight);
  require(feed.rows() > 0, "fit: x must have rows. Received: rows=0.");
  std::unique_ptr<Feed> validation;
  Dim rows = feed.rows(), validation_rows = 0;
  if (options.validation_data) {
    const ValidationData& v = *options.validation_data;
    validation = std::make_unique<Feed>("fit: validation_data", *network_, &c, data::Check::whole, v.x, v.y,
                                        v.sample_weight);
    validation_rows = validation->rows();
    require(validation_rows > 0, "fit: validation_data must have rows. Received: rows=0.");
  } else if (options.validation_split > 0) {
    rows = static_cast<Dim>(static_cast<double>(feed.rows()) * (1 - options.validation_split));
    validation_rows = feed.rows() - rows;
    require(rows > 0, "fit: validation_split must leave rows to train on. Received: validation_split=",
            options.validation_split, ", rows=", feed.rows(), ".");
  }

  const auto held =
      program(held_compiled, Mode::train, feed);  // What does not fit fails before any callback.
  Program& train = *held;
  {
    const auto turn = network_->turn().take();
    check_trainable("fit", c);
    follow_seed();
  }
  History history;
  callbacks::Params params{options.batch_size, options.epochs,      rows,
                           options.verbose,    validation_rows > 0, c.metrics_names};
  for (const auto& name : c.metrics_names)
    if (validation_rows) params.metrics.push_back("val_" + name);
  bool batches_wanted = false;
  for (const auto& callback : options.callbacks)
    require(callback != nullptr, "fit: callbacks must be objects. Received: an empty one.");
  struct Detach {  // A callback outlives fit; this trainer may not.
    const std::vector<std::shared_ptr<callbacks::Callback>>& all;
    int& fits;
    ~Detach() {
      --fits;
      for (const auto& callback : all) callback->trainer = nullptr;
    }
  } detach{options.callbacks, ++fits_};
  for (const auto& callback : options.callbacks) {
    callback->trainer = this;
    callback->params = params;
    batches_wanted |= callback->wants_batches();
  }
  stop_training = false;
  if (options.verbose > 0)
    print(text("Train on ", rows, " samples",
               validation_rows ? text(", validate on ", validation_rows, " samples") : std::string(), "\n"));
  for (const auto& callback : options.callbacks) callback->on_train_begin({});
  std::vector<int64_t> order(static_cast<size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  Logs logs;
  Measures measures(c, "fit"), of_validation(c, "fit: validation");
  bool warned = false;
  for (int epoch = options.initial_epoch; epoch < options.epochs && !stop_training; ++epoch) {
    if (options.verbose > 0) print(text("Epoch ", epoch + 1, "/", options.epochs, "\n"));
    for (const auto& callback : options.callbacks) callback->on_epoch_begin(epoch, {});
    if (options.shuffle != Shuffle::none) {
      const auto turn = network_->turn().take();
      const auto shuffle = static_cast<uint64_t>(random_.shuffles++);
      shuffle_rows(order, options.shuffle, options.batch_size, mix(random_.shuffle_seed ^ mix(shuffle)));
    }
    Progress progress(rows, options.verbose);
    measures.reset();
    logs = named(c.metrics_names);
    PackAhead batches(feed, [&](Dim begin) {
      const Dim size = std::min(options.batch_size, rows - begin);
      if (options.shuffle == Shuffle::none) return feed.pack_range(begin, begin + size);
      return feed.pack(std::span(order).subspan(static_cast<size_t>(begin), static_cast<size_t>(size)));
    });
    int64_t batch = 0;
    double loss = 0;
    for (Dim begin = 0; begin < rows; begin += options.batch_size, ++batch) {
      poll_interrupt();  // Between steps, so that the weights are those of a whole step.
      const Dim size = std::min(options.batch_size, rows - begin);
      Logs batch_logs;
      if (batches_wanted) {
        batch_logs = {{"batch", static_cast<double>(batch)}, {"size", static_cast<double>(size)}};
        for (const auto& callback : options.callbacks)
          if (callback->wants_batches()) callback->on_batch_begin(batch, batch_logs);
      }
      // A callback may change the arrays between two steps.
      const Dim following = begin + options.batch_size;
      batches.run(begin, !batches_wanted && following < rows ? std::optional(following) : std::nullopt,
                  [&](auto feeds) {
                    const auto turn = network_->turn().take();
                    train_step(c, train, feeds, [&] { measures.add(train, feeds, size); });
                    loss = train.value(0);
                    if (batches_wanted) measures.append_batch(train, batch_logs);
                  });
      if (!warned && !std::isfinite(loss)) {
        warned = true;
        warn(text("fit: the loss is no longer finite. Received: loss=", loss, " in epoch ", epoch + 1,
                  ", batch ", batch + 1, "."));
      }
      if (batches_wanted) {
        for (const auto& callback : options.callbacks)
          if (callback->wants_batches()) callback->on_batch_end(batch, batch_logs);
      }
      if (stop_training) break;  // Without validation, as in Keras.
      if (options.verbose == 1) {
        measures.write(logs);
        progress.update(begin + size, logs);
      }
    }
    {  // Here and not when somebody looks, which must change nothing.
      const auto turn = network_->turn().take();
      c.optimizer->settle();
    }
    const std::vector<double> epoch_values = measures.values();
    for (size_t i = 0; i < epoch_values.size(); ++i) logs[i].second = epoch_values[i];
    if (validation_rows && !stop_training) {
      const std::vector<double> values = validation ? evaluate_rows(held_compiled, of_validation, *validation,
                                                                    0, validation_rows, options.batch_size, 0)
                                                    : evaluate_rows(held_compiled, of_validation, feed, rows,
                                                                    feed.rows(), options.batch_size, 0);
      for (size_t i = 0; i < values.size(); ++i) logs.emplace_back("val_" + c.metrics_names[i], values[i]);
    }
    progress.finish(logs);
    for (const auto& callback : options.callbacks) callback->on_epoch_end(epoch, logs);
    history.epoch.push_back(epoch);
    for (const auto& [name, value] : logs) history.history[name].push_back(value);
  }
  for (const auto& callback : options.callbacks) callback->on_train_end(logs);
  return history;
}

std::vector<double> Trainer::evaluate_rows(const CompiledPtr& compiled, Measures& measures, Feed& feed,
                                           Dim begin, Dim end, Dim batch_size, int verbose) {
  const auto held = program(compiled, Mode::test, feed);
  Program& test = *held;
  Progress progress(end - begin, verbose);
  measures.reset();
  Logs none;
  PackAhead batches(feed, [&](Dim at) { return feed.pack_range(at, std::min(end, at + batch_size)); });
  for (Dim at = begin; at < end; at += batch_size) {
    poll_interrupt();
    const Dim size = std::min(batch_size, end - at);
    batches.run(at, at + size < end ? std::optional(at + size) : std::nullopt, [&](auto feeds) {
      const auto turn = network_->turn().take();
      test.run(feeds, random_.steps, random_.seed);
      measures.add(test, feeds, size);
    });
    progress.update(at + size - begin, none);
  }
  progress.finish(none);
  return measures.values();
}

std::vector<double> Trainer::evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options) {
  require_batch_size("evaluate", options.batch_size);
  const CompiledPtr c = compiled("evaluate");
  Feed feed("evaluate", *network_, c.get(), data::Check::by_batch, x, y, options.sample_weight);
  require(feed.rows() > 0, "evaluate: x must have rows. Received: rows=0.");
  Measures measures(*c, "evaluate");
  return evaluate_rows(c, measures, feed, 0, feed.rows(), options.batch_size, options.verbose);
}

std::vector<tensor::Dense> Trainer::predict(const Arrays& x, const PredictOptions& options) {
  require_batch_size("predict", options.batch_size);
  Feed feed("predict", *network_, nullptr, data::Check::by_batch, x);
  const auto held = program(nullptr, Mode::predict, feed);
  Program& run = *held;
  const size_t outputs = network_->outputs().size();
  std::vector<tensor::Dense> result(outputs);
  Progress progress(feed.rows(), options.verbose);
  std::vector<Tensor> dense(outputs);
  PackAhead batches(
      feed, [&](Dim at) { return feed.pack_range(at, std::min(feed.rows(), at + options.batch_size)); });
  for (Dim at = 0; at < feed.rows() || at == 0; at += options.batch_size) {
    poll_interrupt();
    const Dim size = std::min(options.batch_size, feed.rows() - at);
    const auto take_outputs = [&] {
      for (size_t i = 0; i < outputs; ++i) {
        const Tensor* output = &run.output(i);
        if (output->storage() != Storage::dense) {  // Predictions are arrays.
          dense[i] = to_dense(*output);
          output = &dense[i];
        }
        const tensor::Dense& batch = output->dense();
        if (batch.shape.empty() || batch.shape[0] != size)
          throw InvalidArgument(
              text("predict: an output must have a row for each row of x. Received: output '",
                   network_->output_names()[i], "' ", output->spec(), ", rows of x=", size, "."));
        if (at == 0) {
          Shape shape = batch.shape;
          shape[0] = feed.rows();
          result[i].resize(shape, batch.dtype);
        }
        if (batch.data.bytes())
          std::memcpy(result[i].data.data() +
                          static_cast<size_t>(at) * (batch.data.bytes() / static_cast<size_t>(size)),
                      batch.data.data(), batch.data.bytes());
      }
    };
    batches.run(at, at + size < feed.rows() ? std::optional(at + size) : std::nullopt, [&](auto feeds) {
      const auto turn = network_->turn().take();
      run.run(feeds, random_.steps, random_.seed);
      take_outputs();
    });
    progress.update(at + size, {});
  }
  progress.finish({});
  return result;
}

Explanation Trainer::explain(const Arrays& x, const Arrays& y, Dim rows) {
  require(rows > 0, "explain: batch_size must be positive. Received: batch_size=", rows, ".");
  const CompiledPtr training = y.given() ? compiled("explain") : nullptr;
  Feed feed("explain", *network_, training.get(), data::Check::by_batch, x, y);
  require(feed.rows() > 0, "explain: x must have rows. Received: rows=0.");
  const auto feeds = feed.pack_range(0, std::min(rows, feed.rows()));
  const auto turn = network_->turn().take();
  Program all(*network_, training.get(), training ? Mode::explain : Mode::predict, feed.specs(), false);
  return lacuna::explain(all, feeds, random_.steps, random_.seed);
}

std::vector<double> Trainer::train_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight,
                                            const ClassWeights& class_weight) {
  const CompiledPtr c = compiled("train_on_batch");
  Feed feed("train_on_batch", *network_, c.get(), data::Check::by_batch, x, y, sample_weight, class_weight);
  require(feed.rows() > 0, "train_on_batch: x must have rows. Received: rows=0.");
  const auto held = program(c, Mode::train, feed);
  Program& train = *held;
  const auto feeds = feed.pack_range(0, feed.rows());
  Measures measures(*c, "train_on_batch");
  {
    const auto turn = network_->turn().take();
    check_trainable("train_on_batch", *c);
    follow_seed();
    train_step(*c, train, feeds, [&] { measures.add(train, feeds, feed.rows()); });
  }
  const std::vector<double> values = measures.values();
  if (!std::isfinite(values[0]))
    warn(text("train_on_batch: the loss is not finite. Received: loss=", values[0], "."));
  return values;
}

std::vector<double> Trainer::test_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight) {
  const CompiledPtr c = compiled("test_on_batch");
  Feed feed("test_on_batch", *network_, c.get(), data::Check::by_batch, x, y, sample_weight);
  require(feed.rows() > 0, "test_on_batch: x must have rows. Received: rows=0.");
  Measures measures(*c, "test_on_batch");
  return evaluate_rows(c, measures, feed, 0, feed.rows(), feed.rows(), 0);
}

}  // namespace lacuna
