// Rows at random of arrays of NumPy and csr matrices of scipy, from mappings of their files.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "lacuna/data/zip_file.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna::data {

// Thread-safe.
class MappedArrays {
 public:
  virtual ~MappedArrays() = default;
  // These rows. Throws FileError if the file is not as it was, InvalidArgument if it is damaged.
  virtual Tensor gather(const char* where, std::span<const uint32_t> rows) const = 0;
};

// Of a .npy file that is not compressed.
std::unique_ptr<MappedArrays> map_dense(const char* where, const std::string& path, const NpyArray& array);

// Of a .npz file whose arrays are stored as they are; their checksums are compared first. shape, data,
// indices, indptr: of the matrix, as they were read.
std::unique_ptr<MappedArrays> map_csr(const char* where, const std::string& path, const Shape& shape,
                                      const NpyArray& data, const NpyArray& indices, const NpyArray& indptr);

}  // namespace lacuna::data
