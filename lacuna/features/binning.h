// The bin of one text or number, for loops over many.
#pragma once
#include <highwayhash/sip_hash.h>

#include <charconv>
#include <cstdint>
#include <string_view>

#include "lacuna/features/fingerprint.h"
#include "lacuna/features/hashing.h"

namespace lacuna::features {

// Settings of which the loop needs a part at each value. Refers to them; they must be valid.
class Binning {
 public:
  explicit Binning(const Hashing& how) : how_(how) {
    masked_ = how.num_bins > 1 && (how.mask_word || how.mask_number);
    modulus_ = static_cast<uint64_t>(how.num_bins) - (masked_ ? 1 : 0);
    if ((modulus_ & (modulus_ - 1)) == 0) low_bits_ = modulus_ - 1;
    power_of_two_ = low_bits_ == modulus_ - 1;
    if (how.salt) salt_[0] = (*how.salt)[0], salt_[1] = (*how.salt)[1];
  }

  int64_t of(std::string_view word) const {
    if (masked_ && how_.mask_word && *how_.mask_word == word) return 0;
    return of_text(word);
  }
  int64_t of(int64_t number) const {
    if (masked_ && how_.mask_number && *how_.mask_number == number) return 0;
    char digits[20];
    const char* const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    return of_text({digits, static_cast<size_t>(end - digits)});
  }

 private:
  int64_t of_text(std::string_view text) const {
    const uint64_t hash =
        how_.salt ? highwayhash::SipHash(salt_, text.data(), text.size()) : fingerprint(text);
    return static_cast<int64_t>(power_of_two_ ? hash & low_bits_ : hash % modulus_) + (masked_ ? 1 : 0);
  }

  const Hashing& how_;
  bool masked_ = false, power_of_two_ = false;
  uint64_t modulus_ = 1, low_bits_ = 0;
  highwayhash::HH_U64 salt_[2] = {};
};

}  // namespace lacuna::features
