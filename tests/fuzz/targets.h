// What is fed with any bytes: by libFuzzer in the preset fuzz, and by replay_test.cc with what that once
// found.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace lacuna::fuzz {

using Bytes = std::span<const uint8_t>;

struct Target {
  std::string_view name;
  void (*run)(
      Bytes);  // Ends the process, or lets another exception out than our errors, where it finds a fault.
};

// Bytes 0 and 1: options. The rest: libsvm text, parsed from memory or read from a file that may be packed.
void libsvm(Bytes bytes);
// A whole model as JSON.
void config(Bytes bytes);
// A saved model without its seal: first as a foreign file, which is tried in a child; then, where that could
// be read, with a seal, so that the reader gets past the checksum.
void model_file(Bytes bytes);

inline constexpr Target kTargets[] = {{"libsvm", libsvm}, {"config", config}, {"model_file", model_file}};

// Ends the process unless `holds`.
void check(bool holds, const char* what);
// Runs f, which may throw what users are told of: errors of ours, and std::bad_alloc. Their text must be for
// users.
void with_user_errors(void (*f)(Bytes), Bytes bytes);

}  // namespace lacuna::fuzz
