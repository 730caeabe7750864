// Batches that Python gives, one by one.
#pragma once
#include "lacuna/training/batch_source.h"
#include "python/bind/convert.h"

namespace lacuna::bind {

// Reads a Source of lacuna.models._batches, which keeps the arrays of the last two batches. It is made for
// one call. An exception of Python passes through the loop as nb::python_error, with its traceback.
class PythonSource final : public BatchSource {
 public:
  explicit PythonSource(nb::handle source);
  ~PythonSource() override;
  void begin(uint64_t key) override;
  std::optional<Batch> next() override;
  void end() override;
  std::optional<Batch> peek() override;
  std::optional<int64_t> steps() const override { return steps_; }

 private:
  nb::object source_, next_;
  std::optional<int64_t> steps_;
};

}  // namespace lacuna::bind
