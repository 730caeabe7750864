// What tests of served models share.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/models/model.h"
#include "lacuna/serving/export.h"
#include "lacuna/serving/predictor.h"

namespace lacuna::serving {

// A path that is free, whose file is removed at the end.
class ServedPath {
 public:
  explicit ServedPath(const char* name)
      : path_(testing::TempDir() + "served_" + name + "_" + std::to_string(::getpid())) {}
  ~ServedPath() { std::filesystem::remove(path_); }
  ServedPath(const ServedPath&) = delete;
  ServedPath& operator=(const ServedPath&) = delete;
  operator const std::string&() const { return path_; }
  const std::string& str() const { return path_; }

 private:
  std::string path_;
};

// Rows of `entries` sorted columns with random values.
struct MadeRows {
  std::vector<int32_t> indptr{0}, indices{};
  std::vector<float> data{};
  Dim columns;

  MadeRows(size_t rows, size_t entries, Dim columns_, uint64_t seed) : columns(columns_) {
    Generator random(seed);
    for (size_t r = 0; r < rows; ++r) {
      std::set<int32_t> row;
      while (row.size() < entries)
        row.insert(static_cast<int32_t>(random.below(static_cast<uint64_t>(columns))));
      for (const int32_t c : row) {
        indices.push_back(c);
        data.push_back(static_cast<float>(random.uniform() - 0.5));
      }
      indptr.push_back(static_cast<int32_t>(indices.size()));
    }
  }
  size_t rows() const { return indptr.size() - 1; }
  csr_matrix<float, int32_t> matrix() const {
    return {std::span<const float>(data),
            std::span<const int32_t>(indices),
            std::span<const int32_t>(indptr),
            {static_cast<Dim>(rows()), columns}};
  }
  PredictorInput input() const { return input(0, rows()); }
  PredictorInput input(size_t begin, size_t end) const {
    return PredictorInput::csr(std::span<const int32_t>(indptr).subspan(begin, end - begin + 1),
                               std::span<const int32_t>(indices), std::span<const float>(data));
  }
};

inline void train_a_little(Model& model, const Arrays& x, size_t rows) {
  std::vector<float> y;
  for (size_t r = 0; r < rows; ++r) y.push_back(static_cast<float>(r % 3 == 0));
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(x, y, {.batch_size = 16, .epochs = 2, .verbose = 0});
}

inline std::vector<uint32_t> bits_of(std::span<const float> values) {
  std::vector<uint32_t> result;
  for (const float v : values) result.push_back(std::bit_cast<uint32_t>(v));
  return result;
}

// Exports the model and expects from the file the bits of predict, of one output.
inline void expect_same_bits(Model& model, const Arrays& x, size_t rows,
                             const std::vector<PredictorInput>& inputs, const char* name) {
  const ServedPath path(name);
  export_model(model.network(), path);
  const Predictor predictor(path.str());
  const auto expected = model.predict(x);
  std::vector<float> now(expected.size());
  const std::array<std::span<float>, 1> outputs{std::span<float>(now)};
  for (int times = 0; times < 2; ++times) {
    predictor.predict(rows, inputs, outputs);
    EXPECT_EQ(bits_of(now), bits_of(expected.values<float>())) << name;
  }
}

}  // namespace lacuna::serving
