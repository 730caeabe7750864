// While it lives, the keys that this thread draws are not those of the process: what is made meanwhile and
// thrown away does not change later random numbers, or what is made has a seed of its own.
#pragma once
#include <cstdint>
#include <utility>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

class KeysAside {
 public:
  KeysAside();
  explicit KeysAside(uint64_t seed);  // The same keys for the same seed.
  ~KeysAside();
  KeysAside(const KeysAside&) = delete;
  KeysAside& operator=(const KeysAside&) = delete;

 private:
  uint64_t next_ = 0;
  uint64_t* before_;
};

}  // namespace lacuna
