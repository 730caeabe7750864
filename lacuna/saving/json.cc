// Configs as JSON.
#include "lacuna/saving/json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "lacuna/base/error.h"

namespace lacuna {
namespace {

using Json = nlohmann::json;

// A file's own must not exhaust the stack. Models within models take four levels each.
constexpr int kDepth = 1000;

// Numbers that are not finite are words, as Python's json writes and reads them.
constexpr std::string_view kWords[] = {"NaN", "-Infinity", "Infinity"};
constexpr double kNumbers[] = {std::numeric_limits<double>::quiet_NaN(),
                               -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::infinity()};
constexpr std::string_view kMark = "\x01\x02";  // On their way through the parser, which does not know them.

void write(std::string& out, const Setting& setting, int depth);

void write(std::string& out, const Config& config, int depth) {
  out += '{';
  for (const auto& [name, value] : config) {
    if (out.back() != '{') out += ',';
    out += Json(name).dump() + ':';
    write(out, value, depth);
  }
  out += '}';
}

void write(std::string& out, const Setting& setting, int depth) {
  require(depth < kDepth, "to_json: there must be at most ", kDepth,
          " levels of lists and dicts. Received: more.");
  if (const auto* d = setting.as<double>(); d && !std::isfinite(*d)) {
    out += kWords[std::isnan(*d) ? 0 : *d < 0 ? 1 : 2];
  } else if (d) {
    out += Json(*d).dump();
  } else if (const auto* b = setting.as<bool>()) {
    out += *b ? "true" : "false";
  } else if (const auto* i = setting.as<int64_t>()) {
    out += std::to_string(*i);
  } else if (const auto* s = setting.as<std::string>()) {
    out += Json(*s).dump();
  } else if (setting.config()) {
    write(out, *setting.config(), depth + 1);
  } else if (const auto* list = setting.as<SettingList>()) {
    out += '[';
    for (const Setting& item : *list) {
      if (&item != list->data()) out += ',';
      write(out, item, depth + 1);
    }
    out += ']';
  } else {
    out += "null";
  }
}

// With the words above as texts that start with the mark; where one has a neighbour that belongs to it, the
// parser says what is wrong.
std::string with_marks(std::string_view json) {
  std::string result;
  bool in_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"') in_text = !in_text;
    if (in_text && json[i] == '\\' && i + 1 < json.size()) result += json[i++];
    const auto* word = in_text ? std::end(kWords) : std::ranges::find_if(kWords, [&](std::string_view w) {
      return json.substr(i).starts_with(w);
    });
    if (word == std::end(kWords)) {
      result += json[i];
      continue;
    }
    result += text('"', "\\u0001\\u0002", *word, '"');
    i += word->size() - 1;
  }
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
    case Json::value_t::string: {
      const auto& words = json.get_ref<const std::string&>();
      for (size_t i = 0; words.starts_with(kMark) && i < std::size(kWords); ++i)
        if (words.substr(kMark.size()) == kWords[i]) return kNumbers[i];
      return words;
    }
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

// What the parser says, without its own number for it: "[json.exception.parse_error.101] parse error at …".
std::string reason(const std::exception& e) {
  const std::string said = e.what();
  const size_t end = said.starts_with('[') ? said.find("] ") : said.npos;
  return end == said.npos ? said : said.substr(end + 2);
}

}  // namespace

std::string to_json(const Config& config) {
  try {
    std::string result;
    write(result, config, 0);
    return result;
  } catch (const Json::exception& e) {
    throw InvalidArgument(text("to_json: texts must be UTF-8. Received: ", reason(e), "."));
  }
}

Config from_json(const char* where, std::string_view json) {
  Json parsed;
  try {
    parsed = Json::parse(with_marks(json), [](int depth, Json::parse_event_t, Json&) {
      if (depth > kDepth) throw InvalidArgument(text("more than ", kDepth, " levels"));
      return true;
    });
  } catch (const std::exception& e) {
    throw InvalidArgument(text(where, ": the config must be valid JSON. Received: ", reason(e), "."));
  }
  require(parsed.is_object(), where, ": the config must be an object of JSON. Received: ", parsed.type_name(),
          ".");
  return *setting_of(where, parsed).config();
}

}  // namespace lacuna
