// Matrices in files of HDF5, in C++: places of passes, and files that lie in the layout of Cell Ranger.
#include "lacuna/data/h5ad.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lacuna/base/testing.h"
#include "lacuna/hdf5/hdf5.h"

namespace lacuna::data {
namespace {

template <class T>
void put_list(const hdf5::Group& group, const char* name, DType dtype, const std::vector<T>& values) {
  tensor::Dense list;
  list.resize({static_cast<Dim>(values.size())}, dtype);
  std::copy(values.begin(), values.end(), list.values<T>().begin());
  group.write_array(name, list);
}

// Row r has the columns r mod 7 and 7, with the values r and 1.
std::string tenx_file(Dim rows) {
  const std::string path = temporary_folder() + "cells.h5";
  hdf5::File file = hdf5::File::create("test", path);
  const hdf5::Group matrix = file.root().group("matrix");
  std::vector<float> values;
  std::vector<int64_t> indices, ends{0};
  for (Dim r = 0; r < rows; ++r) {
    values.insert(values.end(), {static_cast<float>(r), 1});
    indices.insert(indices.end(), {r % 7, 7});
    ends.push_back(2 * (r + 1));
  }
  put_list(matrix, "data", DType::float32, values);
  put_list(matrix, "indices", DType::int64, indices);
  put_list(matrix, "indptr", DType::int64, ends);
  put_list(matrix, "shape", DType::int64, std::vector<int64_t>{8, rows});
  file.finish();
  return path;
}

std::vector<float> values_of_rows(RowStream& stream) {
  std::vector<float> values;
  for (RowBlock block; stream.next(block);) {
    const tensor::Csr& x = block.parts[0].csr();
    EXPECT_EQ(x.nonzeros(), static_cast<size_t>(2 * block.rows));
    const auto some = x.values<float>();
    values.insert(values.end(), some.begin(), some.end());
  }
  return values;
}

TEST(H5ad, APassBeginsAtEachPlace) {
  constexpr Dim kRows = 30'000;
  const Dataset dataset = h5_10x(tenx_file(kRows));
  EXPECT_EQ(dataset.rows(), kRows);
  EXPECT_TRUE(dataset.exceeds(kRows * 2 * 12) && !dataset.exceeds(kRows * 2 * 12 + kRows * 8 + 8));
  const std::vector<float> whole = values_of_rows(*dataset.open("test"));
  ASSERT_EQ(whole.size(), 2u * kRows);
  size_t before = 0, places = 0;
  const auto stream = dataset.open("test");
  for (RowBlock block; stream->next(block); ++places) {
    before += 2 * static_cast<size_t>(block.rows);
    EXPECT_EQ(values_of_rows(*dataset.open("test", {.from = block.after})),
              std::vector<float>(whole.begin() + static_cast<std::ptrdiff_t>(before), whole.end()));
  }
  EXPECT_GT(places, 2u);
  for (const RowPlace& wrong : {RowPlace{-1}, RowPlace{kRows + 1}, RowPlace{1, 1}})
    EXPECT_THROW(dataset.open("test", {.from = wrong}), InvalidArgument);
}

TEST(H5ad, AMatrixWithoutRowsIsEmpty) {
  const Dataset dataset = h5_10x(tenx_file(0));
  EXPECT_EQ(dataset.rows(), 0);
  EXPECT_TRUE(values_of_rows(*dataset.open("test")).empty());
}

}  // namespace
}  // namespace lacuna::data
