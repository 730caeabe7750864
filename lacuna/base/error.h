// User errors: `where: what must hold. Received: name=value.`
// std::invalid_argument is a ValueError in Python, InvalidType a TypeError, std::out_of_range an IndexError.
#pragma once
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace lacuna {

// The parts, streamed one after another.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  out.exceptions(std::ios_base::badbit);  // Else one without memory gives half a text, also of a node's key.
  (out << ... << parts);
  return out.str();
}

// throw InvalidArgument("Dense: units must be positive. Received: units=", n, ".");
struct InvalidArgument : std::invalid_argument {
  template <class... Parts>
  explicit InvalidArgument(const Parts&... message) : std::invalid_argument(text(message...)) {}
};
// An argument of another kind than it must be: a text for a number.
struct InvalidType : InvalidArgument {
  using InvalidArgument::InvalidArgument;
};
struct OutOfRange : std::out_of_range {
  template <class... Parts>
  explicit OutOfRange(const Parts&... message) : std::out_of_range(text(message...)) {}
};

// Throws InvalidArgument unless the first argument holds. A macro, so that the message costs nothing until
// then: its parts are not even evaluated, and may allocate in a training step.
//   LACUNA_REQUIRE(n > 0, "Dense: units must be positive. Received: units=", n, ".");
#define LACUNA_REQUIRE(holds, ...) LACUNA_REQUIRE_OR(::lacuna::InvalidArgument, holds, __VA_ARGS__)

// As LACUNA_REQUIRE, for an id or a place that must lie in a range: throws OutOfRange.
#define LACUNA_REQUIRE_RANGE(holds, ...) LACUNA_REQUIRE_OR(::lacuna::OutOfRange, holds, __VA_ARGS__)

#define LACUNA_REQUIRE_OR(Error, holds, ...) \
  do {                                       \
    if (!(holds)) [[unlikely]]               \
      throw Error(__VA_ARGS__);              \
  } while (false)

// "; did you mean 'relu'? Known: elu, linear, relu": the end of an error about an unknown name.
std::string nearest(const std::string& name, const std::vector<std::string>& known);

}  // namespace lacuna
