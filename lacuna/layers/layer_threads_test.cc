// Tests that layers whose ops split their work learn the same bits with any number of threads.
#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

namespace lacuna {
namespace {

std::vector<tensor::Dense> trained(size_t threads, const std::function<Model()>& make, const Arrays& x,
                                   const Arrays& y) {
  const size_t before = num_threads();
  set_num_threads(threads);
  set_random_seed(5);
  Model model = make();
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(x, y, {.batch_size = 2048, .epochs = 3, .verbose = 0});
  set_num_threads(before);
  return model.get_weights();
}

void expect_same_bits(const std::function<Model()>& make, const Arrays& x, const Arrays& y) {
  const auto one = trained(1, make, x, y), four = trained(4, make, x, y);
  ASSERT_EQ(one.size(), four.size());
  for (size_t i = 0; i < one.size(); ++i)
    EXPECT_TRUE(std::ranges::equal(one[i].values<float>(), four[i].values<float>())) << "weight " << i;
}

TEST(LayersOnThreads, LearnTheSameBits) {
  constexpr Dim kRows = 4096, kColumns = 3000;
  Generator random(2);
  std::vector<float> data, y;
  std::vector<int32_t> indices, indptr{0}, ids;
  for (Dim r = 0; r < kRows; ++r) {
    for (auto c = static_cast<int32_t>(random.below(100)); c < kColumns;
         c += 1 + static_cast<int32_t>(random.below(200))) {
      data.push_back(static_cast<float>(random.uniform()));
      indices.push_back(c);
    }
    indptr.push_back(static_cast<int32_t>(indices.size()));
    y.push_back(static_cast<float>(random.normal()));
    for (int i = 0; i < 10; ++i) ids.push_back(static_cast<int32_t>(random.below(kColumns)));
  }
  const csr_matrix x{std::span<const float>(data),
                     std::span<const int32_t>(indices),
                     std::span<const int32_t>(indptr),
                     {kRows, kColumns}};
  const auto of_csr = [] {
    const Symbol in = Input({.shape = {kColumns}, .sparse = true});
    const Symbol scaled = layers::BatchNormalization({.center = false, .subtract_mean = false})(in);
    Symbol h = layers::Embedding(kColumns, 40, {.combiner = "sqrtn"})(
        layers::CrossNet(2, {.use_bias = false})(layers::GaussianDropout(0.2)(scaled)));
    h = layers::PReLU()(layers::AlphaDropout(0.1)(layers::BatchNormalization()(h)));
    return Model(in, layers::Dense(1)(layers::Dropout(0.1, {.noise_shape = {1, None}})(h)));
  };
  expect_same_bits(of_csr, x, y);
  const auto of_ids = [] {
    const Symbol in = Input({.shape = {10}});
    const Symbol steps = layers::Embedding(kColumns, 16, {.mask_zero = true})(in);
    const Symbol bag = layers::Embedding(kColumns, 16, {.mask_zero = true, .combiner = "mean"})(in);
    const Symbol pairs =
        layers::FactorizationMachine(16, {.input_dim = kColumns, .ids = true, .mask_zero = true})(in);
    return Model(in,
                 layers::Dense(1)(layers::concatenate(
                     {layers::GlobalAveragePooling1D()(layers::SpatialDropout1D(0.1)(steps)), bag, pairs})));
  };
  expect_same_bits(of_ids, array{std::span<const int32_t>(ids), {kRows, 10}}, y);
}

}  // namespace
}  // namespace lacuna
