// Files of any kind by one set of options, and these as configs.
#include "lacuna/data/read.h"

#include <gtest/gtest.h>

#include <fstream>

#include "lacuna/base/arg.h"
#include "lacuna/base/testing.h"
#include "lacuna/data/vw.h"

namespace lacuna::data {
namespace {

std::string read_file(const std::string& name, const std::string& text) {
  const std::string path = temporary_folder() + name;
  std::ofstream(path) << text;
  return path;
}

TEST(Read, TellsFormatsByNames) {
  for (const auto& [path, format] : {std::pair("a.csv", "csv"),
                                     {"a/b.tsv.gz", "tsv"},
                                     {"x.svm.xz", "libsvm"},
                                     {"x.vw", "vw"},
                                     {"x.jsonl.zst", "jsonl"},
                                     {"x.npy", "npz"},
                                     {"x.h5ad", "h5ad"},
                                     {"x.h5", "10x"},
                                     {"x.pack", "packed"},
                                     {"x", ""},
                                     {".csv", ""},
                                     {"-", ""},
                                     {"x.gz", ""},
                                     {"", ""}})
    EXPECT_EQ(format_of(path), format) << path;
}

TEST(Read, ReadsWhatTheFunctionOfTheFormatReads) {
  const std::string csv_path = read_file("read.csv", "y,a\n1,x\n0,y\n");
  const ReadOptions options{.columns = {label("y"), category("a", {.bins = 8})}};
  EXPECT_EQ(load(read({csv_path}, options)).y.at("y").tensor().rows(), 2);
  const std::string text = read_file("read.vw", "1 |a b c\n-1 |a d\n");
  EXPECT_EQ(read({text}, {.bins = 16}).fingerprint("t"), vw({text}, {.bins = 16}).fingerprint("t"));
}

TEST(Read, CompletesWhatALibsvmFileTells) {
  const std::string path = read_file("read.svm", "1 0:1 5:2\n0 3:1\n");
  const ReadOptions told = complete({path}, ReadOptions{});
  EXPECT_EQ(told.format, "libsvm");
  EXPECT_EQ(told.n_features, 6);
  EXPECT_EQ(told.zero_based, ZeroBased::yes);
  const std::string other = read_file("other.svm", "1 3:1\n");  // Has no column 0, but those of the first.
  EXPECT_EQ(load(read({other}, told)).x.at("x").tensor().csr().indices.as<int32_t>()[0], 3);
}

TEST(Read, OptionsAreReadAsTheyWereWritten) {
  const std::vector<ReadOptions> all{
      {.format = "csv",
       .columns = {label("y"), sample_weight("w"), query_id("q"), ignored("i"),
                   number("n", {.transform = Transform::log1p, .buckets = 7}),
                   number("m", {.boundaries = {0.5, 1.5}, .missing = 2.5}), number("k"),
                   category("c", {.bins = 9, .separator = '|', .input = "words"}),
                   category("v", {.vocabulary = {"a", "b"}}), ids("d", {.n = 5, .separator = ' '})},
       .delimiter = ';',
       .quote = '\0',
       .header = Header::no,
       .fields = false},
      {.format = "jsonl", .columns = {label("y"), string("s", {.input = "t"})}},
      {.format = "libsvm", .n_features = 9, .zero_based = ZeroBased::no, .query_id = true},
      {.format = "vw", .bins = 77, .namespaces = {"a", ""}},
      {.format = "h5ad", .y = {{"y", "kind"}}, .sample_weight = "w", .x = {{"x", "raw/X"}}},
      {.format = "10x", .group = "hg19"},
      {.format = "npz"}};
  for (const ReadOptions& options : all) {
    const Config config = written(read_list, options);
    ReadOptions again;
    Settings settings("test", config);
    read_list(settings, again);
    settings.finish();
    EXPECT_EQ(to_string(Setting(written(read_list, again))), to_string(Setting(config))) << options.format;
  }
}

TEST(Read, PatternsStandForSeveralColumns) {
  const SettingList list{Config{{"kind", "category"}, {"name", "C{1..3}"}, {"bins", 4}}};
  const std::vector<Column> columns = columns_from_setting("test", list);
  ASSERT_EQ(columns.size(), 3u);
  EXPECT_EQ(columns[2].name, "C3");
}

TEST(Read, WrongOptions) {
  const auto says = [](const std::vector<std::string>& paths, const ReadOptions& options,
                       const std::string& part) {
    const std::string message = lacuna::message_of<InvalidArgument>([&] { read(paths, options); });
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  says({}, {}, "a file or more must be given");
  says({"x"}, {}, "the format must be given");
  says({"x"}, {.format = "scv"}, "did you mean 'csv'?");
  says({"x.svm"}, {.bins = 3}, "bins is an option of vw. Received: format='libsvm'.");
  says({"x.vw"}, {.columns = {label("y")}}, "columns is an option of csv, tsv, jsonl");
  says({"a.npy", "b.npy"}, {}, "npz takes one file");
  says({"x.pack"}, {.bad = {.on_bad = OnBad::skip}}, "on_bad is an option of");
  const auto wrong = [](const Setting& list, const std::string& part) {
    const std::string message =
        lacuna::message_of<InvalidArgument>([&] { columns_from_setting("--columns", list); });
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  wrong(3, "columns must be a list");
  wrong(SettingList{3}, "a column must have settings");
  wrong(SettingList{Config{{"kind", "lable"}, {"name", "y"}}}, "one of 'label'");
  wrong(SettingList{Config{{"kind", "label"}, {"name", "y"}, {"bins", 3}}}, "bins");
  wrong(SettingList{Config{{"kind", "category"}, {"name", "y"}, {"separator", "ab"}}}, "one character");
  wrong(SettingList{Config{{"kind", "category"}, {"name", "y"}}}, "bins or a vocabulary must be given");
}

}  // namespace
}  // namespace lacuna::data
