// Handlers of messages.
#include "lacuna/base/message.h"

#include <gtest/gtest.h>

#include <vector>

namespace lacuna {
namespace {

TEST(Message, NotesGoToTheirHandlerAloneAndNowhereWithoutOne) {
  inform("nobody hears this");
  EXPECT_FALSE(informs());
  std::vector<std::string> notes, warnings;
  set_info_handler([&](const std::string& note) { notes.push_back(note); });
  set_warning_handler([&](const std::string& warning) { warnings.push_back(warning); });
  EXPECT_TRUE(informs());
  inform("an epoch");
  warn("a loss");
  set_info_handler({});
  set_warning_handler({});
  inform("nor this");
  EXPECT_EQ(notes, std::vector<std::string>{"an epoch"});
  EXPECT_EQ(warnings, std::vector<std::string>{"a loss"});
}

}  // namespace
}  // namespace lacuna
