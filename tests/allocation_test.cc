// A training step allocates nothing once its buffers have grown.
#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

#include "tests/allocations.h"

namespace lacuna {
namespace {

// Allocations of fit with this many epochs of the same batches.
int64_t allocations_of(Model& model, const Arrays& x, const Arrays& y, int epochs) {
  const int64_t before = allocations();
  model.fit(x, y, {.batch_size = 16, .epochs = epochs, .verbose = 0, .shuffle = Shuffle::none});
  return allocations() - before;
}

TEST(Allocation, StepsAllocateNothing) {
  if (!kAllocationsAreCounted) GTEST_SKIP() << "a sanitizer counts for itself";
  const size_t threads = num_threads();
  set_num_threads(1);  // oneTBB's tasks are its own affair.
  Generator random(1);
  std::vector<float> data, y;
  std::vector<int32_t> indices, indptr{0};
  for (int r = 0; r < 16 * 40; ++r) {
    for (int32_t c = static_cast<int32_t>(random.below(9)); c < 200;
         c += 1 + static_cast<int32_t>(random.below(20))) {
      data.push_back(1);
      indices.push_back(c);
    }
    indptr.push_back(static_cast<int32_t>(indices.size()));
    y.push_back(static_cast<float>(r % 2));
  }
  const csr_matrix x{std::span<const float>(data),
                     std::span<const int32_t>(indices),
                     std::span<const int32_t>(indptr),
                     {static_cast<Dim>(y.size()), 200}};
  for (const bool sparse_weight : {true, false}) {
    const Symbol in = Input({.shape = {200}, .sparse = true});
    Symbol h =
        layers::Dense(40, {.activation = "relu", .sparse_weight = sparse_weight})(layers::Dropout(0.2)(in));
    Model model(in, layers::Dense(1, {.activation = "sigmoid"})(h));
    model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
    allocations_of(model, x, y, 2);  // Buffers grow, rows are made.
    const int64_t few = allocations_of(model, x, y, 2), many = allocations_of(model, x, y, 12);
    // What an epoch itself takes (logs, history) is less than one allocation a step.
    EXPECT_LT(many - few, 10 * 40) << "ten more epochs of 40 steps, sparse_weight " << sparse_weight;
  }
  set_num_threads(threads);
}

}  // namespace
}  // namespace lacuna
