// Finds the layers between inputs and outputs.
#include "lacuna/network/network.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <set>

#include "lacuna/base/names.h"
#include "lacuna/graph/assignment.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/op.h"
#include "lacuna/layers/calls.h"
#include "lacuna/layers/sketch.h"
#include "lacuna/network/front.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/tensor/weight_rows.h"

namespace lacuna {

using layers::Call;
using layers::call_of;
using layers::LayerState;
using layers::Weight;

namespace {

bool is_input(const Call& call) { return call.layer->class_name == "InputLayer"; }

using Nodes = std::set<const Node*>;

// The name of an input: that of its layer or, without one, of the placeholder.
std::string input_name(const Symbol& input) {
  const auto call = call_of(input);
  return call && is_input(*call) ? call->layer->name : placeholder_name(input);
}

// The nodes of the inputs, which must be different ones.
Nodes checked_inputs(const std::vector<Symbol>& inputs) {
  Nodes given;
  for (const Symbol& s : inputs) {
    const auto call = s ? call_of(s) : nullptr;
    LACUNA_REQUIRE(s && (is_placeholder(s) || (call && is_input(*call))),
                   "Model: inputs must come from Input(). Received: ",
                   s ? text(s.node()->op().name(), " ", s.spec()) : std::string("an empty symbol"), ".");
    LACUNA_REQUIRE(given.insert(s.node().get()).second,
                   "Model: inputs must differ from each other. Received: '", input_name(s), "' twice.");
  }
  return given;
}

// A place on a walk back from the outputs: the call of a layer or, for an op between layers, a node.
struct Place {
  const void* what;
  bool is_call;
  const std::vector<Symbol>* in;
};
Place place_of(const Symbol& s) {
  const auto call = call_of(s);
  return call ? Place{call.get(), true, &call->inputs} : Place{s.node().get(), false, &s.node()->in()};
}

struct Walk {
  std::vector<Place> order{};  // Each after what it needs.
  std::vector<std::shared_ptr<const Call>> calls{};
};

// Walks from the outputs back through the calls of layers, and through ops between them.
Walk walk_back(const std::vector<Symbol>& outputs, const Nodes& given) {
  Walk result;
  std::set<const void*> seen;
  struct Visit {
    const Symbol* symbol;
    Place place;
    size_t next = 0;  // Of its inputs.
  };
  std::vector<Visit> way;  // No recursion: graphs may be deep.
  const auto enter = [&](const Symbol& s) {
    const Place place = place_of(s);
    if (!seen.insert(place.what).second) return;
    LACUNA_REQUIRE(place.is_call || !is_placeholder(s) || given.contains(s.node().get()),
                   "Model: outputs must depend on the inputs given alone. Received: also on input '",
                   is_placeholder(s) ? placeholder_name(s) : "", "'.");
    way.push_back({&s, place});
  };
  for (const Symbol& s : outputs) {
    enter(s);
    while (!way.empty()) {
      Visit& last = way.back();
      if (last.next < last.place.in->size()) {
        enter((*last.place.in)[last.next++]);
        continue;
      }
      result.order.push_back(last.place);
      if (last.place.is_call) result.calls.push_back(call_of(*last.symbol));
      way.pop_back();
    }
  }
  for (const auto& call : result.calls)
    for (const Symbol& s : call->outputs)
      LACUNA_REQUIRE(!is_input(*call) || given.contains(s.node().get()),
                     "Model: outputs must depend on the inputs given alone. Received: also on input '",
                     call->layer->name, "'.");
  return result;
}

// Keras' order of layers: those furthest from the outputs first, all inputs before them.
std::vector<std::shared_ptr<const Call>> by_height(const Walk& walk) {
  std::map<const void*, int> height;  // The longest path from a call to an output, in calls.
  for (size_t i = walk.order.size(); i-- > 0;)
    for (const Symbol& in : *walk.order[i].in) {
      int& h = height[place_of(in).what];
      h = std::max(h, height[walk.order[i].what] + walk.order[i].is_call);
    }
  int top = 0;
  for (const auto& call : walk.calls) top = std::max(top, height[call.get()]);
  for (const auto& call : walk.calls)
    if (is_input(*call)) height[call.get()] = top;
  auto sorted = walk.calls;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const auto& a, const auto& b) { return height[a.get()] > height[b.get()]; });
  return sorted;
}

// The name of the layer that made each output, with a number where one made several.
std::vector<std::string> names_of(const std::vector<Symbol>& outputs) {
  std::vector<std::string> names;
  std::map<std::string, int> times;
  for (const Symbol& s : outputs) {
    const auto call = call_of(s);
    std::string output = call ? call->layer->name : text("output_", names.size() + 1);
    if (const int earlier = times[output]++) ++times[output = text(output, "_", earlier)];
    names.push_back(std::move(output));
  }
  return names;
}

// For each input whose values are ids: the fewest rows of the weights that they index. 0 for other inputs.
std::vector<Dim> limits_of_ids(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs) {
  std::vector<Dim> result(inputs.size());
  std::map<const Node*, Dim*> limits;  // By the node that converts an input to ids.
  std::map<const Node*, size_t> places;
  for (size_t i = 0; i < inputs.size(); ++i) places[inputs[i].node().get()] = i;
  const auto nodes = in_order(outputs);
  for (const auto& node : nodes) {
    if (!is_as_ids(*node)) continue;
    const auto input = places.find(node->in(0).node().get());
    if (input == places.end()) continue;
    Dim& limit = result[input->second];
    if (limit == 0) limit = std::numeric_limits<Dim>::max();
    limits[node.get()] = &limit;
  }
  for (const auto& reader : nodes)
    for (const Symbol& ids : reader->in())
      if (const auto limit = limits.find(ids.node().get()); limit != limits.end())
        for (const Symbol& weight : reader->in())  // take(weight, ids), or ids to the slots of a table
          if (variable_of(weight)) *limit->second = std::min(*limit->second, weight.shape()[0]);
  return result;
}

// Checks that each weight that the outputs read is one of `own`, and joins the turns of all variables they
// read.
void join_turns(const std::vector<Symbol>& outputs, const std::set<const Variable*>& own, Turn& turn) {
  for (const auto& node : in_order(outputs)) {
    const VariablePtr v = variable_of(Symbol(node, 0));
    if (!v) continue;
    LACUNA_REQUIRE(
        !v->is_weight() || own.contains(v.get()),
        "Model: weights that the outputs depend on must belong to its layers, or they would be neither "
        "trained nor saved. Received: weight '",
        v->name(),
        "' of a layer that none of them holds: a layer that reads it must keep that layer as an "
        "attribute (in C++: hold), or apply it.");
    turn.join(v->turn());
  }
}

}  // namespace

Network::Network(std::vector<Symbol> inputs, std::vector<Symbol> outputs, std::string name)
    : name_(std::move(name)), inputs_(std::move(inputs)), outputs_(std::move(outputs)) {
  LACUNA_REQUIRE(!inputs_.empty() && !outputs_.empty(),
                 "Model: inputs and outputs must be given. Received: inputs=", inputs_.size(),
                 ", outputs=", outputs_.size(), ".");
  const Nodes given = checked_inputs(inputs_);
  for (const Symbol& s : inputs_) {
    input_names_.push_back(input_name(s));
    if (!is_placeholder(s)) continue;
    fed_inputs_.push_back(s);
    fed_names_.push_back(input_names_.back());
  }
  for (const Symbol& s : outputs_)
    LACUNA_REQUIRE(static_cast<bool>(s), "Model: outputs must be symbols. Received: an empty one.");

  Walk walk = walk_back(outputs_, given);
  for (const Symbol& s : inputs_)  // Inputs that no output needs.
    if (const auto call = call_of(s); call && std::ranges::find(walk.calls, call) == walk.calls.end())
      walk.calls.insert(walk.calls.begin(), call);
  calls_ = walk.calls;
  std::map<std::string, const LayerState*> names;
  for (const auto& call : by_height(walk)) {
    for (const Symbol& loss : call->losses) activity_losses_.push_back(loss);
    updates_.insert(updates_.end(), call->updates.begin(), call->updates.end());
    for (size_t i = 0; i < call->metrics.size(); ++i)
      added_metrics_.push_back({call->metric_names[i], call->metrics[i]});
    const auto [place, fresh] = names.try_emplace(call->layer->name, call->layer.get());
    if (!fresh && place->second == call->layer.get()) continue;
    LACUNA_REQUIRE(fresh, "Model: names of layers must differ. Received: '", call->layer->name,
                   "' for two layers.");
    layers_.push_back(call->layer);
  }
  output_names_ = names_of(outputs_);
  for (const Symbol& s : outputs_) output_masks_.push_back(layers::mask_of(s));

  std::set<const Variable*> own;
  for (const Weight* w : weights()) {
    own.insert(w->variable.get());
    turn_.join(w->variable->turn());
  }
  join_turns(outputs_, own, turn_);
  for (const layers::LayerUpdate& u : updates_) turn_.join(u.update.variable->turn());
  id_limits_ = limits_of_ids(fed_inputs_, outputs_);
  front_ = front_of(fed_inputs_, outputs_);
  if (fed_inputs_.size() < inputs_.size())
    for (const Symbol& s : outputs_)
      if (!s.shape().empty() && s.shape()[0] != None) own_rows_ = s.shape()[0];
}

namespace {

// The layer and those that it holds, without what models hold: a call of the model has taken that over.
void visit(const std::shared_ptr<LayerState>& layer, std::set<const LayerState*>& seen,
           const std::function<void(const std::shared_ptr<LayerState>&)>& use) {
  if (layer->is_model || !seen.insert(layer.get()).second) return;
  use(layer);
  for (const auto& inner : layer->inner) visit(inner, seen, use);
}

}  // namespace

bool Network::has_rows(Dim rows) const {
  return std::ranges::any_of(inputs_,
                             [&](const Symbol& s) { return !is_placeholder(s) && s.shape()[0] == rows; });
}

Dim Network::rows_for_one() const {
  if (fed_inputs_.size() == inputs_.size()) return None;
  std::vector<Shape> shapes;
  for (const Symbol& s : inputs_) {
    shapes.push_back(s.shape());
    if (is_placeholder(s)) shapes.back()[0] = 1;
  }
  for (const Shape& shape : compute_output_shapes(shapes))
    if (!shape.empty() && shape[0] != None && shape[0] != 1) return shape[0];
  return None;
}

bool Network::can_compute(const Symbol& symbol) const {
  return std::ranges::all_of(in_order({symbol}), [&](const auto& node) {
    const Symbol s(node, 0);
    return !is_placeholder(s) || std::ranges::count(inputs_, s);
  });
}

std::vector<Symbol> Network::activity_losses() const {
  std::vector<Symbol> result = activity_losses_;
  std::set<const LayerState*> seen;
  for (const auto& layer : layers_)
    visit(layer, seen, [&](const auto& one) {
      std::ranges::copy_if(one->added_losses, std::back_inserter(result),
                           [&](const Symbol& loss) { return can_compute(loss); });
    });
  for (size_t i = activity_losses_.size(); i < result.size(); ++i) join(turn_, {result[i]});
  return result;
}

std::vector<layers::LayerUpdate> Network::updates() const {
  std::vector<layers::LayerUpdate> result = updates_;
  std::set<const LayerState*> seen;
  for (const auto& layer : layers_)
    visit(layer, seen, [&](const auto& one) {
      for (const Update& update : one->added_updates)
        if (can_compute(update.value)) result.push_back({{one}, update});
    });
  for (size_t i = updates_.size(); i < result.size(); ++i) {
    join(turn_, {result[i].update.value});
    turn_.join(result[i].update.variable->turn());
  }
  return result;
}

Symbol Network::added(const char* where, const Symbol& symbol) {
  const Symbol scalar = layers::mean_of(where, symbol);
  for (const auto& node : in_order({scalar})) {
    const Symbol s(node, 0);
    LACUNA_REQUIRE(!is_placeholder(s) || std::ranges::count(inputs_, s), where,
                   ": a symbol must depend on the model's inputs alone. Received: an input '",
                   is_placeholder(s) ? placeholder_name(s) : "", "' that model '", name_, "' does not have.");
  }
  std::set<const Variable*> own;
  for (const Weight* w : weights()) own.insert(w->variable.get());
  join_turns({scalar}, own, turn_);
  return scalar;
}

void Network::add_loss(const Symbol& loss) {
  const Symbol scalar = added("add_loss", loss);
  const auto turn = turn_.take();
  activity_losses_.push_back(scalar);
}

void Network::add_metric(const Symbol& value, const std::string& name) {
  LACUNA_REQUIRE(!name.empty(), "add_metric: a name must be given. Received: name=''.");
  for (const AddedMetric& known : added_metrics_)
    LACUNA_REQUIRE(known.name != name, "add_metric: names must differ. Received: name='", name, "' again.");
  const Symbol scalar = added("add_metric", value);
  const auto turn = turn_.take();
  added_metrics_.push_back({name, scalar});
}

const std::shared_ptr<LayerState>& Network::layer(const std::string& name) const {
  for (const auto& l : layers_)
    if (l->name == name) return l;
  std::vector<std::string> known;
  for (const auto& l : layers_) known.push_back(l->name);
  throw InvalidArgument("get_layer: there must be a layer of that name. Received: name=", in_quotes(name),
                        nearest(name, known), ".");
}

const std::shared_ptr<LayerState>& Network::layer(int index) const {
  const int n = static_cast<int>(layers_.size()), at = index < 0 ? index + n : index;
  LACUNA_REQUIRE(at >= 0 && at < n,
                 "get_layer: index must be below the number of layers. Received: index=", index,
                 ", layers=", n, ".");
  return layers_[static_cast<size_t>(at)];
}

std::vector<Weight*> Network::weights() const {
  std::vector<Weight*> result, all;
  for (const auto& layer : layers_) std::ranges::copy(layer->ordered_weights(), std::back_inserter(all));
  layers::add_new(result, all);
  return result;
}

std::vector<Weight*> Network::trainable_weights() const {
  std::vector<Weight*> result, all;
  for (const auto& layer : layers_) std::ranges::copy(layer->trainable_weights(), std::back_inserter(all));
  layers::add_new(result, all);
  return result;
}

std::vector<layers::LayerUpdate> Network::wanted_updates() const {
  std::vector<layers::LayerUpdate> result;
  std::ranges::copy_if(updates(), std::back_inserter(result), &layers::LayerUpdate::is_wanted);
  return result;
}

Network::Frozen Network::frozen() const {
  Frozen result;
  for (const layers::LayerUpdate& u : updates_) {
    if (!u.replaced || u.is_wanted()) continue;
    result.from.push_back(u.replaced);
    result.to.push_back(read(u.update.variable));
  }
  return result;
}

std::vector<tensor::Dense> Network::get_weights() const {
  const auto turn = turn_.take();
  std::vector<tensor::Dense> result;
  for (const Weight* w : weights()) result.push_back(w->variable->to_dense());
  return result;
}

void Network::set_weights(const std::vector<tensor::Dense>& values) {
  const auto all = weights();
  LACUNA_REQUIRE(values.size() == all.size(),
                 "set_weights: a value must be given for each weight. Received: values=", values.size(),
                 ", weights=", all.size(), ".");
  for (size_t i = 0; i < all.size(); ++i)
    LACUNA_REQUIRE(values[i].shape == all[i]->variable->spec().shape,
                   "set_weights: the value must have the shape of the weight. Received: shape=",
                   to_string(values[i].shape), ", weight '", all[i]->variable->name(), "' ",
                   all[i]->variable->spec(), ".");
  std::vector<Assignment> assignments;
  for (size_t i = 0; i < all.size(); ++i) assignments.push_back({all[i]->variable.get(), values[i]});
  const auto turn = turn_.take();
  assign(std::move(assignments));
}

Dim Network::count_params() const {
  Dim count = 0;
  for (const Weight* w : weights()) count += size_of(w->variable->spec().shape);
  return count;
}

Snapshot Network::snapshot() const {
  const auto turn = turn_.take();
  Snapshot result;
  for (const Weight* w : weights()) {
    result.values.push_back(w->variable->copy());
    result.draws.push_back(WeightRows(w->variable->value()).draw());
  }
  return result;
}

void Network::restore(const Snapshot& snapshot) {
  const auto all = weights();
  LACUNA_REQUIRE(snapshot.values.size() == all.size() && snapshot.draws.size() == all.size(),
                 "restore: the snapshot must be of this network. Received: weights=", snapshot.values.size(),
                 ", draws=", snapshot.draws.size(), ", network has ", all.size(), ".");
  std::vector<Assignment> assignments;
  for (size_t i = 0; i < all.size(); ++i) {
    LACUNA_REQUIRE(snapshot.draws[i].has_value() == WeightRows(all[i]->variable->value()).draw().has_value(),
                   "restore: the snapshot must say how rows are drawn for each weight that is a table, and "
                   "for no other. "
                   "Received: weight '",
                   all[i]->variable->name(), "' ", all[i]->variable->spec(), ".");
    assignments.push_back({all[i]->variable.get(), snapshot.values[i], snapshot.draws[i]});
  }
  const auto turn = turn_.take();
  assign(std::move(assignments));
}

}  // namespace lacuna
