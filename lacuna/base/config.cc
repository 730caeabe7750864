// Values of settings.
#include "lacuna/base/config.h"

#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/names.h"

namespace lacuna {

Setting::Setting() = default;
Setting::Setting(bool value) : value_(value) {}
Setting::Setting(int value) : value_(static_cast<int64_t>(value)) {}
Setting::Setting(int64_t value) : value_(value) {}
Setting::Setting(double value) : value_(value) {}
Setting::Setting(const char* value) : value_(std::string(value)) {}
Setting::Setting(std::string value) : value_(std::move(value)) {}
Setting::Setting(SettingList value) : value_(std::move(value)) {}
Setting::Setting(Config value) : value_(std::make_shared<const Config>(std::move(value))) {}
Setting::Setting(Object value) : value_(std::make_shared<const Object>(std::move(value))) {}
Setting::Setting(Setting&&) noexcept = default;
Setting& Setting::operator=(Setting&&) noexcept = default;
Setting::~Setting() = default;

// Not the variant's own copy constructor: if it finds no memory, libstdc++ 12 destroys a value that was never
// constructed.
Setting::Setting(const Setting& other)
    : value_(std::visit([](auto copy) { return Value(std::move(copy)); }, other.value_)) {}
Setting& Setting::operator=(const Setting& other) { return *this = Setting(other); }

const Config* Setting::config() const {
  const Nested* nested = as<Nested>();
  return nested ? nested->get() : nullptr;
}

const Setting::Object* Setting::object() const {
  const Held* held = as<Held>();
  return held ? held->get() : nullptr;
}

bool Setting::operator==(const Setting& other) const {
  if (config() && other.config()) return *config() == *other.config();
  return value_ == other.value_;
}

namespace {

// Appends to `all` until it is longer than errors show.
void show(const Setting& setting, std::string& all) {
  if (all.size() > kShown) return;
  if (setting.is_none()) all += "None";
  else if (const auto* b = setting.as<bool>()) all += *b ? "True" : "False";
  else if (const auto* i = setting.as<int64_t>()) all += std::to_string(*i);
  else if (const auto* d = setting.as<double>()) all += text(*d);
  else if (const auto* s = setting.as<std::string>()) all += in_quotes(*s);
  else if (const auto* object = setting.object()) all += object->shown;
  else if (const auto* list = setting.as<SettingList>()) {
    const char* before = "[";
    for (const Setting& item : *list) {
      if (all.size() > kShown) return;
      all += std::exchange(before, ", ");
      show(item, all);
    }
    all += list->empty() ? "[]" : "]";
  } else {
    const char* before = "{";
    for (const auto& [name, value] : *setting.config()) {
      if (all.size() > kShown) return;
      all += text(std::exchange(before, ", "), in_quotes(name), ": ");
      show(value, all);
    }
    all += setting.config()->empty() ? "{}" : "}";
  }
}

}  // namespace

std::string to_string(const Setting& setting) {
  std::string all;
  show(setting, all);
  return cut(all);
}

}  // namespace lacuna
