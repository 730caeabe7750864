// Rows that come batch after batch, as one array: what predict gives.
#pragma once
#include <optional>
#include <string>

#include "lacuna/tensor/tensor.h"

namespace lacuna {

class Collected {
 public:
  // rows: of all batches together, where that is known. output: its name, for errors.
  Collected(std::optional<Dim> rows, std::string output) : expected_(rows), output_(std::move(output)) {}

  // Throws unless the batch has so many rows, of the shape of those before.
  void append(const Tensor& batch, Dim rows);
  tensor::Dense take();

 private:
  void make_room(const tensor::Dense& batch, Dim rows);

  std::optional<Dim> expected_;
  std::string output_;
  tensor::Dense all_{};  // Room for as many rows as its shape says.
  std::optional<Dim> rows_{};
};

}  // namespace lacuna
