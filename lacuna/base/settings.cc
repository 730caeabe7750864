// Settings, written and read.
#include "lacuna/base/settings.h"

#include <limits>

#include "lacuna/base/names.h"

namespace lacuna {

void Settings::wrong(const char* name, const char* must, const Setting& received) const {
  throw InvalidArgument(of_, ": ", name, " must be ", must, ". Received: ", name, "=", to_string(received),
                        ".");
}

const Setting* Settings::find(const char* name) {
  asked_.insert(name);
  const auto found = read_->find(name);
  return found == read_->end() ? nullptr : &found->second;
}

template <class T>
Settings& Settings::plain(const char* name, T& value, const char* must) {
  if (!reads()) {
    write(name, value);
  } else if (const Setting* given = find(name)) {
    const T* as = given->as<T>();
    if (!as) wrong(name, must, *given);
    value = *as;
  }
  return *this;
}

Settings& Settings::operator()(const char* name, bool& value) { return plain(name, value, "true or false"); }
Settings& Settings::operator()(const char* name, std::string& value) { return plain(name, value, "a text"); }
Settings& Settings::operator()(const char* name, int64_t& value) {
  return plain(name, value, "a whole number");
}

Settings& Settings::operator()(const char* name, int& value) {
  int64_t wide = value;
  (*this)(name, wide);
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max())
    wrong(name, "a whole number of 32 bits", wide);
  value = static_cast<int>(wide);
  return *this;
}

Settings& Settings::operator()(const char* name, double& value) {
  if (reads()) {
    const Setting* given = find(name);
    if (const auto* whole = given ? given->as<int64_t>() : nullptr) {  // JSON has 1 for 1.0.
      value = static_cast<double>(*whole);
      return *this;
    }
  }
  return plain(name, value, "a number");
}

Settings& Settings::operator()(const char* name, std::optional<double>& value) {
  if (!reads()) {
    write(name, value ? Setting(*value) : Setting());
    return *this;
  }
  if (const Setting* given = find(name)) {
    if (given->is_none()) value.reset();
    else (*this)(name, value.emplace());
  }
  return *this;
}

Settings& Settings::operator()(const char* name, std::optional<uint64_t>& value) {
  if (!reads()) {
    write(name, value ? Setting(static_cast<int64_t>(*value)) : Setting());
    return *this;
  }
  if (const Setting* given = find(name)) {
    value.reset();
    if (int64_t number = 0; !given->is_none()) {
      (*this)(name, number);
      value = static_cast<uint64_t>(number);
    }
  }
  return *this;
}

Settings& Settings::operator()(const char* name, std::vector<int64_t>& value) {
  if (!reads()) {
    write(name, SettingList(value.begin(), value.end()));
    return *this;
  }
  if (const Setting* given = find(name)) {
    const auto* list = given->as<SettingList>();
    if (!list) wrong(name, "a list of whole numbers", *given);
    value.clear();
    for (const Setting& item : *list) {
      const auto* whole = item.as<int64_t>();
      if (!whole) wrong(name, "a list of whole numbers", *given);
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
    return *this;
  }
  if (const Setting* given = find(name)) {
    value.clear();
    if (given->is_none()) return *this;
    const auto* list = given->as<SettingList>();
    if (!list) wrong(name, "a list of positive numbers and None", *given);
    for (const Setting& item : *list) {
      const auto* whole = item.as<int64_t>();
      if (!item.is_none() && (!whole || *whole <= 0))
        wrong(name, "a list of positive numbers and None", *given);
      value.push_back(whole ? *whole : kOpen);
    }
  }
  return *this;
}

Settings& Settings::positive(const char* name, int64_t& value) {
  if (!reads()) {
    write(name, value ? Setting(value) : Setting());
    return *this;
  }
  if (const Setting* given = find(name)) {
    value = 0;
    if (!given->is_none()) (*this)(name, value);
  }
  return *this;
}

void Settings::finish() const {
  if (!read_) return;
  for (const auto& entry : *read_)
    if (!asked_.contains(entry.first)) {
      const std::vector<std::string> known(asked_.begin(), asked_.end());
      throw InvalidArgument(of_, ": unknown setting. Received: ", in_quotes(entry.first),
                            nearest(entry.first, known), ".");
    }
}

}  // namespace lacuna
