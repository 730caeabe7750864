// The dialect: whose defaults are used where Keras 2.2.4 and Keras 3 have different ones.
#pragma once
#include <string>
#include <string_view>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace config {

// "2.2.4" or "3". A default is read once, when an object is made, and is a setting of that object from then
// on: later changes of the dialect, and files, do not change what the object means. The dialect at the start
// is the environment variable LACUNA_KERAS, else "2.2.4". InvalidArgument for another version.
void set_keras(std::string_view version);
std::string keras();

}  // namespace config

// Whether the defaults are those of Keras 3.
bool speaks_keras_3();

// The default of the dialect: `double lr = by_dialect(0.01, 0.001);`.
template <class T>
T by_dialect(T keras_2, T keras_3) {
  return speaks_keras_3() ? keras_3 : keras_2;
}

}  // namespace lacuna
