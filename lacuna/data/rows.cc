// Packs minibatches from a user's array.
//
// A csr batch is packed in two passes: row pointers, which say how much room it takes, then the entries,
// whose columns are checked while they are in cache. In-order copies of short rows wait for memory, so rows
// are prefetched.
//
// Another thread may write to the user's arrays meanwhile. So what is used as an index is read once, into
// memory of our own, and checked there.
#include "lacuna/data/rows.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>

#include "lacuna/base/threads.h"
#include "lacuna/data/convert.h"
#include "lacuna/kernels/scan_columns.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/csr_order.h"

namespace lacuna::data {
namespace {

constexpr size_t kAhead =
    8;  // How many rows ahead of the copy to prefetch: two suffice for long rows, not for short ones.
constexpr size_t kManyEntries = 200000;  // From this many on, a batch is packed by several threads.
constexpr size_t kBlock = 64;            // Rows that a thread takes at once.
constexpr size_t kInCache = 4096;        // Entries that are copied before they are checked.
constexpr Dim kInt32Columns = Dim{1} << 31;

size_t width_of(const tensor::Dense& a) {
  size_t width = 1;
  for (size_t i = 1; i < a.shape.size(); ++i) width *= static_cast<size_t>(a.shape[i]);
  return width;
}

void prefetch(const std::byte* begin, size_t bytes) {
  constexpr size_t kLine = 64, kMost = 512;  // Beyond this the hardware prefetches by itself.
  for (size_t i = 0; i < std::min(bytes, kMost); i += kLine) __builtin_prefetch(begin + i);
}

// A column that J cannot hold becomes -1, which is refused as well.
template <class I, class J>
void copy_columns(const I* from, J* to, size_t n) {
  if constexpr (std::is_same_v<I, J>) {
    std::memcpy(to, from, n * sizeof(J));
  } else {
    for (size_t k = 0; k < n; ++k) {
      const I column = from[k];
      const auto copied = static_cast<J>(column);
      to[k] = copied == column ? copied : J{-1};
    }
  }
}

// Whether the columns of each row in [begin, end) of a packed batch are sorted and unique. `descents`: how
// many columns in all these rows are not smaller than the next one. One such between two rows is no error.
template <class J>
bool in_order(const tensor::Csr& a, size_t begin, size_t end, size_t descents) {
  const auto indptr = a.indptr.as<J>(), indices = a.indices.as<J>();
  for (size_t r = begin + 1; r < end && descents; ++r) {
    const auto k = static_cast<size_t>(indptr[r]);
    if (indptr[r] != indptr[begin] && indptr[r] != indptr[r + 1] && indices[k - 1] >= indices[k]) --descents;
  }
  return descents == 0;
}

}  // namespace

Rows::Rows(Tensor user, std::string argument_name, bool ids_only, Check check)
    : user_(std::move(user)), name_(std::move(argument_name)), check_(check) {
  LACUNA_REQUIRE(user_.storage() == Storage::dense || user_.storage() == Storage::csr, name_,
                 ": an array must be dense or csr. Received: ", user_.spec(), ".");
  LACUNA_REQUIRE(!ids_only || !is_float(user_.dtype()), name_,
                 ": embedding ids must be integers. Received: dtype=", user_.dtype(),
                 ", shape=", to_string(user_.shape()), "; write x.astype('int64').");
  if (user_.storage() == Storage::csr) {
    const tensor::Csr& a = user_.csr();
    const bool pointers = a.rows >= 0 && a.columns >= 0 &&
                          a.indptr.bytes() / size_of(a.index) == static_cast<size_t>(a.rows) + 1;
    if (check_ == Check::whole || !pointers) sorted_ = a.validate(name_.c_str());
    count_ = a.rows;
    return;
  }
  const tensor::Dense& a = user_.dense();
  LACUNA_REQUIRE(!a.shape.empty(), name_, ": an array must have rank 1 or more. Received: shape=().");
  for (const Dim d : a.shape)
    LACUNA_REQUIRE(d >= 0, name_, ": the shape must not be negative. Received: shape=", to_string(a.shape),
                   ".");
  LACUNA_REQUIRE(a.data.bytes() / size_of(a.dtype) >= a.size(), name_,
                 ": values must fill the shape. Received: shape=", to_string(a.shape),
                 ", len(values)=", a.data.bytes() / size_of(a.dtype), ".");
  count_ = a.shape[0];
}

void Rows::pack(std::span<const int64_t> rows, const Spec& wanted, Tensor& out) {
  for (const int64_t r : rows)
    LACUNA_REQUIRE_RANGE(r >= 0 && r < count(), name_, ": a row must be within the array. Received: row=", r,
                         ", rows=", count(), ".");
  pack({rows.data(), 0, rows.size()}, wanted, out);
}

void Rows::pack_range(Dim begin, Dim end, const Spec& wanted, Tensor& out) {
  LACUNA_REQUIRE_RANGE(0 <= begin && begin <= end && end <= count(), name_,
                       ": a range of rows must be within the array. Received: begin=", begin, ", end=", end,
                       ", rows=", count(), ".");
  const bool as_it_is =
      user_.storage() == Storage::dense && wanted.storage == Storage::dense && user_.dtype() == wanted.dtype;
  if (!as_it_is || !is_float(wanted.dtype))  // Integers may be ids, which are used as indices.
    return pack({nullptr, begin, static_cast<size_t>(end - begin)}, wanted, out);
  if (out.storage() != Storage::dense) out = tensor::Dense{};
  const tensor::Dense& from = user_.dense();
  const size_t row = width_of(from) * size_of(from.dtype);
  out.dense().dtype = from.dtype;
  out.dense().shape = from.shape;
  out.dense().shape[0] = end - begin;
  out.dense().data = Buffer::view(from.data.data() + static_cast<size_t>(begin) * row,
                                  static_cast<size_t>(end - begin) * row, nullptr);
}

void Rows::pack(const Pick& pick, const Spec& wanted, Tensor& out) {
  LACUNA_REQUIRE(wanted.storage == Storage::dense || wanted.storage == Storage::csr, name_,
                 ": a batch must be dense or csr. Received: wanted=", wanted.storage, ".");
  if (out.storage() != wanted.storage) out = Tensor::empty(wanted);
  const bool to_csr = wanted.storage == Storage::csr;
  if (user_.storage() == Storage::csr) {
    if (to_csr) return pack_csr(pick, wanted.dtype, out.csr());
    if (between_.storage() != Storage::csr) between_ = tensor::Csr{};
    tensor::Csr& batch = between_.csr();
    pack_csr(pick, wanted.dtype, batch);
    return csr_to_dense(batch, out.dense());
  }
  if (!to_csr) return pack_dense(pick, wanted.dtype, out.dense());
  const tensor::Dense& from = user_.dense();
  // The message must be built only if it is thrown: a spec as text takes memory.
  LACUNA_REQUIRE(from.shape.size() == 2, name_, ": a sparse input has rank 2. Received: ", user_.spec(), ".");
  LACUNA_REQUIRE(
      static_cast<Dim>(pick.count * width_of(from)) < kInt32Columns && from.shape[1] < kInt32Columns, name_,
      ": a dense batch for a sparse input must have fewer than 2^31 values. Received: ", pick.count,
      " rows of ", user_.spec(), ".");
  pack_dense(pick, wanted.dtype, between_.dense());
  dense_to_csr(between_.dense(), out.csr());
}

void Rows::pack_dense(const Pick& pick, DType dtype, tensor::Dense& out) {
  const tensor::Dense& from = user_.dense();
  const Convert convert = converter(from.dtype, dtype);
  const size_t width = width_of(from), from_row = width * size_of(from.dtype),
               to_row = width * size_of(dtype);
  out.dtype = dtype;
  out.shape = from.shape;
  out.shape[0] = static_cast<Dim>(pick.count);
  out.data.resize(pick.count * to_row);
  const std::byte* source = from.data.data();
  std::byte* target = out.data.data();
  const auto copy = [&](size_t begin, size_t end) {
    for (size_t i = begin, next; i < end; i = next) {  // Adjacent rows are copied at once.
      next = i + 1;
      while (next < end && pick[next] == pick[next - 1] + 1) ++next;
      if (next + kAhead - 1 < end)
        prefetch(source + static_cast<size_t>(pick[next + kAhead - 1]) * from_row, from_row);
      const size_t row = static_cast<size_t>(pick[i]), n = (next - i) * width;
      const size_t good = convert(source + row * from_row, target + i * to_row, n);
      if (good < n) bad_value(dtype, row * width + good);
    }
  };
  if (pick.count * width < kManyEntries) copy(0, pick.count);
  else parallel_for(pick.count, std::max<size_t>(kBlock, kManyEntries / 4 / width), copy);
}

void Rows::pack_csr(const Pick& pick, DType dtype, tensor::Csr& out) {
  const bool from_int32 = user_.csr().index == DType::int32, to_int32 = user_.csr().columns < kInt32Columns;
  if (from_int32 && to_int32) pack_entries<int32_t, int32_t>(pick, dtype, out);
  else if (from_int32) pack_entries<int32_t, int64_t>(pick, dtype, out);
  else if (to_int32) pack_entries<int64_t, int32_t>(pick, dtype, out);
  else pack_entries<int64_t, int64_t>(pick, dtype, out);
}

// Stores in starts_ where each row begins, and in `out` the batch's own row pointers. Returns where the last
// row ends.
template <class I, class J>
int64_t Rows::pack_pointers(const Pick& pick, tensor::Csr& out) {
  const tensor::Csr& from = user_.csr();
  const auto from_indptr = from.indptr.as<I>();
  const size_t held = std::min(from.indices.bytes() / sizeof(I), from.data.bytes() / size_of(from.dtype));
  const size_t rows = pick.count;
  out.indptr.resize((rows + 1) * sizeof(J));
  const auto indptr = out.indptr.as<J>();
  starts_.resize(rows);
  size_t entries = 0;
  int64_t last = 0;
  indptr[0] = 0;
  const auto pointer = [&](size_t row) -> int64_t {
    return __atomic_load_n(&from_indptr[row], __ATOMIC_RELAXED);
  };
  for (size_t i = 0; i < rows; ++i) {
    constexpr size_t kPointersAhead = 8;
    if (i + kPointersAhead < rows)
      __builtin_prefetch(&from_indptr[static_cast<size_t>(pick[i + kPointersAhead])]);
    const auto row = static_cast<size_t>(pick[i]);
    const int64_t begin = pointer(row), end = pointer(row + 1);
    const bool holds = 0 <= begin && begin <= end && static_cast<size_t>(end) <= held;
    if (!holds) explain();
    LACUNA_REQUIRE(holds, name_,
                   ": indptr must not decrease and must fit data and indices. Received: indptr[", row,
                   "]=", begin, ", indptr[", row + 1, "]=", end, ", len(indices)=", held, ".");
    starts_[i] = begin;
    last = end;
    entries += static_cast<size_t>(end - begin);
    indptr[i + 1] = static_cast<J>(entries);
  }
  // Overlapping rows could ask for any amount of memory.
  LACUNA_REQUIRE(entries <= held || pick.repeats(), name_,
                 ": indptr must not decrease. Received: a batch of ", rows, " rows with ", entries,
                 " non-zeros, len(indices)=", held, ".");
  LACUNA_REQUIRE(entries <= static_cast<size_t>(std::numeric_limits<J>::max()), name_,
                 ": a batch must have fewer than 2^31 non-zeros. Received: batch of ", rows, " rows of ",
                 user_.spec(), ".");
  return last;
}

template <class I, class J>
void Rows::pack_entries(const Pick& pick, DType dtype, tensor::Csr& out) {
  const tensor::Csr& from = user_.csr();
  const size_t from_size = size_of(from.dtype), to_size = size_of(dtype);
  const size_t rows = pick.count;
  out.dtype = dtype;
  out.rows = static_cast<Dim>(rows);
  out.columns = from.columns;
  out.index = dtype_of<J>();
  const int64_t last = pack_pointers<I, J>(pick, out);
  const auto indptr = out.indptr.as<J>();
  const auto entries = static_cast<size_t>(indptr[rows]);

  // Contiguous values are used in place: nothing uses them as indices.
  const bool one_piece = !pick.ids && rows && starts_[0] + static_cast<int64_t>(entries) == last;
  const bool in_place = one_piece && from.dtype == dtype && sorted_;
  const std::byte* source_values = from.data.data();
  const std::byte* shared = source_values + (in_place ? static_cast<size_t>(starts_[0]) * from_size : 0);
  if (in_place) out.data = Buffer::view(shared, entries * from_size, nullptr);
  else out.data.resize(entries * to_size);
  const I* source = from.indices.as<I>().data();
  const bool columns_in_place = in_place && check_ == Check::in_place && std::is_same_v<I, J>;
  if (columns_in_place) out.indices = Buffer::view(source + starts_[0], entries * sizeof(J), nullptr);
  else out.indices.resize(entries * sizeof(J));
  const Convert convert = converter(from.dtype, dtype);
  J* target = out.indices.as<J>().data();  // Not written if it is a view.
  std::byte* target_values = out.data.data();
  const auto copy = [&](size_t begin, size_t end) {
    for (size_t i = begin, next; i < end; i = next) {  // Adjacent rows are copied at once.
      const auto start = static_cast<size_t>(starts_[i]), to = static_cast<size_t>(indptr[i]);
      next = one_piece ? end : i + 1;
      while (next < end && starts_[next] == starts_[i] + (indptr[next] - indptr[i])) ++next;
      if (const size_t later = next + kAhead - 1; later < rows) {
        const auto place = static_cast<size_t>(starts_[later]),
                   n = static_cast<size_t>(indptr[later + 1] - indptr[later]);
        prefetch(reinterpret_cast<const std::byte*>(source + place), n * sizeof(I));
        if (!in_place) prefetch(source_values + place * from_size, n * from_size);
      }
      const size_t n = static_cast<size_t>(indptr[next]) - to;
      if (!columns_in_place) copy_columns(source + start, target + to, n);
      if (in_place) continue;
      const size_t good = convert(source_values + start * from_size, target_values + to * to_size, n);
      if (good < n) bad_value(dtype, start + good);
    }
  };
  std::atomic<bool> within = true, sorted = true;
  const auto check = [&](size_t begin, size_t end) {
    const auto first = static_cast<size_t>(indptr[begin]), n = static_cast<size_t>(indptr[end]) - first;
    const auto seen = kernels::scan_columns(target + first, n, false);
    if (n && seen.largest >= static_cast<uint64_t>(from.columns)) within = false;
    if (!in_order<J>(out, begin, end, seen.descents)) sorted = false;
  };
  const size_t block = std::max<size_t>(1, kInCache * rows / std::max<size_t>(1, entries));
  const auto copy_and_check = [&](size_t begin, size_t end) {
    for (size_t next; begin < end; begin = next) {
      next = std::min(end, begin + block);
      copy(begin, next);
      check(begin, next);
    }
  };
  if (entries < kManyEntries) copy_and_check(0, rows);
  else parallel_for(rows, kBlock, copy_and_check);

  if (!within) bad_column<I, J>(pick, out);
  if (sorted) return;
  sorted_ = false;
  if (columns_in_place) {
    out.indices.resize(entries * sizeof(J));
    std::memcpy(out.indices.data(), source + starts_[0], entries * sizeof(J));
  }
  if (in_place) {
    out.data.resize(entries * to_size);
    std::memcpy(out.data.data(), shared, entries * to_size);
  }
  with_graph_dtype(dtype, [&](auto tag) {
    put_right<J, typename decltype(tag)::type>(out, from.dtype == DType::boolean, order_, held_);
  });
}

namespace {

// The row of the csr matrix that holds entry k.
template <class I>
size_t row_of(const tensor::Csr& a, size_t k) {
  const auto indptr = a.indptr.as<I>();
  size_t r = 0;
  while (r + 1 < static_cast<size_t>(a.rows) && static_cast<size_t>(indptr[r + 1]) <= k) ++r;
  return r;
}

}  // namespace

bool Rows::Pick::repeats() const {
  if (!ids) return false;
  std::vector<int64_t> sorted(ids, ids + count);
  std::ranges::sort(sorted);
  return std::ranges::adjacent_find(sorted) != sorted.end();
}

void Rows::explain() const {
  if (check_ != Check::whole) user_.csr().validate(name_.c_str());
}

void Rows::bad_value(DType dtype, size_t position) const {
  const bool dense = user_.storage() == Storage::dense;
  const Buffer& data = dense ? user_.dense().data : user_.csr().data;
  const size_t row = dense                               ? position / width_of(user_.dense())
                     : user_.csr().index == DType::int32 ? row_of<int32_t>(user_.csr(), position)
                                                         : row_of<int64_t>(user_.csr(), position);
  with_dtype(user_.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    throw InvalidArgument(name_, ": values must be whole numbers that ", dtype,
                          " can hold. Received: value=", +data.as<T>()[position], " in row ", row, " of ",
                          user_.spec(), ".");
  });
  __builtin_unreachable();
}

template <class I, class J>
void Rows::bad_column(const Pick& pick, const tensor::Csr& batch) const {
  explain();
  const auto copied = batch.indices.as<J>();
  const auto is_bad = [&](int64_t column) { return column < 0 || column >= batch.columns; };
  const size_t k = static_cast<size_t>(std::ranges::find_if(copied, is_bad) - copied.begin());
  const size_t i = row_of<J>(batch, k);
  const size_t place = static_cast<size_t>(starts_[i]) + k - static_cast<size_t>(batch.indptr.as<J>()[i]);
  const int64_t now = user_.csr().indices.as<I>()[place];  // The copy has -1 for what its type cannot hold.
  throw OutOfRange(name_, ": a column must be within the shape. Received: column ",
                   is_bad(now) ? now : int64_t{copied[k]}, " in row ", pick[i],
                   ", shape=", to_string(user_.shape()), ".");
}

}  // namespace lacuna::data
