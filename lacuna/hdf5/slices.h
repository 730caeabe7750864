// An array in a file of HDF5 that need not fit in memory: its rows are read some at a time.
#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "lacuna/hdf5/hdf5.h"

namespace lacuna::hdf5 {

// Thread-safe, as File is. It keeps the file open.
class Slices {
 public:
  // The array of that name, of numbers, with rows (rank 1 or more); booleans are uint8, 0 or 1, and floats of
  // 16 bits float32. whole: it must hold whole numbers, which are int32, or int64 if that does not hold them.
  // Reads where all its chunks are, so that damage there is found at once. Throws InvalidArgument if it is
  // another one, or is not all there.
  Slices(const Group& group, const std::string& name, bool whole = false);

  const Shape& shape() const;
  DType dtype() const;
  Dim rows_of_chunk() const;  // Those that are read together; 1 where it is not stored in chunks.

  // Reads rows [begin, end). Throws InvalidArgument if they are damaged.
  void read(Dim begin, Dim end, std::byte* to) const;

 private:
  struct Opened;
  std::shared_ptr<const Opened> opened_;
};

}  // namespace lacuna::hdf5
