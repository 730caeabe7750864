// What get_config gives and from_config takes: settings by Keras' names, as JSON has them.
#pragma once
#include <any>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lacuna {

class Setting;
using Config = std::map<std::string, Setting>;
using SettingList = std::vector<Setting>;

// A value: nothing (Python's None), true or false, a whole number, a number, a text, a list, a Config, or an
// object.
class Setting {
 public:
  // An object of the program that an argument may be in place of a name or a config, as an initializer is:
  // `value` holds a std::shared_ptr of its kind; `shown` is what errors say. No file can keep it.
  struct Object {
    std::any value{};
    std::string shown{};
  };
  using Nested = std::shared_ptr<const Config>;
  using Held = std::shared_ptr<const Object>;
  using Value = std::variant<std::monostate, bool, int64_t, double, std::string, SettingList, Nested, Held>;

  // Not inline: GCC 12 warns wrongly about a variant whose making and end it sees in one place.
  Setting();
  Setting(bool value);
  Setting(int value);
  Setting(int64_t value);
  Setting(double value);
  Setting(const char* value);
  Setting(std::string value);
  Setting(SettingList value);
  Setting(Config value);
  Setting(Object value);
  Setting(const Setting&);
  Setting(Setting&&) noexcept;
  Setting& operator=(const Setting&);
  Setting& operator=(Setting&&) noexcept;
  ~Setting();

  const Value& value() const { return value_; }
  bool is_none() const { return value_.index() == 0; }
  // The value, or null where it is of another kind.
  template <class T>
  const T* as() const {
    return std::get_if<T>(&value_);
  }
  const Config* config() const;  // The same of a Config.
  const Object* object() const;  // And of an object.

  bool operator==(const Setting& other) const;  // Configs by their contents.

 private:
  Value value_{};
};

// A value as it is shown in errors: 3, 'text', [1, None]; cut where it is long.
std::string to_string(const Setting& setting);

}  // namespace lacuna
