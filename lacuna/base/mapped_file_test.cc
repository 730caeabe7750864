// Mapped files: their bytes, and errors where they are gone.
#include "lacuna/base/mapped_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <thread>
#include <vector>

#include "lacuna/base/path.h"
#include "lacuna/base/testing.h"

namespace lacuna {
namespace {

std::string file_of(const std::string& name, size_t bytes) {
  const std::string path = temporary_folder() + name;
  std::ofstream(path, std::ios::binary) << std::string(bytes, 'x');
  return path;
}

MappedFile mapped(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY);
  struct Close {
    int number;
    ~Close() { ::close(number); }
  } const close{file};
  return {"test", path, file};
}

TEST(MappedFile, HasTheBytesOfTheFile) {
  const std::string path = file_of("m", 10000);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(9998) << "yz";
  const MappedFile file = mapped(path);
  EXPECT_EQ(file.size(), 10000u);
  std::vector<char> bytes(3);
  file.copy("test", 9997, reinterpret_cast<std::byte*>(bytes.data()), 3);
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "xyz");
  EXPECT_EQ(mapped(file_of("none", 0)).size(), 0u);
  EXPECT_THROW(MappedFile("test", path, -1), FileError);
}

TEST(MappedFile, AFileThatShrinksIsAnErrorWithItsSizes) {
  for (const size_t left : {0u, 5u, 8192u, 9999u}) {  // Also within a page, whose rest reads as zeros.
    const std::string path = file_of("s", 10000);
    const MappedFile file = mapped(path);
    std::vector<std::byte> bytes(10000);
    file.copy("test", 0, bytes.data(), bytes.size());
    ASSERT_EQ(::truncate(path.c_str(), static_cast<off_t>(left)), 0);
    const std::string message =
        message_of<FileError>([&] { file.copy("test", 0, bytes.data(), bytes.size()); });
    EXPECT_NE(message.find("test: the file must stay readable while it is used. Received: path='" + path +
                           "' of " + std::to_string(left) + " bytes, and before 10000."),
              std::string::npos)
        << message;
  }
}

TEST(MappedFile, AFileMayShrinkWhileThreadsReadIt) {
  for (int round = 0; round < 20; ++round) {
    constexpr size_t kBytes = size_t{1} << 20;
    const std::string path = file_of("t", kBytes);
    const MappedFile file = mapped(path);
    std::atomic<int> readers = 0, errors = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        std::vector<std::byte> bytes(kBytes);
        ++readers;
        try {
          for (;;) {
            file.copy("test", 0, bytes.data(), bytes.size());
            EXPECT_EQ(std::memchr(bytes.data(), 0, kBytes), nullptr);
          }
        } catch (const FileError&) {
          ++errors;
        }
      });
    while (readers < 4) std::this_thread::yield();
    ASSERT_EQ(::truncate(path.c_str(), 4096), 0);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(errors, 4);
  }
}

TEST(MappedFile, TellsWhenItWasWritten) {
  const std::string path = file_of("w", 10);
  const MappedFile file = mapped(path);
  const int64_t before = file.written("test");
  EXPECT_EQ(file.written("test"), before);
  const timespec times[2] = {{5, 0}, {5, 7}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  EXPECT_EQ(file.written("test"), 5'000'000'007);
}

}  // namespace
}  // namespace lacuna
