// Tries a read in a child process before it is done in this one: HDF5 may crash on a file that is damaged or
// made to do harm.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace lacuna::hdf5 {

struct TrialLimits {
  uint64_t bytes = 0;    // Of memory, besides what the process has.
  unsigned seconds = 0;  // Of CPU time.
};

// Calls `read` in a forked child. Throws InvalidArgument with the message of what `read` threw, or one that
// says that the child crashed or exceeded the limits. where: what errors start with. path: of the file that
// is read.
void try_in_child(const char* where, const std::string& path, const TrialLimits& limits,
                  const std::function<void()>& read);

}  // namespace lacuna::hdf5
