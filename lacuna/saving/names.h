// Names of layers and weights as places in a file of HDF5, which splits a path at '/', takes '.' for the
// group itself and skips empty parts. A name that would lead elsewhere starts with '%' there, and has %2F for
// '/', %25 for '%'. Others, with '/' too, stand as they are, as Keras has them.
#pragma once
#include <string>
#include <vector>

namespace lacuna::saving {

std::string as_path(const std::string& name);
std::string from_path(const std::string& path);

// Of names that share a group: one that would stand within another, as "a/b" does within "a", is written out.
std::vector<std::string> as_paths(const std::vector<std::string>& names);

}  // namespace lacuna::saving
