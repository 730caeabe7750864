// Arrays that another thread writes while a model uses them: an error, or old and new values mixed.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <thread>

#include "lacuna/base/random.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/models/sequential.h"
#include "lacuna/ops/parts/cast.h"

#if defined(__SANITIZE_THREAD__)
#define LACUNA_RACES_ARE_ERRORS 1
#else
#define LACUNA_RACES_ARE_ERRORS 0
#endif

namespace lacuna {
namespace {

constexpr Dim kRows = 300, kColumns = 40, kEach = 5, kClasses = 4;

struct Data {
  std::vector<float> data{};
  std::vector<int32_t> indices{}, indptr{0}, ids{};
  std::vector<int64_t> labels{};
  std::vector<float> dense{};

  Data() {
    for (Dim r = 0; r < kRows; ++r) {
      for (Dim k = 0; k < kEach; ++k) {
        data.push_back(1);
        indices.push_back(static_cast<int32_t>(k * kColumns / kEach + r % (kColumns / kEach)));
      }
      indptr.push_back(static_cast<int32_t>(data.size()));
      ids.push_back(static_cast<int32_t>(r % kColumns));
      labels.push_back(r % kClasses);
    }
    dense.resize(static_cast<size_t>(kRows * kColumns), 0);
  }
  Array csr() const {
    return csr_matrix{std::span(data), std::span(indices), std::span(indptr), {kRows, kColumns}};
  }
};

template <class T>
void write(std::vector<T>& values, size_t place, T value) {
  __atomic_store(&values[place], &value, __ATOMIC_RELAXED);
}

// Changes one value for a while only: a check of the whole array must have a chance to pass.
template <class T>
void spoil(std::vector<T>& values, Generator& random) {
  const auto place = static_cast<size_t>(random.below(values.size()));
  const T before = values[place];
  const T wild[] = {T(-1),
                    T(1) << 30,
                    std::numeric_limits<T>::max(),
                    std::numeric_limits<T>::min(),
                    static_cast<T>(random.below(2 * kColumns)),
                    static_cast<T>(random.below(kRows * kEach))};
  write(values, place, wild[random.below(std::size(wild))]);
  for (auto wait = random.below(300); wait > 0; --wait) asm volatile("");
  write(values, place, before);
}

class Writer {
 public:
  explicit Writer(Data& arrays)
      : thread_([this, &arrays] {
          Generator random(1);
          while (!done_) {
            spoil(arrays.indices, random);
            spoil(arrays.indptr, random);
            spoil(arrays.ids, random);
            spoil(arrays.labels, random);
            const auto place = static_cast<size_t>(random.below(arrays.dense.size()));
            write(arrays.dense, place, 1 - arrays.dense[place]);  // Zeros come and go.
          }
        }) {}
  ~Writer() {
    done_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

TEST(Model, ArraysMayBeWrittenMeanwhile) {
  if (LACUNA_RACES_ARE_ERRORS) GTEST_SKIP() << "this test has a data race on purpose";
  Data arrays;
  const Symbol x = layers::Input({.shape = {kColumns}, .name = "x", .sparse = true}),
               ids = layers::Input({.shape = {1}, .name = "ids"}),
               dense = layers::Input({.shape = {kColumns}, .name = "dense"});
  const Symbol all = layers::Concatenate()(
      {layers::Dense(8)(x), layers::Flatten()(layers::Embedding(kColumns, 3)(ids)),
       layers::Flatten()(layers::Embedding(kColumns, 3, {.sparse_grad = true})(ids)),
       layers::Dense(2, {.sparse_weight = true})(x), layers::Dense(2)(cast_storage(dense, Storage::csr))});
  Model model({x, ids, dense}, {layers::Dense(kClasses, {.activation = "softmax"})(all)});
  model.compile({.optimizer = "adam",
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy", "top_k_categorical_accuracy", "auc"}});
  const Writer writer(arrays);
  const std::vector<Array> given{arrays.csr(), array{std::span<const int32_t>(arrays.ids), {kRows, 1}},
                                 array{std::span<const float>(arrays.dense), {kRows, kColumns}}};
  size_t passed[3] = {}, refused = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  for (size_t turn = 0; std::chrono::steady_clock::now() < end; ++turn) {
    try {
      if (turn % 3 == 0) model.fit(given, arrays.labels, {.batch_size = 64, .epochs = 5, .verbose = 0});
      if (turn % 3 == 1) model.predict(given, {.batch_size = turn % 2 ? 32 : 300});
      if (turn % 3 == 2) model.evaluate(given, arrays.labels, {.batch_size = 100, .verbose = 0});
      ++passed[turn % 3];
    } catch (const std::invalid_argument&) {
      ++refused;
    } catch (const std::out_of_range&) {
      ++refused;
    }
  }
  EXPECT_GT(passed[0] * passed[1] * passed[2], 0u);
  EXPECT_GT(refused, 0u);
}

// Writes into ids once all of them have been checked, before the first batch: each batch must check its own.
struct WritesIds final : callbacks::Callback {
  explicit WritesIds(std::vector<int64_t>& i, int64_t v) : ids(i), value(v) {}
  bool wants_batches() const override { return true; }
  void on_batch_begin(int64_t batch, const callbacks::Logs&) override {
    if (batch == 0) ids.back() = value;
  }
  std::vector<int64_t>& ids;
  int64_t value;
};

TEST(Model, IdsThatACallbackWritesAreChecked) {
  for (const Dim rows : {Dim{40}, Dim{1} << 40}) {
    for (const int64_t wild : {int64_t{-1}, int64_t{rows}, std::numeric_limits<int64_t>::max()}) {
      std::vector<int64_t> written(64, 3);
      const std::vector<float> y(64, 1);
      const Symbol ids = layers::Input({.shape = {1}, .name = "ids"});
      Model model({ids}, {layers::Flatten()(layers::Embedding(rows, 1, {.sparse_grad = true})(ids))});
      model.compile({.optimizer = "sgd", .loss = "mse"});
      const auto writer = std::make_shared<WritesIds>(written, wild);
      EXPECT_THROW(
          model.fit(array{std::span<const int64_t>(written), {64, 1}}, y,
                    {.batch_size = 16, .verbose = 0, .callbacks = {writer}, .shuffle = Shuffle::none}),
          std::out_of_range)
          << rows << " " << wild;
    }
  }
}

}  // namespace
}  // namespace lacuna
