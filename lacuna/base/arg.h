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

namespace lacuna {

// Objects of a kind by name. T::kind is the word for it in errors: "optimizer".
template <class T>
class Registry {
 public:
  using Make = std::function<std::shared_ptr<T>()>;

  static bool add(std::initializer_list<const char*> names, Make make) {
    for (const char* name : names) table()[name] = make;
    return true;
  }

  static std::shared_ptr<T> make(std::string_view name) {
    const auto found = table().find(name);
    if (found == table().end()) {
      std::vector<std::string> known;
      for (const auto& entry : table()) known.push_back(entry.first);
      throw InvalidArgument(text(T::kind, ": unknown name. Received: ", T::kind, "='", name, "'",
                                 nearest(std::string(name), known), "."));
    }
    return found->second();
  }

 private:
  // Defined in the library for each T (see LACUNA_REGISTRY), so that there is one table a process.
  static std::map<std::string, Make, std::less<>>& table();
};

// Stands in one .cc file for each kind, in namespace lacuna, before its Registry is used. Never destroyed.
#define LACUNA_REGISTRY(T)                                                      \
  template <>                                                                   \
  std::map<std::string, Registry<T>::Make, std::less<>>& Registry<T>::table() { \
    static auto* names = new std::map<std::string, Make, std::less<>>;          \
    return *names;                                                              \
  }

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

  // A function, where T takes one.
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

}  // namespace lacuna
