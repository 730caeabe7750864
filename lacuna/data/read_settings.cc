// The options of read and the columns of a source as configs.
#include <algorithm>
#include <string>

#include "lacuna/base/arg.h"
#include "lacuna/data/read.h"

namespace lacuna::data {
namespace {

constexpr const char* kKinds[] = {"label",    "number",  "category", "sample_weight",
                                  "query_id", "ignored", "ids",      "string"};

// One of several words.
template <class E, size_t N>
void word_setting(Settings& s, const char* name, E& value, const char* const (&words)[N]) {
  std::string word = words[static_cast<size_t>(value)];
  s(name, word);
  const auto found = std::ranges::find(words, word);
  if (found == std::end(words)) {
    std::string all;
    for (const char* one : words) all += (all.empty() ? "'" : ", '") + std::string(one) + "'";
    s.wrong_value(name, "one of " + all, word);
  }
  value = static_cast<E>(found - std::begin(words));
}

// One character, or None where there is none.
void character_setting(Settings& s, const char* name, char& value) {
  std::optional<std::string> text;
  if (value != '\0') text.emplace(1, value);
  s(name, text);
  if (text && text->size() != 1) s.wrong_value(name, "one character of ASCII", *text);
  value = text ? (*text)[0] : '\0';
}

void texts_setting(Settings& s, const char* name, std::vector<std::string>& values) {
  if (!s.reads()) return s.write(name, SettingList(values.begin(), values.end()));
  const Setting* given = s.find(name);
  if (!given || given->is_none()) return;
  values.clear();
  const auto* list = given->as<SettingList>();
  if (!list) s.wrong_type(name, "a list of texts", *given);
  for (const Setting& one : *list) {
    if (!one.as<std::string>()) s.wrong_type(name, "a list of texts", one);
    values.push_back(*one.as<std::string>());
  }
}

void numbers_setting(Settings& s, const char* name, std::vector<double>& values) {
  if (!s.reads()) return s.write(name, SettingList(values.begin(), values.end()));
  const Setting* given = s.find(name);
  if (!given || given->is_none()) return;
  values.clear();
  const auto* list = given->as<SettingList>();
  if (!list) s.wrong_type(name, "a list of numbers", *given);
  for (const Setting& one : *list) {
    if (const auto* number = one.as<double>()) values.push_back(*number);
    else if (const auto* whole = one.as<int64_t>()) values.push_back(static_cast<double>(*whole));
    else s.wrong_type(name, "a list of numbers", one);
  }
}

void texts_by_name_setting(Settings& s, const char* name, std::map<std::string, std::string>& values) {
  if (!s.reads()) {
    Config all;
    for (const auto& [key, value] : values) all.emplace(key, value);
    return s.write(name, std::move(all));
  }
  const Setting* given = s.find(name);
  if (!given || given->is_none()) return;
  values.clear();
  if (!given->config()) s.wrong_type(name, "texts by name", *given);
  for (const auto& [key, value] : *given->config()) {
    if (!value.as<std::string>()) s.wrong_type(name, "texts by name", value);
    values.emplace(key, *value.as<std::string>());
  }
}

// Of a column of that kind, what it has.
void column_list(Settings& s, Column& c) {
  word_setting(s, "kind", c.kind, kKinds);
  s("name", c.name);
  const bool is_feature = c.kind == Column::Kind::number || c.kind == Column::Kind::category ||
                          c.kind == Column::Kind::ids || c.kind == Column::Kind::string;
  if (is_feature) s("input", c.input);
  if (c.kind == Column::Kind::number) {
    static constexpr const char* kTransforms[] = {"none", "log1p", "signed_log1p"};
    word_setting(s, "transform", c.transform, kTransforms);
    s("buckets", c.buckets)("missing", c.missing);
    numbers_setting(s, "boundaries", c.boundaries);
  }
  if (c.kind == Column::Kind::category) {
    s("bins", c.bins);
    texts_setting(s, "vocabulary", c.vocabulary);
  }
  if (c.kind == Column::Kind::ids) s("n", c.bins);
  if (c.kind == Column::Kind::category || c.kind == Column::Kind::ids)
    character_setting(s, "separator", c.separator);
}

// Made again by the functions of columns.h, which check them.
std::vector<Column> checked(const Column& c) {
  switch (c.kind) {
    case Column::Kind::label:
      return {label(c.name)};
    case Column::Kind::sample_weight:
      return {sample_weight(c.name)};
    case Column::Kind::query_id:
      return {query_id(c.name)};
    case Column::Kind::ids:
      return {ids(c.name, {.n = c.bins, .separator = c.separator, .input = c.input})};
    case Column::Kind::string:
      return strings(c.name, {.input = c.input});
    case Column::Kind::number:
      return numbers(c.name, {.transform = c.transform,
                              .buckets = c.buckets,
                              .boundaries = c.boundaries,
                              .missing = c.missing,
                              .input = c.input});
    case Column::Kind::category:
      return categories(
          c.name, {.bins = c.bins, .vocabulary = c.vocabulary, .separator = c.separator, .input = c.input});
    default:
      return {ignored(c.name)};
  }
}

}  // namespace

std::vector<Column> columns_from_setting(const char* where, const Setting& setting) {
  const auto* list = setting.as<SettingList>();
  LACUNA_REQUIRE(list != nullptr, where, ": columns must be a list. Received: ", to_string(setting), ".");
  std::vector<Column> columns;
  for (const Setting& one : *list) {
    LACUNA_REQUIRE(
        one.config() != nullptr, where,
        ": a column must have settings, such as {\"kind\": \"label\", \"name\": \"click\"}. Received: ",
        to_string(one), ".");
    Column column{.kind = Column::Kind::ignored};
    Settings settings(text(where, ": a column"), *one.config());
    column_list(settings, column);
    settings.finish();
    for (Column& made : checked(column)) columns.push_back(std::move(made));
  }
  return columns;
}

Setting to_setting(const std::vector<Column>& columns) {
  SettingList list;
  for (const Column& column : columns) list.emplace_back(written(column_list, column));
  return list;
}

void read_list(Settings& s, ReadOptions& o) {
  s("format", o.format);
  const auto is = [&](std::initializer_list<const char*> formats) {
    return std::ranges::find(formats, o.format) != formats.end();
  };
  static constexpr const char* kHeaders[] = {"auto", "yes", "no"};
  static constexpr const char* kBases[] = {"auto", "yes", "no"};
  if (is({"csv", "tsv", "jsonl"})) {
    if (!s.reads()) s.write("columns", to_setting(o.columns));
    else if (const Setting* given = s.find("columns")) o.columns = columns_from_setting("read", *given);
    s("fields", o.fields);
  }
  if (is({"csv"})) character_setting(s, "delimiter", o.delimiter);
  if (is({"csv", "tsv"})) {
    character_setting(s, "quote", o.quote);
    word_setting(s, "header", o.header, kHeaders);
  }
  if (is({"libsvm"})) {
    s("n_features", o.n_features)("query_id", o.query_id);
    word_setting(s, "zero_based", o.zero_based, kBases);
  }
  if (is({"vw"})) {
    s("bins", o.bins);
    texts_setting(s, "namespaces", o.namespaces);
  }
  if (is({"h5ad"})) {
    texts_by_name_setting(s, "x", o.x);
    texts_by_name_setting(s, "y", o.y);
    s("sample_weight", o.sample_weight);
  }
  if (is({"10x"})) s("group", o.group);
}

}  // namespace lacuna::data
