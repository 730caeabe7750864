// A Config holds settings by Keras' names, as in JSON: get_config returns it and from_config takes it.
#pragma once
#include <any>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

class Setting;
using Config = std::map<std::string, Setting>;
using SettingList = std::vector<Setting>;

// The value of a setting: none (Python's None), a bool, an integer, a float, a string, a list, a Config or an
// object.
class Setting {
 public:
  // An object of the program, such as an initializer, given in place of a name or a config. `value` holds a
  // std::shared_ptr of its kind; `shown` is its text in errors. It cannot be saved to a file.
  struct Object {
    std::any value{};
    std::string shown{};
  };
  using Nested = std::shared_ptr<const Config>;
  using Held = std::shared_ptr<const Object>;
  using Value = std::variant<std::monostate, bool, int64_t, double, std::string, SettingList, Nested, Held>;

  // Not inline: GCC 12 gives a false warning if it sees the construction and the destruction of the variant
  // in one place.
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
  // The value as a T, or null if it has another type.
  template <class T>
  const T* as() const {
    return std::get_if<T>(&value_);
  }
  const Config* config() const;  // The same for a Config.
  const Object* object() const;  // The same for an object.

  bool operator==(const Setting& other) const;  // Compares Configs by their contents.

 private:
  Value value_{};
};

// The text of a value in errors: 3, 'text', [1, None]. A long text is cut.
std::string to_string(const Setting& setting);

}  // namespace lacuna
