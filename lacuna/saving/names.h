// Converts names of layers and weights to paths in an HDF5 file, and back. HDF5 splits a path at '/', takes
// '.' for the group itself and skips empty parts. A name that HDF5 would read differently, or that starts
// with '%', is escaped: '%' is put in front, and it has %2F for '/' and %25 for '%'. Other names, with '/'
// too, are paths as they are, as in Keras.
#pragma once
#include <string>
#include <vector>

namespace lacuna::saving {

std::string as_path(const std::string& name);
std::string from_path(const std::string& path);

// The paths of names that share a group. A name that would lie within another, as "a/b" within "a", is
// escaped.
std::vector<std::string> as_paths(const std::vector<std::string>& names);

}  // namespace lacuna::saving
