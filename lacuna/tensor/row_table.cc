// A RowTable finds the slots of rows: in a small table they are the ids, else SlotIndex has them.
#include "lacuna/tensor/row_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "lacuna/base/error.h"
#include "lacuna/base/pages.h"
#include "lacuna/base/threads.h"
#include "lacuna/tensor/row_source.h"
#include "lacuna/tensor/slot_index.h"

namespace lacuna {
namespace {

constexpr size_t kSmallBytes = size_t{1} << 18;  // Of weights: with two states they fit most L2 caches.
constexpr size_t kAhead = 16;  // Entries between a prefetch and its use: about a memory latency.

}  // namespace

RowTable::RowTable(Shape shape, DType dtype, Draw draw)
    : shape_(std::move(shape)), dtype_(dtype), draw_(draw) {
  LACUNA_REQUIRE(
      shape_.size() >= 2 && shape_[0] >= 1 && is_float(dtype_),
      "RowTable: the shape must have rank 2 or more and rows, the dtype be a float. Received: shape=",
      to_string(shape_), ", dtype=", dtype_, ".");
  for (size_t i = 1; i < shape_.size(); ++i) width_ *= static_cast<size_t>(shape_[i]);
  stride_ = width_;
  drawn_index_ = std::make_unique<SlotIndex>(shape_[0], false);
  slots_are_ids_ = width_ > 0 && static_cast<size_t>(shape_[0]) <= kSmallBytes / (width_ * size_of(dtype_));
  if (slots_are_ids_) {
    marks_.resize(static_cast<size_t>(shape_[0]));
    reserve(slots());
    draw_all();
  } else {
    index_ = std::make_unique<SlotIndex>(shape_[0]);
  }
}

RowTable::RowTable(Shape shape, DType dtype, std::shared_ptr<const RowSource> source)
    : shape_(std::move(shape)), dtype_(dtype), source_(std::move(source)) {
  LACUNA_REQUIRE(
      shape_.size() >= 2 && shape_[0] >= 1 && is_float(dtype_),
      "RowTable: the shape must have rank 2 or more and rows, the dtype be a float. Received: shape=",
      to_string(shape_), ", dtype=", dtype_, ".");
  for (size_t i = 1; i < shape_.size(); ++i) width_ *= static_cast<size_t>(shape_[i]);
  stride_ = width_;
  index_ = std::make_unique<SlotIndex>(shape_[0], false);
  drawn_index_ = std::make_unique<SlotIndex>(shape_[0], false);
}

RowTable::~RowTable() { resize_pages(memory_, capacity_ * stride_ * size_of(dtype_), 0); }

size_t RowTable::states_of(const std::shared_ptr<const void>& owner, size_t values) {
  const auto is_owners = [&](const Space& s) {
    return !s.owner.owner_before(owner) && !owner.owner_before(s.owner);
  };
  for (const Space& s : spaces_)
    if (is_owners(s) && s.values == values) return s.first;
  std::vector<Space> spaces;
  for (const Space& s : spaces_)
    if (!s.owner.expired() && !is_owners(s)) spaces.push_back(s);
  spaces.push_back({owner, stride_, values});  // There are no values to move yet.
  give_room(std::move(spaces));
  return spaces_.back().first;
}

// `spaces` have their current positions; a new one is at stride_, where nothing is held yet.
void RowTable::give_room(std::vector<Space> spaces) {
  // A row of up to a cache line must not straddle two lines; a longer row starts at a line.
  size_t used = width_;
  for (const Space& s : spaces) used += s.values;
  const size_t item = size_of(dtype_), line = 64 / item;
  const size_t stride = used <= line ? std::bit_ceil(used) : (used + line - 1) / line * line;
  std::byte* moved = capacity_ ? resize_pages(nullptr, 0, capacity_ * stride * item) : nullptr;
  for (size_t r = 0; r < slots(); ++r) {
    const std::byte* from = memory_ + r * stride_ * item;
    std::byte* to = moved + r * stride * item;
    std::memcpy(to, from, width_ * item);
    size_t at = width_;
    for (const Space& s : spaces) {
      if (s.first < stride_) std::memcpy(to + at * item, from + s.first * item, s.values * item);
      at += s.values;
    }
  }
  resize_pages(memory_, capacity_ * stride_ * item, 0);
  memory_ = moved;
  stride_ = stride;
  size_t at = width_;
  for (Space& s : spaces) {
    s.first = at;
    at += s.values;
  }
  spaces_ = std::move(spaces);
  forget_reads();
}

void RowTable::forget_reads() {
  drawn_ = 0;
  drawn_index_->clear();
}

void RowTable::begin_step() {
  forget_reads();
  size_before_ = size_;
  if (behind_) behind_->begin_step();
  if (++step_ != 0) return;
  for (uint8_t& mark : marks_) mark = mark != 0;
  step_ = 2;
}

void RowTable::take_back() noexcept {
  forget_reads();
  if (behind_) behind_->take_back();
  if (size_ <= size_before_) return;
  size_ = size_before_;
  if (slots_are_ids_) {
    std::ranges::replace(marks_, step_, uint8_t{0});
    return;
  }
  index_->clear();
  for (size_t slot = 0; slot < size_; ++slot) index_->insert(ids_[slot], slot);  // It had more rows before.
}

void RowTable::reserve(size_t slots) {
  if (slots <= capacity_) return;
  LACUNA_REQUIRE(slots < (size_t{1} << 31),
                 "RowTable: fewer than 2^31 rows must be touched. Received: rows=", slots, ".");
  const size_t capacity = std::max({slots, capacity_ * 2, size_t{64}});
  const size_t row = stride_ * size_of(dtype_);
  memory_ = resize_pages(memory_, capacity_ * row, capacity * row);
  capacity_ = capacity;
}

void RowTable::make_row(size_t slot, int64_t id) {
  if (stride_ == 0) return;  // Rows without values take no memory.
  const size_t item = size_of(dtype_);
  std::byte* row = memory_ + slot * stride_ * item;
  if (dtype_ == DType::float64) draw_.row(id, std::span(reinterpret_cast<double*>(row), width_));
  else draw_.row(id, std::span(reinterpret_cast<float*>(row), width_));
  std::memset(row + width_ * item, 0, (stride_ - width_) * item);  // A read may have drawn another row here.
}

void RowTable::give_room_for(size_t rows) {
  if (slots_are_ids_) return;
  reserve(rows);
  if (ids_.size() < rows) ids_.resize(rows);
  index_->reserve(rows);
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
    mark = mark ? mark : step_;
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
  index_->visit([&](const auto& index) {  // The hot loop of a step: no call for a known row.
    for (size_t k = 0; k < ids.size(); ++k) {
      if (k + kAhead < ids.size()) index.prefetch(ids[k + kAhead]);
      const int64_t slot = index.find(ids[k]);
      slots[k] = static_cast<int32_t>(slot < 0 ? static_cast<int64_t>(add_row(ids[k])) : slot);
    }
  });
  if (behind_) behind_->catch_up(std::span<const int32_t>(slots));
}

template <class I>
void RowTable::find_or_draw(std::span<const I> ids, std::span<int32_t> slots) {
  if (slots_are_ids_) {
    std::copy(ids.begin(), ids.end(), slots.begin());
    return;
  }
  if (source_) {
    const size_t first = read_slots(ids.size());
    source_->read(ids, memory_ + first * stride_ * size_of(dtype_));
    std::iota(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(ids.size()),
              static_cast<int32_t>(first));
    return;
  }
  index_->visit([&](const auto& index) {
    for (size_t k = 0; k < ids.size(); ++k) {
      if (k + kAhead < ids.size()) index.prefetch(ids[k + kAhead]);
      const int64_t slot = index.find(ids[k]);
      slots[k] = static_cast<int32_t>(slot < 0 ? static_cast<int64_t>(drawn_row(ids[k])) : slot);
    }
  });
  if (!behind_) return;
  for (size_t k = 0; k < ids.size(); ++k)
    if (const auto slot = static_cast<size_t>(slots[k]); slot < size_ && behind_->is_behind(slot))
      slots[k] = static_cast<int32_t>(copied_row(ids[k], slot));
}

int64_t RowTable::find(int64_t id) const {
  if (!slots_are_ids_) return index_->find(id);
  return marks_[static_cast<size_t>(id)] ? id : -1;
}

size_t RowTable::read_slot() {
  const size_t slot = size_ + drawn_;
  reserve(slot + 1);
  if (copied_.size() <= drawn_) copied_.resize(std::max<size_t>(64, drawn_ * 2));
  copied_[drawn_++] = 0;
  return slot;
}

size_t RowTable::read_slots(size_t count) {
  const size_t first = size_ + drawn_;
  reserve(first + count);
  if (copied_.size() < drawn_ + count) copied_.resize(std::max(drawn_ + count, drawn_ * 2));
  drawn_ += count;
  return first;
}

size_t RowTable::drawn_row(int64_t id) {
  const int64_t known = drawn_index_->find(id);
  if (known >= 0) return static_cast<size_t>(known);
  const size_t slot = read_slot();
  make_row(slot, id);
  drawn_index_->insert(id, slot);
  return slot;
}

size_t RowTable::copied_row(int64_t id, size_t slot) {
  const int64_t known = drawn_index_->find(id);
  if (known >= 0) return static_cast<size_t>(known);
  const size_t copy = read_slot();
  copied_[copy - size_] = 1;
  behind_->read({&slot, 1}, memory_ + copy * stride_ * size_of(dtype_));
  drawn_index_->insert(id, copy);
  return copy;
}

void RowTable::touch(std::span<const int64_t> ids, std::span<int32_t> slots) { find_or_make(ids, slots); }
void RowTable::touch(std::span<const int32_t> ids, std::span<int32_t> slots) { find_or_make(ids, slots); }
void RowTable::read(std::span<const int64_t> ids, std::span<int32_t> slots) { find_or_draw(ids, slots); }
void RowTable::read(std::span<const int32_t> ids, std::span<int32_t> slots) { find_or_draw(ids, slots); }

void RowTable::touch_all() {
  const auto all = static_cast<size_t>(shape_[0]);
  if (size_ == all) return;
  if (slots_are_ids_) {
    for (uint8_t& mark : marks_) mark = mark ? mark : step_;
    size_ = all;
    return;
  }
  std::vector<int64_t> ids(4096);
  std::vector<int32_t> slots(ids.size());
  give_room_for(all);
  for (size_t first = 0; first < all; first += ids.size()) {
    const size_t n = std::min(ids.size(), all - first);
    std::iota(ids.begin(), ids.end(), static_cast<int64_t>(first));
    touch(std::span(ids).first(n), std::span(slots).first(n));
  }
}

void RowTable::scale_others(double factor) {
  if (slots_are_ids_) return touch_all();  // It holds all rows, and the step has moved them.
  draw_ = draw_.scaled(factor);
  forget_reads();
}

std::vector<size_t> RowTable::touched_slots(bool sorted) const {
  std::vector<size_t> order;
  order.reserve(size_);
  for (size_t s = 0; s < slots(); ++s)
    if (touched(s)) order.push_back(s);
  if (sorted && !slots_are_ids_)
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return ids_[a] < ids_[b]; });
  return order;
}

tensor::RowSparse RowTable::to_row_sparse(bool sorted) const {
  const std::vector<size_t> order = touched_slots(sorted);
  tensor::RowSparse result;
  result.resize(shape_, size_, dtype_);
  const size_t item = size_of(dtype_), row = width_ * item;
  for (size_t i = 0; i < size_; ++i) {
    result.row_ids()[i] = id(order[i]);
    if (!behind_) std::memcpy(result.data.data() + i * row, memory_ + order[i] * stride_ * item, row);
  }
  if (behind_) behind_->read(order, result.data.data());
  return result;
}

tensor::Dense RowTable::to_dense(size_t limit_bytes) const {
  const size_t row = width_ * size_of(dtype_);
  LACUNA_REQUIRE(
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
  if (behind_) {
    const tensor::RowSparse rows = to_row_sparse();
    for (size_t i = 0; i < rows.row_ids().size(); ++i)
      std::memcpy(result.data.data() + static_cast<size_t>(rows.row_ids()[i]) * row,
                  rows.data.data() + i * row, row);
    return result;
  }
  for (size_t s = 0; s < slots(); ++s)
    std::memcpy(result.data.data() + static_cast<size_t>(id(s)) * row,
                memory_ + s * stride_ * size_of(dtype_), row);
  return result;
}

RowTable::Assignment RowTable::prepare(const tensor::RowSparse& rows, const Draw& draw) {
  LACUNA_REQUIRE(rows.shape == shape_ && rows.dtype == dtype_,
                 "RowTable: rows must have the table's shape and dtype. Received: rows=",
                 to_string(rows.shape), " ", rows.dtype, ", table=", to_string(shape_), " ", dtype_, ".");
  for (const int64_t id : rows.row_ids())
    LACUNA_REQUIRE_RANGE(id >= 0 && id < shape_[0],
                         "RowTable: ids must be within the shape. Received: id=", id,
                         ", shape=", to_string(shape_), ".");
  std::vector<int64_t> sorted(rows.row_ids().begin(), rows.row_ids().end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  LACUNA_REQUIRE(twice == sorted.end(),
                 "RowTable: ids must be unique. Received: id=", twice == sorted.end() ? 0 : *twice,
                 " twice.");
  Assignment result{.rows = &rows, .draw = draw};
  result.slots.resize(sorted.size());
  if (stride_ > width_)
    for (size_t i = 0; i < sorted.size(); ++i)
      if (find(rows.row_ids()[i]) >= 0) result.old.push_back(i);
  result.states.resize(result.old.size() * (stride_ - width_) * size_of(dtype_));
  give_room_for(sorted.size());
  return result;
}

void RowTable::assign(Assignment a) noexcept {
  if (behind_) behind_->settle();  // The states kept are those after all steps.
  draw_ = a.draw;
  const auto ids = a.rows->row_ids();
  const size_t item = size_of(dtype_), row = width_ * item, beside = (stride_ - width_) * item;
  const auto place = [&](int64_t slot) { return memory_ + static_cast<size_t>(slot) * stride_ * item; };
  std::erase_if(a.old, [&](size_t i) { return find(ids[i]) < 0; });  // Untouched again since prepare.
  for (size_t k = 0; k < a.old.size(); ++k)
    std::memcpy(a.states.data() + k * beside, place(find(ids[a.old[k]])) + row, beside);
  clear();
  touch(ids, a.slots);
  for (size_t i = 0; i < ids.size(); ++i) std::memcpy(place(a.slots[i]), a.rows->data.data() + i * row, row);
  for (size_t k = 0; k < a.old.size(); ++k)
    std::memcpy(place(a.slots[a.old[k]]) + row, a.states.data() + k * beside, beside);
}

void RowTable::assign(const tensor::RowSparse& rows) { assign(prepare(rows, draw_)); }
void RowTable::assign(const tensor::RowSparse& rows, const Draw& draw) { assign(prepare(rows, draw)); }

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
  const size_t index = index_->bytes();
  return size_ * (stride_ * size_of(dtype_) + sizeof(int64_t)) + index;
}

}  // namespace lacuna
