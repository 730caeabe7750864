// The keys of objects of JSON that are columns, and those on the way to columns.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lacuna::data {

// Not thread-safe: it remembers the order of keys, which mostly is that of the object before.
class JsonKeys {
 public:
  struct Key {
    std::optional<size_t> column{};
    std::unique_ptr<JsonKeys> inside{};  // The keys of its value, if columns are there.
  };

  // A column is found by its whole name, and where that has dots also by its parts, as keys within each
  // other.
  void add(const std::string& name, size_t column) {
    key(name).column = column;
    JsonKeys* at = this;
    std::string_view rest = name;
    for (size_t dot = rest.find('.'); dot != rest.npos; dot = rest.find('.')) {
      Key& outer = at->key(rest.substr(0, dot));
      if (!outer.inside) outer.inside = std::make_unique<JsonKeys>();
      at = outer.inside.get();
      rest.remove_prefix(dot + 1);
    }
    if (at != this) at->key(rest).column = column;
  }

  // The key that is at this place of an object; null if nothing is wanted there.
  Key* find(size_t place, std::string_view name) {
    constexpr size_t kRemembered = 4096;
    if (place < order_.size() && order_[place].first == name) return order_[place].second;
    const auto found = keys_.find(std::string(name));
    Key* const result = found == keys_.end() ? nullptr : &found->second;
    if (place < order_.size()) order_[place] = {std::string(name), result};
    else if (place < kRemembered) order_.emplace_back(name, result);
    return result;
  }

  // Some of the keys that were asked for, for a message.
  std::vector<std::string> seen() const {
    constexpr size_t kMostNames = 50, kLongestName = 100;
    std::vector<std::string> names;
    for (const auto& [name, key] : order_)
      if (names.size() < kMostNames && name.size() <= kLongestName) names.push_back(name);
    return names;
  }

 private:
  Key& key(std::string_view name) { return keys_[std::string(name)]; }

  std::unordered_map<std::string, Key> keys_{};
  std::vector<std::pair<std::string, Key*>> order_{};
};

}  // namespace lacuna::data
