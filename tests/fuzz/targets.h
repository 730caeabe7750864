// Functions that are called with arbitrary bytes: by libFuzzer in the preset fuzz, and by replay_test.cc with
// its former findings.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lacuna::fuzz {

using Bytes = std::span<const uint8_t>;

struct Target {
  std::string_view name;
  // If it finds a fault, it ends the process or throws another error than ours.
  void (*run)(Bytes);
};

// Bytes 0 and 1: options. The rest: libsvm text, parsed from memory or read from a file that may be packed.
void libsvm(Bytes bytes);
// A whole model as JSON.
void config(Bytes bytes);
// A saved model without its seal: first as it is, in a child process, as a file that others may have written;
// then, if that could be read, with a seal, so that the reader gets past the checksum.
void model_file(Bytes bytes);

// Bytes 0 and 1: options. The rest: a file of CSV or libsvm text, read as a dataset.
void csv(Bytes bytes);
void libsvm_blocks(Bytes bytes);
// Byte 0: whether the rest is a packed file, its foot, which gets a right checksum, or a block of as many
// rows as byte 1 says.
void packed(Bytes bytes);
// Bytes 0 and 1: options. The rest: lines of JSON, or Vowpal Wabbit's text.
void jsonl(Bytes bytes);
void vw(Bytes bytes);
// Byte 0: whether the rest is a .npy file, an .npz file, or arrays of one that gets right checksums.
void npz(Bytes bytes);
// Byte 0: whether the rest is a 10x file, or an .h5ad with a target or without. HDF5 reads it in a child
// process first.
void cells(Bytes bytes);
// Bytes 0 and 1: options. The rest: texts that are split into tokens.
void tokens(Bytes bytes);

inline constexpr Target kTargets[] = {{"libsvm", libsvm},
                                      {"config", config},
                                      {"model_file", model_file},
                                      {"csv", csv},
                                      {"libsvm_blocks", libsvm_blocks},
                                      {"packed", packed},
                                      {"jsonl", jsonl},
                                      {"vw", vw},
                                      {"npz", npz},
                                      {"cells", cells},
                                      {"tokens", tokens}};

// A file of these bytes while it lives.
struct TemporaryFile {
  explicit TemporaryFile(Bytes bytes);
  ~TemporaryFile();
  std::string path;
};

// Ends the process unless `holds`.
void check(bool holds, const char* what);
// Runs f, which may throw only errors of ours and std::bad_alloc. Their text must be one for users.
void with_user_errors(void (*f)(Bytes), Bytes bytes);

}  // namespace lacuna::fuzz
