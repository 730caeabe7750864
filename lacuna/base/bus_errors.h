// SIGBUS, which the system sends where a byte of a mapped file cannot be read, as the result of a function.
//
// The first call installs a handler for the process, and each one puts it back if another has taken its
// place since, as Python's faulthandler does. It acts only on a thread within `survives` and on addresses
// within its range; every other SIGBUS goes to the handler that was found there, and if there was none, ends
// the process as before. Thread-safe; a forked child has it too.
#pragma once
#include <cstddef>

namespace lacuna {

// Calls work(argument), which reads bytes of [begin, begin + count) and is left where one of them cannot be
// read. Returns whether it came to its end.
bool survives_bus_errors(const std::byte* begin, size_t count, void (*work)(const void*),
                         const void* argument);

}  // namespace lacuna
