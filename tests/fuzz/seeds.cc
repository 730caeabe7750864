// Writes what the fuzzers start from, a folder for each target: `seeds FOLDER`.
#include <lacuna/lacuna.h>

#include <filesystem>
#include <fstream>
#include <iterator>
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
  write("csv", "plain", std::string("\x03\x7f", 2) + "1,5,a,p;q,0.5,word,7,x\n0,,b,,1,\"a,b\",8,\n");
  write("csv", "header", std::string("\x0b\x02", 2) + "w\ty\tn\n\xc3\xbc\t1\t12.5\r\n\xff\t0\t-1\n\n");
  write("csv", "fields", std::string("\x07\x03", 2) + "\xef\xbb\xbfy,n,w\n1,3,a\n0,\"4\",b");
  write("libsvm_blocks", "plain", std::string("\x03\x02", 2) + "1 1:0.5 3:2 # a\n-1 2:1e-3\nbad\n\n0\n");
  write("libsvm_blocks", "queries", std::string("\x0c\x28", 2) + "2.5 qid:3 1:1 2:-7\n1 qid:4 7:1e30\n");
  std::ofstream(folder / "text.svm") << "1 1:0.5 3:2\n-1 2:1\n0 1:7\n";
  data::libsvm({folder / "text.svm"}).pack(folder / "text.pack");
  std::ifstream packed(folder / "text.pack", std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(packed), {}};
  const size_t foot = whole.find("{\"");
  write("packed", "file", zeros + whole);
  write("packed", "foot", std::string("\x01\x00", 2) + whole.substr(foot, whole.size() - 24 - foot));
  write("packed", "block", std::string("\x02\x03", 2) + whole.substr(8, foot - 8) + std::string(32, '\0'));
  const std::string models[] = {"dense", "csr", "ids"};
  size_t number = 0;
  for (Model model : {small(false), small(true), of_ids()}) {
    write("config", models[number], model.to_json());
    const std::string sealed = model.save_to_bytes();
    write("model_file", models[number], sealed.substr(0, sealed.size() - kSealBytes));
    ++number;
  }
}
