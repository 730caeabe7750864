// What the runs of a scan and of its gradient share: the rows that count at a step, and the tensors that are
// fed to the plan of the step.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "lacuna/graph/plan.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

// The rows of the batch that count at a step.
struct StepRows {
  std::span<const uint32_t> rows{};
  size_t batch = 0;
  bool all() const { return rows.size() == batch; }
  size_t size() const { return rows.size(); }
};

// A block of `batch` rows in memory: a position of a sequence, or a state.
struct Block {
  std::byte* data = nullptr;
  size_t row = 0;  // Bytes.

  void zero(size_t batch) const;
  void copy(const std::byte* from, size_t batch) const;
  // The rows that count, which `from` holds one after another.
  void scatter(const std::byte* from, const StepRows& rows) const;
};

size_t bytes_of_row(const Shape& shape, DType dtype);  // Of (batch, …).
inline size_t bytes_of_row(const Spec& spec) { return bytes_of_row(spec.shape, spec.dtype); }

// The plan of a step, and what it is fed.
class StepPlan {
 public:
  bool ready() const { return plan_.has_value(); }
  void make(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs, bool training);

  // Finds the rows with mask[r] != 0; all `batch` rows without a mask.
  template <class T>
  StepRows rows(std::span<const T> mask, size_t batch);
  // Position `at` of a mask (steps, batch), or all rows if it is null.
  StepRows rows(const Tensor* mask, size_t at, size_t batch);

  void feed(size_t i, const Tensor& whole) { pointers_[i] = &whole; }
  // The rows that count of a block.
  void feed(size_t i, const std::byte* block, const StepRows& rows);
  // Rows that stand one after another.
  void feed(size_t i, const std::byte* rows, size_t count);
  void run(int64_t step, uint64_t seed) { plan_->run(pointers_, step, seed); }
  // Result i as bytes; it must have a row for each row that counts.
  const std::byte* rows_of(size_t i, const StepRows& rows) const;
  const tensor::Dense& result(size_t i) const { return plan_->output(i).dense(); }

 private:
  std::optional<Plan> plan_{};
  std::vector<Tensor> views_{};
  std::vector<Buffer> packed_{};
  std::vector<const Tensor*> pointers_{};
  std::vector<uint32_t> rows_{};
};

// Another seed for each step, for ops that draw random numbers.
uint64_t seed_of_step(uint64_t seed, size_t step);

// Sets shape and dtype to those of (steps, batch, …) or (batch, …), with the inner shape of `spec`; in place,
// since a new Shape would allocate.
void set_over_steps(tensor::Dense& out, size_t steps, size_t batch, const Spec& spec);
void set_rows(tensor::Dense& out, size_t batch, const Spec& spec);

}  // namespace lacuna
