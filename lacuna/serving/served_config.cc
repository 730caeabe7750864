#include "lacuna/serving/served_config.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "lacuna/base/settings.h"
#include "lacuna/saving/json.h"

namespace lacuna::serving {
namespace {

constexpr std::array<const char*, 3> kCodings{"exact", "bfloat16", "int8"};
constexpr std::array<const char*, 4> kFindings{"all", "array", "hash32", "hash64"};
constexpr std::array<const char*, 5> kServedDraws{"constant", "uniform", "normal", "truncated_normal",
                                                  "identity"};

[[noreturn]] void wrong_text(const char* where, const std::string& what) {
  throw InvalidArgument(where, ": the file must be one that export wrote. Received: a text with a wrong ",
                        what, ".");
}

const Setting& member(const char* where, const Config& config, const char* key) {
  const auto found = config.find(key);
  if (found == config.end()) wrong_text(where, key);
  return found->second;
}
template <class T>
const T& member(const char* where, const Config& config, const char* key) {
  const T* value = member(where, config, key).as<T>();
  if (!value) wrong_text(where, key);
  return *value;
}
const Config& nested_member(const char* where, const Setting& setting, const char* key) {
  if (!setting.config()) wrong_text(where, key);
  return *setting.config();
}
double number_member(const char* where, const Config& config, const char* key) {
  const Setting& setting = member(where, config, key);
  if (const auto* whole = setting.as<int64_t>()) return static_cast<double>(*whole);
  if (!setting.as<double>()) wrong_text(where, key);
  return *setting.as<double>();
}
template <size_t n>
size_t word_member(const char* where, const Config& config, const char* key,
                   const std::array<const char*, n>& words) {
  const auto found = std::ranges::find(words, std::string_view(member<std::string>(where, config, key)));
  if (found == words.end()) wrong_text(where, key);
  return static_cast<size_t>(found - words.begin());
}

Setting to_setting(Place place) {
  return SettingList{static_cast<int64_t>(place.offset), static_cast<int64_t>(place.bytes)};
}
Place place_member(const char* where, const Config& config, const char* key) {
  const auto& both = member<SettingList>(where, config, key);
  if (both.size() != 2 || !both[0].as<int64_t>() || !both[1].as<int64_t>() || *both[0].as<int64_t>() < 0 ||
      *both[1].as<int64_t>() < 0)
    wrong_text(where, key);
  return {static_cast<uint64_t>(*both[0].as<int64_t>()), static_cast<uint64_t>(*both[1].as<int64_t>())};
}

Config config_of(const ServedWeight& weight) {
  Config result{{"name", weight.name},
                {"shape", SettingList(weight.spec.shape.begin(), weight.spec.shape.end())},
                {"dtype", name_of(weight.spec.dtype)},
                {"coding", kCodings[static_cast<size_t>(weight.place.coding)]},
                {"rows", to_setting(weight.place.rows)}};
  if (weight.spec.storage != Storage::row_table) return result;
  const Draw& draw = weight.place.draw;
  result["table"] = Config{{"finding", kFindings[static_cast<size_t>(weight.place.finding)]},
                           {"held", weight.place.held},
                           {"index", to_setting(weight.place.index)},
                           {"draw", kServedDraws[static_cast<size_t>(draw.kind)]},
                           {"a", draw.a},
                           {"b", draw.b},
                           {"key", static_cast<int64_t>(draw.key)}};
  return result;
}

ServedWeight weight_of(const char* where, const Config& config) {
  ServedWeight result{.name = member<std::string>(where, config, "name")};
  for (const Setting& size : member<SettingList>(where, config, "shape")) {
    if (!size.as<int64_t>() || *size.as<int64_t>() < 0) wrong_text(where, "shape");
    result.spec.shape.push_back(*size.as<int64_t>());
  }
  result.spec.dtype = dtype_from_name(member<std::string>(where, config, "dtype"));
  result.place.coding = static_cast<Coding>(word_member(where, config, "coding", kCodings));
  if (result.place.coding != Coding::exact && result.spec.dtype != DType::float32)
    wrong_text(where, "coding");
  result.place.rows = place_member(where, config, "rows");
  const auto found = config.find("table");
  if (found == config.end()) return result;
  const Config& table = nested_member(where, found->second, "table");
  result.spec.storage = Storage::row_table;
  result.place.finding = static_cast<Finding>(word_member(where, table, "finding", kFindings));
  result.place.held = member<int64_t>(where, table, "held");
  result.place.index = place_member(where, table, "index");
  result.place.draw = {.kind = static_cast<Draw::Kind>(word_member(where, table, "draw", kServedDraws)),
                       .a = number_member(where, table, "a"),
                       .b = number_member(where, table, "b"),
                       .key = static_cast<uint64_t>(member<int64_t>(where, table, "key"))};
  return result;
}

}  // namespace

std::string to_json(const ServedConfig& config) {
  SettingList weights, learned;
  for (const ServedWeight& weight : config.weights) weights.emplace_back(config_of(weight));
  for (const auto& layer : config.learned) {
    SettingList arrays;
    for (const ServedArray& array : layer)
      arrays.emplace_back(
          Config{{"name", array.name}, {"dtype", name_of(array.dtype)}, {"values", to_setting(array.place)}});
    learned.emplace_back(std::move(arrays));
  }
  return lacuna::to_json(
      {{"network", config.network}, {"weights", std::move(weights)}, {"learned", std::move(learned)}});
}

ServedConfig served_config(const char* where, const std::string& json) {
  const Config all = from_json(where, json);
  ServedConfig result{.network = nested_member(where, member(where, all, "network"), "network")};
  for (const Setting& weight : member<SettingList>(where, all, "weights"))
    result.weights.push_back(weight_of(where, nested_member(where, weight, "weights")));
  for (const Setting& layer : member<SettingList>(where, all, "learned")) {
    if (!layer.as<SettingList>()) wrong_text(where, "learned");
    auto& arrays = result.learned.emplace_back();
    for (const Setting& one : *layer.as<SettingList>()) {
      const Config& array = nested_member(where, one, "learned");
      arrays.push_back({member<std::string>(where, array, "name"),
                        dtype_from_name(member<std::string>(where, array, "dtype")),
                        place_member(where, array, "values")});
    }
  }
  return result;
}

}  // namespace lacuna::serving
