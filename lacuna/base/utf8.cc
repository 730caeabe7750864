// UTF-8, as RFC 3629 has it.
#include "lacuna/base/utf8.h"

#include <cstdint>
#include <cstring>

#include "lacuna/base/error.h"

namespace lacuna {

size_t utf8_character(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || bytes.size() < length) return 0;
  uint32_t number = first & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(bytes[i]);
    if ((next & 0xC0) != 0x80) return 0;
    number = number << 6 | (next & 0x3F);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return number >= kLeast[length] && number <= 0x10FFFF && (number < 0xD800 || number > 0xDFFF) ? length : 0;
}

namespace {

// Without the front of ASCII, which is left out eight bytes at a time.
std::string_view beyond_ascii(std::string_view bytes) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  for (uint64_t eight; bytes.size() >= sizeof eight; bytes.remove_prefix(sizeof eight)) {
    std::memcpy(&eight, bytes.data(), sizeof eight);
    if (eight & kHighBits) break;
  }
  while (!bytes.empty() && static_cast<unsigned char>(bytes[0]) < 0x80) bytes.remove_prefix(1);
  return bytes;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!(bytes = beyond_ascii(bytes)).empty()) {
    const size_t length = utf8_character(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string shown_utf8(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string result;
  while (!bytes.empty()) {
    const size_t length = utf8_character(bytes);
    if (length > 0) {
      result += bytes.substr(0, length);
      bytes.remove_prefix(length);
      continue;
    }
    const auto byte = static_cast<unsigned char>(bytes[0]);
    result += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    bytes.remove_prefix(1);
  }
  return result;
}

const std::string& checked_name(const std::string& where, const std::string& name) {
  const size_t end = name.find('\0');
  LACUNA_REQUIRE(end == std::string::npos && is_utf8(name), where,
                 ": names must be UTF-8 without NUL. Received: name='", shown_utf8(name.substr(0, end)),
                 end == std::string::npos ? "'." : "\\x00…'.");
  return name;
}

}  // namespace lacuna
