// Printed lines that are drawn again, as a progress bar is (training/progress.h): they begin with \r, and the
// last one ends with a line feed. For handlers of print (base/message.h).
#pragma once
#include <string>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

// What is left of the text where no line can be drawn again, as in a file: the last one.
std::string without_redraws(const std::string& text);

}  // namespace lacuna
