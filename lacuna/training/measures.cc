// Sums values over an epoch and feeds the states of metrics.
#include "lacuna/training/measures.h"

#include <algorithm>
#include <cmath>

#include "lacuna/base/message.h"

namespace lacuna {

Measures::Measures(const Compiled& compiled, const char* where) : compiled_(compiled), where_(where) {
  const auto targets = compiled.targets();
  weights_.resize(targets.size());
  size_t scalars = compiled.losses();  // They come first.
  for (size_t i = 0; i < scalars; ++i) places_.emplace_back(false, i);
  for (size_t t = 0; t < targets.size(); ++t)
    for (const auto& metric : targets[t]->metrics) {
      if (metric.value) {
        places_.emplace_back(false, scalars++);
        running_.resize(scalars);
        running_.back() = metric.running;
        continue;
      }
      places_.emplace_back(true, states_.size());
      states_.push_back({.accumulator = metric.accumulator(), .target = t});
    }
  for (size_t i = 0; i < compiled.added_metrics.size(); ++i) places_.emplace_back(false, scalars++);
  sums_.resize(scalars);
  running_.resize(scalars);
  reset_running();
}

void Measures::reset_running() const {
  for (const CompiledOutput* target : compiled_.targets())
    for (const auto& metric : target->metrics)
      for (size_t i = 0; i < metric.updates.size(); ++i) metric.updates[i].variable->assign(metric.first[i]);
}

void Measures::reset() {
  std::ranges::fill(sums_, 0.0);
  rows_ = 0;
  reset_running();
  for (State& state : states_) {
    state.accumulator->reset();
    state.fed = 0;
    state.running = 0;
  }
}

void Measures::begin_step() {
  for (size_t i = 0; i < sums_.size(); ++i)
    if (!running_[i]) sums_[i] = 0;
  rows_ = 0;
  for (State& state : states_)
    if (!state.accumulator->goes_on()) state.accumulator->reset();
}

void Measures::add(const Program& program, std::span<const Tensor* const> feeds, Dim rows) {
  for (size_t i = 0; i < sums_.size(); ++i)
    if (running_[i]) sums_[i] = program.value(i);
    else sums_[i] += program.value(i) * static_cast<double>(rows);
  rows_ += rows;
  if (states_.empty()) return;
  for (size_t t = 0; t < weights_.size(); ++t) {
    const Tensor* weights = program.weights(feeds, t);
    weights_[t].clear();
    if (!weights) continue;
    with_float("metric", weights->dtype(), [&](auto tag) {
      const auto w = weights->dense().values<typename decltype(tag)::type>();
      weights_[t].assign(w.begin(), w.end());
    });
  }
  for (size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    const Tensor& y_pred = program.fed(i);
    state.accumulator->add(program.target(feeds, state.target), y_pred, weights_[state.target]);
    state.fed += y_pred.dense().size();
  }
}

std::vector<double> Measures::values() {
  std::vector<double> result;
  for (size_t i = 0; i < places_.size(); ++i) {
    const auto [has_state, place] = places_[i];
    if (!has_state) {
      result.push_back(scalar(place));
      continue;
    }
    State& state = states_[place];
    std::string why;
    result.push_back(state.accumulator->value(&why));
    if (!why.empty() && !state.warned) {
      state.warned = true;
      const std::string& name = compiled_.metrics_names[i];
      warn(std::isnan(result.back()) ? text(where_, ": ", name, " is not defined: ", why,
                                            ". Received: rows=", rows_, "; it is NaN.")
                                     : text(where_, ": ", name, " ", why, ". Received: rows=", rows_, "."));
    }
  }
  return result;
}

double Measures::running(State& state) {
  // At least as many numbers were added since the last time as before it.
  if (state.fed > 0 && 2 * state.fed >= state.accumulator->cost()) {
    state.running = state.accumulator->value();
    state.fed = 0;
  }
  return state.running;
}

void Measures::write(callbacks::Logs& logs) {
  for (size_t i = 0; i < places_.size(); ++i) {
    const auto [has_state, place] = places_[i];
    logs[i].second = has_state ? running(states_[place]) : scalar(place);
  }
}

void Measures::append_batch(const Program& program, callbacks::Logs& logs) {
  for (size_t i = 0; i < places_.size(); ++i) {
    const auto [has_state, place] = places_[i];
    logs.emplace_back(compiled_.metrics_names[i], has_state ? running(states_[place]) : program.value(place));
  }
}

}  // namespace lacuna
