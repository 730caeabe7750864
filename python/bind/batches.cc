// Calls the Source of Python for each batch.
#include "python/bind/batches.h"

namespace lacuna::bind {
namespace {

std::optional<Batch> to_batch(const nb::object& given) {
  if (given.is_none()) return std::nullopt;
  return Batch{to_arrays(given[0]), to_arrays(given[1]), to_arrays(given[2])};
}

}  // namespace

PythonSource::PythonSource(nb::handle source)
    : source_(nb::borrow(source)),
      next_(source_.attr("next")),
      steps_(nb::cast<std::optional<int64_t>>(source_.attr("steps"))) {}

PythonSource::~PythonSource() {
  if (process_ends()) {  // Python is gone, and what it holds with it.
    next_.release();
    source_.release();
    return;
  }
  const WithGil gil;
  next_.reset();
  source_.reset();
}

void PythonSource::begin(uint64_t key) {
  const WithGil gil;
  source_.attr("begin")(key);
}

std::optional<Batch> PythonSource::next() {
  const WithGil gil;
  return to_batch(next_());
}

void PythonSource::end() {
  const WithGil gil;
  source_.attr("end")();
}

std::optional<Batch> PythonSource::peek() {
  const WithGil gil;
  return to_batch(source_.attr("peek")());
}

}  // namespace lacuna::bind
