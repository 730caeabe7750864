// Reads all of a file in Keras' layout and discards it.
#include "lacuna/saving/read_all.h"

namespace lacuna::saving {
namespace {

void read_texts(const hdf5::Group& group, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (group.has(name)) group.text(name);
}

void read_array(const hdf5::Group& group, const std::string& name) {
  group.array(name, group.holds_floats(name) ? DType::float64 : DType::int64, group.shape(name));
}

void read_tensors(const hdf5::Group& group) {
  for (const std::string& name : group.texts("weight_names")) {
    if (!group.has_group(name)) {
      read_array(group, name);
      continue;
    }
    const hdf5::Group rows = group.group(name);
    read_texts(rows, {"draw"});
    for (const char* part : {"ids", "rows", "draw_numbers"})
      if (rows.has_array(part)) read_array(rows, part);
  }
}

void read_weights(const hdf5::Group& group) {
  read_texts(group, {"backend"});
  for (const std::string& name : group.texts("layer_names")) read_tensors(group.group(name));
}

}  // namespace

void read_all(const hdf5::Group& root) {
  read_texts(root, {"backend", "lacuna", "model_config", "training_config"});
  if (root.has("layer_names")) read_weights(root);
  if (root.has_group("model_weights")) read_weights(root.group("model_weights"));
  if (const char* name = "optimizer_weights"; root.has_group(name) && root.group(name).has("weight_names"))
    read_tensors(root.group(name));
}

hdf5::File open_file(const char* where, const std::string& path) {
  return hdf5::File::open(where, path, read_all);
}
hdf5::File open_bytes(const char* where, const std::string& bytes) {
  return hdf5::File::open_bytes(where, bytes, read_all);
}

}  // namespace lacuna::saving
