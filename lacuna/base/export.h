// Marks the names that the library exports. Names are hidden unless their header opens the namespace with
// LACUNA_EXPORT, as public headers do.
#pragma once

#if defined(__GNUC__)
#define LACUNA_EXPORT [[gnu::visibility("default")]]
#else
#define LACUNA_EXPORT
#endif
