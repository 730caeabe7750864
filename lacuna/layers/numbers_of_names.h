// The numbers in the names of layers, by class: the last one of each that was given.
#pragma once
#include <map>
#include <string>

namespace lacuna::layers {

std::map<std::string, int> last_numbers();  // A copy.

}  // namespace lacuna::layers
