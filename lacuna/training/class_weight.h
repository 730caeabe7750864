// Weights of samples by their class.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

using ClassWeight = std::map<int64_t, double>;

// For the single trained output, or for outputs by name: {{0, 1}, {1, 2.5}} or {{"a", {{0, 1}}}}.
class ClassWeights {
 public:
  ClassWeights() = default;
  ClassWeights(ClassWeight of_one) : one(std::move(of_one)) {}
  ClassWeights(std::map<std::string, ClassWeight> by_output) : named(std::move(by_output)) {}
  ClassWeights(std::initializer_list<ClassWeight::value_type> of_one) : one(of_one) {}
  ClassWeights(std::initializer_list<std::pair<const std::string, ClassWeight>> by_output)
      : named(by_output) {}

  bool given() const { return !one.empty() || !named.empty(); }

  ClassWeight one{};
  std::map<std::string, ClassWeight> named{};
};

}  // namespace lacuna
