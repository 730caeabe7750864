// Texts that change when a file changes.
#pragma once
#include <string>

namespace lacuna::data {

// The size of the file, when it was last written, and a hash of its first and last 64 KiB. Throws FileError.
std::string fingerprint_of_file(const char* where, const std::string& path);

// A text that no other dataset has, in this process or another: of rows of which it is not known when they
// change.
std::string unlike_all_others();

}  // namespace lacuna::data
