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

namespace LACUNA_EXPORT lacuna {

template <class T>
class Arg;

class Settings {
 public:
  // For writing.
  Settings() = default;
  // For reading. Settings that the config lacks keep their values. `of` names the object in errors.
  Settings(std::string of, const Config& config) : of_(std::move(of)), read_(&config) {}
  Settings(std::string of, Config&& config) = delete;  // The config must outlive this.

  Settings& operator()(const char* name, bool& value);
  Settings& operator()(const char* name, int& value);
  Settings& operator()(const char* name, int64_t& value);
  Settings& operator()(const char* name, double& value);
  Settings& operator()(const char* name, std::string& value);
  Settings& operator()(const char* name, std::vector<int64_t>& value);   // One number: a list of one.
  Settings& operator()(const char* name, std::optional<double>& value);  // Empty: None.
  Settings& operator()(const char* name, std::optional<int64_t>& value);
  Settings& operator()(const char* name, std::optional<uint64_t>& value);  // A seed.
  Settings& operator()(const char* name, std::optional<std::string>& value);
  // {"class_name": …, "config": {…}}, or only the name if there are no settings; empty: None. An object is
  // shared, not copied.
  template <class T>
  Settings& operator()(const char* name, Arg<T>& value);

  // shape: dimensions, in which None is an open one; an empty list is None. positive: a whole number, of
  // which 0 is None. nonzero: a number that is left out if it is 0.
  Settings& shape(const char* name, std::vector<int64_t>& value);
  Settings& positive(const char* name, int64_t& value);
  Settings& nonzero(const char* name, double& value);

  // For settings with a form of their own. find is for reading: the setting, or null if it is missing.
  bool reads() const { return read_ != nullptr; }
  const Setting* find(const char* name);
  void write(const char* name, Setting value) {
    written_[name] = std::move(value);
    order_.emplace_back(name);
  }

  const Config& written() const { return written_; }
  const std::vector<std::string>& order() const { return order_; }  // Their names as they were written.
  // For reading: throws InvalidType for settings in the config that were not asked for.
  void finish() const;

  // The name of the object in errors.
  const std::string& of() const { return of_; }
  // Throw InvalidType for a value of the wrong type, InvalidArgument for one that is not allowed.
  [[noreturn]] void wrong_type(const char* name, const std::string& must, const Setting& received) const;
  [[noreturn]] void wrong_value(const char* name, const std::string& must, const Setting& received) const;

 private:
  template <class T>
  Settings& unless_none(const char* name, std::optional<T>& value);

  std::string of_{};
  const Config* read_ = nullptr;
  std::set<std::string> asked_{};
  Config written_{};
  std::vector<std::string> order_{};
};

}  // namespace lacuna
