// How specs are written in errors, summaries and documentation.
#include "lacuna/tensor/spec.h"

#include <limits>
#include <ostream>

namespace lacuna {

const char* name_of(Storage storage) {
  constexpr const char* kNames[] = {"dense", "csr", "row_sparse", "row_table"};
  return kNames[static_cast<size_t>(storage)];
}

std::ostream& operator<<(std::ostream& out, Storage storage) { return out << name_of(storage); }

std::string to_string(const Shape& shape) {
  std::string result = "(";
  for (size_t i = 0; i < shape.size(); ++i)
    result += (i ? ", " : "") + (shape[i] == None ? std::string("None") : std::to_string(shape[i]));
  return result + (shape.size() == 1 ? ",)" : ")");
}

std::ostream& operator<<(std::ostream& out, const Spec& spec) {
  out << to_string(spec.shape) << ' ' << spec.storage;
  return spec.dtype == DType::float32 ? out : out << ' ' << spec.dtype;
}

std::string list(std::span<const Storage> storages) {
  std::string result = "(";
  for (size_t i = 0; i < storages.size(); ++i) result += text(i ? ", " : "", storages[i]);
  return result + ")";
}

Dim size_of(const Shape& shape) {
  Dim size = 1;
  bool overflow = false;
  for (const Dim d : shape) {
    if (d == None) return None;
    overflow = (overflow && d != 0) || __builtin_mul_overflow(size, d, &size);
  }
  return overflow ? std::numeric_limits<Dim>::max() : size;  // More than any memory holds.
}

}  // namespace lacuna
