#include "lacuna/features/row_encoder.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lacuna::features {

namespace {

template <class Entry>
int64_t id_of(const Entry& entry) {
  if constexpr (std::is_same_v<Entry, int64_t>) return entry;
  else return entry.first;
}

}  // namespace

RowEncoder::RowEncoder(const Encoding& how, RowEncoderMemory& memory)
    : how_(how),
      memory_(memory),
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

// Few by comparing; many by bytes, from the lowest on, which takes a third of the time for the words of a
// text. Equal ids stay in their order, so that their weights are summed in it.
template <class Entry>
void RowEncoder::sort(std::vector<Entry>& entries, std::vector<Entry>& other) const {
  constexpr size_t kFew = 64;
  if (entries.size() < kFew) {
    if constexpr (std::is_same_v<Entry, int64_t>) std::sort(entries.begin(), entries.end());
    else
      for (auto next = entries.begin(); next != entries.end(); ++next)
        std::rotate(std::ranges::upper_bound(entries.begin(), next, id_of(*next), {}, id_of<Entry>), next,
                    next + 1);
    return;
  }
  other.resize(entries.size());
  for (size_t digit = 0; digit < digits_; ++digit) {
    std::array<size_t, 256> places{};
    const auto digit_of = [&](const Entry& entry) {
      return static_cast<size_t>(id_of(entry) >> (8 * digit) & 255);
    };
    for (const Entry& entry : entries) ++places[digit_of(entry)];
    size_t next = 0;
    for (size_t& place : places) next += std::exchange(place, next);
    for (const Entry& entry : entries) other[places[digit_of(entry)]++] = entry;
    std::swap(entries, other);
  }
}

bool RowEncoder::add(std::vector<int64_t>& ids, RowsOfBlock& to) {
  if (!keep_those_in_range(ids)) return false;
  sort(ids, memory_.other);
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

bool RowEncoder::add(std::span<const int64_t> ids, std::span<const double> weights, RowsOfBlock& to) {
  auto& weighted = memory_.weighted;
  weighted.clear();
  for (size_t i = 0; i < ids.size(); ++i) {
    if (static_cast<uint64_t>(ids[i]) < static_cast<uint64_t>(how_.num_tokens))
      weighted.emplace_back(ids[i], weights[i]);
    else if (!how_.skip_others) return false;
  }
  sort(weighted, memory_.weighted_other);
  const size_t first = to.ids.size();
  for (const auto& [id, weight] : weighted) {
    if (to.ids.size() > first && to.ids.back() == id) {
      to.values.back() += weight;
    } else {
      to.ids.push_back(id);
      to.values.push_back(weight);
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
