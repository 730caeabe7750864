// Compares a row with all others, block by block, and keeps the best.
#include "lacuna/tensor/nearest.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/tensor/row_table.h"
#include "lacuna/tensor/weight_rows.h"

namespace lacuna {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 22, kLeastRows = 256, kMostRows = 65'536;

// f of all values, added up in four sums.
template <class F>
double summed(size_t n, const F& f) {
  double sum[4] = {};
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (size_t j = 0; j < 4; ++j) sum[j] += f(i + j);
  for (; i < n; ++i) sum[0] += f(i);
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// What a row is multiplied by before it is squared: a power of two, so that it stays exact. The square of a
// double may be too large for a double, or too small; that of a float is neither.
template <class T>
double scale_of(std::span<const T> row) {
  if constexpr (std::is_same_v<T, float>) return 1;
  double most = 0;
  for (const T value : row) most = std::max(most, std::abs(static_cast<double>(value)));
  if (most == 0 || !std::isfinite(most)) return 1;
  return std::ldexp(1.0, std::clamp(-std::ilogb(most), -1000, 1000));
}

// The row that others are compared with.
template <class T>
class Question {
 public:
  Question(std::vector<T> row, Likeness likeness)
      : row_(std::move(row)), likeness_(likeness), scale_(scale_of(std::span<const T>(row_))) {
    norm_ = norm_of(row_, scale_);
  }

  double norm() const { return norm_; }

  double value_of(std::span<const T> other) const {
    switch (likeness_) {
      case Likeness::dot:
        return product(other, 1) / scale_;
      case Likeness::cosine: {
        const double scale = scale_of(other), norm = norm_of(other, scale);
        return norm == 0 ? 0 : product(other, scale) / (norm_ * norm);
      }
      case Likeness::euclidean:
        break;
    }
    const double scale = std::min(scale_, scale_of(other));
    return std::sqrt(summed(other.size(),
                            [&](size_t i) {
                              const double d = scale * static_cast<double>(row_[i]) -
                                               scale * static_cast<double>(other[i]);
                              return d * d;
                            })) /
           scale;
  }

 private:
  static double norm_of(std::span<const T> row, double scale) {
    return std::sqrt(summed(row.size(), [&](size_t i) {
      const double value = scale * static_cast<double>(row[i]);
      return value * value;
    }));
  }
  double product(std::span<const T> other, double scale) const {
    return summed(other.size(), [&](size_t i) {
      return (scale_ * static_cast<double>(row_[i])) * (scale * static_cast<double>(other[i]));
    });
  }

  std::vector<T> row_;
  Likeness likeness_;
  double scale_, norm_ = 0;
};

// The k best of those that were added: a heap whose first is the worst.
class Best {
 public:
  Best(size_t k, Likeness likeness) : k_(k), least_(likeness == Likeness::euclidean) {}

  void add(Neighbour one) {
    const auto better = [this](const Neighbour& a, const Neighbour& b) { return is_better(a, b); };
    if (kept_.size() == k_) {
      if (!is_better(one, kept_.front())) return;
      std::pop_heap(kept_.begin(), kept_.end(), better);
      kept_.back() = one;
    } else {
      kept_.push_back(one);
    }
    std::push_heap(kept_.begin(), kept_.end(), better);
  }

  std::vector<Neighbour> in_order() && {
    std::ranges::sort(kept_, [this](const Neighbour& a, const Neighbour& b) { return is_better(a, b); });
    return std::move(kept_);
  }

 private:
  bool is_better(const Neighbour& a, const Neighbour& b) const {
    if (a.value != b.value) return least_ ? a.value < b.value : a.value > b.value;
    return a.id < b.id;
  }

  size_t k_;
  bool least_;
  std::vector<Neighbour> kept_{};
};

// Where the values of some rows are: in the weight or, of those left behind, in a copy.
template <class T>
class Current {
 public:
  Current(const WeightRows& rows, Behind* behind) : rows_(rows), behind_(behind) {}

  // Valid until the next call.
  const std::vector<const T*>& of(std::span<const size_t> slots) {
    late_.clear();
    if (behind_)
      for (const size_t slot : slots)
        if (behind_->is_behind(slot)) late_.push_back(slot);
    copies_.resize(late_.size() * rows_.width());
    if (!late_.empty()) behind_->read(late_, reinterpret_cast<std::byte*>(copies_.data()));
    at_.clear();
    size_t copied = 0;
    for (const size_t slot : slots)
      at_.push_back(copied < late_.size() && late_[copied] == slot
                        ? copies_.data() + copied++ * rows_.width()
                        : rows_.values<T>() + slot * rows_.stride());
    return at_;
  }

 private:
  const WeightRows& rows_;
  Behind* behind_;
  std::vector<size_t> late_{};
  std::vector<T> copies_{};
  std::vector<const T*> at_{};
};

template <class T>
std::vector<Neighbour> nearest_of(const char* where, const std::string& name, const WeightRows& rows,
                                  Behind* behind, size_t asked, size_t k, Likeness likeness) {
  const size_t width = rows.width();
  Current<T> current(rows, behind);
  const T* first_value = current.of({&asked, 1})[0];
  const Question<T> question(std::vector<T>(first_value, first_value + width), likeness);
  LACUNA_REQUIRE(std::isfinite(question.norm()), where, ": the row must be finite. Received: row ",
                 rows.id(asked), " of '", name, "', which has NaN or infinity.");
  LACUNA_REQUIRE(likeness != Likeness::cosine || question.norm() > 0, where,
                 ": the row must not be zero, which has no direction. Received: row ", rows.id(asked),
                 " of '", name, "', by cosine.");

  Best best(k, likeness);
  const size_t block =
      std::clamp(kBlockBytes / std::max<size_t>(1, width * sizeof(T)), kLeastRows, kMostRows);
  std::vector<size_t> slots;
  std::vector<double> values(block);
  const Interruptible may_end;
  for (size_t next = 0; next < rows.count();) {
    for (slots.clear(); next < rows.count() && slots.size() < block; ++next)
      if (next != asked && rows.holds(next)) slots.push_back(next);
    const std::vector<const T*>& at = current.of(slots);
    parallel_for(slots.size(), kLeastRows, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) values[i] = question.value_of({at[i], width});
    });
    for (size_t i = 0; i < slots.size(); ++i)
      if (!std::isnan(values[i])) best.add({rows.id(slots[i]), values[i]});
  }
  return std::move(best).in_order();
}

}  // namespace

std::vector<Neighbour> nearest_rows(const char* where, const std::string& name, Tensor& weight,
                                    Behind* behind, int64_t id, int64_t k, Likeness likeness) {
  LACUNA_REQUIRE((weight.storage() == Storage::dense || weight.storage() == Storage::row_table) &&
                     weight.shape().size() >= 2 && is_float(weight.dtype()),
                 where, ": the weight must have rows of floats. Received: '", name, "' ", weight.spec(), ".");
  LACUNA_REQUIRE(k > 0, where, ": k must be positive. Received: k=", k, ".");
  LACUNA_REQUIRE_RANGE(id >= 0 && id < weight.shape()[0], where,
                       ": the id must be that of a row. Received: id=", id, ", '", name, "' ", weight.spec(),
                       ".");
  const WeightRows rows(weight);
  const int64_t slot = rows.slot(id);
  LACUNA_REQUIRE(slot >= 0, where,
                 ": the row must have been touched; one that never was is as its initializer drew it, and "
                 "what lies near it is chance. Received: id=",
                 id, ", '", name, "' ", weight.spec(), ", of which ", weight.table().size(),
                 " rows were touched.");
  const auto asked = static_cast<size_t>(slot), most = static_cast<size_t>(k);
  if (weight.dtype() == DType::float64)
    return nearest_of<double>(where, name, rows, behind, asked, most, likeness);
  return nearest_of<float>(where, name, rows, behind, asked, most, likeness);
}

}  // namespace lacuna
