// Settings that are lists of values, as vocabularies are.
#pragma once
#include <type_traits>
#include <vector>

#include "lacuna/base/settings.h"

namespace lacuna::layers {

// A list, or None if it is empty.
template <class T>
void list_setting(Settings& s, const char* name, std::vector<T>& values, const char* must) {
  if (!s.reads()) {
    SettingList all;
    for (const T& value : values) all.emplace_back(value);
    return s.write(name, all.empty() ? Setting() : Setting(std::move(all)));
  }
  const Setting* given = s.find(name);
  if (!given || given->is_none()) return;
  const auto* list = given->as<SettingList>();
  if (!list) s.wrong_type(name, must, *given);
  for (const Setting& one : *list) {
    if (const auto* value = one.as<T>()) values.push_back(*value);
    else if (const auto* whole = one.as<int64_t>(); whole && std::is_same_v<T, double>)
      if constexpr (std::is_same_v<T, double>) values.push_back(static_cast<double>(*whole));
      else s.wrong_type(name, must, one);
    else s.wrong_type(name, must, one);
  }
}

}  // namespace lacuna::layers
