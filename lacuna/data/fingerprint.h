// Texts that change when a file or a setting does.
#pragma once
#include <string>
#include <vector>

#include "lacuna/data/columns.h"
#include "lacuna/data/dataset.h"

namespace lacuna::data {

// The size of the file, when it was last written, and a hash of its first and last 64 KiB. Throws FileError.
std::string fingerprint_of_file(const char* where, const std::string& path);

// A text that no other dataset has, in this process or another: of rows of which it is not known when they
// change.
std::string unlike_all_others();

// Adds what decides what the columns of a source make of its values.
void add_settings_of_columns(Fingerprint& to, const std::vector<Column>& columns);

}  // namespace lacuna::data
