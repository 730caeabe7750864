// What the ops of a program do with a batch: storages, bytes, rows touched, kernels, time.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lacuna/training/program.h"

namespace LACUNA_EXPORT lacuna {

struct ExplainedOp {
  std::string op{};
  std::string weight{};           // The weight that it reads; empty: none.
  std::vector<Spec> in{}, out{};  // With the batch's shapes.
  size_t bytes_in = 0, bytes_out = 0;
  std::optional<double>
      touched{};         // The share of the rows of a weight, or of its gradient, that the batch names.
  std::string kernel{};  // The instruction set, and the method if there are several.
  double seconds = 0;    // The least of a few runs.
};

struct Explanation {
  std::vector<ExplainedOp> ops{};

  // A line per op, and one for the total, each with a text per column: of what is in `head`.
  std::vector<std::vector<std::string>> lines() const;
  static const std::vector<std::string>& head();
  std::string table() const;  // The same as text, the head before; ends with a line feed.
};

// Runs the program on a batch a few times.
Explanation explain(Program& program, std::span<const Tensor* const> feeds, int64_t step, uint64_t seed);

}  // namespace lacuna
