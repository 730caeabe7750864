// Collects the rows of batches in one tensor, which predict returns: csr if they are.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "lacuna/data/dataset.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

class Collected {
 public:
  // rows: of all batches together, if known. output: its name, for errors.
  Collected(std::optional<Dim> rows, std::string output);
  ~Collected();
  Collected(Collected&&) noexcept;

  // Throws InvalidArgument unless the batch has `rows` rows, of the shape of those before.
  void append(const Tensor& batch, Dim rows);
  Tensor take();

 private:
  void require_rows(const Tensor& batch, Dim rows) const;
  void append_csr(const Tensor& batch, Dim rows);
  void make_room(const tensor::Dense& batch, Dim rows);

  std::optional<Dim> expected_;
  std::string output_;
  tensor::Dense all_{};  // Its shape includes rows that are not filled yet.
  std::optional<Dim> rows_{};
  data::Schema schema_{};  // Of csr.
  std::unique_ptr<data::GatheredRows> csr_{};
};

}  // namespace lacuna
