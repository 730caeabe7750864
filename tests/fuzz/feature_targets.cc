// What the fuzzers run of features: tokens of texts.
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/base/utf8.h"
#include "lacuna/features/texts.h"
#include "tests/fuzz/targets.h"

namespace lacuna::fuzz {
namespace {

// Texts end with a byte of 0; a last one need not.
std::vector<std::string_view> texts_of(Bytes bytes) {
  std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<std::string_view> texts;
  while (!all.empty()) {
    const std::string_view one = all.substr(0, all.find('\0'));
    texts.push_back(one);
    all.remove_prefix(std::min(all.size(), one.size() + 1));
  }
  return texts;
}

void split_texts(Bytes bytes) {
  const uint8_t a = bytes[0], b = bytes[1];
  features::Tokenizing how{.standardize = static_cast<features::Standardize>(a & 3),
                           .split = static_cast<features::Split>(a >> 2 & 3)};
  if (b & 1) how.ngrams = {1, 2 + (b >> 1 & 1)};
  // Each text in memory of its own, so that reading beyond it is found.
  std::vector<std::vector<char>> kept;
  std::vector<std::string_view> texts;
  for (const std::string_view text : texts_of(bytes.subspan(2))) {
    kept.emplace_back(text.begin(), text.end());
    texts.emplace_back(kept.back().data(), text.size());
  }
  const features::Hashing hashing{.num_bins = 1 + (b >> 2)};
  features::RowsOfIds ids;
  features::ids_of_texts("fuzz", texts, how, hashing, ids);
  check(ids.indptr.size() == texts.size() + 1, "a row for each text");
  for (size_t t = 0; t < texts.size(); ++t) {
    const auto tokens = features::tokens_of(texts[t], how);
    check(tokens.has_value(), "tokens of one text are those of several");
    const auto begin = static_cast<size_t>(ids.indptr[t]), end = static_cast<size_t>(ids.indptr[t + 1]);
    check(end - begin == tokens->size(), "an id for each token");
    const std::vector<std::string_view> words(tokens->begin(), tokens->end());
    std::vector<int64_t> bins(words.size());
    features::hash_bins(words, hashing, bins);
    const bool valid = is_utf8(texts[t]);
    for (size_t i = 0; i < words.size(); ++i) {
      check(ids.ids[begin + i] == bins[i], "the id of a token is its bin");
      check(!valid || is_utf8(words[i]), "tokens of UTF-8 are UTF-8");
      check(!words[i].empty() || how.split == features::Split::none, "a token has letters");
    }
  }
  tensor::Csr csr;
  const features::Encoding encoding{.num_tokens = hashing.num_bins, .mode = features::Encoding::Mode::count};
  features::encode_texts("fuzz", texts, how, hashing, encoding, csr);
  check(csr.validate("fuzz") && csr.rows == static_cast<Dim>(texts.size()), "rows are valid");
  double sum = 0;
  for (const float count : csr.values<float>()) sum += static_cast<double>(count);
  check(sum == static_cast<double>(ids.ids.size()), "all tokens are counted");
}

}  // namespace

void tokens(Bytes bytes) {
  if (bytes.size() >= 2) with_user_errors(split_texts, bytes);
}

}  // namespace lacuna::fuzz
