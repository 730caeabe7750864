// Configs as JSON.
#include "lacuna/saving/json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lacuna/base/error.h"

namespace lacuna {
namespace {

using Json = nlohmann::json;

// The most levels, so that a file cannot exhaust the stack. A model within a model takes four.
constexpr size_t kDepth = 1000;

// Numbers that are not finite are words, as Python's json writes and reads them.
constexpr std::string_view kWords[] = {"NaN", "-Infinity", "Infinity"};
constexpr double kNumbers[] = {std::numeric_limits<double>::quiet_NaN(),
                               -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::infinity()};
constexpr std::string_view kMark = "\x01\x02";  // Marks words that the parser does not know.

void write(std::string& out, const Setting& setting, size_t depth);

void write(std::string& out, const Config& config, size_t depth) {
  out += '{';
  for (const auto& [name, value] : config) {
    if (out.back() != '{') out += ',';
    out += Json(name).dump() + ':';
    write(out, value, depth);
  }
  out += '}';
}

void write(std::string& out, const Setting& setting, size_t depth) {
  LACUNA_REQUIRE(depth < kDepth, "to_json: there must be at most ", kDepth,
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
    LACUNA_REQUIRE(!setting.object(),
                   "to_json: a config must hold no objects. Received: ", to_string(setting), ".");
    out += "null";
  }
}

// Replaces the words above by strings that start with the mark. If a word is part of a longer token, the
// parser reports the error.
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

// What the parser says, without its own number for it: "[json.exception.parse_error.101] parse error at …".
std::string reason(const std::exception& e) {
  const std::string said = e.what();
  const size_t end = said.starts_with('[') ? said.find("] ") : said.npos;
  return end == said.npos ? said : said.substr(end + 2);
}

// Builds a Setting from what the parser finds, piece by piece: the destructors of Json's own lists and
// objects end the process if they find no memory.
class Reader final : public nlohmann::json_sax<Json> {
 public:
  explicit Reader(const char* where) : where_(where) {}
  Setting result{};

  bool null() override { return put(Setting()); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(int64_t value) override { return put(value); }
  bool number_unsigned(uint64_t value) override {
    LACUNA_REQUIRE(value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()), where_,
                   ": whole numbers must fit 64 bits. Received: ", value, ".");
    return put(static_cast<int64_t>(value));
  }
  bool number_float(double value, const std::string&) override { return put(value); }
  bool string(std::string& value) override {
    for (size_t i = 0; value.starts_with(kMark) && i < std::size(kWords); ++i)
      if (std::string_view(value).substr(kMark.size()) == kWords[i]) return put(kNumbers[i]);
    return put(std::move(value));
  }
  bool binary(Json::binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Config()); }
  bool start_array(size_t) override { return open(SettingList()); }
  bool key(std::string& name) override {
    open_.back().name = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(size_t, const std::string&, const Json::exception& e) override { wrong(reason(e)); }

 private:
  using List = std::variant<Config, SettingList>;
  struct Open {
    List all;
    std::string name{};  // Of the next value, in an object.
  };

  [[noreturn]] void wrong(const std::string& what) const {
    throw InvalidArgument(where_, ": the config must be valid JSON. Received: ", what, ".");
  }
  bool open(List all) {
    if (open_.size() > kDepth) wrong(text("more than ", kDepth, " levels"));
    open_.push_back({std::move(all)});
    return true;
  }
  bool close() {
    List all = std::move(open_.back().all);
    open_.pop_back();
    return std::visit([&](auto& held) { return put(std::move(held)); }, all);
  }
  bool put(Setting value) {
    if (open_.empty()) result = std::move(value);
    else if (auto* list = std::get_if<SettingList>(&open_.back().all)) list->push_back(std::move(value));
    else std::get<Config>(open_.back().all).insert_or_assign(open_.back().name, std::move(value));
    return true;
  }

  const char* where_;
  std::vector<Open> open_{};
};

}  // namespace

std::string to_json(const Config& config) {
  try {
    std::string result;
    write(result, config, 0);
    return result;
  } catch (const Json::exception& e) {
    throw InvalidArgument("to_json: texts must be UTF-8. Received: ", reason(e), ".");
  }
}

Config from_json(const char* where, std::string_view json) {
  Reader reader(where);
  Json::sax_parse(with_marks(json), &reader);
  LACUNA_REQUIRE(reader.result.config(), where, ": the config must be an object of JSON. Received: ",
                 to_string(reader.result).substr(0, 200), ".");
  return *reader.result.config();
}

}  // namespace lacuna
