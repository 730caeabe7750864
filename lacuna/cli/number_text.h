// Numbers as texts.
#pragma once
#include <charconv>
#include <string>

namespace lacuna::cli {

// The shortest text that reads as this number again, such as 0.25 or 1e-20.
template <class T>
std::string number_text(T number) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

}  // namespace lacuna::cli
