#include "lacuna/features/hashing.h"

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
  constexpr uint64_t kSeed = 0xDECAFCAFFEu;
  parallel_for(bins.size(), kValuesABlock, [&](size_t begin, size_t end) {
    uint64_t hashes[kValuesABlock];
    std::fill_n(hashes, end - begin, kSeed);
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

}  // namespace lacuna::features
