// Reads both ends of a file.
#include "lacuna/data/fingerprint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <vector>

#include "lacuna/base/path.h"
#include "lacuna/data/byte_input.h"

namespace lacuna::data {

std::string fingerprint_of_file(const char* where, const std::string& path) {
  constexpr off_t kEnd = off_t{1} << 16;
  constexpr const char* kMust = "the file must be readable";
  const int file = ::open(true_path(checked_path(where, path)).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) path_failed(where, kMust, path, errno);
  struct Close {
    int number;
    ~Close() { ::close(number); }
  } const close{file};
  struct stat s;
  if (::fstat(file, &s) != 0) path_failed(where, kMust, path, errno);
  LACUNA_REQUIRE(S_ISREG(s.st_mode), where, ": the path must be that of a file or a pipe. Received: path='",
                 path, "'.");
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  XXH3_64bits_reset(state.get());
  std::vector<char> bytes(static_cast<size_t>(kEnd));
  for (const off_t from : {off_t{0}, std::max<off_t>(0, s.st_size - kEnd)}) {
    const ssize_t n = ::pread(file, bytes.data(), bytes.size(), from);
    if (n < 0) path_failed(where, kMust, path, errno);
    XXH3_64bits_update(state.get(), bytes.data(), static_cast<size_t>(n));
  }
  return text(s.st_size, " bytes, written at ", s.st_mtim.tv_sec, ".", s.st_mtim.tv_nsec, ", hash ",
              XXH3_64bits_digest(state.get()));
}

std::string unlike_all_others() {
  static std::atomic<uint64_t> count = 0;
  return text(std::chrono::system_clock::now().time_since_epoch().count(), "-", ++count);
}

void add_settings_of_columns(Fingerprint& to, const std::vector<Column>& columns) {
  for (const Column& column : columns) to.emplace_back("column '" + column.name + "'", settings_of(column));
}

}  // namespace lacuna::data
