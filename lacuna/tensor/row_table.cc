// Slots of rows: the ids themselves where all rows are few, an array with a slot per row where the table has
// up to 2^24 rows, a hash table above.
#include "lacuna/tensor/row_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "lacuna/base/error.h"
#include "lacuna/base/pages.h"
#include "lacuna/base/threads.h"

namespace lacuna {
namespace {

constexpr int64_t kDirectRows = int64_t{1} << 24;
constexpr size_t kSmallBytes = size_t{1} << 18;  // Of weights: with two states still within most L2 caches.
constexpr size_t kAhead = 16;  // Entries between a prefetch and its use: about a memory latency.

// Memory of zeros that is paid for where it is touched.
template <class T>
class Pages {
 public:
  explicit Pages(size_t n)
      : bytes_(n * sizeof(T)), data_(reinterpret_cast<T*>(resize_pages(nullptr, 0, bytes_))) {}
  ~Pages() { resize_pages(reinterpret_cast<std::byte*>(data_), bytes_, 0); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  T& operator[](size_t i) { return data_[i]; }
  T* data() { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  size_t bytes_;
  T* data_;
};

}  // namespace

// From row id to slot + 1; 0 is "not here".
struct RowTable::Index {
  struct Entry {
    int64_t id;
    int64_t slot_plus_1;
  };

  explicit Index(int64_t direct_rows) {
    if (direct_rows) direct = std::make_unique<Pages<int32_t>>(static_cast<size_t>(direct_rows));
    else entries = std::make_unique<Pages<Entry>>(capacity());
  }

  size_t capacity() const { return size_t{1} << log_capacity; }
  size_t home(int64_t id) const {
    return static_cast<size_t>((static_cast<uint64_t>(id) * 0x9E3779B97F4A7C15u) >> (64 - log_capacity));
  }

  void prefetch(int64_t id) {
    if (direct) __builtin_prefetch(&(*direct)[static_cast<size_t>(id)], 1);
    else __builtin_prefetch(&(*entries)[home(id)], 1);
  }

  // -1 where the id is unknown.
  int64_t find(int64_t id) {
    if (direct) return (*direct)[static_cast<size_t>(id)] - 1;
    for (size_t h = home(id);; h = (h + 1) & (capacity() - 1)) {
      const Entry& e = (*entries)[h];
      if (e.slot_plus_1 == 0 || e.id == id) return e.slot_plus_1 - 1;
    }
  }

  void insert(int64_t id, size_t slot) {
    if (direct) {
      (*direct)[static_cast<size_t>(id)] = static_cast<int32_t>(slot + 1);
      return;
    }
    if (++count * 2 > capacity()) grow();
    place({id, static_cast<int64_t>(slot) + 1});
  }

  void clear() {
    if (direct) std::memset(static_cast<void*>(direct->data()), 0, direct->bytes());
    else if (count) std::memset(static_cast<void*>(entries->data()), 0, entries->bytes());
    count = 0;
  }

  size_t bytes() const { return direct ? 0 : entries->bytes(); }

  std::unique_ptr<Pages<int32_t>> direct{};
  std::unique_ptr<Pages<Entry>> entries{};
  int log_capacity = 10;
  size_t count = 0;

 private:
  void place(Entry entry) {
    size_t h = home(entry.id);
    while ((*entries)[h].slot_plus_1) h = (h + 1) & (capacity() - 1);
    (*entries)[h] = entry;
  }
  void grow() {
    const auto old = std::move(entries);
    const size_t old_capacity = capacity();
    ++log_capacity;
    entries = std::make_unique<Pages<Entry>>(capacity());
    for (size_t i = 0; i < old_capacity; ++i)
      if ((*old)[i].slot_plus_1) place((*old)[i]);
  }
};

RowTable::RowTable(Shape shape, DType dtype, Draw draw)
    : shape_(std::move(shape)), dtype_(dtype), draw_(draw) {
  require(shape_.size() >= 2 && shape_[0] >= 1 && is_float(dtype_),
          "RowTable: the shape must have rank 2 or more and rows, the dtype be a float. Received: shape=",
          to_string(shape_), ", dtype=", dtype_, ".");
  for (size_t i = 1; i < shape_.size(); ++i) width_ *= static_cast<size_t>(shape_[i]);
  stride_ = width_;
  drawn_index_ = std::make_unique<Index>(0);
  slots_are_ids_ = width_ > 0 && static_cast<size_t>(shape_[0]) <= kSmallBytes / (width_ * size_of(dtype_));
  if (slots_are_ids_) {
    marks_.resize(static_cast<size_t>(shape_[0]));
    reserve(slots());
    draw_all();
  } else {
    index_ = std::make_unique<Index>(shape_[0] <= kDirectRows ? shape_[0] : 0);
  }
}

RowTable::~RowTable() { resize_pages(memory_, capacity_ * stride_ * size_of(dtype_), 0); }

void RowTable::set_states(size_t states, uint64_t owner) {
  // Up to a cache line a row must not straddle two, above it a row starts at one.
  const size_t line = 64 / size_of(dtype_), used = width_ * (1 + states);
  const size_t stride = used <= line ? std::bit_ceil(used) : (used + line - 1) / line * line;
  const size_t item = size_of(dtype_);
  if (stride != stride_) {
    std::byte* moved = capacity_ ? resize_pages(nullptr, 0, capacity_ * stride * item) : nullptr;
    for (size_t s = 0; s < slots(); ++s)
      std::memcpy(moved + s * stride * item, memory_ + s * stride_ * item, width_ * item);
    resize_pages(memory_, capacity_ * stride_ * item, 0);
    memory_ = moved;
    stride_ = stride;
  } else {
    for (size_t s = 0; s < slots(); ++s)
      std::memset(memory_ + (s * stride_ + width_) * item, 0, (stride_ - width_) * item);
  }
  states_ = states;
  state_owner_ = owner;
  forget_reads();
}

void RowTable::forget_reads() {
  drawn_ = 0;
  drawn_index_->clear();
}

void RowTable::reserve(size_t slots) {
  if (slots <= capacity_) return;
  require(slots < (size_t{1} << 31), "RowTable: at most 2^31 rows may be touched. Received: rows=", slots,
          ".");
  const size_t capacity = std::max({slots, capacity_ * 2, size_t{64}});
  const size_t row = stride_ * size_of(dtype_);
  memory_ = resize_pages(memory_, capacity_ * row, capacity * row);
  capacity_ = capacity;
}

void RowTable::make_row(size_t slot, int64_t id) {
  const size_t item = size_of(dtype_);
  std::byte* row = memory_ + slot * stride_ * item;
  if (dtype_ == DType::float64) draw_.row(id, std::span(reinterpret_cast<double*>(row), width_));
  else draw_.row(id, std::span(reinterpret_cast<float*>(row), width_));
  std::memset(row + width_ * item, 0, (stride_ - width_) * item);  // A read may have drawn another row here.
}

size_t RowTable::add_row(int64_t id) {
  reserve(size_ + 1);
  make_row(size_, id);
  if (ids_.size() <= size_) ids_.resize(std::max<size_t>(64, size_ * 2));
  ids_[size_] = id;
  index_->insert(id, size_);
  return size_++;
}

void RowTable::draw_all() {
  for (size_t s = 0; s < slots(); ++s) make_row(s, static_cast<int64_t>(s));
}

template <class I>
void RowTable::mark(std::span<const I> ids) {
  if (size_ == slots()) return;
  size_t news = 0;
  for (const I id : ids) {
    uint8_t& mark = marks_[static_cast<size_t>(id)];
    news += mark == 0;
    mark = 1;
  }
  size_ += news;
}

template <class I>
void RowTable::find_or_make(std::span<const I> ids, std::span<int32_t> slots) {
  if (slots_are_ids_) {
    mark(ids);
    if (!slots.empty()) std::copy(ids.begin(), ids.end(), slots.begin());
    return;
  }
  forget_reads();
  if (index_->direct) {  // The loop that a step is long for: no call where the row is there.
    const int32_t* slot_plus_1 = index_->direct->data();
    for (size_t k = 0; k < ids.size(); ++k) {
      if (k + kAhead < ids.size()) __builtin_prefetch(slot_plus_1 + ids[k + kAhead]);
      const int32_t known = slot_plus_1[ids[k]];
      slots[k] = (known ? known : static_cast<int32_t>(add_row(ids[k]) + 1)) - 1;
    }
    return;
  }
  for (size_t k = 0; k < ids.size(); ++k) {
    if (k + kAhead < ids.size()) index_->prefetch(ids[k + kAhead]);
    const int64_t slot = index_->find(ids[k]);
    slots[k] = static_cast<int32_t>(slot < 0 ? static_cast<int64_t>(add_row(ids[k])) : slot);
  }
}

template <class I>
void RowTable::find_or_draw(std::span<const I> ids, std::span<int32_t> slots) {
  if (slots_are_ids_) {
    std::copy(ids.begin(), ids.end(), slots.begin());
    return;
  }
  for (size_t k = 0; k < ids.size(); ++k) {
    if (k + kAhead < ids.size()) index_->prefetch(ids[k + kAhead]);
    const int64_t id = ids[k];
    int64_t slot = index_->find(id);
    if (slot < 0 && (slot = drawn_index_->find(id)) < 0) {
      slot = static_cast<int64_t>(size_ + drawn_);
      reserve(size_ + drawn_ + 1);
      make_row(static_cast<size_t>(slot), id);
      drawn_index_->insert(id, static_cast<size_t>(slot));
      ++drawn_;
    }
    slots[k] = static_cast<int32_t>(slot);
  }
}

void RowTable::touch(std::span<const int64_t> ids, std::span<int32_t> slots) { find_or_make(ids, slots); }
void RowTable::touch(std::span<const int32_t> ids, std::span<int32_t> slots) { find_or_make(ids, slots); }
void RowTable::read(std::span<const int64_t> ids, std::span<int32_t> slots) { find_or_draw(ids, slots); }
void RowTable::read(std::span<const int32_t> ids, std::span<int32_t> slots) { find_or_draw(ids, slots); }

std::vector<size_t> RowTable::touched_slots() const {
  std::vector<size_t> order;
  order.reserve(size_);
  for (size_t s = 0; s < slots(); ++s)
    if (touched(s)) order.push_back(s);
  if (!slots_are_ids_)
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return ids_[a] < ids_[b]; });
  return order;
}

tensor::RowSparse RowTable::to_row_sparse() const {
  const std::vector<size_t> order = touched_slots();
  tensor::RowSparse result;
  result.resize(shape_, size_, dtype_);
  const size_t item = size_of(dtype_), row = width_ * item;
  for (size_t i = 0; i < size_; ++i) {
    result.row_ids()[i] = id(order[i]);
    std::memcpy(result.data.data() + i * row, memory_ + order[i] * stride_ * item, row);
  }
  return result;
}

tensor::Dense RowTable::to_dense(size_t limit_bytes) const {
  const size_t row = width_ * size_of(dtype_);
  require(
      static_cast<size_t>(shape_[0]) <= limit_bytes / row, "get_weights: a weight of shape ",
      to_string(shape_),
      " is too large for a full array; weight.rows() gives the ids and the rows that were touched. Received: "
      "bytes=",
      static_cast<double>(shape_[0]) * static_cast<double>(row), ", limit=", limit_bytes, ".");
  tensor::Dense result;
  result.resize(shape_, dtype_);
  parallel_for(static_cast<size_t>(shape_[0]), 4096, [&](size_t begin, size_t end) {
    for (size_t r = begin; r < end; ++r) {
      if (dtype_ == DType::float64)
        draw_.row(static_cast<int64_t>(r), {result.values<double>().data() + r * width_, width_});
      else draw_.row(static_cast<int64_t>(r), {result.values<float>().data() + r * width_, width_});
    }
  });
  for (size_t s = 0; s < slots(); ++s)
    std::memcpy(result.data.data() + static_cast<size_t>(id(s)) * row,
                memory_ + s * stride_ * size_of(dtype_), row);
  return result;
}

void RowTable::assign(const tensor::RowSparse& rows) {
  require(rows.shape == shape_ && rows.dtype == dtype_,
          "RowTable: rows must have the table's shape and dtype. Received: rows=", to_string(rows.shape), " ",
          rows.dtype, ", table=", to_string(shape_), " ", dtype_, ".");
  for (const int64_t id : rows.row_ids())
    require_range(id >= 0 && id < shape_[0], "RowTable: ids must be within the shape. Received: id=", id,
                  ", shape=", to_string(shape_), ".");
  std::vector<int64_t> sorted(rows.row_ids().begin(), rows.row_ids().end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  require(twice == sorted.end(),
          "RowTable: ids must be unique. Received: id=", twice == sorted.end() ? 0 : *twice, " twice.");
  clear();  // Only now: a table that is given bad rows keeps its own.
  std::vector<int32_t> slots(sorted.size());
  touch(rows.row_ids(), slots);
  const size_t item = size_of(dtype_), row = width_ * item;
  for (size_t i = 0; i < slots.size(); ++i)
    std::memcpy(memory_ + static_cast<size_t>(slots[i]) * stride_ * item, rows.data.data() + i * row, row);
}

void RowTable::assign(const tensor::Dense& values) {
  require(values.shape == shape_ && values.dtype == dtype_,
          "RowTable: values must have the table's shape and dtype. Received: values=",
          to_string(values.shape), " ", values.dtype, ", table=", to_string(shape_), " ", dtype_, ".");
  tensor::RowSparse rows;
  rows.shape = shape_;
  rows.dtype = dtype_;
  rows.ids.resize(static_cast<size_t>(shape_[0]) * sizeof(int64_t));
  std::iota(rows.row_ids().begin(), rows.row_ids().end(), 0);
  rows.data = Buffer::alias(values.data);
  assign(rows);
}

void RowTable::clear() {
  forget_reads();
  size_ = 0;
  if (slots_are_ids_) {
    std::ranges::fill(marks_, uint8_t{0});
    draw_all();
  } else {
    index_->clear();
  }
}

size_t RowTable::bytes() const {
  if (slots_are_ids_) return slots() * (stride_ * size_of(dtype_) + 1);
  const size_t index = index_->direct ? size_ * sizeof(int32_t) : index_->bytes();
  return size_ * (stride_ * size_of(dtype_) + sizeof(int64_t)) + index;
}

}  // namespace lacuna
