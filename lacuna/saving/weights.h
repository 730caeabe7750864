// Weights of a network in a file, as Keras 2 has them: attributes layer_names, backend and keras_version; a
// group a layer, with the attribute weight_names and an array for each. A weight that keeps its touched rows
// alone is a group in the array's place: `ids`, in the order in which they were touched, `rows`, and how
// untouched ones are drawn.
#pragma once
#include "lacuna/network/network.h"
#include "lacuna/saving/hdf5.h"
#include "lacuna/saving/outgoing.h"

namespace lacuna::saving {

// For whoever has the network's turn; what is put into `outgoing` is written when that is.
void write_weights(const hdf5::Group& group, const Network& network, Outgoing& outgoing);

// Into the layers that have weights, in order. Where anything does not fit, nothing is changed. Rows go into
// a dense weight too, and an array into one that keeps rows.
void read_weights(const hdf5::Group& group, Network& network);
// Into layers by their names; others stay. skip_mismatch: those that do not fit stay too, with a warning.
void read_weights_by_name(const hdf5::Group& group, Network& network, bool skip_mismatch);

// A tensor by name: an array, or a group of `ids` and `rows` for a row_sparse one.
void write_tensor(const hdf5::Group& group, const std::string& name, const Tensor& value);
// The same back, of this shape: `None` stands for any number of rows, a dense tensor's or those of `rows`.
Tensor read_tensor(const hdf5::Group& group, const std::string& name, DType dtype, const Shape& shape);

}  // namespace lacuna::saving
