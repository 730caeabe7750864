// The rows of a weight that its optimizer has left behind. Such rows move even in steps without a gradient
// for them (with momentum, for example), and the optimizer takes these steps only when the row is needed.
// Code that reads a weight must ask here first: a training step catches rows up in place, and all others read
// caught-up copies, so that reading changes nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

class Tensor;

class Behind {
 public:
  virtual ~Behind() = default;

  // Takes the missed steps of these rows (of a table: slots). They may repeat; those out of range are
  // ignored. New rows of a table count as current.
  virtual void catch_up(std::span<const int32_t> rows) = 0;
  virtual void catch_up(std::span<const int64_t> rows) = 0;
  virtual void settle() = 0;  // Takes those of all rows.

  // begin_step begins a training step. take_back undoes what rows have caught up since then; it does nothing
  // once the step is done.
  virtual void begin_step() = 0;
  virtual void take_back() noexcept = 0;

  virtual bool is_behind(size_t row) const = 0;
  // Writes caught-up copies of the rows, one after another; the weight does not change.
  virtual void read(std::span<const size_t> rows, std::byte* to) = 0;
  // A caught-up copy of a dense weight, valid until the next step; null if no row is behind.
  virtual const Tensor* caught_up() = 0;
};

}  // namespace lacuna
