#include "lacuna/features/row_encoder.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lacuna::features {

RowEncoder::RowEncoder(const Encoding& how)
    : how_(how),
      digits_((static_cast<size_t>(std::bit_width(static_cast<uint64_t>(how.num_tokens - 1))) + 7) / 8) {}

bool RowEncoder::keep_those_in_range(std::vector<int64_t>& ids) const {
  const auto is_other = [most = static_cast<uint64_t>(how_.num_tokens)](int64_t id) {
    return static_cast<uint64_t>(id) >= most;  // A negative id is a large number here.
  };
  if (how_.skip_others) {
    std::erase_if(ids, is_other);
    return true;
  }
  return std::ranges::none_of(ids, is_other);
}

// By bytes, from the lowest on. It takes a third of the time of std::sort for the words of a text.
void RowEncoder::sort(std::vector<int64_t>& ids) {
  constexpr size_t kFew = 64;
  if (ids.size() < kFew) return std::sort(ids.begin(), ids.end());
  other_.resize(ids.size());
  for (size_t digit = 0; digit < digits_; ++digit) {
    std::array<size_t, 256> places{};
    for (const int64_t id : ids) ++places[static_cast<size_t>(id >> (8 * digit) & 255)];
    size_t next = 0;
    for (size_t& place : places) next += std::exchange(place, next);
    for (const int64_t id : ids) other_[places[static_cast<size_t>(id >> (8 * digit) & 255)]++] = id;
    std::swap(ids, other_);
  }
}

bool RowEncoder::add(std::vector<int64_t>& ids, RowsOfBlock& to) {
  if (!keep_those_in_range(ids)) return false;
  sort(ids);
  const size_t first = to.ids.size();
  for (size_t i = 0; i < ids.size();) {
    const size_t begin = i;
    while (++i < ids.size() && ids[i] == ids[begin]) {
    }
    to.ids.push_back(ids[begin]);
    to.values.push_back(static_cast<double>(i - begin));
  }
  end_row(to, first);
  return true;
}

bool RowEncoder::add(std::span<const int64_t> ids, std::span<const float> weights, RowsOfBlock& to) {
  weighted_.clear();
  for (size_t i = 0; i < ids.size(); ++i) {
    if (static_cast<uint64_t>(ids[i]) < static_cast<uint64_t>(how_.num_tokens))
      weighted_.emplace_back(ids[i], weights[i]);
    else if (!how_.skip_others) return false;
  }
  std::ranges::stable_sort(weighted_, {}, &std::pair<int64_t, float>::first);
  const size_t first = to.ids.size();
  for (const auto& [id, weight] : weighted_) {
    if (to.ids.size() > first && to.ids.back() == id) {
      to.values.back() += static_cast<double>(weight);
    } else {
      to.ids.push_back(id);
      to.values.push_back(static_cast<double>(weight));
    }
  }
  end_row(to, first);
  return true;
}

// Counts become values.
void RowEncoder::end_row(RowsOfBlock& to, size_t first) const {
  to.end_row();
  const std::span<double> values = std::span(to.values).subspan(first);
  if (how_.mode == Encoding::Mode::multi_hot) std::ranges::fill(values, 1.0);
  else if (how_.sublinear_tf)
    for (double& value : values) value = 1 + std::log(value);
  if (how_.mode == Encoding::Mode::tf_idf)
    for (size_t i = 0; i < values.size(); ++i) values[i] *= how_.idf[static_cast<size_t>(to.ids[first + i])];
  if (how_.norm == Encoding::Norm::none) return;
  double sum = 0;
  for (const double value : values) sum += how_.norm == Encoding::Norm::l2 ? value * value : std::abs(value);
  if (sum == 0) return;
  const double norm = how_.norm == Encoding::Norm::l2 ? std::sqrt(sum) : sum;
  for (double& value : values) value /= norm;
}

}  // namespace lacuna::features
