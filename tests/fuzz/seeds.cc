// Writes what the fuzzers start from, a folder for each target: `seeds FOLDER`.
#include <lacuna/lacuna.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lacuna/base/seal.h"
#include "lacuna/hdf5/hdf5.h"

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

// A dense or csr matrix as .npy arrays, of numbers as they lie in memory.
template <class T>
std::string npy(const std::string& descr, const std::string& shape, const std::vector<T>& values) {
  std::string head = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
  head.resize(118, ' ');
  head.back() = '\n';
  const std::string bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + head + bytes;
}

std::string with_length(const std::string& bytes) {
  return std::string{static_cast<char>(bytes.size() & 255), static_cast<char>(bytes.size() >> 8)} + bytes;
}

template <class T>
void put(const hdf5::Group& group, const char* name, DType dtype, const Shape& shape,
         const std::vector<T>& values) {
  tensor::Dense array;
  array.resize(shape, dtype);
  std::copy(values.begin(), values.end(), array.values<T>().begin());
  group.write_array(name, array);
}

// A file of HDF5 without its seal.
std::string cells(bool dense) {
  hdf5::File file = hdf5::File::create("seeds");
  const hdf5::Group root = file.root(), matrix = root.group("matrix"), column = root.group("obs/kind");
  if (dense) {
    put<float>(root, "X", DType::float32, {3, 2}, {1, 2, 3, 4, 5, 6});
    column.write_text("encoding-type", "categorical");
    put<int32_t>(column, "codes", DType::int32, {3}, {0, 1, 0});
    put<int32_t>(column, "categories", DType::int32, {2}, {7, 8});
  } else {
    put<float>(matrix, "data", DType::float32, {4}, {1, 2, 3, 4});
    put<int64_t>(matrix, "indices", DType::int64, {4}, {0, 4, 2, 1});
    put<int64_t>(matrix, "indptr", DType::int64, {4}, {0, 2, 2, 4});
    put<int64_t>(matrix, "shape", DType::int64, {2}, {5, 3});
  }
  const std::string bytes = file.finish_bytes();
  return bytes.substr(0, bytes.size() - kSealBytes);
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
  write("jsonl", "plain",
        std::string("\x03\x7f", 2) +
            "{\"y\": 1, \"n\": -2.5e1, \"w\": \"a\", \"l\": [\"p\", 3, null], \"s\": true, \"q\": 7, "
            "\"u\": {\"z\": \"word\", \"i\": [1, 8]}}\r\n\n{\"y\": \"0\", \"u.i\": \"3;4\"}\n");
  write("jsonl", "fields",
        std::string("\x07\x42", 2) +
            "\xef\xbb\xbf{\"w\":\"\\u00fc\",\"y\":0,\"u\":{\"i\":\"3\"}}\n[1]\n{\"y\":");
  write("vw", "plain",
        std::string("\x03\x05", 2) + "1 2.0 'tag|user:0.5 age:31 m |a 7 red\n-1 |a 3:0.5\n\nx |a b\n");
  write("vw", "namespaces",
        std::string("\x07\x24", 2) + "1 2 0.5 tag| a:1\t|user x:1e3 x |other y\r\n0 1 't|a");
  write("npz", "npy", std::string(1, '\0') + npy<float>("<f4", "(2, 3)", {1, 2, 3, 4, 5, 6}));
  write("npz", "csr",
        "\x02" + with_length(npy<float>("<f4", "(4,)", {1, 2, 3, 4})) +
            with_length(npy<int32_t>("<i4", "(4,)", {0, 4, 2, 1})) +
            with_length(npy<int32_t>("<i4", "(4,)", {0, 2, 2, 4})) +
            with_length(npy<char>("|S3", "()", {'c', 's', 'r'})) +
            with_length(npy<int64_t>("<i8", "(2,)", {3, 5})));
  write("cells", "10x", "\x01" + cells(false));
  write("cells", "h5ad", "\x02" + cells(true));
  write("tokens", "words",
        std::string("\x0d\x07", 2) + "\xc3\x89" + "COLE a_b, \xce\xa3" + "AS" + std::string(1, '\0') +
            "x y z" + std::string(70, 'q'));
  write("tokens", "spaces",
        std::string("\x07\x1d", 2) + "Don't stop.  \t\n Ab" + std::string(1, '\0') + "\xff z");
  write("tokens", "letters", std::string("\x09\x03", 2) + "a\xe2\x82\xac\xf0\x9d\x84\x9e");
  const std::string models[] = {"dense", "csr", "ids"};
  size_t number = 0;
  for (Model model : {small(false), small(true), of_ids()}) {
    write("config", models[number], model.to_json());
    const std::string sealed = model.save_to_bytes();
    write("model_file", models[number], sealed.substr(0, sealed.size() - kSealBytes));
    ++number;
  }
}
