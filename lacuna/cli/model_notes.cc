// Notes in a model's file, as JSON.
#include "lacuna/cli/model_notes.h"

#include "lacuna/base/names.h"
#include "lacuna/saving/json.h"

namespace lacuna::cli {
namespace {

constexpr int64_t kNotes = 1;  // One more whenever older versions can no longer read what is written.

double number_of(const Setting& setting) {
  if (const auto* whole = setting.as<int64_t>()) return static_cast<double>(*whole);
  const auto* number = setting.as<double>();
  LACUNA_REQUIRE(number != nullptr, "load_model: a label must be a number. Received: ", to_string(setting),
                 ".");
  return *number;
}

data::LabelMap labels_of(const Setting* setting) {
  data::LabelMap labels;
  const auto* list = setting ? setting->as<SettingList>() : nullptr;
  if (!list) return labels;
  for (const Setting& pair : *list) {
    const auto* both = pair.as<SettingList>();
    LACUNA_REQUIRE(both && both->size() == 2,
                   "load_model: a label must have a value. Received: ", to_string(pair), ".");
    labels.emplace_back(number_of((*both)[0]), number_of((*both)[1]));
  }
  return labels;
}

}  // namespace

std::string to_note(const ModelNotes& notes) {
  Config config{{"format", kNotes}};
  if (notes.read) config["read"] = written(data::read_list, *notes.read);
  SettingList labels;
  for (const auto& [from, to] : notes.labels) labels.emplace_back(SettingList{from, to});
  if (!labels.empty()) config["labels"] = std::move(labels);
  return to_json(config);
}

ModelNotes notes_of(Model& model) {
  const std::string note = model.note();
  if (note.empty()) return {};
  const Config config = from_json("load_model", note);
  Settings settings("load_model: how rows are read", config);
  int64_t format = 0;
  settings("format", format);
  LACUNA_REQUIRE(format == kNotes, "load_model: how rows are read must be told as version ", kNotes,
                 " does. Received: format=", format, ".");
  ModelNotes notes;
  if (const Setting* read = settings.find("read"); read && read->config()) {
    Settings of_read("load_model: how rows are read", *read->config());
    data::read_list(of_read, notes.read.emplace());
    of_read.finish();
  }
  notes.labels = labels_of(settings.find("labels"));
  return notes;
}

}  // namespace lacuna::cli
