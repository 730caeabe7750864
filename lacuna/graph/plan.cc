// Makes plans and runs them.
#include "lacuna/graph/plan.h"

#include <chrono>
#include <unordered_map>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/values_needed.h"
#include "lacuna/graph/variable.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

// `names` is csr, whose columns are the rows, or ids. If it is null or anything else, all rows are caught up.
void bring_up_rows(Behind& behind, const Tensor* names) {
  if (names && names->storage() == Storage::csr) {
    const tensor::Csr& a = names->csr();
    const size_t count = a.nonzeros();
    if (!count) return;
    if (a.index == DType::int64)
      behind.catch_up(a.indices.as<int64_t>().subspan(static_cast<size_t>(a.indptr.as<int64_t>()[0]), count));
    else
      behind.catch_up(a.indices.as<int32_t>().subspan(static_cast<size_t>(a.indptr.as<int32_t>()[0]), count));
  } else if (names && names->storage() == Storage::dense && names->dtype() == DType::int32) {
    behind.catch_up(names->dense().values<int32_t>());
  } else if (names && names->storage() == Storage::dense && names->dtype() == DType::int64) {
    behind.catch_up(names->dense().values<int64_t>());
  } else {
    behind.settle();
  }
}

}  // namespace

Plan::Plan(std::vector<Symbol> inputs, std::vector<Symbol> outputs, bool training)
    : inputs_(std::move(inputs)), training_(training), nodes_(in_order(outputs)) {
  std::unordered_map<const Node*, size_t> first;
  size_t count = 0;
  for (const auto& node : nodes_) {
    first[node.get()] = count;
    count += node->out().size();
  }
  results_.resize(count);
  places_.resize(count);
  for (const auto& node : nodes_) {
    const size_t place = first[node.get()];
    const Symbol symbol(node, 0);
    if (const VariablePtr variable = variable_of(symbol)) {
      require_values(*variable);
      places_[place] = &variable->value();
      if (variable->is_table()) {
        tables_.push_back(&variable->value().table());
      } else {
        bool is_output = false;
        for (const Symbol& s : outputs) is_output |= s == symbol;
        weights_.push_back({place, variable.get(), is_output});
      }
    } else if (const Tensor* value = constant_value(*node)) {
      results_[place] = *value;
      places_[place] = &results_[place];
    } else if (is_placeholder(symbol)) {
      bool given = false;
      for (const Symbol& s : inputs_) given |= s == symbol;
      LACUNA_REQUIRE(given, "Plan: an output depends on an input that is not given. Received: input '",
                     placeholder_name(symbol), "' ", symbol.spec(), ".");
    } else {
      std::vector<Spec> specs;
      Step step{.node = node, .in = {}, .out = place};
      for (const Symbol& s : node->in()) {
        specs.push_back(s.spec());
        step.in.push_back(first[s.node().get()] + s.output());
      }
      for (size_t i = 0; i < node->in().size(); ++i) {
        const VariablePtr weight = variable_of(node->in(i));
        const int names = node->op().rows_named_by(i);
        if (weight && weight->spec().storage == Storage::dense && names != Op::kNoRows)
          step.reads.push_back(
              {weight.get(), names == Op::kAllRows ? kUnused : step.in[static_cast<size_t>(names)]});
      }
      step.rule = &rule_for(node->op(), specs);
      for (size_t i = 0; i < node->out().size(); ++i) {
        results_[place + i] = Tensor::empty(node->out()[i]);
        places_[place + i] = &results_[place + i];
      }
      steps_.push_back(std::move(step));
    }
  }
  for (const Symbol& s : inputs_) {
    const auto found = first.find(s.node().get());
    input_places_.push_back(found == first.end() ? kUnused : found->second);
  }
  for (Step& step : steps_) {
    step.in_tensors.resize(step.in.size());
    for (size_t i = 0; i < step.node->out().size(); ++i) step.out_tensors.push_back(&results_[step.out + i]);
  }
  for (const Symbol& s : outputs) output_places_.push_back(first[s.node().get()] + s.output());
  outputs_.resize(outputs.size());
}

void Plan::take_back() noexcept {
  if (training_ && std::exchange(began_, false)) {
    for (RowTable* table : tables_) table->take_back();
    for (const Weight& w : weights_)
      if (Behind* behind = w.variable->behind().get()) behind->take_back();
  }
  // A kernel that threw may have left its scratch and the sizes of its results inconsistent.
  for (Step& step : steps_) {
    step.scratch = Scratch();
    for (size_t i = 0; i < step.node->out().size(); ++i)
      results_[step.out + i] = Tensor::empty(step.node->out()[i]);
  }
}

void Plan::put(std::span<const Tensor* const> feeds) {
  LACUNA_REQUIRE(feeds.size() == inputs_.size(),
                 "Plan: a tensor must be fed for each input. Received: feeds=", feeds.size(),
                 ", inputs=", inputs_.size(), ".");
  for (size_t i = 0; i < feeds.size(); ++i)
    if (input_places_[i] != kUnused) places_[input_places_[i]] = feeds[i];
  began_ = true;
  for (RowTable* table : tables_) {
    if (training_) table->begin_step();
    else table->forget_reads();  // Of the last run; within a run all are valid.
  }
  for (const Weight& w : weights_) {
    Behind* behind = w.variable->behind().get();
    if (training_) {
      if (behind) behind->begin_step();
      if (behind && w.is_output) behind->settle();
      continue;
    }
    const Tensor* caught_up = behind ? behind->caught_up() : nullptr;
    places_[w.place] = caught_up ? caught_up : &w.variable->value();
  }
  for (size_t i = 0; i < outputs_.size(); ++i) outputs_[i] = places_[output_places_[i]];
}

void Plan::bring_up(const Step& step) {
  for (const Step::Read& read : step.reads)
    if (Behind* behind = read.variable->behind().get())
      bring_up_rows(*behind, read.names == kUnused ? nullptr : places_[read.names]);
}

std::string_view Plan::run_step(Step& s, int64_t number, uint64_t seed) {
  if (training_) bring_up(s);
  for (size_t i = 0; i < s.in.size(); ++i) s.in_tensors[i] = places_[s.in[i]];
  Context context{.step = number, .seed = seed, .training = training_, .scratch = s.scratch};
  const Interruptible until_it_is_done;
  s.rule->cpu(s.node->op(), context, s.in_tensors, s.out_tensors);
  return context.method;
}

template <class Run>
void Plan::run_steps(std::span<const Tensor* const> feeds, const Run& run_one) {
  began_ = false;
  try {
    put(feeds);
    const FlushDenormals flush;
    for (Step& s : steps_) run_one(s);
  } catch (...) {
    take_back();
    throw;
  }
}

void Plan::run(std::span<const Tensor* const> feeds, int64_t step, uint64_t seed) {
  run_steps(feeds, [&](Step& s) { run_step(s, step, seed); });
}

void Plan::observe(std::span<const Tensor* const> feeds, int64_t step, uint64_t seed,
                   const std::function<void(const Ran&)>& observer) {
  using Clock = std::chrono::steady_clock;
  run_steps(feeds, [&](Step& s) {
    const auto start = Clock::now();
    const std::string_view method = run_step(s, step, seed);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    observer({*s.node, *s.rule, s.in_tensors, s.out_tensors, method, seconds});
  });
}

}  // namespace lacuna
