// The functions of two numbers that arithmetic applies element by element.
#pragma once

namespace lacuna {

struct AddOf {
  static constexpr const char* kName = "add";
  template <class T>
  static T of(T a, T b) {
    return a + b;
  }
};
struct SubtractOf {
  static constexpr const char* kName = "subtract";
  template <class T>
  static T of(T a, T b) {
    return a - b;
  }
};
struct MultiplyOf {
  static constexpr const char* kName = "multiply";
  template <class T>
  static T of(T a, T b) {
    return a * b;
  }
};
struct DivideOf {
  static constexpr const char* kName = "divide";
  template <class T>
  static T of(T a, T b) {
    return a / b;
  }
};

struct MaximumOf {
  static constexpr const char* kName = "maximum";
  template <class T>
  static T of(T a, T b) {
    return a < b || b != b ? b : a;  // NaN stays.
  }
};
struct MinimumOf {
  static constexpr const char* kName = "minimum";
  template <class T>
  static T of(T a, T b) {
    return b < a || b != b ? b : a;
  }
};

}  // namespace lacuna
