// Options of Vowpal Wabbit and LIBLINEAR that have no counterpart here, and what to write instead.
#pragma once
#include <string>
#include <vector>

namespace lacuna::cli {

// For what a command did not understand: a sentence about the first such option; empty if there is none.
std::string other_words(const std::vector<std::string>& not_understood);

}  // namespace lacuna::cli
