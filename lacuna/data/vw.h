// Datasets of the text of Vowpal Wabbit, plain or compressed.
#pragma once
#include <string>
#include <vector>

#include "lacuna/data/dataset.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

struct VwOptions {
  // How many columns features have: those of each of the namespaces, or all together. A name that is a whole
  // number is its column, modulo bins; of any other the FarmHash fingerprint is, as category has it.
  Dim bins = Dim{1} << 18;
  // The namespaces that are read, each with a range of columns, in this order; "" is that without a name.
  // None: all are read, and hashed together with their names.
  std::vector<std::string> namespaces{};
  bool labels = true;  // false: a row may have none, which is 0 then.
  BadRowOptions bad{};
  size_t readers = 0;  // Threads that parse; 0: half of num_threads(), and none if that is 1.
};

// The input x, csr, with the values of features (1 unless given, times the scale of the namespace; those of a
// name that a row has twice are added, and a 0 is left out); the target y, (rows, 1); and the importance of
// rows as sample_weight, 1 unless given. Tags are not read. A path with *, ? or [ stands for the files that
// it matches. A row is bad that has no finite label or value, a negative importance, or a feature without a
// name. Throws InvalidArgument for options that do not fit.
Dataset vw(const std::vector<std::string>& paths, VwOptions options = {});

}  // namespace data
}  // namespace lacuna
