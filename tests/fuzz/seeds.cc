// Writes what the fuzzers start from, a folder for each target: `seeds FOLDER`.
#include <lacuna/lacuna.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "lacuna/base/seal.h"

using namespace lacuna;

namespace {

Model small(bool sparse) {
  const Symbol x = Input({.shape = {5}, .sparse = sparse});
  Symbol y = layers::Dense(3, {.activation = "relu", .kernel_regularizer = "l2", .sparse_weight = sparse})(x);
  y = layers::Dropout(0.5)(layers::BatchNormalization()(y));
  Model model(x, layers::Dense(2, {.activation = "softmax", .bias_constraint = "max_norm"})(y));
  model.compile({.optimizer = "adam", .loss = "categorical_crossentropy", .metrics = {"accuracy"}});
  return model;
}

Model of_ids() {
  const Symbol x = Input({.shape = {4}});
  const Symbol rows = layers::Embedding(7, 3, {.sparse_grad = true})(x);
  Model model(x, layers::Dense(1, {.activation = "sigmoid"})(layers::Flatten()(rows)));
  model.compile({.optimizer = "sgd", .loss = "binary_crossentropy"});
  return model;
}

}  // namespace

int main(int, char** argv) {
  const std::filesystem::path folder(argv[1]);
  const auto write = [&](const std::string& target, const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories(folder / target);
    std::ofstream(folder / target / name, std::ios::binary) << bytes;
  };
  const std::string zeros(2, '\0');
  write("libsvm", "plain", zeros + "1 1:0.5 3:2 # a\n-1 2:1e-3\n\n0\n");
  write("libsvm", "queries", std::string("\x0a\x01", 2) + "2.5 qid:3 1:1 2:-7\n1 qid:4 7:1e30\n");
  write("libsvm", "labels", std::string("\x04\x02", 2) + "1,4 0:1\n 2:3\n3 1:1 9:2\n");
  write("libsvm", "file", std::string("\x30\x00", 2) + "1 1:1\r\n2 2:2\r\n");
  const std::string models[] = {"dense", "csr", "ids"};
  size_t number = 0;
  for (Model model : {small(false), small(true), of_ids()}) {
    write("config", models[number], model.to_json());
    const std::string sealed = model.save_to_bytes();
    write("model_file", models[number], sealed.substr(0, sealed.size() - kSealBytes));
    ++number;
  }
}
