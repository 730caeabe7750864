// Names of columns, and the words that were hashed to them, which must be the bins that rows have.
#include "lacuna/data/column_names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "lacuna/base/testing.h"

namespace lacuna::data {
namespace {

std::string file_of_words(const std::string& name, const std::string& text) {
  const std::string path = temporary_folder() + name;
  std::ofstream(path) << text;
  return path;
}

std::set<Dim> columns_in(const Dataset& rows) {
  const LoadedRows loaded = load(rows);
  std::set<Dim> result;
  with_index(loaded.x.at("x").tensor().csr(),
             [&](auto indices, auto) { result.insert(indices.begin(), indices.end()); });
  return result;
}

RowPart input_of(const Dataset& rows) {
  return *std::ranges::find(rows.schema(), Role::input, &RowPart::role);
}

// The words of all columns that rows have; each must be in one of them.
std::multiset<std::string> all_words(const std::vector<std::string>& paths, const ReadOptions& options) {
  const Dataset rows = read(paths, options);
  const std::set<Dim> used = columns_in(rows);
  const std::vector<Dim> wanted(used.begin(), used.end());
  std::multiset<std::string> result;
  for (const auto& [column, words] : words_of_columns(paths, options, input_of(rows), wanted))
    for (const WordOfColumn& word : words) result.insert(word.word + "*" + std::to_string(word.count));
  return result;
}

TEST(ColumnNames, OfCsv) {
  const std::string path =
      file_of_words("words.csv", "y,n,c,m\n1,2,Paris,a|b\n0,3,Rome,\n1,4,Paris,b\nbad\n");
  const ReadOptions options{.format = "csv",
                            .columns = {label("y"), number("n"), category("c", {.bins = 1000}),
                                        category("m", {.bins = 1000, .separator = '|'})},
                            .bad = {.on_bad = OnBad::skip, .max_bad = 1}};
  EXPECT_EQ(all_words({path}, options), (std::multiset<std::string>{"Paris*2", "Rome*1", "a*1", "b*2"}));
  const Dataset rows = read({path}, options);
  EXPECT_EQ(name_of_column(options, input_of(rows), 0), "n");
  EXPECT_EQ(name_of_column(options, input_of(rows), 1), "c[0]");
  EXPECT_EQ(name_of_column(options, input_of(rows), 2000), "m[999]");
  ReadOptions two_bins = options;  // Paris and Rome collide in one of two columns, or have one each.
  two_bins.columns = {label("y"), ignored("n"), category("c", {.bins = 1}), ignored("m")};
  const Dataset collide = read({path}, two_bins);
  const std::vector<Dim> first{0};
  const auto words = words_of_columns({path}, two_bins, input_of(collide), first);
  ASSERT_EQ(words.at(0).size(), 2u);
  EXPECT_EQ(words.at(0)[0].word, "Paris");  // The more frequent one.
  EXPECT_EQ(words.at(0)[1].word, "Rome");
}

TEST(ColumnNames, OfVocabulariesAndIds) {
  const ReadOptions options{
      .format = "csv",
      .columns = {label("y"), category("v", {.vocabulary = {"a", "b"}}), ids("d", {.n = 5})}};
  const Dataset rows = read({file_of_words("vocabulary.csv", "y,v,d\n1,a,3\n")}, options);
  const RowPart& part = input_of(rows);
  EXPECT_EQ(name_of_column(options, part, 0), "v=(other)");
  EXPECT_EQ(name_of_column(options, part, 2), "v=b");
  EXPECT_EQ(name_of_column(options, part, 6), "d=3");
}

TEST(ColumnNames, OfJsonLinesAndOfFilesWithoutAHeader) {
  const std::string json =
      file_of_words("words.jsonl", "{\"y\":1,\"c\":\"Paris\"}\n{\"y\":0,\"c\":\"Rome\"}\n");
  const std::vector<Column> columns{label("y"), category("c", {.bins = 1000})};
  EXPECT_EQ(all_words({json}, {.format = "jsonl", .columns = columns}),
            (std::multiset<std::string>{"Paris*1", "Rome*1"}));
  const std::string rows = file_of_words("rows.csv", "1,Paris\n0,Rome\n");
  EXPECT_EQ(all_words({rows}, {.format = "csv", .columns = columns, .header = Header::no}),
            (std::multiset<std::string>{"Paris*1", "Rome*1"}));
}

TEST(ColumnNames, OfVowpalWabbit) {
  const std::string text = "1 2.0 'tag|user:0.5 age:31 m 17 |shop 7 red:2\r\n-1 | m red\n\n0 |user m\n";
  const std::string path = file_of_words("words.vw", text);
  EXPECT_EQ(all_words({path}, {.format = "vw", .bins = 100'003}),
            (std::multiset<std::string>{"m*1", "red*1", "shop^7*1", "shop^red*1", "user^17*1", "user^age*1",
                                        "user^m*2"}));
  EXPECT_EQ(all_words({path}, {.format = "vw", .bins = 100'003, .namespaces = {"user", ""}}),
            (std::multiset<std::string>{"m*1", "red*1", "user^17*1", "user^age*1", "user^m*2"}));
}

TEST(ColumnNames, OfLibsvmAreNumbers) {
  const RowPart part{"x", Role::input, {{None, 9}, DType::float32, Storage::csr}};
  EXPECT_EQ(name_of_column({.format = "libsvm", .zero_based = ZeroBased::no}, part, 3), "4");
  EXPECT_EQ(name_of_column({.format = "libsvm", .zero_based = ZeroBased::yes}, part, 3), "3");
  const std::vector<Dim> some{3};
  EXPECT_TRUE(words_of_columns({"none"}, {.format = "libsvm"}, part, some).empty());
}

}  // namespace
}  // namespace lacuna::data
