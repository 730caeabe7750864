// Trains a factorization machine on made clicks and exports it: train FOLDER. It writes model.lacuna, and
// into rows.txt what the model predicts for some rows, which serve.c compares.
#include <lacuna/lacuna.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

constexpr std::int32_t kColumns = 1 << 20;
constexpr std::size_t kFields = 13;

struct Clicks {
  std::vector<float> data{}, y{};
  std::vector<std::int32_t> indices{}, indptr{0};

  explicit Clicks(std::size_t rows) {
    std::mt19937 random(7);
    for (std::size_t r = 0; r < rows; ++r) {
      std::uint32_t sum = 0;
      for (std::size_t f = 0; f < kFields; ++f) {
        const auto value = static_cast<std::uint32_t>(random() % 1000);
        sum += value;
        indices.push_back(static_cast<std::int32_t>(f * (kColumns / kFields) + value));
        data.push_back(1);
      }
      indptr.push_back(static_cast<std::int32_t>(indices.size()));
      y.push_back(static_cast<float>(sum % 3 == 0));
    }
  }
  lacuna::csr_matrix<float, std::int32_t> x() const {
    return {std::span(data),
            std::span(indices),
            std::span(indptr),
            {static_cast<std::int64_t>(y.size()), kColumns}};
  }
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return std::cerr << "train FOLDER\n", 2;
  const std::string folder = arguments[1];
  const Clicks clicks(2000);

  lacuna::set_random_seed(1);
  auto input = lacuna::Input({.shape = {kColumns}, .name = "clicks", .sparse = true});
  auto wide = lacuna::layers::Dense(1, {.sparse_weight = true})(input);
  auto crossed = lacuna::layers::FactorizationMachine(8, {.sparse_weight = true})(input);
  auto sum = lacuna::layers::Add()({wide, crossed});
  lacuna::Model model(input, lacuna::layers::Activation("sigmoid")(sum));
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy"});
  model.fit(clicks.x(), clicks.y, {.batch_size = 100, .epochs = 1, .verbose = 0});

  const auto exported = lacuna::export_model(model.network(), folder + "/model.lacuna");
  std::cout << exported.text();

  const auto predicted = model.predict(clicks.x());
  std::ofstream rows(folder + "/rows.txt");
  for (std::size_t r = 0; r < 100; ++r) {
    char hexadecimal[64];
    std::snprintf(hexadecimal, sizeof hexadecimal, "%a", predicted.values<float>()[r]);
    rows << hexadecimal;
    for (std::size_t f = 0; f < kFields; ++f) rows << ' ' << clicks.indices[r * kFields + f];
    rows << '\n';
  }
  return rows ? 0 : 1;
}
