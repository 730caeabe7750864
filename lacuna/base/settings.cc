// Writes and reads settings. They are read from a file or from a program, where 1 may stand for True and a
// number for a list of one.
#include "lacuna/base/settings.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "lacuna/base/names.h"

namespace lacuna {

void Settings::wrong_type(const char* name, const std::string& must, const Setting& received) const {
  throw InvalidType(of_, ": ", name, " must be ", must, ". Received: ", name, "=", to_string(received), ".");
}
void Settings::wrong_value(const char* name, const std::string& must, const Setting& received) const {
  throw InvalidArgument(of_, ": ", name, " must be ", must, ". Received: ", name, "=", to_string(received),
                        ".");
}

const Setting* Settings::find(const char* name) {
  asked_.insert(name);
  const auto found = read_->find(name);
  return found == read_->end() ? nullptr : &found->second;
}

Settings& Settings::operator()(const char* name, bool& value) {
  if (!reads()) {
    write(name, value);
  } else if (const Setting* given = find(name)) {
    const auto* flag = given->as<bool>();
    const auto* whole = given->as<int64_t>();
    if (!flag && !whole) wrong_type(name, "True or False", *given);
    if (whole && *whole != 0 && *whole != 1) wrong_value(name, "True or False", *given);
    value = flag ? *flag : *whole == 1;
  }
  return *this;
}

Settings& Settings::operator()(const char* name, int64_t& value) {
  if (!reads()) {
    write(name, value);
  } else if (const Setting* given = find(name)) {
    const auto* flag = given->as<bool>();
    const auto* whole = given->as<int64_t>();
    const auto* number = given->as<double>();  // An integer of more than 64 bits may come as one.
    if (number && std::abs(*number) >= 0x1p63 && std::isfinite(*number))
      wrong_value(name, "a whole number of 64 bits", *given);
    if (!flag && !whole) wrong_type(name, "a whole number", *given);
    value = whole ? *whole : *flag;
  }
  return *this;
}

Settings& Settings::operator()(const char* name, int& value) {
  int64_t wide = value;
  (*this)(name, wide);
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max())
    wrong_value(name, "a whole number of 32 bits", wide);
  value = static_cast<int>(wide);
  return *this;
}

Settings& Settings::operator()(const char* name, double& value) {
  if (!reads()) {
    write(name, value);
  } else if (const Setting* given = find(name)) {
    if (const auto* number = given->as<double>()) value = *number;
    else if (const auto* whole = given->as<int64_t>())
      value = static_cast<double>(*whole);  // JSON: 1 for 1.0.
    else if (const auto* flag = given->as<bool>()) value = *flag;
    else wrong_type(name, "a number", *given);
  }
  return *this;
}

Settings& Settings::operator()(const char* name, std::string& value) {
  if (!reads()) {
    write(name, value);
  } else if (const Setting* given = find(name)) {
    const auto* words = given->as<std::string>();
    if (!words) wrong_type(name, "a text", *given);
    value = *words;
  }
  return *this;
}

template <class T>
Settings& Settings::unless_none(const char* name, std::optional<T>& value) {
  if (!reads()) {
    if (value) (*this)(name, *value);
    else write(name, Setting());
  } else if (const Setting* given = find(name)) {
    if (given->is_none()) value.reset();
    else (*this)(name, value.emplace());
  }
  return *this;
}
Settings& Settings::operator()(const char* name, std::optional<double>& value) {
  return unless_none(name, value);
}
Settings& Settings::operator()(const char* name, std::optional<int64_t>& value) {
  return unless_none(name, value);
}
Settings& Settings::operator()(const char* name, std::optional<std::string>& value) {
  return unless_none(name, value);
}

// Seeds of 2^63 and more, which C++ allows, are written as a string, since a Setting holds an int64.
Settings& Settings::operator()(const char* name, std::optional<uint64_t>& value) {
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  if (!reads()) {
    if (value && *value > kMost) write(name, std::to_string(*value));
    else write(name, value ? Setting(static_cast<int64_t>(*value)) : Setting());
    return *this;
  }
  const Setting* given = find(name);
  const auto* digits = given ? given->as<std::string>() : nullptr;
  if (digits && !digits->empty() && digits->size() <= 20 &&
      digits->find_first_not_of("0123456789") == std::string::npos) {
    if (const uint64_t seed = std::strtoull(digits->c_str(), nullptr, 10); seed > kMost) {
      value = seed;
      return *this;
    }
  }
  std::optional<int64_t> whole;
  unless_none(name, whole);
  if (whole && *whole < 0) wrong_value(name, text("a whole number from 0 to ", kMost), *whole);
  if (given) value = whole;
  return *this;
}

Settings& Settings::operator()(const char* name, std::vector<int64_t>& value) {
  if (!reads()) {
    write(name, SettingList(value.begin(), value.end()));
  } else if (const Setting* given = find(name)) {
    if (const auto* one = given->as<int64_t>()) {
      value = {*one};
      return *this;
    }
    const auto* list = given->as<SettingList>();
    if (!list) wrong_type(name, "a list of whole numbers", *given);
    value.clear();
    for (const Setting& item : *list) {
      const auto* whole = item.as<int64_t>();
      if (!whole) wrong_type(name, "a list of whole numbers", *given);
      value.push_back(*whole);
    }
  }
  return *this;
}

Settings& Settings::shape(const char* name, std::vector<int64_t>& value) {
  constexpr int64_t kOpen = -1;
  if (!reads()) {
    SettingList list;
    for (const int64_t d : value) list.push_back(d == kOpen ? Setting() : Setting(d));
    write(name, value.empty() ? Setting() : Setting(std::move(list)));
  } else if (const Setting* given = find(name)) {
    value.clear();
    if (given->is_none()) return *this;
    const SettingList one{*given};
    const auto* list = given->as<int64_t>() ? &one : given->as<SettingList>();
    if (!list) wrong_type(name, "a tuple of whole numbers or None", *given);
    for (const Setting& item : *list) {
      const auto* whole = item.as<int64_t>();
      if (!item.is_none() && !whole) wrong_type(name, "a tuple of whole numbers or None", *given);
      if (whole && *whole < 0) wrong_value(name, "a tuple of numbers that are not negative", *given);
      value.push_back(whole ? *whole : kOpen);
    }
  }
  return *this;
}

Settings& Settings::positive(const char* name, int64_t& value) {
  std::optional<int64_t> given = value ? std::optional(value) : std::nullopt;
  unless_none(name, given);
  if (given && *given <= 0) wrong_value(name, "positive", *given);
  value = given.value_or(0);
  return *this;
}

Settings& Settings::nonzero(const char* name, double& value) {
  std::optional<double> given = value;
  if (reads() || value != 0) unless_none(name, given);
  value = given.value_or(0);
  return *this;
}

void Settings::finish() const {
  if (!read_) return;
  for (const auto& entry : *read_)
    if (!asked_.contains(entry.first)) {
      const std::vector<std::string> known(asked_.begin(), asked_.end());
      throw InvalidType(of_, ": unexpected keyword argument ", in_quotes(entry.first),
                        nearest(entry.first, known), ".");
    }
}

}  // namespace lacuna
