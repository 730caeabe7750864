// Datasets in C++: text to rows, packed files, and a model that learns from them what it learns from arrays.
#include "lacuna/data/dataset.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "lacuna/base/testing.h"
#include "lacuna/data/csv.h"
#include "lacuna/data/libsvm_dataset.h"
#include "lacuna/data/packed_file.h"
#include "lacuna/layers/dense.h"
#include "lacuna/models/sequential.h"
#include "lacuna/optimizers/adam.h"

namespace lacuna {
namespace {

std::string written(const std::string& name, const std::string& text) {
  std::ofstream(temporary_folder() + name, std::ios::binary) << text;
  return temporary_folder() + name;
}

std::string clicks(int rows) {
  std::string text = "clicked\tprice\tplace\tshop\n";
  for (int i = 0; i < rows; ++i)
    text += std::to_string(i % 3 == 0) + "\t" + std::to_string(i % 50) + "\tp" + std::to_string(i % 3) +
            "\ts" + std::to_string(i * 7919 % 101) + "\n";
  return text;
}

data::CsvOptions options() {
  return {.columns = {data::label("clicked"),
                      data::number("price", {.transform = data::Transform::log1p, .buckets = 8}),
                      data::category("place", {.vocabulary = {"p0", "p1", "p2"}}),
                      data::category("shop", {.bins = 64})},
          .delimiter = '\t'};
}

TEST(Dataset, TextBecomesCsr) {
  const auto rows = data::load(
      data::csv({written("a.tsv", "clicked\tprice\tplace\tshop\n1\t0\tp1\tx\n0\t\tq\tx\n")}, options()));
  const tensor::Csr& x = rows.x.at("x").tensor().csr();
  EXPECT_EQ(x.columns, 8 + 4 + 64);
  const auto indices = x.indices.as<int32_t>();
  ASSERT_EQ(indices.size(), 6u);
  EXPECT_EQ(indices[0], 1);  // The first bucket of numbers.
  EXPECT_EQ(indices[1], 8 + 2);
  EXPECT_EQ(indices[3], 0);  // A missing number.
  EXPECT_EQ(indices[4], 8);  // An unknown word.
  EXPECT_EQ(indices[2], indices[5]);
  EXPECT_EQ(rows.y.at("clicked").tensor().dense().values<float>()[1], 0);
}

TEST(Dataset, AModelLearnsFromTextAndAPackedFileWhatItLearnsFromArrays) {
  const data::Dataset text = data::csv({written("a.tsv", clicks(3000))}, options());
  const data::Dataset packed =
      text.pack(temporary_folder() + "a.pack", {.compression = data::Compression::zstd});
  const data::LoadedRows rows = data::load(text);
  const FitOptions fit{.batch_size = 64, .epochs = 2, .verbose = 0};
  std::vector<std::vector<float>> results;
  for (int from = 0; from < 3; ++from) {
    Sequential model;
    model.add(
        layers::Dense(1, {.activation = "sigmoid", .kernel_initializer = "zeros", .input_shape = Shape{76}}));
    model.compile({.optimizer = optimizers::Adam{.lr = 0.01}, .loss = "binary_crossentropy"});
    model.trainer().set_random_state({1, 0, 2, 0});
    const History history = from == 0   ? model.fit(text, fit)
                            : from == 1 ? model.fit(data::open(temporary_folder() + "a.pack"), fit)
                                        : model.fit(rows.x.at("x"), rows.y.at("clicked"), fit);
    EXPECT_LT(history.history.at("loss")[1], history.history.at("loss")[0]);
    const auto kernel = model.get_weights()[0];
    results.emplace_back(kernel.values<float>().begin(), kernel.values<float>().end());
    EXPECT_EQ(model.predict(packed).shape, (Shape{3000, 1}));
    EXPECT_EQ(model.evaluate(packed, {.verbose = 0}), model.evaluate(text, {.verbose = 0}));
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(Dataset, ASequentialTakesItsInputFromTheSchema) {
  const data::Dataset svm = data::libsvm({written("a.svm", "1 1:2 5:1\n0 2:1\n")});
  EXPECT_EQ(svm.rows(), 2);
  Sequential model;
  model.add(layers::Dense(1));
  EXPECT_EQ(model.predict_all(svm)[0].shape(), (Shape{2, 1}));
  EXPECT_EQ(model.network().inputs()[0].shape(), (Shape{None, 5}));
}

// The labels of rows, which tell them apart.
std::vector<float> labels(data::RowStream& stream) {
  std::vector<float> all;
  for (data::RowBlock block; stream.next(block);) {
    const auto some = block.parts.back().dense().values<float>();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

TEST(Dataset, APassBeginsWhereTheRowsOfABlockEnd) {
  std::string csv = "n,y\n", svm;
  for (int i = 0; i < 250'000; ++i) {
    csv += std::to_string(i) + "," + std::to_string(i) + "\n";
    svm += std::to_string(i) + " 1:" + std::to_string(i) + "\n";
  }
  const std::string path = written("n.csv", csv);
  const data::Dataset text =
      data::csv({path, path}, {.columns = {data::number("n"), data::label("y")}, .readers = 2});
  const data::Dataset packed = text.pack(temporary_folder() + "n.pack");
  const data::Dataset all[] = {text,
                               packed,
                               data::libsvm({written("n.svm", svm)}, {.n_features = 1}),
                               text.skip(70'000).take(300'000),
                               packed.split(0.5).first,
                               packed.shard(3, 1).skip(5)};
  for (const data::Dataset& dataset : all) {
    for (const data::RowOrder& order : {data::RowOrder{}, data::RowOrder{.key = 5, .bytes = 1}}) {
      const std::vector<float> whole = labels(*dataset.open("test", order));
      size_t before = 0, places = 0;
      const auto stream = dataset.open("test", order);
      for (data::RowBlock block; stream->next(block); ++places) {
        before += static_cast<size_t>(block.rows);
        ASSERT_FALSE(block.after.empty());
        data::RowOrder rest = order;
        rest.from = block.after;
        EXPECT_EQ(labels(*dataset.open("test", rest)),
                  std::vector<float>(whole.begin() + static_cast<std::ptrdiff_t>(before), whole.end()));
      }
      EXPECT_GT(places, 1u);
      for (const data::RowPlace& wrong : {data::RowPlace{-1}, data::RowPlace(9, 1'000'000)})
        EXPECT_NE(message_of<InvalidArgument>([&] {
                    dataset.open("test", {.from = wrong});
                  }).find("a place of another one"),
                  std::string::npos);
    }
  }
}

TEST(Dataset, APassFromTheMidstCountsBadRowsFromTheStart) {
  std::string csv;
  for (int i = 0; i < 250'000; ++i) csv += i % 100 == 7 ? "x,1\n" : "1," + std::to_string(i) + "\n";
  data::CsvOptions options{.columns = {data::number("n"), data::label("y")},
                           .bad = {.on_bad = data::OnBad::skip, .max_bad = 0.02}};
  const data::Dataset dataset = data::csv({written("bad.csv", csv)}, options);
  data::RowBlock block;
  ASSERT_TRUE(dataset.open("test")->next(block));
  labels(*dataset.open("test", {.from = block.after}));
  EXPECT_EQ(dataset.report().rows, 250'000);
  EXPECT_EQ(dataset.report().bad, 2500);
  options.bad.rejects = temporary_folder() + "rejects";  // They are those of a whole pass.
  ASSERT_TRUE(data::csv({temporary_folder() + "bad.csv"}, options).open("test")->next(block));
  EXPECT_TRUE(block.after.empty());
}

TEST(Dataset, ABadRowIsNamedAndNothingIsLearnedFromIt) {
  const std::string path = written("a.tsv", "1\t5\tp1\ts\nno\t5\tp1\ts\n");
  EXPECT_NE(message_of<InvalidArgument>([&] {
              data::load(data::csv({path}, options()));
            }).find("a label must be a finite number, in column 'clicked' of line 2 of"),
            std::string::npos);
  data::CsvOptions skipping = options();
  skipping.bad.on_bad = data::OnBad::skip;
  const data::Dataset dataset = data::csv({path}, skipping);
  EXPECT_EQ(data::load(dataset).y.at("clicked").tensor().rows(), 1);
  EXPECT_EQ(dataset.report().bad, 1);
  EXPECT_EQ(dataset.report().first[0].line, 2);
}

}  // namespace
}  // namespace lacuna
