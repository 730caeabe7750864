// Reads hyperslabs of whole rows.
#include "lacuna/hdf5/slices.h"

#include <algorithm>
#include <utility>

#include "lacuna/hdf5/hdf5-inl.h"

namespace lacuna::hdf5 {

struct Slices::Opened {
  std::shared_ptr<const Group::Handle> group;
  std::string name;
  Shape shape{};
  DType dtype = DType::float32;
  bool flags = false;  // Stored as an enumeration of FALSE and TRUE, as h5py does.
  Dim rows_of_chunk = 1;
  Id id{}, memory{};  // memory: the type that values have there.

  ~Opened() {
    const Call call(true);
    id = Id();
    memory = Id();
  }
  void find_type(bool whole);
  void find_chunks();
};

namespace {

DType integer_of(size_t bytes, bool is_signed) {
  switch (bytes) {
    case 1:
      return is_signed ? DType::int8 : DType::uint8;
    case 2:
      return is_signed ? DType::int16 : DType::uint16;
    case 4:
      return is_signed ? DType::int32 : DType::uint32;
    default:
      return is_signed ? DType::int64 : DType::uint64;
  }
}

}  // namespace

void Slices::Opened::find_type(bool whole) {
  const Id type(H5Dget_type(id), H5Tclose);
  const size_t bytes = H5Tget_size(type);
  const H5T_class_t kind = H5Tget_class(type);
  const bool usual = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  if (kind == H5T_ENUM && bytes == 1 && H5Tget_nmembers(type) == 2 && !whole) {
    flags = true;
    dtype = DType::uint8;
    memory = Id(H5Tcopy(type), H5Tclose);
    return;
  }
  if (kind == H5T_INTEGER && usual) {
    if (whole) dtype = bytes < 4 || (bytes == 4 && is_signed) ? DType::int32 : DType::int64;
    else dtype = integer_of(bytes, is_signed);
  } else if (kind == H5T_FLOAT && usual && bytes > 1 && !whole) {
    dtype = bytes == 8 ? DType::float64 : DType::float32;
  } else {
    const char* const must = whole ? "' must hold whole numbers of at most 64 bits"
                                   : "' must hold numbers of at most 64 bits, or booleans";
    group->fail(lacuna::text("'", name, must), kind == H5T_STRING ? "texts" : "values of another type");
  }
  memory = Id(H5Tcopy(native_type(dtype)), H5Tclose);
}

void Slices::Opened::find_chunks() {
  const Id made(H5Dget_create_plist(id), H5Pclose);
  if (H5Pget_layout(made) != H5D_CHUNKED) return;
  hsize_t chunk[H5S_MAX_RANK];
  const int rank = H5Pget_chunk(made, H5S_MAX_RANK, chunk);
  group->check(rank == static_cast<int>(shape.size()), lacuna::text("'", name, "' must have chunks"));
  uint64_t wanted = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    const auto length = static_cast<uint64_t>(shape[i]);
    const uint64_t chunks = chunk[i] == 0 ? 0 : length / chunk[i] + (length % chunk[i] != 0);
    if (__builtin_mul_overflow(wanted, chunks, &wanted)) wanted = ~uint64_t{0};
  }
  const Id space(H5Dget_space(id), H5Sclose);
  hsize_t stored = 0;
  group->check(H5Dget_num_chunks(id, space, &stored) >= 0,
               lacuna::text("'", name, "' must have chunks that are readable"));
  if (stored < wanted)
    group->fail(lacuna::text("'", name, "' must hold as many values as its shape says"),
                lacuna::text(stored, " of ", wanted, " chunks"));
  rows_of_chunk = static_cast<Dim>(std::min<hsize_t>(chunk[0], hsize_t{1} << 40));
}

Slices::Slices(const Group& group, const std::string& name, bool whole) {
  const Call call;
  const auto opened = std::make_shared<Opened>();
  opened->group = group.handle_;
  opened->name = name;
  auto [id, shape] = group.handle_->open_array(name, Group::Handle::Reads::slices);
  opened->id = std::move(id);
  opened->shape = std::move(shape);
  if (opened->shape.empty()) group.wrong(lacuna::text("'", name, "' must have rows"), "shape=()");
  opened->find_type(whole);
  opened->find_chunks();
  opened_ = opened;
}

const Shape& Slices::shape() const { return opened_->shape; }
DType Slices::dtype() const { return opened_->dtype; }
Dim Slices::rows_of_chunk() const { return opened_->rows_of_chunk; }

void Slices::read(Dim begin, Dim end, std::byte* to) const {
  const Call call;
  const Opened& opened = *opened_;
  std::vector<hsize_t> from(opened.shape.size(), 0), count(opened.shape.begin(), opened.shape.end());
  from[0] = static_cast<hsize_t>(begin);
  count[0] = static_cast<hsize_t>(end - begin);
  const size_t values = static_cast<size_t>(size_of(Shape(count.begin(), count.end())));
  if (values == 0) return;
  const Id in_file(H5Dget_space(opened.id), H5Sclose);
  const Id in_memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose);
  const bool read =
      H5Sselect_hyperslab(in_file, H5S_SELECT_SET, from.data(), nullptr, count.data(), nullptr) >= 0 &&
      H5Dread(opened.id, opened.memory, in_memory, in_file, H5P_DEFAULT, to) >= 0;
  opened.group->check(read, lacuna::text("'", opened.name, "' must be readable"));
  if (opened.flags)
    std::for_each(to, to + values, [](std::byte& flag) { flag = std::byte{flag != std::byte{0}}; });
}

}  // namespace lacuna::hdf5
