// Datasets made of other ones, in C++.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "lacuna/base/testing.h"
#include "lacuna/data/batches.h"
#include "lacuna/data/drawn_ids.h"

namespace lacuna::data {
namespace {

// Batches of 1, 2, …, `count` rows, numbered from 0 in x and y; x has the id n % 5 of 5.
Dataset of_batches(int count, BatchesOptions options = {}) {
  return batches(
      [count] {
        return [count, made = 0, number = 0]() mutable -> std::optional<LoadedRows> {
          if (made == count) return std::nullopt;
          ++made;
          tensor::Csr x;
          x.resize(made, 5, static_cast<size_t>(made), DType::float32);
          std::vector<float> y;
          for (int r = 0; r <= made; ++r) x.indptr.as<int32_t>()[static_cast<size_t>(r)] = r;
          for (int r = 0; r < made; ++r, ++number) {
            x.indices.as<int32_t>()[static_cast<size_t>(r)] = number % 5;
            x.values<float>()[static_cast<size_t>(r)] = 1;
            y.push_back(static_cast<float>(number));
          }
          LoadedRows rows;
          rows.x.emplace("x", std::move(x));
          rows.y.emplace("y", tensor::Dense::of<float>({made}, y));
          return rows;
        };
      },
      std::move(options));
}

std::vector<float> y_of(const Dataset& dataset) {
  const LoadedRows rows = load(dataset);
  const auto y = rows.y.at("y").tensor().dense().values<float>();
  return {y.begin(), y.end()};
}

std::vector<float> counted(int count) {
  std::vector<float> all(static_cast<size_t>(count));
  std::iota(all.begin(), all.end(), 0.0f);
  return all;
}

TEST(Recipes, BatchesAreRows) {
  const Dataset dataset = of_batches(10);
  EXPECT_EQ(y_of(dataset), counted(55));
  EXPECT_EQ(y_of(dataset), counted(55));  // A second pass.
  EXPECT_EQ(dataset.schema()[0].spec, (Spec{{None, 5}, DType::float32, Storage::csr}));
  const Dataset once = of_batches(10, {.once = true});
  once.schema();
  EXPECT_EQ(y_of(once), counted(55));
  EXPECT_NE(lacuna::message_of<InvalidArgument>([&] { load(once); }).find("Received: a second pass"),
            std::string::npos);
  EXPECT_NE(of_batches(1).fingerprint("test"), of_batches(1).fingerprint("test"));
  EXPECT_EQ(of_batches(1, {.version = "1"}).fingerprint("test"),
            of_batches(1, {.version = "1"}).fingerprint("test"));
}

TEST(Recipes, APassBeginsAnywhere) {
  const auto doubled = [](const LoadedRows& rows) { return rows; };
  const Dataset cached = of_batches(30).cache();
  for (const Dataset& dataset :
       {of_batches(30), of_batches(30).map(doubled), cached, cached, of_batches(30).negatives(3, "x"),
        of_batches(200).negatives(200, "x").skip(7)}) {
    std::vector<float> whole = y_of(dataset);
    size_t before = 0;
    const auto stream = dataset.open("test");
    for (RowBlock block; stream->next(block);) {
      before += static_cast<size_t>(block.rows);
      ASSERT_FALSE(block.after.empty());
      const auto rest = dataset.open("test", {.from = block.after});
      RowBlock next;
      if (!rest->next(next)) {
        EXPECT_EQ(before, whole.size());
        continue;
      }
      const auto y = next.parts[1].dense().values<float>();
      EXPECT_EQ(std::vector<float>(y.begin(), y.end()),
                std::vector<float>(whole.begin() + static_cast<std::ptrdiff_t>(before),
                                   whole.begin() + static_cast<std::ptrdiff_t>(before + y.size())));
    }
    EXPECT_EQ(before, whole.size());
  }
}

TEST(Recipes, AMapMakesOtherRows) {
  const Dataset mapped = of_batches(10).map([](const LoadedRows& rows) {
    LoadedRows made = rows;
    std::vector<float> y;
    for (const float value : rows.y.at("y").tensor().dense().values<float>()) y.push_back(value + 1);
    made.y["y"] = tensor::Dense::of<float>({static_cast<Dim>(y.size())}, y);
    return made;
  });
  std::vector<float> wanted = counted(56);
  wanted.erase(wanted.begin());
  EXPECT_EQ(y_of(mapped), wanted);
}

TEST(Recipes, SidesOfASplitShareNoKey) {
  const auto [one, other] = of_batches(30).split(0.5, 3, "x");
  const auto ids = [](const Dataset& dataset) {
    std::set<int> seen;
    for (const float y : y_of(dataset)) seen.insert(static_cast<int>(y) % 5);
    return seen;
  };
  const auto first = ids(one), second = ids(other);
  EXPECT_EQ(first.size() + second.size(), 5u);
  EXPECT_NE(lacuna::message_of<InvalidArgument>([] {
              of_batches(1).split(0.5, 0, "z");
            }).find("split: key must be a part or a column of the dataset. Received: key='z'"),
            std::string::npos);
}

TEST(DrawnIds, NoneThatIsNamed) {
  const DrawnIds counted({{2, 10}, {5, 30}, {9, 60}});
  std::map<Dim, int> seen;
  for (uint64_t i = 0; i < 1000; ++i)
    ++seen[counted.draw(i * (~uint64_t{0} / 1000), std::vector<Dim>{0, 5, 7})];
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_NEAR(seen[2], 1000 / 7.0, 3);
  EXPECT_EQ(counted.draw(1, std::vector<Dim>{2, 5, 9}), -1);
  const DrawnIds evenly(6);
  seen.clear();
  for (uint64_t i = 0; i < 1000; ++i)
    ++seen[evenly.draw(i * (~uint64_t{0} / 1000), std::vector<Dim>{0, 1, 4})];
  for (const Dim id : {2, 3, 5}) EXPECT_NEAR(seen[id], 1000 / 3.0, 3);
  EXPECT_EQ(DrawnIds(std::map<Dim, uint64_t>{}).draw(0, {}), -1);
}

}  // namespace
}  // namespace lacuna::data
