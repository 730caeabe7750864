// Tests of replace file.
#include "lacuna/base/replace_file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "lacuna/base/error.h"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

TEST(ReplaceFile, TakesAwayWhatTheDeadLeft) {
  const fs::path folder = fs::temp_directory_path() / text("lacuna_replace_", ::getpid());
  fs::create_directories(folder);
  const std::string path = (folder / "model.h5").string();
  const auto put = [](const std::string& name) { std::ofstream(name) << "half"; };
  const pid_t dead = ::fork();
  if (dead == 0) ::_exit(0);
  ::waitpid(dead, nullptr, 0);
  const std::string left = text(path, ".partial-", dead, "-0");
  const std::string kept[] = {text(path, ".partial-", ::getppid(), "-0"),
                              text(path, ".partial-", dead, "-0.txt"), text(path, "2.partial-", dead, "-0"),
                              text(path, ".partial-mine")};
  put(left);
  for (const std::string& name : kept) put(name);
  {
    ReplaceFile first("save", path);
    EXPECT_FALSE(fs::exists(left));
    put(first.temporary());
    ReplaceFile second("save", path);  // Two writers at once leave each other alone.
    EXPECT_TRUE(fs::exists(first.temporary()));
    put(second.temporary());
    first.finish();
    second.finish();
  }
  EXPECT_TRUE(check_seal("load", path));
  for (const std::string& name : kept) EXPECT_TRUE(fs::exists(name)) << name;
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 1 + std::size(kept));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace lacuna
