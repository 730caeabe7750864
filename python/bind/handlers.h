// The library's handlers of interrupts, warnings and printed text, as Python has them.
#pragma once

namespace lacuna::bind {

// Ctrl-C and warnings become Python's, and printed text goes to sys.stdout.
void set_handlers();

}  // namespace lacuna::bind
