// FarmHash's fingerprint of a text, which never changes: the bins of Keras' Hashing are made of it, and so
// are the categories of text files.
#pragma once
#include <farmhash.h>

#include <cstdint>
#include <string_view>

namespace lacuna::features {

inline uint64_t fingerprint(std::string_view text) { return util::Fingerprint64(text.data(), text.size()); }

}  // namespace lacuna::features
