// The tutorial "Use sparse data", snippet by snippet, as a C++ user writes it. Names that it leaves open
// (y_train, epochs, …) are supplied here, and y is cut as x is.
#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

#include <algorithm>

using namespace lacuna;
using layers::Dense;
using layers::Embedding;
namespace K = lacuna::backend;

namespace {

// sparse.coo_matrix((1000, 1000)) with some entries, as csr.
struct TrainingData {
  explicit TrainingData(Dim rows) {
    Generator random(1);
    for (Dim r = 0; r < rows; ++r) {
      float sum = 0;
      for (int32_t c = static_cast<int32_t>(random.below(100)); c < 1000;
           c += 1 + static_cast<int32_t>(random.below(199))) {
        data.push_back(static_cast<float>(random.uniform()));
        indices.push_back(c);
        sum += data.back() * static_cast<float>(c) / 1000;
      }
      indptr.push_back(static_cast<int32_t>(indices.size()));
      y.push_back(sum);
    }
  }
  csr_matrix<float, int32_t> x() const { return {data, indices, indptr, {static_cast<Dim>(y.size()), 1000}}; }
  std::vector<float> data, y;
  std::vector<int32_t> indices, indptr{0};
};

}  // namespace

TEST(Tutorial, SparseTensors) {
  auto sparse_tensor = Input({.shape = {3}, .sparse = true});
  EXPECT_TRUE(K::is_sparse(sparse_tensor));
  EXPECT_EQ(sparse_tensor.storage(), Storage::csr);

  sparse_tensor = K::placeholder({2, 2}, {.sparse = true});
  EXPECT_EQ(sparse_tensor.storage(), Storage::csr);
  EXPECT_EQ(sparse_tensor.shape(), (Shape{2, 2}));
}

TEST(Tutorial, SparseWeight) {
  auto input = Input({.shape = {3}, .sparse = true});
  auto output = Dense(1, {.activation = "linear", .sparse_weight = true})(input);
  Model model(input, output);
  EXPECT_EQ(model.network().weights()[0]->variable->spec().storage, Storage::row_table);
}

TEST(Tutorial, SparseOperators) {
  // sum, mean, dot, concat of csr, and Embedding with sparse_grad.
  const auto a = K::placeholder({2, 2}, {.sparse = true}), b = K::placeholder({2, 2}, {.sparse = true});
  EXPECT_FALSE(K::is_sparse(K::sum(a, {1})));
  EXPECT_FALSE(K::is_sparse(K::mean(a, {0})));
  EXPECT_FALSE(K::is_sparse(K::dot(a, constant(tensor::Dense::of<float>({2, 1}, std::vector<float>{1, 2})))));
  EXPECT_TRUE(K::is_sparse(K::concatenate({a, b}, 0)));

  const Dim max_features = 100;
  Embedding embedding(max_features, 128, {.input_length = 10, .sparse_grad = true});
  Sequential model({embedding, layers::Flatten(), Dense(1, {.activation = "sigmoid"})});
  model.compile({.optimizer = optimizers::Adam{.lr = 0.01}, .loss = "binary_crossentropy"});
  Generator random(2);
  std::vector<int32_t> ids(64 * 10);
  std::vector<float> y(64);
  for (int32_t& id : ids) id = static_cast<int32_t>(random.below(100));
  for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(ids[10 * i] % 2);
  const History h =
      model.fit(array{std::span<const int32_t>(ids), {64, 10}}, y, {.epochs = 20, .verbose = 0});
  EXPECT_LT(h.history.at("loss").back(), h.history.at("loss").front() / 2);
}

TEST(Tutorial, SliceSparseData) {
  const TrainingData train(1000), test(100);
  auto input = Input({.shape = {1000}, .sparse = true});
  Model model(input, Dense(1, {.sparse_weight = true})(input));
  model.compile({.optimizer = optimizers::SGD{.lr = 0.1}, .loss = "mse"});
  const int epochs = 2;

  // The last batch of 8 rows needs no slicing here.
  History h =
      model.fit(train.x(), train.y,
                {.batch_size = 32, .epochs = epochs, .verbose = 0, .validation_data = {{test.x(), test.y}}});
  EXPECT_LT(h.history.at("val_loss").back(), h.history.at("val_loss").front());

  // But it may be sliced: 992 rows are left.
  const Dim batch_size = 32;
  const tensor::Csr x_train = data::prepare_sliced_sparse_data(Array(train.x()).tensor().csr(), batch_size);
  EXPECT_EQ(x_train.rows, 992);
  const std::vector<float> y_train(train.y.begin(), train.y.begin() + x_train.rows);
  h = model.fit(x_train, y_train, {.batch_size = batch_size, .epochs = epochs, .verbose = 0});
  EXPECT_EQ(h.epoch.size(), 2u);
}
