// What fuzzing found stays fixed: each file of found/ once ended the process, or threw an error of another
// library.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "lacuna/base/message.h"
#include "tests/fuzz/targets.h"

namespace lacuna::fuzz {
namespace {

TEST(Fuzz, WhatWasFoundIsMended) {
  const std::filesystem::path found = LACUNA_FUZZ_FOUND;
  for (const Target& target : kTargets) {
    if (!exists(found / target.name)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(found / target.name)) {
      SCOPED_TRACE(entry.path());
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
      target.run({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    }
  }
  set_warning_handler({});
}

}  // namespace
}  // namespace lacuna::fuzz
