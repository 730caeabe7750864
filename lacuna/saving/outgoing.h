// Copies of tensors on their way into a file. Whoever saves has the turn while they are copied, but not while
// they are written, so that training goes on meanwhile.
#pragma once
#include <string>
#include <vector>

#include "lacuna/saving/hdf5.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna::saving {

class Outgoing {
 public:
  // Keeps the value for write(). Small ones are written at once, and those for which there is no room: all
  // that is kept stays below 1 GiB, lest a save take the memory of a second model.
  void put(const hdf5::Group& group, const std::string& name, Tensor value);
  void write();

 private:
  struct Kept {
    hdf5::Group group;
    std::string name;
    Tensor value;
  };
  std::vector<Kept> kept_{};
  size_t bytes_ = 0;
};

}  // namespace lacuna::saving
