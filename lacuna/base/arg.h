// An argument that takes a name, settings, an object or (losses, metrics, activations) a function: "sgd",
// optimizers::SGD{.lr = 0.1}, … A name is looked up at once, so that a wrong one fails where it is written.
#pragma once
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/base/names.h"
#include "lacuna/base/settings.h"

namespace LACUNA_EXPORT lacuna {

// Makes the objects of one kind by name. T::kind is the word for that kind in errors: "optimizer".
template <class T>
class Registry {
 public:
  using Make = std::function<std::shared_ptr<T>(Settings&)>;

  // `make` takes no argument, or the Settings of a config.
  template <class F>
  static bool add(std::initializer_list<const char*> names, F make) {
    for (const char* name : names)
      if constexpr (std::invocable<F, Settings&>) table()[name] = make;
      else table()[name] = [make](Settings&) { return make(); };
    return true;
  }
  // S is an aggregate of settings with a function make(); `list` names all of them, see Settings. Its
  // defaults are read when an object is made, since they may follow the dialect.
  template <class S>
  static bool add(std::initializer_list<const char*> names, void (*list)(Settings&, S&)) {
    return add(names, [=](Settings& settings) {
      S given;
      list(settings, given);
      return given.make();
    });
  }
  template <class S>
  static bool add(std::initializer_list<const char*> names, void (*list)(Settings&, S&), S defaults) {
    return add(names, [=](Settings& settings) {
      S given = defaults;
      list(settings, given);
      return given.make();
    });
  }

  static bool knows(std::string_view name) { return table().find(name) != table().end(); }

  static std::shared_ptr<T> make(std::string_view name, const Config& config = {}) {
    const auto found = table().find(name);
    if (found == table().end()) {
      std::vector<std::string> known;
      for (const auto& entry : table()) known.push_back(entry.first);
      throw InvalidArgument(T::kind, ": unknown name. Received: ", T::kind, "=", in_quotes(name),
                            nearest(std::string(name), known), ".");
    }
    Settings settings(std::string(name), config);
    auto made = found->second(settings);
    settings.finish();
    return made;
  }

  // The object for a name, or for {"class_name": …, "config": {…}}.
  static std::shared_ptr<T> from_setting(const Setting& setting) {
    if (const auto* name = setting.as<std::string>()) return make(*name);
    const Config* both = setting.config();
    const auto find = [&](const char* key) -> const Setting* {
      const auto found = both ? both->find(key) : Config::const_iterator();
      return both && found != both->end() ? &found->second : nullptr;
    };
    const Setting *name = find("class_name"), *config = find("config");
    LACUNA_REQUIRE(name && name->as<std::string>() && config && config->config(), T::kind,
                   ": must be a name, or a class_name and its config. Received: ", to_string(setting), ".");
    return make(*name->as<std::string>(), *config->config());
  }

 private:
  // Defined in the library for each T (see LACUNA_REGISTRY), so that a process has one table.
  static std::map<std::string, Make, std::less<>>& table();
};

template <class T>
class Arg {
 public:
  Arg() = default;
  Arg(const char* name) : value_(Registry<T>::make(name)) {}
  Arg(const std::string& name) : value_(Registry<T>::make(name)) {}
  Arg(std::string_view name) : value_(Registry<T>::make(name)) {}

  // An object, shared.
  template <std::derived_from<T> D>
  Arg(std::shared_ptr<D> object) : value_(std::move(object)) {}

  // Settings: an aggregate that says how to make the object.
  template <class S>
  requires requires(const S& s) {
    { s.make() } -> std::convertible_to<std::shared_ptr<T>>;
  }
  Arg(const S& settings) : value_(settings.make()) {}

  // A function, if T takes one.
  template <class F>
  requires requires(F f) { T::from_function(std::move(f)); }
  Arg(F f) : value_(T::from_function(std::move(f))) {}

  explicit operator bool() const { return value_ != nullptr; }
  T* operator->() const { return value_.get(); }
  T& operator*() const { return *value_; }
  const std::shared_ptr<T>& get() const { return value_; }

 private:
  std::shared_ptr<T> value_{};
};

// The form of an object in a config: its class and settings, or for a function its name.
template <class T>
Setting to_setting(const Arg<T>& arg) {
  if (!arg) return {};
  if constexpr (requires { arg->by_name(); })
    if (arg->by_name()) return arg->class_name();
  if constexpr (requires { arg->config(); })
    return Config{{"class_name", arg->class_name()}, {"config", arg->config()}};
  else return arg->name;
}

template <class T>
Settings& Settings::operator()(const char* name, Arg<T>& value) {
  if (!reads()) write(name, to_setting(value));
  else if (const Setting* given = find(name)) {
    const auto* object = given->object();
    const auto* shared = object ? std::any_cast<std::shared_ptr<T>>(&object->value) : nullptr;
    if (given->is_none() && value) wrong_type(name, text("a name or settings of ", T::kind, "s"), *given);
    if (shared) value = *shared;
    else value = given->is_none() ? Arg<T>() : Arg<T>(Registry<T>::from_setting(*given));
  }
  return *this;
}

// The config of an aggregate of settings, as get_config returns it.
template <class S>
Config written(void (*list)(Settings&, S&), S values) {
  Settings settings;
  list(settings, values);
  return settings.written();
}

// Each kind T uses both macros in namespace lacuna: LACUNA_REGISTRY(T) in its header, so that the code that
// reads and writes arguments of that kind is compiled once, and LACUNA_REGISTRY_HERE(T) in one .cc file,
// which holds the table. The table is never destroyed.
#define LACUNA_REGISTRY(T)                                                     \
  template <>                                                                  \
  std::map<std::string, Registry<T>::Make, std::less<>>& Registry<T>::table(); \
  extern template class Registry<T>;                                           \
  extern template Setting to_setting(const Arg<T>&);                           \
  extern template Settings& Settings::operator()(const char*, Arg<T>&);
#define LACUNA_REGISTRY_HERE(T)                                                 \
  template <>                                                                   \
  std::map<std::string, Registry<T>::Make, std::less<>>& Registry<T>::table() { \
    static auto* names = new std::map<std::string, Make, std::less<>>;          \
    return *names;                                                              \
  }                                                                             \
  template class Registry<T>;                                                   \
  template Setting to_setting(const Arg<T>&);                                   \
  template Settings& Settings::operator()(const char*, Arg<T>&);

}  // namespace lacuna
