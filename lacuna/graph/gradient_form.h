// The form in which a gradient reaches an optimizer: whole, or, if only the optimizer needs it, as the
// factors of a product, of which the optimizer sums a row when it moves that row of the weight.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "lacuna/tensor/spec.h"

namespace LACUNA_EXPORT lacuna {

enum class GradientForm : uint8_t {
  none,        // The loss does not depend on the weight.
  dense,       // Whole.
  row_sparse,  // Whole: ids and their rows.
  // Row ids[i] is row i of entries · dy. `entries` is csr, (ids, rows of dy); ids are int64 and unique; dy is
  // dense, and its values are rows of the gradient's width. With `share`, (ids), share[i] times row ids[i] of
  // the weight is subtracted, except from its last value.
  row_factors,
  one_unit,  // The gradient has one column: aᵀ dy, with a csr `a`.
};

// Part: a Symbol in a graph, a const Tensor* in a step.
template <class Part>
class FormedGradient {
 public:
  FormedGradient() = default;  // none
  static FormedGradient whole(Part gradient, Storage storage) {
    return {
        storage == Storage::dense ? GradientForm::dense : GradientForm::row_sparse, {std::move(gradient)}, 1};
  }
  static FormedGradient row_factors(Part ids, Part entries, Part dy, Part share = {}) {
    const size_t count = share ? 4 : 3;
    return {GradientForm::row_factors,
            {std::move(ids), std::move(entries), std::move(dy), std::move(share)},
            count};
  }
  static FormedGradient one_unit(Part a, Part dy) {
    return {GradientForm::one_unit, {std::move(a), std::move(dy)}, 2};
  }

  GradientForm form() const { return form_; }
  explicit operator bool() const { return form_ != GradientForm::none; }
  bool is_dense() const { return form_ == GradientForm::dense; }
  bool is_whole() const { return is_dense() || form_ == GradientForm::row_sparse; }

  // Each may be called only for the forms that have it; share may be empty.
  const Part& whole() const { return parts_[0]; }
  const Part& ids() const { return parts_[0]; }
  const Part& entries() const { return parts_[1]; }
  const Part& share() const { return parts_[3]; }
  const Part& a() const { return parts_[0]; }
  const Part& dy() const { return parts_[form_ == GradientForm::one_unit ? 1 : 2]; }

  std::span<const Part> parts() const { return {parts_.data(), count_}; }
  // The same form with other parts: `part(i)` replaces part i.
  template <class Other, class F>
  FormedGradient<Other> with(const F& part) const {
    FormedGradient<Other> result;
    result.form_ = form_;
    result.count_ = count_;
    for (size_t i = 0; i < count_; ++i) result.parts_[i] = part(i);
    return result;
  }

 private:
  template <class>
  friend class FormedGradient;
  static constexpr size_t kMostParts = 4;
  FormedGradient(GradientForm form, std::array<Part, kMostParts> parts, size_t count)
      : form_(form), count_(count), parts_(std::move(parts)) {}

  GradientForm form_ = GradientForm::none;
  size_t count_ = 0;
  std::array<Part, kMostParts> parts_{};
};

}  // namespace lacuna
