// Labels that are mapped: values, faults, and the order of rows that are read at random.
#include "lacuna/data/labels.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "lacuna/base/testing.h"
#include "lacuna/data/libsvm_dataset.h"
#include "lacuna/data/packed_file.h"

namespace lacuna::data {
namespace {

Dataset labelled_rows(const std::string& name, int rows, int least) {
  const std::string path = temporary_folder() + name;
  std::ofstream file(path);
  for (int r = 0; r < rows; ++r) file << (r % 2 == 0 ? 1 : least) << ' ' << 1 + r % 7 << ":1\n";
  file.close();
  return libsvm({path}, {.n_features = 7, .zero_based = ZeroBased::no});
}

std::vector<float> labels_in(const Dataset& rows) {
  const LoadedRows loaded = load(rows);
  const auto values = loaded.y.at("y").tensor().dense().values<float>();
  return {values.begin(), values.end()};
}

TEST(MapLabels, MapsEachValue) {
  const Dataset rows = labelled_rows("labels.svm", 5, -1);
  const Dataset mapped = map_labels(rows, {{-1, 0}, {1, 1}});
  EXPECT_EQ(labels_in(mapped), (std::vector<float>{1, 0, 1, 0, 1}));
  EXPECT_EQ(labels_in(mapped), (std::vector<float>{1, 0, 1, 0, 1}));  // A second pass.
  EXPECT_EQ(labels_in(rows), (std::vector<float>{1, -1, 1, -1, 1}));
  EXPECT_EQ(labels_in(mapped.cache()), labels_in(mapped));
  EXPECT_EQ(labels_in(map_labels(rows.cache(), {{-1, 0}, {1, 1}})), labels_in(mapped));
  EXPECT_NE(mapped.fingerprint("test"), rows.fingerprint("test"));
}

TEST(MapLabels, AnotherLabelIsAnError) {
  const Dataset mapped = map_labels(labelled_rows("labels_3.svm", 5, 3), {{0, 0}, {1, 1}});
  EXPECT_EQ(lacuna::message_of<InvalidArgument>([&] { load(mapped); }),
            "load: a label must be one of 0, 1. Received: y=3.");
  EXPECT_THROW(map_labels(mapped, {}), InvalidArgument);
  EXPECT_THROW(map_labels(mapped, {{1, 0}, {1, 1}}), InvalidArgument);
}

TEST(MapLabels, APackedFileIsStillShuffledExactly) {
  const std::string path = temporary_folder() + "labels.pack";
  const Dataset packed = labelled_rows("labels_packed.svm", 50'000, -1).pack(path);
  const Dataset mapped = map_labels(packed, {{-1, 0}, {1, 1}});
  const RowOrder order{.key = 7, .bytes = 400'000};
  ASSERT_TRUE(packed.shuffles(order));
  EXPECT_TRUE(mapped.shuffles(order));
  std::vector<float> before, after;
  for (const auto& [rows, to] : {std::pair(&packed, &before), std::pair(&mapped, &after)}) {
    const auto stream = rows->open("test", order);
    for (RowBlock block; stream->next(block);)
      for (const float y : block.parts[1].dense().values<float>()) to->push_back(std::max(0.F, y));
  }
  EXPECT_EQ(before.size(), 50'000u);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace lacuna::data
