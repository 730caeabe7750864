// Values of settings.
#include "lacuna/base/config.h"

#include "lacuna/base/error.h"

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
Setting::Setting(const Setting&) = default;
Setting::Setting(Setting&&) noexcept = default;
Setting& Setting::operator=(const Setting&) = default;
Setting& Setting::operator=(Setting&&) noexcept = default;
Setting::~Setting() = default;

const Config* Setting::config() const {
  const Nested* nested = as<Nested>();
  return nested ? nested->get() : nullptr;
}

bool Setting::operator==(const Setting& other) const {
  if (config() && other.config()) return *config() == *other.config();
  return value_ == other.value_;
}

std::string to_string(const Setting& setting) {
  if (setting.is_none()) return "None";
  if (const auto* b = setting.as<bool>()) return *b ? "True" : "False";
  if (const auto* i = setting.as<int64_t>()) return std::to_string(*i);
  if (const auto* d = setting.as<double>()) return text(*d);
  if (const auto* s = setting.as<std::string>()) return text("'", *s, "'");
  std::string inner;
  if (const auto* list = setting.as<SettingList>()) {
    for (const Setting& item : *list) inner += text(inner.empty() ? "" : ", ", to_string(item));
    return text("[", inner, "]");
  }
  for (const auto& [name, value] : *setting.config())
    inner += text(inner.empty() ? "'" : ", '", name, "': ", to_string(value));
  return text("{", inner, "}");
}

}  // namespace lacuna
