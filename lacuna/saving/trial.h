// What is done once in a process of its own before it is done here: HDF5 does not survive every file that
// somebody damaged, or made on purpose.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace lacuna::saving {

struct TrialLimits {
  uint64_t bytes = 0;    // Of memory, beside what the process has.
  unsigned seconds = 0;  // Of computing.
};

// Calls `read` in a copy of the process. Throws InvalidArgument with what it threw, or saying that the copy
// died: where: what errors start with; path: of the file that is read.
void try_in_child(const char* where, const std::string& path, const TrialLimits& limits,
                  const std::function<void()>& read);

}  // namespace lacuna::saving
