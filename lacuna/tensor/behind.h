// Rows of a weight that its optimizer has left behind: they move without a gradient, and the steps that named
// none of theirs are still to be taken. Who reads a weight asks here first; who trains has rows brought up in
// place, and all others read copies, so that looking changes nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace lacuna {

class Tensor;

class Behind {
 public:
  virtual ~Behind() = default;

  // Takes the missed steps of these rows (of a table: slots). They may repeat; those out of range are passed
  // over. Rows of a table that are new count as current.
  virtual void catch_up(std::span<const int32_t> rows) = 0;
  virtual void catch_up(std::span<const int64_t> rows) = 0;
  virtual void settle() = 0;  // Those of all rows.

  // A step of training begins: what rows take from now on take_back takes back, until the step is done.
  virtual void begin_step() = 0;
  virtual void take_back() noexcept = 0;

  virtual bool is_behind(size_t row) const = 0;
  // The rows as they would be, one after another; nothing changes.
  virtual void read(std::span<const size_t> rows, std::byte* to) = 0;
  // A dense weight as it would be, until the next step; null where no row is behind.
  virtual const Tensor* caught_up() = 0;
};

}  // namespace lacuna
