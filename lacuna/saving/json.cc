// Configs as JSON.
#include "lacuna/saving/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "lacuna/base/error.h"

namespace lacuna {
namespace {

using Json = nlohmann::json;

constexpr int kDepth = 100;  // A file's own must not exhaust the stack.

Json json_of(const Setting& setting);

Json json_of(const Config& config) {
  Json result = Json::object();
  for (const auto& [name, value] : config) result[name] = json_of(value);
  return result;
}

Json json_of(const Setting& setting) {
  if (setting.is_none()) return nullptr;
  if (const auto* b = setting.as<bool>()) return *b;
  if (const auto* i = setting.as<int64_t>()) return *i;
  if (const auto* s = setting.as<std::string>()) return *s;
  if (const auto* d = setting.as<double>()) {
    require(std::isfinite(*d), "to_json: numbers must be finite. Received: ", *d, ".");
    return *d;
  }
  if (setting.config()) return json_of(*setting.config());
  Json result = Json::array();
  for (const Setting& item : *setting.as<SettingList>()) result.push_back(json_of(item));
  return result;
}

Setting setting_of(const char* where, const Json& json) {
  switch (json.type()) {
    case Json::value_t::null:
      return {};
    case Json::value_t::boolean:
      return json.get<bool>();
    case Json::value_t::number_unsigned:
      require(json.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()), where,
              ": whole numbers must fit 64 bits. Received: ", json.get<uint64_t>(), ".");
      return json.get<int64_t>();
    case Json::value_t::number_integer:
      return json.get<int64_t>();
    case Json::value_t::number_float:
      return json.get<double>();
    case Json::value_t::string:
      return json.get<std::string>();
    case Json::value_t::array: {
      SettingList list;
      for (const Json& item : json) list.push_back(setting_of(where, item));
      return list;
    }
    default: {
      Config config;
      for (const auto& [name, value] : json.items()) config.emplace(name, setting_of(where, value));
      return config;
    }
  }
}

}  // namespace

std::string to_json(const Config& config) {
  try {
    return json_of(config).dump();
  } catch (const Json::exception& e) {
    throw InvalidArgument(text("to_json: texts must be UTF-8. Received: ", e.what(), "."));
  }
}

Config from_json(const char* where, std::string_view json) {
  Json parsed;
  try {
    parsed = Json::parse(json, [](int depth, Json::parse_event_t, Json&) {
      if (depth > kDepth) throw InvalidArgument(text("more than ", kDepth, " levels"));
      return true;
    });
  } catch (const std::exception& e) {
    throw InvalidArgument(text(where, ": the config must be valid JSON. Received: ", e.what(), "."));
  }
  require(parsed.is_object(), where, ": the config must be an object of JSON. Received: ", parsed.type_name(),
          ".");
  return *setting_of(where, parsed).config();
}

}  // namespace lacuna
