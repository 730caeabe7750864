// Collects the rows of batches in one array, which predict returns.
#pragma once
#include <optional>
#include <string>

#include "lacuna/tensor/tensor.h"

namespace lacuna {

class Collected {
 public:
  // rows: of all batches together, if known. output: its name, for errors.
  Collected(std::optional<Dim> rows, std::string output) : expected_(rows), output_(std::move(output)) {}

  // Throws InvalidArgument unless the batch has `rows` rows, of the shape of those before.
  void append(const Tensor& batch, Dim rows);
  tensor::Dense take();

 private:
  void make_room(const tensor::Dense& batch, Dim rows);

  std::optional<Dim> expected_;
  std::string output_;
  tensor::Dense all_{};  // Its shape includes rows that are not filled yet.
  std::optional<Dim> rows_{};
};

}  // namespace lacuna
