// Helpers that the tests of all rooms share.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <string>

namespace lacuna {

// The message of the E that f throws; empty if it throws none.
template <class E = std::exception, class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return {};
}

// A temporary folder of this process alone, with a slash at the end, deleted when the process ends. ctest
// runs tests in parallel, so that they must not share one.
inline const std::string& temporary_folder() {
  struct Folder {
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
    const std::string path = testing::TempDir() + "lacuna-test-" + std::to_string(::getpid()) + "/";
  };
  static const Folder folder;
  return folder.path;
}

}  // namespace lacuna
