// The state of a trainer: what it was compiled with, its programs, and single steps. fit.cc and predict.cc
// have the loops.
#include "lacuna/training/trainer.h"

#include <cmath>

#include "lacuna/base/message.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/weight_rows.h"
#include "lacuna/training/measures.h"

namespace lacuna {

namespace {

void apply_constraints(const Program& program, std::span<const optimizers::Gradient> gradients,
                       const optimizers::Optimizer& optimizer) {
  for (size_t i = 0; i < program.weights().size(); ++i) {
    const layers::Weight& weight = *program.weights()[i];
    if (!weight.constraint || !gradients[i]) continue;
    Variable& variable = *weight.variable;
    std::optional<std::span<const int64_t>> moved;  // Lazily, only those.
    if (!optimizer.is_exact(variable)) moved = gradients[i].row_ids();
    weight.constraint->apply(WeightRows(variable.value()), variable.spec().shape, moved);
  }
}

}  // namespace

Trainer::Trainer(std::shared_ptr<Network> network)
    : network_(std::move(network)), random_{.seed = next_key()} {
  random_.shuffle_seed = mix(random_.seed);
}

void Trainer::compile(const CompileOptions& options) {
  const auto fitting = fitting_.take();
  LACUNA_REQUIRE(fits_ == 0, "compile: must not be called by a callback, while fit runs. Received: model '",
                 network_->name(), "' in fit.");
  auto made = std::make_shared<const Compiled>(lacuna::compile(*network_, options));
  const Turn& own = network_->turn();
  join(own, made->symbols());
  std::vector<VariablePtr> trained;
  for (const layers::Weight* weight : made->trainable) trained.push_back(weight->variable);
  made->optimizer->prepare(trained);
  join(own, made->optimizer->variables());
  CompileOptions kept = options;
  const auto turn = own.take();
  compiled_ = std::move(made);
  options_ = std::move(kept);
  programs_.clear();
  running_.reset();
  warned_of_.reset();
  warned_of_none_ = false;
}

bool Trainer::is_compiled() const {
  const auto turn = network_->turn().take();
  return compiled_ != nullptr;
}

std::shared_ptr<const Compiled> Trainer::compiled(const char* where) const {
  const auto turn = network_->turn().take();
  LACUNA_REQUIRE_OR(NotCompiled, compiled_ != nullptr, where,
                    ": the model must be compiled first. Received: model '", network_->name(),
                    "' without an optimizer and a loss; call compile(optimizer, loss).");
  return compiled_;
}

std::string Trainer::note() const {
  const auto turn = network_->turn().take();
  return note_;
}

void Trainer::set_note(const std::string& note) {
  const auto turn = network_->turn().take();
  note_ = note;
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

std::optional<Trainer::Position> Trainer::position() const {
  const auto turn = network_->turn().take();
  return position_;
}

void Trainer::resume_at(const Position& position) {
  const auto turn = network_->turn().take();
  resumes_ = position;
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

std::shared_ptr<Program> Trainer::program(const CompiledPtr& compiled, Mode mode,
                                          const std::vector<Spec>& fed, bool weighted) {
  const auto turn = network_->turn().take();
  for (const Made& made : programs_)
    if (made.compiled == compiled && made.mode == mode && made.weighted == weighted && made.fed == fed)
      return made.program;
  auto made = std::make_shared<Program>(*network_, compiled.get(), mode, fed, weighted);
  programs_.push_back({compiled, mode, weighted, fed, std::move(made)});
  return programs_.back().program;
}

std::shared_ptr<Program> Trainer::program(const CompiledPtr& compiled, Mode mode, const Batches& batches,
                                          std::shared_ptr<Program> before) {
  if (before && !batches.varies()) return before;
  return program(compiled, mode, batches.specs(), batches.weighted());
}

uint64_t Trainer::next_shuffle() {
  const auto turn = network_->turn().take();
  return mix(random_.shuffle_seed ^ mix(static_cast<uint64_t>(random_.shuffles++)));
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
  warn(text(
      where,
      ": flags `trainable` were changed since compile, and have no effect until compile is called again. "
      "Received: model '",
      network_->name(), "', trainable weights at compile: ", compiled.trainable.size(),
      ", now: ", trainable.size(), "."));
  warned_of_ = std::move(trainable);
}

uint64_t Trainer::next_seed() { return mix(random_.seed ^ mix(~runs_++)); }

void Trainer::train_step(const Compiled& compiled, Program& program, Feeds feeds, Dim rows,
                         Measures& measures, std::vector<double>* values) {
  std::span<const optimizers::Gradient> gradients;
  try {
    program.run(feeds, random_.steps, random_.seed);
    measures.add(program, feeds, rows);
    if (values) {
      *values = measures.values();
      for (size_t i = 0; i < compiled.losses(); ++i) (*values)[i] = program.value(i);
    }
    gradients = program.gradients();
    compiled.optimizer->step(program.variables(), gradients);
  } catch (...) {
    program.take_back();
    throw;
  }
  apply_constraints(program, gradients, *compiled.optimizer);
  program.apply_updates();
  ++random_.steps;
}

Explanation Trainer::explain(const Arrays& x, const Arrays& y, Dim rows) {
  LACUNA_REQUIRE(rows > 0, "explain: batch_size must be positive. Received: batch_size=", rows, ".");
  const CompiledPtr training = y.given() ? compiled("explain") : nullptr;
  Feed feed("explain", *network_, training.get(), data::Check::by_batch, x, y);
  LACUNA_REQUIRE(feed.rows() > 0, "explain: x must have rows. Received: rows=0.");
  const auto feeds = feed.pack_range(0, std::min(rows, feed.rows()));
  const auto turn = network_->turn().take();
  Program all(*network_, training.get(), training ? Mode::explain : Mode::predict, feed.specs(), false);
  return lacuna::explain(all, feeds, random_.steps, random_.seed);
}

std::shared_ptr<Measures> Trainer::measures(const CompiledPtr& compiled, const char* where, bool reset) {
  const auto turn = network_->turn().take();
  if (reset) running_.reset();
  if (running_ && &running_->compiled() == compiled.get()) return running_;
  auto made = std::make_shared<Measures>(*compiled, where);
  if (!reset) running_ = made;
  return made;
}

void Trainer::reset_metrics() {
  const auto turn = network_->turn().take();
  running_.reset();
}

std::vector<double> Trainer::train_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight,
                                            const ClassWeights& class_weight,
                                            std::optional<bool> reset_metrics) {
  const CompiledPtr c = compiled("train_on_batch");
  Feed feed("train_on_batch", *network_, c.get(), data::Check::by_batch, x, y, sample_weight, class_weight);
  LACUNA_REQUIRE(feed.rows() > 0, "train_on_batch: x must have rows. Received: rows=0.");
  const auto held = program(c, Mode::train, feed.specs(), feed.weighted());
  Program& train = *held;
  const auto feeds = feed.pack_range(0, feed.rows());
  const auto measures = this->measures(c, "train_on_batch", reset_metrics.value_or(false));
  std::vector<double> values;
  {
    const auto turn = network_->turn().take();
    check_trainable("train_on_batch", *c);
    follow_seed();
    if (!reset_metrics) measures->begin_step();
    train_step(*c, train, feeds, feed.rows(), *measures, &values);
  }
  if (!std::isfinite(values[0]))
    warn(text("train_on_batch: the loss is not finite. Received: loss=", values[0], "."));
  return values;
}

std::vector<double> Trainer::test_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight,
                                           std::optional<bool> reset_metrics) {
  const CompiledPtr c = compiled("test_on_batch");
  Feed feed("test_on_batch", *network_, c.get(), data::Check::by_batch, x, y, sample_weight);
  LACUNA_REQUIRE(feed.rows() > 0, "test_on_batch: x must have rows. Received: rows=0.");
  const auto held = program(c, Mode::test, feed.specs(), feed.weighted());
  const auto feeds = feed.pack_range(0, feed.rows());
  const auto measures = this->measures(c, "test_on_batch", reset_metrics.value_or(false));
  const auto turn = network_->turn().take();
  if (!reset_metrics) measures->begin_step();
  held->run(feeds, random_.steps, next_seed());
  measures->add(*held, feeds, feed.rows());
  held->apply_updates();
  std::vector<double> values = measures->values();
  for (size_t i = 0; i < c->losses(); ++i) values[i] = held->value(i);
  return values;
}

}  // namespace lacuna
