// NumPy's .npy files: a header of text, then the values as they lie in memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>

#include "pages.h"

namespace loops {

template <class T>
struct Npy {
  Pages<T> values;
  size_t columns = 1;  // The second dimension, if there is one.
};

// The array as T, converted from whatever number type the file holds.
template <class T>
Npy<T> read_npy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("read_npy: the file must be there. Received: path=" + path);
  char magic[8] = {};
  file.read(magic, 8);
  uint32_t header_size = 0;
  file.read(reinterpret_cast<char*>(&header_size), magic[6] == 1 ? 2 : 4);
  std::string header(header_size, ' ');
  file.read(header.data(), header_size);
  const auto refuse = [&] {
    throw std::runtime_error(
        "read_npy: the file must hold a C-contiguous array of rank 1 or 2 of int32, "
        "int64, float32 or float64. Received: path=" +
        path + ", header=" + header);
  };
  if (!file || std::string(magic + 1, 5) != "NUMPY" || header.find("'fortran_order': False") == header.npos)
    refuse();

  Npy<T> result;
  size_t at = header.find("'shape': (");
  if (at == header.npos) refuse();
  at += 10;
  size_t rows = 0, digits = 0;
  rows = std::stoull(header.substr(at), &digits);
  at += digits + 1;
  if (header[at] == ' ') result.columns = std::stoull(header.substr(at));
  const size_t size = rows * result.columns;
  result.values = Pages<T>(size);

  const auto read_as = [&]<class Stored>(Stored) {
    constexpr size_t kBlock = 1 << 14;
    Stored block[kBlock];
    for (size_t begin = 0; begin < size; begin += kBlock) {
      const size_t n = size - begin < kBlock ? size - begin : kBlock;
      file.read(reinterpret_cast<char*>(block), static_cast<std::streamsize>(n * sizeof(Stored)));
      for (size_t i = 0; i < n; ++i) result.values[begin + i] = static_cast<T>(block[i]);
    }
  };
  const auto holds = [&](const char* type) { return header.find(type) != header.npos; };
  if (holds("'<i4'")) read_as(int32_t{});
  else if (holds("'<i8'")) read_as(int64_t{});
  else if (holds("'<f4'")) read_as(float{});
  else if (holds("'<f8'")) read_as(double{});
  else refuse();
  if (!file) throw std::runtime_error("read_npy: the file must not end early. Received: path=" + path);
  return result;
}

}  // namespace loops
