// User errors: `where: what must hold. Received: name=value.`
// std::invalid_argument is a ValueError in Python, std::out_of_range an IndexError.
#pragma once
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace lacuna {

struct InvalidArgument : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};
struct OutOfRange : std::out_of_range {
  using std::out_of_range::out_of_range;
};

// The parts, streamed one after another.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  out.exceptions(std::ios_base::badbit);  // Else one without memory gives half a text, also of a node's key.
  (out << ... << parts);
  return out.str();
}

// Throws InvalidArgument when `holds` is false; the message is put together only then. Its parts are
// evaluated in any case: none that allocates in a training step.
//   require(n > 0, "Dense: units must be positive. Received: units=", n, ".");
template <class... Parts>
void require(bool holds, const Parts&... message) {
  if (!holds) [[unlikely]]
    throw InvalidArgument(text(message...));
}

template <class... Parts>
void require_range(bool holds, const Parts&... message) {
  if (!holds) [[unlikely]]
    throw OutOfRange(text(message...));
}

// "; did you mean 'relu'? Known: elu, linear, relu": the end of an error about an unknown name.
std::string nearest(const std::string& name, const std::vector<std::string>& known);

}  // namespace lacuna
