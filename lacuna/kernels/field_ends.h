// Finds where the fields of a text end.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lacuna::kernels {

// Writes the places of all bytes that are `delimiter` or the end of a line, in order, and returns their
// number. `ends` must have room for `size` of them; size must be below 2^32.
size_t field_ends(const char* text, size_t size, char delimiter, uint32_t* ends);

// How many bytes are the end of a line.
size_t count_lines(const char* text, size_t size);

}  // namespace lacuna::kernels
