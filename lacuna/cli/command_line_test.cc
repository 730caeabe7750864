// The command line, called with streams.
#include "lacuna/cli/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <streambuf>

#include "lacuna/base/testing.h"

namespace lacuna::cli {
namespace {

struct Said {
  int code;
  std::string out, err;
};

Said lacuna_says(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int code = command_line(arguments, {.out = out, .err = err});
  return {code, out.str(), err.str()};
}

// 200 rows whose label says whether column 3 is there.
std::string cli_rows(const std::string& name, const std::string& text) {
  const std::string path = temporary_folder() + name;
  std::ofstream(path) << text;
  return path;
}
std::string cli_svm(int negative = 0) {
  std::string text;
  for (int r = 0; r < 200; ++r)
    text += (r % 2 ? "1 3:1 " : std::to_string(negative) + " 4:1 ") + std::to_string(5 + r % 5) + ":0.5\n";
  return text;
}

TEST(CommandLine, TrainsPredictsAndEvaluates) {
  const std::string rows = cli_rows("cli.svm", cli_svm(-1)), model = temporary_folder() + "cli.h5";
  Said said = lacuna_says({"train", rows, "-o", model, "--epochs", "20", "-l", "0.5"});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(said.err, "");
  said = lacuna_says({"predict", model, rows});
  ASSERT_EQ(said.code, 0) << said.err;
  std::istringstream lines(said.out);
  int count = 0;
  for (double p = 0; lines >> p; ++count) EXPECT_EQ(p > 0.5, count % 2 == 1);
  EXPECT_EQ(count, 200);
  said = lacuna_says({"evaluate", model, rows});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_NE(said.out.find("\nacc\t1\n"), std::string::npos) << said.out;
}

void expect_wrong(const std::vector<std::string>& arguments, int code, const std::string& part) {
  const Said said = lacuna_says(arguments);
  EXPECT_EQ(said.code, code) << said.err;
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(said.err.rfind("lacuna: ", 0), 0u) << said.err;
  EXPECT_EQ(std::ranges::count(said.err, '\n'), 1) << said.err;
  EXPECT_NE(said.err.find(part), std::string::npos) << said.err;
}

TEST(CommandLine, WrongOptionsAreTwo) {
  const std::string rows = cli_rows("cli.svm", cli_svm()), model = temporary_folder() + "wrong.h5";
  const auto train = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", rows, "-o", model});
    return more;
  };
  expect_wrong({}, 2, "subcommand");
  expect_wrong({"trian"}, 2, "--help");
  expect_wrong({"train", rows}, 2, "-o (or -f)");
  expect_wrong({"predict"}, 2, "the file of a model must be given");
  expect_wrong(train({"--epochs", "-1"}), 2, "epochs");
  expect_wrong(train({"--classes", "1"}), 2, "2 or more");
  expect_wrong(train({"--classes", "a,b"}), 2, "their number");
  expect_wrong(train({"--classes", "3", "--oaa", "3"}), 2, "Received: both");
  expect_wrong(train({"--classes", "3", "--loss", "mse"}), 2, "sparse_categorical_crossentropy");
  expect_wrong(train({"--loss", "quantile"}), 2, "has no counterpart");
  expect_wrong(train({"--ftrl", "--sgd"}), 2, "one optimizer");
  expect_wrong(train({"--ftrl_beta", "1"}), 2, "for --ftrl");
  expect_wrong(train({"-s", "4", "-c", "1"}), 2, "-s must be");
  expect_wrong(train({"-s", "0"}), 2, "-s needs -c");
  expect_wrong(train({"-c", "1"}), 2, "-c is for -s");
  expect_wrong(train({"--save-every", "3"}), 2, "--resume");
  expect_wrong(train({"--validation", rows, "--validation-split", "0.1"}), 2, "not both");
  expect_wrong(train({"--bins", "3", "-b", "2", "--format", "vw"}), 2, "--bins or -b");
  for (const char* other :
       {"-q", "--cache_file", "-k", "--nn", "--bfgs", "-t", "--invert_hash=f", "-v", "-e"})
    expect_wrong(train({other}), 2, "is not an option here: ");
  EXPECT_FALSE(std::filesystem::exists(model));
}

TEST(CommandLine, WrongFilesAreOne) {
  const std::string rows = cli_rows("cli.svm", cli_svm()), model = temporary_folder() + "wrong.h5";
  expect_wrong({"train", "none.svm", "-o", model}, 1, "No such file");
  expect_wrong({"train", cli_rows("empty.svm", ""), "-o", model}, 1, "must have rows");
  expect_wrong({"train", cli_rows("bad.svm", "1 1:x\n"), "-o", model}, 1, "line 1 of");
  expect_wrong({"train", cli_rows("two.svm", "2 1:1\n"), "-o", model}, 1, "a label must be one of -1, 0, 1");
  expect_wrong({"train", rows, "-o", temporary_folder() + "none/m.h5"}, 1, "none");
  expect_wrong({"train", rows, "-o", model, "-m", "fm:0"}, 2, "a model must be given as");
  expect_wrong({"train", rows, "-o", model, "-m", "none.json"}, 1, "No such file");
  expect_wrong({"train", rows, "-o", model, "-m", cli_rows("list.json", "[1]")}, 1, "JSON");
  expect_wrong({"train", rows, "-o", model, "--loss", "msee"}, 2, "did you mean 'mse'");
  expect_wrong({"predict", rows}, 1, "HDF5");
  expect_wrong({"evaluate", "none.h5", rows}, 1, "No such file");
  expect_wrong({"inspect", cli_rows("damaged.pack", "abc")}, 1, "damaged.pack");
  EXPECT_FALSE(std::filesystem::exists(model));
}

TEST(CommandLine, ColumnsOfCsv) {
  std::string text = "click,age,city,tags\n";
  for (int r = 0; r < 100; ++r)
    text += std::string(r % 2 ? "1," : "0,") + (r % 10 ? std::to_string(r) : "") +
            (r % 2 ? ",Paris,a|b\n" : ",Rome,\n");
  const std::string rows = cli_rows("cli.csv", text), model = temporary_folder() + "cli_csv.h5";
  Said said =
      lacuna_says({"train",        rows,     "--label", "click",       "--numbers", "age:8", "--categories",
                   "city:50,tags", "--bins", "20",      "--separator", "|",         "-o",    model,
                   "--epochs",     "30",     "-l",      "0.3",         "-m",        "fm:2"});
  ASSERT_EQ(said.code, 0) << said.err;
  const std::string unlabelled = cli_rows("new.csv", "tags,city,age\na|b,Paris,1\n,Rome,\n");
  said = lacuna_says({"predict", model, unlabelled, "--classes"});
  EXPECT_EQ(said.out, "1\n0\n") << said.err;
  said = lacuna_says({"inspect", model, rows, "--top", "9"});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_NE(said.out.find("Paris"), std::string::npos) << said.out;
  said = lacuna_says({"inspect", model});
  EXPECT_NE(said.out.find("city["), std::string::npos) << said.out;
  said = lacuna_says({"explain", model, rows, "--training"});
  EXPECT_NE(said.out.find("interactions"), std::string::npos) << said.out << said.err;
  expect_wrong({"train", rows, "-o", model}, 2, "what the columns are must be given");
  expect_wrong({"train", rows, "-o", model, "--label", "click", "--categories", "city"}, 2, "need --bins");
  expect_wrong({"train", rows, "-o", model, "--label", "click", "--ids", "city"}, 2, "number of ids");
  expect_wrong({"train", rows, "-o", model, "--label", "click", "--numbers", "age:x"}, 2,
               "whole and positive");
  expect_wrong({"train", rows, "-o", model, "--label", "clack", "--numbers", "age:3"}, 1, "clack");
}

TEST(CommandLine, ClassesHaveTheirLabels) {
  std::string text;
  for (int r = 0; r < 90; ++r)
    text += std::to_string(10 * (1 + r % 3)) + " " + std::to_string(1 + r % 3) + ":1\n";
  const std::string rows = cli_rows("classes.svm", text), model = temporary_folder() + "classes.h5";
  Said said =
      lacuna_says({"train", rows, "--classes", "10,20,30", "-o", model, "--epochs", "20", "-l", "0.5"});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(lacuna_says({"predict", model, rows, "--classes"}).out.substr(0, 9), "10\n20\n30\n");
  EXPECT_EQ(std::ranges::count(lacuna_says({"predict", model, rows}).out, ','), 180);
  expect_wrong({"train", rows, "--classes", "3", "-o", model}, 1, "a label must be one of 0, 1, 2");
}

TEST(CommandLine, PacksRowsAndLogsEpochs) {
  const std::string rows = cli_rows("log.svm", cli_svm()), packed = temporary_folder() + "cli.pack",
                    model = temporary_folder() + "packed.h5", log = temporary_folder() + "log.jsonl";
  Said said = lacuna_says({"pack", rows, "-o", packed});
  EXPECT_EQ(said.out, packed + "\t200 rows\n") << said.err;
  EXPECT_NE(lacuna_says({"inspect", packed}).out.find("rows\t200\n"), std::string::npos);
  said =
      lacuna_says({"train", packed, "-o", model, "--epochs", "2", "--log", log, "--validation-split", "0.2"});
  ASSERT_EQ(said.code, 0) << said.err;
  std::ifstream file(log);
  std::vector<std::string> events;
  for (std::string line; std::getline(file, line);) events.push_back(line);
  ASSERT_EQ(events.size(), 4u);
  EXPECT_NE(events[1].find("\"val_loss\""), std::string::npos) << events[1];
  EXPECT_NE(events[3].find("\"event\":\"end\""), std::string::npos) << events[3];
  EXPECT_NE(lacuna_says({"train", packed, "-o", model, "--log", "-"}).out.find("\"epoch\":1"),
            std::string::npos);
}

// A buffer that takes some bytes and no more, as a closed pipe.
struct Closed : std::streambuf {
  int overflow(int) override {
    errno = EPIPE;
    return traits_type::eof();
  }
};

TEST(CommandLine, AClosedOutputEndsItInSilence) {
  const std::string rows = cli_rows("closed.svm", cli_svm()), model = temporary_folder() + "closed.h5";
  ASSERT_EQ(lacuna_says({"train", rows, "-o", model}).code, 0);
  Closed closed;
  std::ostream out(&closed);
  std::ostringstream err;
  EXPECT_EQ(command_line({"predict", model, rows}, {.out = out, .err = err}), kOutputClosed);
  EXPECT_EQ(err.str(), "");
}

TEST(CommandLine, BadRowsAreSkippedAndCounted) {
  const std::string rows = cli_rows("dirty.svm", cli_svm() + "1 y:1\n"),
                    model = temporary_folder() + "dirty.h5", rejects = temporary_folder() + "rejects";
  const Said said = lacuna_says({"train", rows, "-o", model, "--on-bad", "skip", "--rejects", rejects});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_NE(said.err.find("warning: train: 1 of 201 rows were bad"), std::string::npos) << said.err;
}

}  // namespace
}  // namespace lacuna::cli
