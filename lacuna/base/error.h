// User errors: `where: what must hold. Received: name=value.`
// std::invalid_argument is a ValueError in Python, InvalidType a TypeError, std::out_of_range an IndexError.
#pragma once
#include <initializer_list>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

// A part of a message: anything that can be streamed. It refers to the value, which must outlive it.
class Part {
 public:
  Part(const char* value);  // NOLINT(google-explicit-constructor): parts are written as a list of values.
  Part(const std::string& value);       // NOLINT(google-explicit-constructor)
  Part(const std::string_view& value);  // NOLINT(google-explicit-constructor)
  template <class T>
  Part(const T& value)  // NOLINT(google-explicit-constructor)
      : value_(&value), write_([](std::ostream& out, const void* v) { out << *static_cast<const T*>(v); }) {}

 private:
  friend std::string joined(std::initializer_list<Part> parts);
  const void* value_;
  void (*write_)(std::ostream& out, const void* value);
};

// Streams the parts one after another. It is not a template of all their types, since messages would then be
// a large part of the compiled code.
std::string joined(std::initializer_list<Part> parts);

template <class... Parts>
std::string text(const Parts&... parts) {
  return joined({Part(parts)...});
}

// throw InvalidArgument("Dense: units must be positive. Received: units=", n, ".");
struct InvalidArgument : std::invalid_argument {
  explicit InvalidArgument(std::initializer_list<Part> message) : std::invalid_argument(joined(message)) {}
  template <class... Parts>
  explicit InvalidArgument(const Parts&... message) : InvalidArgument({Part(message)...}) {}
};
// An argument has the wrong type: a string in place of a number.
struct InvalidType : InvalidArgument {
  using InvalidArgument::InvalidArgument;
};
struct OutOfRange : std::out_of_range {
  explicit OutOfRange(std::initializer_list<Part> message) : std::out_of_range(joined(message)) {}
  template <class... Parts>
  explicit OutOfRange(const Parts&... message) : OutOfRange({Part(message)...}) {}
};

// Throws InvalidArgument unless the first argument holds. It is a macro so that the parts of the message are
// evaluated only if it throws: they may allocate, but a training step must not.
//   LACUNA_REQUIRE(n > 0, "Dense: units must be positive. Received: units=", n, ".");
#define LACUNA_REQUIRE(holds, ...) LACUNA_REQUIRE_OR(::lacuna::InvalidArgument, holds, __VA_ARGS__)

// Like LACUNA_REQUIRE, for an id or an index that must be in a range: throws OutOfRange.
#define LACUNA_REQUIRE_RANGE(holds, ...) LACUNA_REQUIRE_OR(::lacuna::OutOfRange, holds, __VA_ARGS__)

#define LACUNA_REQUIRE_OR(Error, holds, ...) \
  do {                                       \
    if (!(holds)) [[unlikely]]               \
      throw Error({__VA_ARGS__});            \
  } while (false)

// "; did you mean 'relu'? Known: elu, linear, relu": the end of an error about an unknown name.
std::string nearest(const std::string& name, const std::vector<std::string>& known);

}  // namespace lacuna
