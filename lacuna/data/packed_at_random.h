// The rows of a packed file without compression at random, from a mapping of the file. Each block is checked
// when its first row is read, and again if the file was written since.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "lacuna/base/mapped_file.h"
#include "lacuna/data/packed_foot.h"
#include "lacuna/data/random_rows.h"

namespace lacuna::data {

// The most that the rows take in memory, if each byte of a block were of the smallest entry.
uint64_t most_in_memory(const Foot& foot);

// The foot must outlive it. Throws FileError.
std::unique_ptr<RandomRows> open_at_random(const char* where, const PackedFile& file, const Foot& foot);

}  // namespace lacuna::data
