// Makes a plan from a network and the specs of what is fed.
#include "lacuna/training/program.h"

#include <algorithm>

#include "lacuna/base/message.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/products/translate.h"
#include "lacuna/tensor/row_table.h"
#include "lacuna/training/front.h"

namespace lacuna {
namespace {

// The targets as they are fed, in order. A csr target replaces a dense one, or the matrix that ids stand for.
std::vector<Symbol> fed_targets(const std::vector<const CompiledOutput*>& targets, std::span<const Spec> fed,
                                const std::vector<Symbol>& outputs, OnFed& into) {
  std::vector<Symbol> result;
  for (size_t i = 0; i < targets.size(); ++i) {
    const Symbol &target = targets[i]->target, &matrix = targets[i]->matrix;
    if (fed[i].storage == target.storage()) {
      result.push_back(target);
      continue;
    }
    result.push_back(
        placeholder({matrix.shape(), fed[i].dtype, fed[i].storage}, targets[i]->name + "_target"));
    into.from.push_back(matrix);
    into.to.push_back(result.back());
    if (matrix == target) continue;
    for (const auto& node : in_order(outputs))
      for (const Symbol& in : node->in())
        LACUNA_REQUIRE(!(in == target) || node == matrix.node(), "fit: y of output '", targets[i]->name,
                       "' must hold ids, padded with -1, where op ", node->op().name(),
                       " of a loss or metric reads them. Received: y=", fed[i], ".");
  }
  return result;
}

// Whether updates give a table the values that a dense weight would have.
bool is_exact_table(const layers::Weight& w, const Compiled& compiled) {
  return w.variable->is_table() && compiled.optimizer->is_exact(*w.variable);
}

bool leaves_zeros(const layers::Weight& w) {
  return (!w.regularizer || w.regularizer->leaves_zeros()) && (!w.constraint || w.constraint->leaves_zeros());
}

// The loss that regularizers of weights add. Of a table that is updated lazily only the rows that the batch
// looks up count.
Symbol regularization(const Network& network, const Compiled& compiled, const std::vector<Symbol>& outputs) {
  Symbol total;
  const auto nodes = in_order(outputs);
  for (const layers::Weight* w : network.weights()) {
    if (!w->regularizer) continue;
    const Symbol weight = read(w->variable);
    Symbol counted = weight;
    if (weight.storage() == Storage::row_table) {
      std::vector<Symbol> translated;
      for (const auto& node : nodes)
        for (size_t i = 0; i < node->in().size(); ++i)
          if (node->op().looks_up(i) && node->in(i) == weight) translated.emplace_back(node, 0);
      if (translated.empty()) continue;
      if (const RowTable& table = w->variable->value().table();
          is_exact_table(*w, compiled) && table.shape()[0] >= Dim{1} << 31 && !table.others_are_zero())
        warn(
            text("evaluate: for a weight with lazy_update=False and 2^31 rows or more, a regularizer counts "
                 "only the rows that were touched. Received: weight '",
                 w->variable->name(), "' ", w->variable->spec(), "."));
      counted = is_exact_table(*w, compiled) ? ever_touched_rows(weight, translated)
                                             : touched_rows(weight, translated);
    }
    const Symbol loss = w->regularizer->loss(counted);
    total = total ? add(total, loss) : loss;
  }
  return total;
}

// The form in which the optimizer gets a gradient. whole: it takes no factors. by_rows: the ids of the
// gradient's rows are needed.
FormedGradient<Symbol> formed(const Symbol& gradient, bool whole, bool by_rows) {
  if (!gradient) return {};
  if (!whole && gradient.storage() == Storage::row_sparse) {
    const auto factors = gradient.node()->op().factors(*gradient.node());
    if (factors && !(by_rows && factors.form() == GradientForm::one_unit)) return factors;
  }
  return FormedGradient<Symbol>::whole(gradient, gradient.storage());
}

// What is computed for each target: its loss, its metrics, and what metrics with a state get.
struct Results {
  std::vector<Symbol> symbols{};
  size_t values = 0;  // Losses and metrics, which come first.
};
Results results_of(const std::vector<const CompiledOutput*>& targets, const std::vector<Symbol>& added,
                   bool weighted) {
  Results results;
  for (const CompiledOutput* o : targets) {
    LACUNA_REQUIRE(!weighted || o->weighted_loss,
                   "fit: sample weights need a loss with a value for each sample. Received: loss '",
                   o->loss->name, "'.");
    results.symbols.push_back(weighted ? o->weighted_loss : o->plain_loss);
  }
  for (const CompiledOutput* o : targets)
    for (const auto& m : o->metrics)
      if (m.value) results.symbols.push_back(m.value);
  results.symbols.insert(results.symbols.end(), added.begin(), added.end());
  results.values = results.symbols.size();
  for (const CompiledOutput* o : targets)
    for (const auto& m : o->metrics)
      if (m.fed) results.symbols.push_back(m.fed);
  return results;
}

// Takes the last n symbols away.
std::vector<Symbol> last(std::vector<Symbol>& symbols, size_t n) {
  const auto first = symbols.end() - static_cast<std::ptrdiff_t>(n);
  std::vector<Symbol> result(first, symbols.end());
  symbols.erase(first, symbols.end());
  return result;
}

}  // namespace

Program::Program(const Network& network, const Compiled* compiled, Mode mode, const std::vector<Spec>& fed,
                 bool weighted) {
  const bool predict = mode == Mode::predict, trains = mode == Mode::train || mode == Mode::progressive;
  const auto targets = predict ? std::vector<const CompiledOutput*>() : compiled->targets();
  const Results results =
      results_of(targets, predict ? std::vector<Symbol>() : compiled->added_metrics, weighted);
  values_ = results.values;
  std::vector<Symbol> wanted = predict ? network.outputs() : results.symbols;
  const size_t own = wanted.size();
  if (!predict) wanted.insert(wanted.end(), compiled->added_losses.begin(), compiled->added_losses.end());
  if (trains)
    for (const layers::LayerUpdate& u : compiled->updates) updates_.push_back(u.update);
  if (trains || mode == Mode::test)
    for (const Update& u : compiled->metric_updates()) updates_.push_back(u);
  for (const Update& u : updates_) wanted.push_back(u.value);
  if (mode == Mode::progressive)
    wanted.insert(wanted.end(), network.outputs().begin(), network.outputs().end());

  // With the front's results, the network is cut there.
  const size_t cut = fed.size() == network.fed_inputs().size() + targets.size() ? 0 : network.front().size();
  LACUNA_REQUIRE(fed.size() == network.fed_inputs().size() + cut + targets.size(),
                 "Program: a spec must be given for each input and target. Received: specs=", fed.size(),
                 ", inputs=", network.fed_inputs().size(), ", targets=", targets.size(), ".");
  OnFed fed_as = on_fed_inputs(network, wanted, fed);
  for (size_t i = 0; i < cut; ++i) {
    const Symbol& result = network.front()[i];
    fed_as.inputs.push_back(placeholder(result.spec(), text("front_", i)));
    fed_as.from.push_back(result);
    fed_as.to.push_back(fed_as.inputs.back());
  }
  inputs_ = fed_as.inputs.size();
  targets_ = targets.size();
  weighted_ = weighted;
  const std::vector<Symbol> fed_y = fed_targets(targets, std::span(fed).subspan(inputs_), wanted, fed_as);
  const Network::Frozen frozen = predict ? network.frozen() : compiled->frozen;
  fed_as.from.insert(fed_as.from.end(), frozen.from.begin(), frozen.from.end());
  fed_as.to.insert(fed_as.to.end(), frozen.to.begin(), frozen.to.end());
  std::vector<Symbol> outputs = substitute(wanted, fed_as.from, fed_as.to);
  const std::vector<Symbol> predicted =
      last(outputs, mode == Mode::progressive ? network.outputs().size() : 0);
  const auto end_of_losses = outputs.end() - static_cast<std::ptrdiff_t>(updates_.size());
  const std::vector<Symbol> activity(outputs.begin() + static_cast<std::ptrdiff_t>(own), end_of_losses);
  const std::vector<Symbol> update_values(end_of_losses, outputs.end());
  std::vector<Symbol> inputs = fed_as.inputs;

  if (!predict) {
    inputs.insert(inputs.end(), fed_y.begin(), fed_y.end());
    if (weighted)
      for (const CompiledOutput* o : targets) inputs.push_back(o->sample_weight);
    Symbol total;
    const auto count = [&](const Symbol& loss) { total = total ? add(total, loss) : loss; };
    for (size_t i = 0; i < targets.size(); ++i)
      count(targets[i]->weight == 1 ? outputs[i] : scale(outputs[i], targets[i]->weight));
    if (const Symbol extra = regularization(network, *compiled, outputs)) count(extra);
    std::ranges::for_each(activity, count);
    LACUNA_REQUIRE(static_cast<bool>(total),
                   "fit: there must be a loss. Received: none; call compile again.");
    outputs.resize(own);
    if (network.outputs().size() == 1 && !targets.empty()) outputs[0] = total;  // It replaces its loss.
    else outputs.insert(outputs.begin(), total), ++values_;
    if (trains || mode == Mode::explain) {
      weights_ = compiled->trainable;
      for (const layers::Weight* w : weights_)
        if (trains && (w->regularizer || w->constraint) && is_exact_table(*w, *compiled))
          whole_tables_.push_back(w);
      std::vector<Symbol> learn;
      for (const layers::Weight* w : weights_) {
        variables_.push_back(w->variable);
        learn.push_back(read(w->variable));
      }
      const bool whole = compiled->optimizer->needs_whole_gradients();
      const auto gradients = lacuna::gradients(total, learn);
      first_gradient_ = outputs.size();
      for (size_t i = 0; i < gradients.size(); ++i) {
        const bool by_rows = weights_[i]->constraint != nullptr;  // Constraints ask which rows moved.
        formed_.push_back(formed(gradients[i], whole, by_rows));
        for (const Symbol& part : formed_.back().parts()) outputs.push_back(part);
      }
    }
    first_update_ = outputs.size();
    outputs.insert(outputs.end(), update_values.begin(), update_values.end());
    first_output_ = outputs.size();
    outputs.insert(outputs.end(), predicted.begin(), predicted.end());
  }
  gradients_.resize(formed_.size());
  plan_ = std::make_unique<Plan>(std::move(inputs), std::move(outputs), trains);
}

// A dense weight would also move in rows that no batch has named, unless they are zero and stay so. Makes
// those rows.
void Program::touch_all_rows() {
  for (const layers::Weight* w : whole_tables_) {
    RowTable& table = w->variable->value().table();
    if (table.size() == static_cast<size_t>(table.shape()[0]) ||
        (leaves_zeros(*w) && table.others_are_zero()))
      continue;
    const std::string advice =
        text("lazy_update=True moves only the rows of a batch",
             leaves_zeros(*w) ? "; with initializer 'zeros' the others stay zero." : ".");
    const std::string received =
        text("Received: weight '", w->variable->name(), "' ", w->variable->spec(), ".");
    LACUNA_REQUIRE(
        table.shape()[0] < Dim{1} << 31,
        "fit: with lazy_update=False a regularizer or constraint moves all rows of a weight, of which "
        "there must be fewer than 2^31; ",
        advice, " ", received);
    if (!table.slots_are_ids())
      warn(text(
          "fit: with lazy_update=False a regularizer or constraint moves all rows of a weight, also those "
          "that no batch has named: they are made now and take ",
          static_cast<size_t>(table.shape()[0]) * table.stride() * size_of(table.dtype()), " bytes or more; ",
          advice, " ", received));
    table.touch_all();
  }
}

double Program::value(size_t i) const {
  const Tensor& t = plan_->output(i);
  return with_float("metric", t.dtype(), [&](auto tag) {
    return static_cast<double>(t.dense().values<typename decltype(tag)::type>()[0]);
  });
}

void Program::apply_updates() {
  update_values_.keep(updates_, [&](size_t i) -> const Tensor& { return plan_->output(first_update_ + i); });
  for (size_t i = 0; i < updates_.size(); ++i) apply_update(updates_[i], update_values_[i]);
}

const std::vector<optimizers::Gradient>& Program::gradients() {
  size_t first = first_gradient_;
  for (size_t i = 0; i < formed_.size(); ++i) {
    gradients_[i] = formed_[i].with<const Tensor*>([&](size_t k) { return &plan_->output(first + k); });
    gradients_[i].all_rows = weights_[i]->constraint != nullptr;
    first += formed_[i].parts().size();
  }
  return gradients_;
}

}  // namespace lacuna
