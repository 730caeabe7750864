// Saves and loads the weights of a network as Keras 2 does: attributes layer_names, backend and
// keras_version, and a group for each layer with the attribute weight_names and an array for each weight. A
// weight that keeps only its touched rows is a group in place of the array. It holds `ids`, in the order in
// which they were touched, `rows`, and how untouched rows are initialized.
#pragma once
#include "lacuna/hdf5/hdf5.h"
#include "lacuna/network/network.h"
#include "lacuna/saving/outgoing.h"

namespace lacuna::saving {

// Callers of the functions that take a network must hold its turn (graph/turn.h). Tensors that are put into
// `outgoing` are written by its write().
void write_weights(const hdf5::Group& group, const Network& network, Outgoing& outgoing);

// Reads into the layers that have weights, in order. If anything does not fit, throws InvalidArgument and
// changes nothing. Saved rows can be read into a dense weight, and an array into one that keeps rows.
// reshape: an array of another shape that holds as many values is read in C order.
void read_weights(const hdf5::Group& group, Network& network, bool reshape = false);
// Reads into layers of the same names; others keep their weights. skip_mismatch: layers that do not fit keep
// theirs too, with a warning.
void read_weights_by_name(const hdf5::Group& group, Network& network, bool skip_mismatch,
                          bool reshape = false);

// Writes a tensor: an array, or for row_sparse a group of `ids` and `rows`.
void write_tensor(const hdf5::Group& group, const std::string& name, const Tensor& value);
// Reads it again. It must have this shape, in which None matches any size of an array.
Tensor read_tensor(const hdf5::Group& group, const std::string& name, DType dtype, const Shape& shape);

}  // namespace lacuna::saving
