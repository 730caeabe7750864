// Trains one small case of fixed data on one thread, for check.py to count the instructions of its steps:
// `steps CASE`; without a name, it lists the cases. Prints how many steps lie between the two counted runs.
#include <lacuna/lacuna.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

using namespace lacuna;
using layers::Dense;

namespace {

constexpr uint64_t kSeed = 1;
constexpr Dim kBatches = 2;  // An epoch.

// A model with what its fit takes. The arrays of x and y are held here, since the library copies none.
struct Case {
  Model model;
  Dim batch_size;
  std::vector<float> data{}, y{};
  std::vector<int32_t> indices{}, indptr{0};  // Of a csr x; if indptr has no rows, indices is dense.
  Dim columns = 0;
  bool dense_ids = false;

  void fit(int epochs) {
    const Array x = dense_ids ? Array(array{std::span<const int32_t>(indices), {rows(), columns}})
                              : Array(csr_matrix{std::span<const float>(data),
                                                 std::span<const int32_t>(indices),
                                                 std::span<const int32_t>(indptr),
                                                 {rows(), columns}});
    model.fit(x, y, {.batch_size = batch_size, .epochs = epochs, .verbose = 0});
  }
  Dim rows() const { return batch_size * kBatches; }
};

// Rows of `per_row` columns, drawn uniformly (a column that is drawn twice occurs once), with labels 0, …,
// classes - 1.
Case csr_case(Model model, Dim batch_size, Dim columns, int per_row, uint64_t classes) {
  Case made{.model = model, .batch_size = batch_size, .columns = columns};
  Generator random(kSeed);
  for (Dim r = 0; r < made.rows(); ++r) {
    const auto begin = static_cast<std::ptrdiff_t>(made.indices.size());
    for (int k = 0; k < per_row; ++k)
      made.indices.push_back(static_cast<int32_t>(random.below(static_cast<uint64_t>(columns))));
    std::sort(made.indices.begin() + begin, made.indices.end());
    made.indices.erase(std::unique(made.indices.begin() + begin, made.indices.end()), made.indices.end());
    made.indptr.push_back(static_cast<int32_t>(made.indices.size()));
    made.y.push_back(static_cast<float>(random.below(classes)));
  }
  for (size_t k = 0; k < made.indices.size(); ++k) made.data.push_back(static_cast<float>(random.uniform()));
  return made;
}

Case ids_case(Model model, Dim batch_size, Dim ids, Dim per_row) {
  Case made{.model = model, .batch_size = batch_size, .columns = per_row, .dense_ids = true};
  Generator random(kSeed);
  for (Dim k = 0; k < made.rows() * per_row; ++k)
    made.indices.push_back(static_cast<int32_t>(random.below(static_cast<uint64_t>(ids))));
  for (Dim r = 0; r < made.rows(); ++r) made.y.push_back(static_cast<float>(random.below(2)));
  return made;
}

// The steps are small enough that no weight grows beyond bounds.
Case linear(Dim batch_size, bool sparse_weight, double momentum) {
  const Dim columns = 10'000;
  const Symbol x = Input({.shape = {columns}, .sparse = true});
  Model model(x, Dense(1, {.sparse_weight = sparse_weight})(x));
  model.compile({.optimizer = optimizers::SGD{.lr = 1e-4, .momentum = momentum},
                 .loss = "mse",
                 .metrics = {"accuracy"}});
  return csr_case(model, batch_size, columns, 100, 100);
}

Case wide(Dim columns, bool sparse_weight, double momentum) {
  const Symbol x = Input({.shape = {columns}, .sparse = true});
  Model model(
      x,
      Dense(1, {.activation = "sigmoid", .kernel_initializer = "zeros", .sparse_weight = sparse_weight})(x));
  model.compile(
      {.optimizer = optimizers::SGD{.lr = 0.1, .momentum = momentum}, .loss = "binary_crossentropy"});
  return csr_case(model, 512, columns, 39, 2);
}

Case classes(Dim columns, Dim units, Dim classes, bool sparse_weight) {
  const Symbol x = Input({.shape = {columns}, .sparse = true});
  const Symbol hidden = Dense(units, {.activation = "relu", .sparse_weight = sparse_weight})(x);
  Model model(x, Dense(classes, {.activation = "softmax"})(hidden));
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  return csr_case(model, 128, columns, 20, static_cast<uint64_t>(classes));
}

Case embedding() {
  const Dim ids = 100'000;
  const Symbol x = Input({.shape = {10}});
  const Symbol rows = layers::Embedding(ids, 128, {.sparse_grad = true})(x);
  Model model(x, Dense(1, {.activation = "sigmoid"})(layers::Flatten()(rows)));
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy"});
  return ids_case(model, 256, ids, 10);
}

Case factorization_machine() {
  const Dim columns = 100'000;
  const Symbol x = Input({.shape = {columns}, .sparse = true});
  Model model(x, layers::FactorizationMachine(16, {.activation = "sigmoid", .sparse_weight = true})(x));
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy"});
  return csr_case(model, 256, columns, 39, 2);
}

const std::map<std::string, std::function<Case()>> kCases = {
    {"linear_flag", [] { return linear(512, true, 0.9); }},
    {"linear_flag_64", [] { return linear(64, true, 0.9); }},
    {"linear_momentum", [] { return linear(512, false, 0.9); }},  // All rows move.
    {"linear_plain", [] { return linear(512, false, 0); }},
    {"mlp", [] { return classes(1'164, 582, 10, false); }},
    {"embedding", embedding},
    {"wide_flag", [] { return wide(1'000'000, true, 0.9); }},
    {"wide_flag_hash", [] { return wide(1'000'000'000, true, 0.9); }},
    {"wide_plain", [] { return wide(1'000'000, false, 0); }},
    {"fm", factorization_machine},
    {"sections", [] { return classes(90'000, 128, 58, true); }},
};

constexpr int kShort = 1, kLong = 3;  // Epochs.

}  // namespace

// check.py counts the instructions of these two by their names; the difference is that of whole epochs.
extern "C" {
[[gnu::noinline]] void short_run(Case& trained) { trained.fit(kShort); }
[[gnu::noinline]] void long_run(Case& trained) { trained.fit(kLong); }
}

int main(int argc, char** argv) {
  if (argc != 2) {
    for (const auto& [name, make] : kCases) std::puts(name.c_str());
    return 0;
  }
  set_num_threads(1);
  set_random_seed(kSeed);
  Case trained = kCases.at(argv[1])();
  trained.fit(2);  // Rows are made, buffers grow.
  short_run(trained);
  long_run(trained);
  std::printf("%lld\n", static_cast<long long>((kLong - kShort) * kBatches));
}
