// Columns of strings: their bytes stay with the rows that hold them, whatever becomes of the blocks.
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "lacuna/base/testing.h"
#include "lacuna/data/csv.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/packed_file.h"
#include "lacuna/data/row_bytes.h"
#include "lacuna/data/row_coding.h"

namespace lacuna::data {
namespace {

using Strings = std::vector<std::string>;

const Schema kStringSchema{{"x", Role::input, {{None, 2}, DType::string, Storage::dense}},
                           {"y", Role::target, {{None, 1}, DType::float32, Storage::dense}}};

Strings strings_of(const Tensor& part) {
  const auto views = part.dense().values<std::string_view>();
  return {views.begin(), views.end()};
}

Strings random_strings(std::mt19937& random, size_t count) {
  Strings all;
  for (size_t i = 0; i < count; ++i)
    all.emplace_back(random() % 5 * (random() % 9), static_cast<char>('a' + random() % 26));
  return all;
}

// The views are of memory that is overwritten when the next block is made.
RowBlock block_of(const Strings& texts, std::string& memory) {
  memory.clear();
  for (const std::string& text : texts) memory += text;
  RowBlock block{.rows = static_cast<Dim>(texts.size() / 2)};
  tensor::Dense x;
  x.resize({block.rows, 2}, DType::string);
  const char* at = memory.data();
  for (size_t i = 0; i < texts.size(); at += texts[i++].size())
    x.values<std::string_view>()[i] = {at, texts[i].size()};
  block.parts.emplace_back(std::move(x));
  block.parts.emplace_back(
      tensor::Dense::of<float>({block.rows, 1}, std::vector<float>(texts.size() / 2, 1)));
  return block;
}

TEST(Strings, GatheredRowsHoldTheirBytes) {
  std::mt19937 random(1);
  GatheredRows rows(kStringSchema);
  std::vector<std::vector<Tensor>> kept;
  std::vector<Strings> wanted;
  for (int turn = 0; turn < 30; ++turn) {
    Strings all;
    size_t bytes = 0;
    for (int blocks = turn % 4; blocks > 0; --blocks) {
      std::string memory;
      const Strings some = random_strings(random, 2 * (random() % 3000));
      const RowBlock block = block_of(some, memory);
      const Dim begin = block.rows / 3;
      rows.append(block, begin, block.rows);
      if (block.rows > 0) bytes += bytes_of_rows(block, begin, block.rows);
      all.insert(all.end(), some.begin() + 2 * begin, some.end());
      memory.assign(memory.size(), '?');
    }
    EXPECT_EQ(rows.bytes(), bytes);
    EXPECT_EQ(strings_of(rows.view()[0]), all);
    std::vector<Tensor> out = turn % 2 ? rows.take() : rows.lend();
    EXPECT_EQ(rows.rows(), 0);
    EXPECT_EQ(out[0].spec().shape, (Shape{static_cast<Dim>(all.size() / 2), 2}));
    if (turn % 3) continue;  // Its memory is used again.
    kept.push_back(std::move(out));
    wanted.push_back(std::move(all));
  }
  for (size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(strings_of(kept[i][0]), wanted[i]);
}

TEST(Strings, ArePackedAndDamageIsSeen) {
  std::mt19937 random(2);
  RowBlock read;
  GatheredRows gathered(kStringSchema);
  for (const size_t rows : {0, 1, 2, 50}) {
    std::string memory;
    const Strings texts = random_strings(random, 2 * rows);
    std::vector<char> bytes;
    encode_rows(kStringSchema, block_of(texts, memory), bytes);
    memory.assign(memory.size(), '?');
    const std::string_view all(bytes.data(), bytes.size());
    ASSERT_TRUE(decode_rows(kStringSchema, static_cast<Dim>(rows), all, read));
    EXPECT_EQ(strings_of(read.parts[0]), texts);
    gathered.clear();
    ASSERT_TRUE(decode_rows(kStringSchema, static_cast<Dim>(rows), all, gathered));
    EXPECT_EQ(strings_of(gathered.view()[0]), texts);
    for (size_t size = 0; size < all.size(); ++size)
      EXPECT_FALSE(decode_rows(kStringSchema, static_cast<Dim>(rows), all.substr(0, size), read));
    for (size_t i = 0; i < 200 && rows; ++i) {  // Any damage: an answer, and nothing beyond the bytes.
      std::vector<char> damaged = bytes;
      damaged[random() % damaged.size()] = static_cast<char>(random());
      decode_rows(kStringSchema, static_cast<Dim>(rows), {damaged.data(), damaged.size()}, read);
    }
  }
}

std::string file_of_strings(const std::string& name, const std::string& text) {
  std::ofstream(temporary_folder() + name, std::ios::binary) << text;
  return temporary_folder() + name;
}

TEST(Strings, AreColumnsInTheOrderOfTheOptions) {
  const std::string path = file_of_strings("s.csv", "b,y,a\n\"1,\"\"2\"\"\",1,x y\n,0,\xc3\xa4\n");
  const Dataset rows = csv({path}, {.columns = {string("a"), string("b"), label("y")}});
  EXPECT_EQ(rows.schema()[0].spec, (Spec{{None, 2}, DType::string, Storage::dense}));
  const LoadedRows loaded = load(rows);
  EXPECT_EQ(strings_of(loaded.x.at("x").tensor()), (Strings{"x y", "1,\"2\"", "\xc3\xa4", ""}));
}

TEST(Strings, HaveAnInputOfTheirOwn) {
  const std::string path = file_of_strings("s.csv", "1,a\n");
  const auto message = [&](std::vector<Column> columns) {
    return lacuna::message_of<InvalidArgument>([&] { csv({path}, {.columns = columns}); });
  };
  EXPECT_NE(message({number("n"), string("s")}).find("input 'x' of column 's', which has other columns"),
            std::string::npos);
  EXPECT_NE(message({string("s"), number("n")}).find("input 'x' of column 'n', which has strings"),
            std::string::npos);
  EXPECT_EQ(strings("S{1..3}").size(), 3u);
}

TEST(Strings, BrokenOnesMakeTheirRowBad) {
  const std::string path = file_of_strings("s.csv", "1,good\n0,bad\xff\n1,cut\xc3\n0,\n");
  const CsvOptions options{.columns = {label("y"), string("s")},
                           .bad = {.on_bad = OnBad::skip, .max_bad = 1}};
  const Dataset rows = csv({path}, options);
  EXPECT_EQ(strings_of(load(rows).x.at("x").tensor()), (Strings{"good", ""}));
  EXPECT_EQ(rows.report().bad, 2);
  EXPECT_EQ(rows.report().first[0].reason, "a text must be valid UTF-8");
  EXPECT_EQ(rows.report().first[1].line, 3);
}

}  // namespace
}  // namespace lacuna::data
