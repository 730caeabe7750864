// The seal: "lacuna 1", then the length and the CRC-32 of the bytes before, both with the lowest byte first.
#include "lacuna/base/seal.h"

#include <zlib.h>

namespace lacuna {
namespace {

constexpr std::string_view kWord = "lacuna 1";

}  // namespace

void Checksum::add(std::string_view bytes) {
  length_ += bytes.size();
  sum_ = static_cast<uint32_t>(crc32_z(sum_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string Checksum::seal() const {
  std::string result(kWord);
  for (int i = 0; i < 8; ++i) result += static_cast<char>(length_ >> (8 * i) & 0xFF);
  for (int i = 0; i < 8; ++i) result += static_cast<char>(uint64_t{sum_} >> (8 * i) & 0xFF);
  return result;
}

bool is_seal(std::string_view last_bytes) {
  return last_bytes.size() == kSealBytes && last_bytes.starts_with(kWord);
}

}  // namespace lacuna
