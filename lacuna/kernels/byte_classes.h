// Tells which bytes of a text belong to tokens and which stand between them, 64 bytes at once.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lacuna::kernels {

// Bit i of each is of byte i. What neither stays nor separates vanishes.
struct ByteClasses {
  uint64_t keep, separate, beyond_ascii;
};

// What stays: with `words` ASCII's letters, digits and underscore, which all others separate; else everything
// but white space, which separates, and, with `strip`, ASCII's punctuation.
struct ByteRules {
  bool lower = false, strip = false, words = false;
};

// Classifies `size` bytes, and writes them to `copy`, capitals of ASCII in lower case if the rules say so.
// Both are for whole blocks of 64 bytes: there must be room for (size + 63) / 64 of them. What is behind the
// end separates.
void classify_bytes(const char* text, size_t size, ByteRules rules, char* copy, ByteClasses* classes);

// Whether all bytes are ASCII.
bool is_ascii(const char* text, size_t size);

}  // namespace lacuna::kernels
