// Copies of tensors that are to be written to a file. A save holds the network's turn (graph/turn.h) while
// they are copied, but not while they are written, so that training goes on meanwhile.
#pragma once
#include <string>
#include <vector>

#include "lacuna/hdf5/hdf5.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna::saving {

class Outgoing {
 public:
  // Keeps the value for write(). A small one is written at once, and so is one that would bring the total
  // above 1 GiB: a save must not take the memory of a second model.
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
