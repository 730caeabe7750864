// Converts a network to its config, in Keras' form, and back. The config names a call of a layer by the layer
// and the call's number among the layer's calls in the network. Calls of a model as a layer count from 1: in
// Keras, number 0 is the call on the model's own inputs.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "lacuna/graph/op.h"
#include "lacuna/layers/calls.h"
#include "lacuna/layers/input.h"
#include "lacuna/network/network.h"

namespace lacuna {
namespace {

using layers::Call;
using layers::LayerState;

bool is_model(const LayerState& layer) { return layer.is_model; }

// The calls of a network, for each layer in the order in which they were made.
class Calls {
 public:
  explicit Calls(const std::vector<std::shared_ptr<const Call>>& network) {
    for (const auto& call : network) of_layer_[call->layer.get()].push_back(call);
    for (auto& [layer, own] : of_layer_) {
      if (own.size() > 1) {
        std::map<const Call*, size_t> age;
        for (const auto& call : layers::calls_of(*layer)) age.emplace(call.get(), age.size());
        std::ranges::stable_sort(own, {}, [&](const auto& call) { return age.at(call.get()); });
      }
      for (size_t i = 0; i < own.size(); ++i) numbers_[own[i].get()] = i + is_model(*layer);
    }
  }

  const std::vector<std::shared_ptr<const Call>>& of(const LayerState& layer) const {
    static const std::vector<std::shared_ptr<const Call>> none;
    const auto found = of_layer_.find(&layer);
    return found == of_layer_.end() ? none : found->second;
  }
  int64_t number(const Call& call) const { return static_cast<int64_t>(numbers_.at(&call)); }

 private:
  std::map<const LayerState*, std::vector<std::shared_ptr<const Call>>> of_layer_{};
  std::map<const Call*, size_t> numbers_{};
};

class Reader {
 public:
  Reader(const Config& config, const MakeCallable& make, const std::vector<Symbol>& given) : make_(make) {
    take_inputs(config, given);
    for (const Setting& entry : list(config, "layers")) add(entry);
    // A layer that is called twice may stand before the layer that its second call reads: that call then
    // waits.
    for (size_t i = 0; i < entries_.size(); ++i) go_on(i);
    LACUNA_REQUIRE(
        waiting_.empty(),
        "Model: each call of a layer must read outputs of other calls. Received: a config in which layer '",
        first_waiting(), "' reads an output that no layer makes.");
    for (const Setting& end : list(config, "input_layers")) parts_.inputs.push_back(end_of(end));
    for (const Setting& end : list(config, "output_layers")) parts_.outputs.push_back(end_of(end));
  }

  NetworkParts take() { return std::move(parts_); }

 private:
  struct Entry {
    std::string name{};
    Callable made{};
    size_t first = 0;  // The number of its first call.
    std::vector<const SettingList*> calls{};
    size_t done = 0;
    std::vector<std::vector<Symbol>> outputs{};
  };

  [[noreturn]] static void malformed(const char* what) {
    throw InvalidArgument("Model: the config must be what get_config gives. Received: one without ", what,
                          ".");
  }

  template <class T>
  static const T& part(const Config& config, const char* key, const T* (*as)(const Setting&)) {
    const auto found = config.find(key);
    const T* value = found == config.end() ? nullptr : as(found->second);
    if (!value) malformed(key);
    return *value;
  }
  static const SettingList& list(const Config& config, const char* key) {
    return part<SettingList>(config, key, [](const Setting& s) { return s.as<SettingList>(); });
  }
  static const std::string& name(const Config& config, const char* key) {
    return part<std::string>(config, key, [](const Setting& s) { return s.as<std::string>(); });
  }
  static const Config& nested(const Config& config, const char* key) {
    return part<Config>(config, key, [](const Setting& s) { return s.config(); });
  }

  void take_inputs(const Config& config, const std::vector<Symbol>& given) {
    if (given.empty()) return;
    const SettingList& names = list(config, "input_layers");
    LACUNA_REQUIRE(given.size() == names.size(),
                   "clone_model: a tensor must be given for each input. Received: input_tensors=",
                   given.size(), ", inputs=", names.size(), ".");
    for (size_t i = 0; i < given.size(); ++i) {
      const auto* parts = names[i].as<SettingList>();
      const auto* input = parts && !parts->empty() ? (*parts)[0].as<std::string>() : nullptr;
      if (!input) malformed("[layer, call, output] of each input");
      given_[*input] = given[i];
    }
  }

  void add(const Setting& setting) {
    if (!setting.config()) malformed("a class_name and a config of each layer");
    const Config& config = *setting.config();
    Entry entry{.name = name(config, "name")};
    LACUNA_REQUIRE(!places_.contains(entry.name), "Model: names of layers must differ. Received: '",
                   entry.name, "' for two layers.");
    const std::string& class_name = name(config, "class_name");
    if (class_name == "InputLayer") {
      const auto given = given_.find(entry.name);
      entry.outputs = {
          {given == given_.end() ? layers::input_from_config(nested(config, "config")) : given->second}};
    } else {
      entry.made = make_(class_name, nested(config, "config"));
      const auto key = config.find("key");
      if (entry.made.layer && key != config.end() && key->second.as<int64_t>())
        entry.made.layer->key = static_cast<uint64_t>(*key->second.as<int64_t>());
      const auto inner = config.find("inner_keys");
      if (entry.made.layer && inner != config.end() && inner->second.as<SettingList>())
        entry.made.layer->keys_to_come = *inner->second.as<SettingList>();
      entry.first = !entry.made.layer;
      for (const Setting& call : list(config, "inbound_nodes")) {
        if (!call.as<SettingList>() || call.as<SettingList>()->empty())
          malformed("inbound_nodes of each layer");
        entry.calls.push_back(call.as<SettingList>());
      }
    }
    places_[entry.name] = entries_.size();
    entries_.push_back(std::move(entry));
  }

  // The symbol named by [layer, call, output, …]; empty while that call waits.
  Symbol find(const Setting& setting) const {
    const auto* parts = setting.as<SettingList>();
    if (!parts || parts->size() < 3) malformed("[layer, call, output] of each input");
    const auto* layer = (*parts)[0].as<std::string>();
    const auto *call = (*parts)[1].as<int64_t>(), *output = (*parts)[2].as<int64_t>();
    if (!layer || !call || !output) malformed("[layer, call, output] of each input");
    const auto place = places_.find(*layer);
    LACUNA_REQUIRE(place != places_.end(),
                   "Model: inputs of layers must be layers of the config. Received: '", *layer, "'.");
    const Entry& entry = entries_[place->second];
    const int64_t at = *call - static_cast<int64_t>(entry.first);
    if (at < 0 || at >= static_cast<int64_t>(entry.outputs.size())) return {};
    const auto& made = entry.outputs[static_cast<size_t>(at)];
    LACUNA_REQUIRE(*output >= 0 && *output < static_cast<int64_t>(made.size()),
                   "Model: an output must be one of the layer's. Received: layer '", *layer,
                   "', output=", *output, ", outputs=", made.size(), ".");
    return made[static_cast<size_t>(*output)];
  }

  // The arguments of call, which stand after [layer, call, output] of an input.
  static const Config& arguments_in(const Setting& input) {
    static const Config none;
    const auto* parts = input.as<SettingList>();
    const Config* arguments = parts && parts->size() > 3 ? (*parts)[3].config() : nullptr;
    return arguments ? *arguments : none;
  }

  // Whether an argument is [layer, call, output], as TensorFlow's Keras writes a symbol too.
  bool is_symbol(const Setting& argument) const {
    const auto* parts = argument.as<SettingList>();
    return parts && parts->size() == 3 && (*parts)[0].as<std::string>() && (*parts)[1].as<int64_t>() &&
           (*parts)[2].as<int64_t>() && places_.contains(*(*parts)[0].as<std::string>());
  }

  Symbol end_of(const Setting& setting) const {
    const Symbol symbol = find(setting);
    if (!symbol) malformed("the call that an input or output names");
    return symbol;
  }

  using Place = std::pair<size_t, int64_t>;  // An entry, and the number of one of its calls.

  // Makes the next call of an entry, or returns the call that it waits for.
  std::optional<Place> call(Entry& entry) {
    const SettingList& sources = *entry.calls[entry.done];
    std::vector<const Setting*> symbols;
    for (const Setting& from : sources) symbols.push_back(&from);
    layers::Inputs inputs({}, sources.size() > 1);
    for (const auto& [name, value] : arguments_in(sources[0])) {
      if (name == "training" && value.as<bool>()) inputs.training = *value.as<bool>();
      if (name == "training" || name == "mask") continue;
      if (is_symbol(value)) {
        inputs.named.push_back(name);
        symbols.push_back(&value);
      } else if (!value.is_none() || (entry.made.layer && entry.made.layer->takes_arguments)) {
        inputs.arguments.emplace(name, value);
      }
    }
    for (const Setting* from : symbols) {
      inputs.symbols.push_back(find(*from));
      if (inputs.symbols.back()) continue;
      const SettingList& parts = *from->as<SettingList>();
      return Place{places_.at(*parts[0].as<std::string>()), *parts[1].as<int64_t>()};
    }
    LACUNA_REQUIRE(entry.made.layer || (inputs.named.empty() && inputs.arguments.empty()),
                   "Model: a model takes no further arguments. Received: model '", entry.name,
                   "', called with some in the config.");
    entry.outputs.push_back(entry.made.call(inputs));
    ++entry.done;
    return std::nullopt;
  }

  // Makes the calls of an entry until one must wait, and then those of entries that waited for them.
  void go_on(size_t first) {
    for (std::vector<size_t> ready{first}; !ready.empty();) {
      const size_t at = ready.back();
      ready.pop_back();
      Entry& entry = entries_[at];
      std::optional<Place> missing;
      while (!missing && entry.done < entry.calls.size()) {
        missing = call(entry);
        if (missing) waiting_.emplace(*missing, at);
        else wake({at, static_cast<int64_t>(entry.first + entry.done - 1)}, ready);
      }
    }
  }

  void wake(const Place& made, std::vector<size_t>& ready) {
    const auto [first, last] = waiting_.equal_range(made);
    for (auto i = first; i != last; ++i) ready.push_back(i->second);
    waiting_.erase(first, last);
  }

  std::string first_waiting() const {
    for (const Entry& entry : entries_)
      if (entry.done < entry.calls.size()) return entry.name;
    return {};
  }

  const MakeCallable& make_;
  std::map<std::string, Symbol> given_{};
  std::vector<Entry> entries_{};
  std::map<std::string, size_t> places_{};
  std::multimap<Place, size_t> waiting_{};  // Entries, by the call they wait for.
  NetworkParts parts_{};
};

}  // namespace

Config Network::config() const {
  const Calls calls_of(calls_);
  const auto place = [&](const Symbol& symbol) -> SettingList {
    const auto call = layers::call_of(symbol);
    LACUNA_REQUIRE(call != nullptr,
                   "get_config: all that stands between inputs and outputs must be layers. Received: op '",
                   symbol.node()->op().name(), "' ", symbol.spec(), " outside of one.");
    const auto output = std::find(call->outputs.begin(), call->outputs.end(), symbol) - call->outputs.begin();
    return {call->layer->name, calls_of.number(*call), static_cast<int64_t>(output)};
  };
  const auto places = [&](const std::vector<Symbol>& symbols) {
    SettingList result;
    for (const Symbol& s : symbols) result.emplace_back(place(s));
    return result;
  };
  SettingList all;
  for (const auto& layer : layers_) {
    SettingList calls;
    for (const auto& call : calls_of.of(*layer)) {
      SettingList inputs = places(call->inputs);
      if (inputs.empty()) continue;  // An input.
      Config arguments = call->arguments;
      if (call->training) arguments["training"] = *call->training;
      const size_t unnamed = inputs.size() - call->named.size();
      for (size_t i = 0; i < call->named.size(); ++i) arguments[call->named[i]] = inputs[unnamed + i];
      inputs.resize(unnamed);
      for (Setting& input : inputs) {
        SettingList with_arguments = *input.as<SettingList>();
        with_arguments.emplace_back(arguments);
        input = std::move(with_arguments);
      }
      calls.emplace_back(std::move(inputs));
    }
    Config entry{{"name", layer->name},
                 {"class_name", layer->class_name},
                 {"config", layer->config()},
                 {"inbound_nodes", std::move(calls)}};
    if (layer->key) entry["key"] = static_cast<int64_t>(layer->key);
    if (SettingList keys = layer->is_model ? SettingList() : layer->inner_keys(); !keys.empty())
      entry["inner_keys"] = std::move(keys);
    all.emplace_back(std::move(entry));
  }
  return {{"name", name_},
          {"layers", std::move(all)},
          {"input_layers", places(inputs_)},
          {"output_layers", places(outputs_)}};
}

NetworkParts network_from_config(const Config& config, const MakeCallable& make,
                                 const std::vector<Symbol>& inputs) {
  NetworkParts parts = Reader(config, make, inputs).take();
  if (const auto found = config.find("name"); found != config.end() && found->second.as<std::string>())
    parts.name = *found->second.as<std::string>();
  return parts;
}

}  // namespace lacuna
