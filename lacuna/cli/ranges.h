// Which numbers an option takes. CLI11's own checks tell the largest double with its 309 digits.
#pragma once
#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "lacuna/base/error.h"
#include "lacuna/base/names.h"

namespace lacuna::cli {

inline CLI::Validator number_check(const std::string& must, const char* shown, bool (*holds)(double)) {
  const auto check = [must, holds](const std::string& given) -> std::string {
    double value = 0;
    const char* end = given.data() + given.size();
    const char* begin = given.data() + (given.starts_with('+') ? 1 : 0);
    const auto [after, error] = std::from_chars(begin, end, value);
    if (error == std::errc() && after == end && holds(value)) return {};
    return "must be " + must + ". Received: " + in_quotes(given) + ".";
  };
  return {check, shown, "number"};
}

// What computes in float32 must not become infinite there.
inline bool is_float(double value) { return std::abs(value) <= std::numeric_limits<float>::max(); }

inline CLI::Validator positive_number() {
  return number_check("a positive number that float32 holds", "POSITIVE",
                      [](double value) { return is_float(value) && static_cast<float>(value) > 0; });
}
inline CLI::Validator number_from_0() {
  return number_check("0 or a positive number that float32 holds", "NONNEGATIVE",
                      [](double value) { return is_float(value) && value >= 0; });
}
// From 0, below 1.
inline CLI::Validator part_below_1() {
  return number_check("from 0 to below 1", "PART", [](double value) { return value >= 0 && value < 1; });
}

inline CLI::Validator whole_number(uint64_t least, uint64_t most) {
  const auto check = [least, most](const std::string& given) -> std::string {
    uint64_t value = 0;
    const char* end = given.data() + given.size();
    const auto [after, error] = std::from_chars(given.data(), end, value);
    if (error == std::errc() && after == end && value >= least && value <= most) return {};
    return text("must be a whole number from ", least, " to ", most, ". Received: ", in_quotes(given), ".");
  };
  return {check, text("WHOLE in [", least, " - ", most, "]"), "whole"};
}

inline constexpr uint64_t kMostCount = std::numeric_limits<int32_t>::max();
inline constexpr uint64_t kMostClasses = 1'000'000;

}  // namespace lacuna::cli
