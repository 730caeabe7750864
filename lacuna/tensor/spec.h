// A Spec is all that is known of a tensor before it exists.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "lacuna/tensor/dtype.h"

namespace LACUNA_EXPORT lacuna {

// dense; csr: rank 2; row_sparse: row ids and their rows; row_table: a weight that makes its rows on first
// touch.
enum class Storage : uint8_t { dense, csr, row_sparse, row_table };

using Dim = int64_t;
inline constexpr Dim None = -1;  // An open dimension: the batch.
using Shape = std::vector<Dim>;

struct Spec {
  Shape shape{};
  DType dtype = DType::float32;
  Storage storage = Storage::dense;

  bool operator==(const Spec&) const = default;
};

const char* name_of(Storage storage);
std::ostream& operator<<(std::ostream& out, Storage storage);
std::ostream& operator<<(std::ostream& out, const Spec& spec);  // (None, 1000) csr; the dtype unless float32
std::string to_string(const Shape& shape);                      // (None, 1000)
std::string list(std::span<const Storage> storages);            // (csr, dense)

// The product; None if a dimension is open.
Dim size_of(const Shape& shape);

}  // namespace lacuna
