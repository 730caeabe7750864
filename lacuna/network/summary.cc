// The table that summary() shows, in Keras' form.
#include <algorithm>
#include <functional>
#include <sstream>
#include <unordered_map>

#include "lacuna/network/network.h"

namespace lacuna {
namespace {

std::string line(const std::vector<std::string>& fields, const std::vector<size_t>& ends) {
  std::string result;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) result.back() = ' ';
    result += fields[i];
    result = result.substr(0, ends[i]);
    result.resize(ends[i], ' ');
  }
  return result.substr(0, result.find_last_not_of(' ') + 1) + "\n";
}

std::string grouped(Dim n) {  // 1,234,567
  std::string digits = std::to_string(n);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(static_cast<size_t>(i), 1, ',');
  return digits;
}

Dim count(const std::vector<layers::Weight*>& weights) {
  Dim n = 0;
  for (const layers::Weight* w : weights) n += size_of(w->variable->spec().shape);
  return n;
}

}  // namespace

std::vector<Network::SummaryRow> Network::summary_rows(bool show_inputs) const {
  std::vector<SummaryRow> result;
  std::unordered_map<const layers::LayerState*, std::vector<const layers::Call*>> calls;
  for (const auto& call : calls_) calls[call->layer.get()].push_back(call.get());
  for (const auto& layer : layers_) {
    if (!show_inputs && layer->class_name == "InputLayer") continue;
    SummaryRow row{layer->name, layer->class_name, "multiple", count(layer->ordered_weights())};
    size_t uses = 0;
    for (const layers::Call* call : calls[layer.get()]) {
      std::string output;
      for (const Symbol& s : call->outputs)
        output += text(output.empty() ? "" : ", ", to_string(s.shape()),
                       s.storage() == Storage::dense ? "" : text(" ", s.storage()));
      row.output = ++uses == 1 ? output : "multiple";
      for (const Symbol& s : call->inputs)
        if (const auto origin = layers::call_of(s)) row.from.push_back(origin->layer->name);
    }
    result.push_back(std::move(row));
  }
  return result;
}

std::string Network::summary(size_t line_length, bool show_inputs) const {
  const bool branches =
      std::any_of(calls_.begin(), calls_.end(), [](const auto& c) { return c->inputs.size() > 1; }) ||
      inputs_.size() > 1 || calls_.size() != layers_.size();
  LACUNA_REQUIRE(line_length == 0 || (line_length >= 20 && line_length <= 10'000),
                 "summary: line_length must be in [20, 10000]. Received: line_length=", line_length, ".");
  const size_t width = line_length ? line_length : branches ? 98 : 65;
  const std::vector<double> parts = branches ? std::vector{.33, .55, .67, 1.0} : std::vector{.45, .85, 1.0};
  std::vector<size_t> ends;
  for (const double p : parts) ends.push_back(static_cast<size_t>(static_cast<double>(width) * p));
  std::vector<std::string> head{"Layer (type)", "Output Shape", "Param #"};
  if (branches) head.push_back("Connected to");

  std::string result = std::string(width, '_') + "\n" + line(head, ends) + std::string(width, '=') + "\n";
  const std::vector<SummaryRow> rows = summary_rows(show_inputs);
  for (size_t i = 0; i < rows.size(); ++i) {
    const SummaryRow& row = rows[i];
    std::vector<std::string> fields{row.name + " (" + row.class_name + ")", row.output,
                                    std::to_string(row.parameters)};
    if (branches) fields.push_back(row.from.empty() ? "" : row.from[0] + "[0][0]");
    result += line(fields, ends);
    for (size_t k = 1; branches && k < row.from.size(); ++k)
      result += line({"", "", "", row.from[k] + "[0][0]"}, ends);
    result += std::string(width, i + 1 == rows.size() ? '=' : '_') + "\n";
  }
  const Dim all = count_params(), learns = count(trainable_weights());
  result += "Total params: " + grouped(all) + "\nTrainable params: " + grouped(learns) +
            "\nNon-trainable params: " + grouped(all - learns) + "\n" + std::string(width, '_') + "\n";
  return result;
}

}  // namespace lacuna
