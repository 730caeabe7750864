// One list of an object's settings, by Keras' names, that is both written (get_config) and read
// (from_config):
//
//   void list(Settings& s, Dim& units, DenseOptions& o) {
//     s("units", units)("activation", o.activation)("use_bias", o.use_bias);
//   }
#pragma once
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/base/config.h"
#include "lacuna/base/error.h"

namespace lacuna {

template <class T>
class Arg;

class Settings {
 public:
  // Writes.
  Settings() = default;
  // Reads. Settings that the config does not hold keep their values. `of` names the object in errors.
  Settings(std::string of, const Config& config) : of_(std::move(of)), read_(&config) {}
  Settings(std::string of, Config&& config) = delete;  // It is read later.

  Settings& operator()(const char* name, bool& value);
  Settings& operator()(const char* name, int& value);
  Settings& operator()(const char* name, int64_t& value);
  Settings& operator()(const char* name, double& value);
  Settings& operator()(const char* name, std::string& value);
  Settings& operator()(const char* name, std::vector<int64_t>& value);   // one number: a list of it
  Settings& operator()(const char* name, std::optional<double>& value);  // none: None
  Settings& operator()(const char* name, std::optional<int64_t>& value);
  Settings& operator()(const char* name, std::optional<uint64_t>& value);  // a seed
  Settings& operator()(const char* name, std::optional<std::string>& value);
  // {"class_name": …, "config": {…}}, or the name alone of what has no settings; none: None. An object is
  // shared.
  template <class T>
  Settings& operator()(const char* name, Arg<T>& value);

  // Of dimensions, where an open one is None, as is an empty list; a whole number that is None where it is 0;
  // and a number that is left out where it is 0.
  Settings& shape(const char* name, std::vector<int64_t>& value);
  Settings& positive(const char* name, int64_t& value);
  Settings& nonzero(const char* name, double& value);

  // For what has a form of its own. Reading: the setting, or null where it is missing.
  bool reads() const { return read_ != nullptr; }
  const Setting* find(const char* name);
  void write(const char* name, Setting value) { written_[name] = std::move(value); }

  const Config& written() const { return written_; }
  // Reading: throws InvalidType for settings that nobody asked for.
  void finish() const;

  // Whose settings they are, as errors name it.
  const std::string& of() const { return of_; }
  // Throw InvalidType for what is of another kind, InvalidArgument for a value that cannot be.
  [[noreturn]] void wrong_type(const char* name, const std::string& must, const Setting& received) const;
  [[noreturn]] void wrong_value(const char* name, const std::string& must, const Setting& received) const;

 private:
  template <class T>
  Settings& unless_none(const char* name, std::optional<T>& value);

  std::string of_{};
  const Config* read_ = nullptr;
  std::set<std::string> asked_{};
  Config written_{};
};

}  // namespace lacuna
