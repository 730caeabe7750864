// Lines of JSON in C++: what a program in C++ sees that one in Python does not.
#include "lacuna/data/jsonl.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "lacuna/base/message.h"
#include "lacuna/base/testing.h"

namespace lacuna::data {
namespace {

std::string lines_of_json(const std::string& name, const std::string& text) {
  std::ofstream(temporary_folder() + name, std::ios::binary) << text;
  return temporary_folder() + name;
}

std::vector<float> labels_of_json(RowStream& stream) {
  std::vector<float> labels;
  for (RowBlock block; stream.next(block);) {
    const auto some = block.parts[0].dense().values<float>();
    labels.insert(labels.end(), some.begin(), some.end());
  }
  return labels;
}

// Blocks are cut where rows would take much more memory than their text.
TEST(Jsonl, APassBeginsAtEachPlace) {
  std::string text = "\xEF\xBB\xBF";
  for (int i = 0; i < 9000; ++i) text += i % 3 ? "{\"y\":" + std::to_string(i) + "}\n" : "\r\n";
  const std::string path = lines_of_json("a.jsonl", text.substr(0, text.size() - 1));
  std::vector<Column> columns = categories("c{1..4000}", {.bins = 9});
  columns.insert(columns.begin(), label("y"));
  set_warning_handler([](const std::string&) {});
  const Dataset dataset = jsonl({path, path}, {.columns = columns, .readers = 2});
  const std::vector<float> whole = labels_of_json(*dataset.open("test"));
  ASSERT_EQ(whole.size(), 12'000u);
  size_t before = 0, places = 0;
  const auto stream = dataset.open("test");
  for (RowBlock block; stream->next(block); ++places) {
    before += static_cast<size_t>(block.rows);
    if (places % 3 != 1) continue;
    EXPECT_EQ(labels_of_json(*dataset.open("test", {.from = block.after})),
              std::vector<float>(whole.begin() + static_cast<std::ptrdiff_t>(before), whole.end()));
  }
  set_warning_handler({});
  EXPECT_GT(places, 10u);
}

TEST(Jsonl, LinesAreCountedWhereBlocksAreCut) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += i == 4321 ? "{]\n" : "{\"y\":1}\n";
  std::vector<Column> columns = categories("c{1..4000}", {.bins = 9});
  columns.insert(columns.begin(), label("y"));
  set_warning_handler([](const std::string&) {});
  const Dataset dataset =
      jsonl({lines_of_json("b.jsonl", text)}, {.columns = columns, .bad = {.on_bad = OnBad::skip}});
  labels_of_json(*dataset.open("test"));
  set_warning_handler({});
  ASSERT_EQ(dataset.report().bad, 1);
  EXPECT_EQ(dataset.report().first[0].line, 4322);
}

}  // namespace
}  // namespace lacuna::data
