// Finds where the fields, words and lines of a text end.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lacuna::kernels {

// How many elements field_ends may write beyond the last that it counts.
constexpr size_t kFieldEndsSlack = 16;

struct FieldEnds {
  size_t fields = 0, lines = 0;
  bool quoted = false;        // The quote occurs in the text.
  bool beyond_ascii = false;  // A byte does that is not ASCII.
};

// Writes to `ends` the places of all bytes that are `delimiter` or the end of a line, in order, and to
// `lines` which of these end a line. Both must have room for `size` elements and the slack; size must be
// below 2^32.
FieldEnds field_ends(const char* text, size_t size, char delimiter, char quote, uint32_t* ends,
                     uint32_t* lines);

// Writes to `ends` the places of all bytes that are a space, a tab, the end of a line, or one of two others,
// in order, and returns how many. Room as for field_ends.
size_t word_ends(const char* text, size_t size, char one, char other, uint32_t* ends);

// How many bytes of the text are this one.
size_t count_byte(const char* text, size_t size, char byte);
inline size_t count_lines(const char* text, size_t size) { return count_byte(text, size, '\n'); }

}  // namespace lacuna::kernels
