// Texts and whole numbers as bins: the very bins of Keras' Hashing and HashedCrossing.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

inline constexpr int64_t kMostBins = int64_t{1} << 40;

// How a value becomes a bin in [0, num_bins): its FarmHash64 mod num_bins, of a whole number that of its
// decimal text. With a salt it is SipHash64 under that key. The masked value, if there is one and num_bins is
// above 1, has bin 0, and the others share the bins from 1 on.
struct Hashing {
  int64_t num_bins = 0;                    // 1 to 2^40
  std::optional<std::string> mask_word{};  // Of texts,
  std::optional<int64_t> mask_number{};    // and of whole numbers.
  std::optional<std::array<uint64_t, 2>> salt{};

  // Throws InvalidArgument, which begins with `where`, unless num_bins is in range.
  void validate(const char* where) const;
};

// Writes the bin of each value. `bins` must be as long as the values; num_bins in range.
void hash_bins(std::span<const std::string_view> words, const Hashing& how, std::span<int64_t> bins);
void hash_bins(std::span<const int64_t> numbers, const Hashing& how, std::span<int64_t> bins);

// The values of one column, a row each.
using Column = std::variant<std::span<const std::string_view>, std::span<const int64_t>>;

// The values of rows that may have several: of row r those from indptr[r] up to indptr[r + 1]; or, if there
// is no indptr, `a_row` of each. weights: one a value, or none if all are 1.
struct Bags {
  Column values{};
  std::span<const int64_t> indptr{};
  size_t a_row = 1;
  std::span<const double> weights{};
};

// The bin of each row's combination of values, in [0, num_bins), 1 to 2^40 of them: the fingerprints of the
// values (of a number itself), concatenated from the left by FarmHash's FingerprintCat64, mod num_bins.
// Throws InvalidArgument unless there are two columns or more, each as long as `bins`.
void cross_bins(std::span<const Column> columns, int64_t num_bins, std::span<int64_t> bins);

// The bins of all combinations of a value of each bag, those of cross_bins, and the products of their
// weights: of row r those from indptr[r] up to indptr[r + 1], the values of the last bag changing first.
// Values of weight 0 are left out.
struct CrossedBags {
  std::vector<int64_t> bins{}, indptr{};
  std::vector<double> weights{};
};
// Throws InvalidArgument, which begins with `where`, unless there are two bags or more, of as many rows each;
// OutOfRange if there are 2^31 combinations or more.
void cross_bags(const char* where, std::span<const Bags> bags, size_t rows, int64_t num_bins,
                CrossedBags& to);

}  // namespace features
}  // namespace lacuna
