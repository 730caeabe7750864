#include "lacuna/features/hashing.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/features/binning.h"

namespace lacuna::features {
namespace {

constexpr size_t kValuesABlock = 4096;

template <class Value>
void bins_of(std::span<const Value> values, const Hashing& how, std::span<int64_t> bins) {
  const Binning binning(how);
  parallel_for(values.size(), kValuesABlock, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) bins[i] = binning.of(values[i]);
  });
}

uint64_t shift_mix(uint64_t value) { return value ^ (value >> 47); }

// FingerprintCat64: not the same if a and b change places.
uint64_t concatenated(uint64_t a, uint64_t b) {
  constexpr uint64_t kFactor = 0xC6A4A7935BD1E995u;
  const uint64_t mixed = a ^ kFactor ^ (shift_mix(b * kFactor) * kFactor);
  return shift_mix(shift_mix(mixed * kFactor) * kFactor);
}

uint64_t value_in_cross(std::string_view word) { return fingerprint(word); }
uint64_t value_in_cross(int64_t number) { return static_cast<uint64_t>(number); }

constexpr uint64_t kSeedOfCross = 0xDECAFCAFFEu;

size_t rows_of(const Bags& bags) {
  if (!bags.indptr.empty()) return bags.indptr.size() - 1;
  return std::visit([](auto values) { return values.size(); }, bags.values) / std::max<size_t>(1, bags.a_row);
}

// The values [begin, end) of a row.
std::pair<size_t, size_t> range_of(const Bags& bags, size_t row) {
  if (bags.indptr.empty()) return {row * bags.a_row, (row + 1) * bags.a_row};
  return {static_cast<size_t>(bags.indptr[row]), static_cast<size_t>(bags.indptr[row + 1])};
}

size_t count_of(const Bags& bags, size_t row) {
  const auto [begin, end] = range_of(bags, row);
  if (bags.weights.empty()) return end - begin;
  return end - begin - static_cast<size_t>(std::ranges::count(bags.weights.subspan(begin, end - begin), 0.0));
}

// Makes the `count` combinations at the front of both, of values of the bags before, those of each with each
// value of this one, in place: from the last to the first, none is written over before it is read. Returns
// how many.
size_t add_bag(const Bags& bags, size_t row, size_t count, int64_t* hashes, double* weights) {
  const auto [begin, end] = range_of(bags, row);
  const size_t values_of_row = count_of(bags, row);
  std::visit(
      [&, first = begin, last = end](auto values) {
        size_t at = count * values_of_row;
        for (size_t before = count; before-- > 0;) {
          const auto hash = static_cast<uint64_t>(hashes[before]);
          const double weight = weights[before];
          for (size_t i = last; i-- > first;) {
            const double own = bags.weights.empty() ? 1 : bags.weights[i];
            if (own == 0) continue;
            hashes[--at] = static_cast<int64_t>(concatenated(hash, value_in_cross(values[i])));
            weights[at] = weight * own;
          }
        }
      },
      bags.values);
  return count * values_of_row;
}

}  // namespace

void Hashing::validate(const char* where) const {
  LACUNA_REQUIRE(num_bins > 0 && num_bins <= kMostBins, where,
                 ": num_bins must be between 1 and 2^40. Received: num_bins=", num_bins, ".");
}

void hash_bins(std::span<const std::string_view> words, const Hashing& how, std::span<int64_t> bins) {
  bins_of(words, how, bins);
}

void hash_bins(std::span<const int64_t> numbers, const Hashing& how, std::span<int64_t> bins) {
  bins_of(numbers, how, bins);
}

void cross_bins(std::span<const Column> columns, int64_t num_bins, std::span<int64_t> bins) {
  constexpr const char* kWhere = "HashedCrossing";
  LACUNA_REQUIRE(columns.size() >= 2, kWhere,
                 ": there must be two columns or more. Received: columns=", columns.size(), ".");
  for (const Column& column : columns) {
    const size_t rows = std::visit([](auto values) { return values.size(); }, column);
    LACUNA_REQUIRE(rows == bins.size(), kWhere, ": columns must have the same rows. Received: ", rows,
                   " and ", bins.size(), ".");
  }
  Hashing{.num_bins = num_bins}.validate(kWhere);
  parallel_for(bins.size(), kValuesABlock, [&](size_t begin, size_t end) {
    uint64_t hashes[kValuesABlock];
    std::fill_n(hashes, end - begin, kSeedOfCross);
    for (const Column& column : columns)
      std::visit(
          [&](auto values) {
            for (size_t i = begin; i < end; ++i)
              hashes[i - begin] = concatenated(hashes[i - begin], value_in_cross(values[i]));
          },
          column);
    for (size_t i = begin; i < end; ++i)
      bins[i] = static_cast<int64_t>(hashes[i - begin] % static_cast<uint64_t>(num_bins));
  });
}

void cross_bags(const char* where, std::span<const Bags> bags, size_t rows, int64_t num_bins,
                CrossedBags& to) {
  LACUNA_REQUIRE(bags.size() >= 2, where,
                 ": there must be two columns or more. Received: columns=", bags.size(), ".");
  for (const Bags& one : bags)
    LACUNA_REQUIRE(one.a_row == 0 || rows_of(one) == rows, where,
                   ": columns must have the same rows. Received: ", rows_of(one), " and ", rows, ".");
  Hashing{.num_bins = num_bins}.validate(where);
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  to.indptr.resize(rows + 1);
  to.indptr[0] = 0;
  for (size_t row = 0; row < rows; ++row) {
    int64_t count = 1;
    for (const Bags& one : bags) {
      const auto values = static_cast<int64_t>(count_of(one, row));
      LACUNA_REQUIRE_RANGE(values == 0 || count <= kMost / values, where,
                           ": a row must have fewer than 2^31 combinations. Received: more in row ", row,
                           ".");
      count *= values;
      if (count == 0) break;
    }
    to.indptr[row + 1] = to.indptr[row] + count;
    LACUNA_REQUIRE_RANGE(
        to.indptr[row + 1] <= kMost, where,
        ": the rows must have fewer than 2^31 combinations; make batches smaller. Received: more "
        "up to row ",
        row, ".");
  }
  to.bins.resize(static_cast<size_t>(to.indptr[rows]));
  to.weights.resize(to.bins.size());
  constexpr size_t kRowsABlock = 64;
  parallel_for(rows, kRowsABlock, [&](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      const auto at = static_cast<size_t>(to.indptr[row]);
      if (to.indptr[row + 1] == to.indptr[row]) continue;
      int64_t* const hashes = to.bins.data() + at;
      double* const weights = to.weights.data() + at;
      hashes[0] = static_cast<int64_t>(kSeedOfCross);
      weights[0] = 1;
      size_t count = 1;
      for (const Bags& one : bags) count = add_bag(one, row, count, hashes, weights);
      for (size_t i = 0; i < count; ++i)
        hashes[i] = static_cast<int64_t>(static_cast<uint64_t>(hashes[i]) % static_cast<uint64_t>(num_bins));
    }
  });
}

}  // namespace lacuna::features
