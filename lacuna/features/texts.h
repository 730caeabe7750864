// Texts as ids of their tokens, and as rows of a csr matrix, in one go.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "lacuna/base/export.h"
#include "lacuna/features/counter.h"
#include "lacuna/features/encoding.h"
#include "lacuna/features/hashing.h"
#include "lacuna/features/tokens.h"
#include "lacuna/features/vocabulary.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

// A token's id is its place in the vocabulary plus `first`. The empty token, which a text that is not split
// may be, has the id `empty`, and all others have `unknown`. A negative id is none: such tokens are left out.
struct Places {
  Vocabulary vocabulary{};
  int64_t first = 0, unknown = -1, empty = -1;
};

// The columns of scikit-learn's HashingVectorizer: the absolute value of a token's MurmurHash3, of 32 bits,
// mod num_bins. With alternate_sign a token counts as -1 where its hash is negative.
struct MurmurBins {
  int64_t num_bins = 0;  // 1 to 2^31 - 1
  bool alternate_sign = false;

  // Throws InvalidArgument, which begins with `where`, unless num_bins is in range.
  void validate(const char* where) const;
};

// What makes an id of a token.
using Ids = std::variant<Hashing, Places, MurmurBins>;

// The ids of row r are ids[indptr[r]] up to ids[indptr[r + 1]].
struct RowsOfIds {
  std::vector<int64_t> ids{}, indptr{0};
};

// All these work on all threads, with one result for any number of them, and throw InvalidArgument, which
// begins with `where`, for the first text that is not UTF-8 where characters or words are asked for.
void ids_of_texts(const char* where, std::span<const std::string_view> texts, const Tokenizing& tokens,
                  const Ids& ids, RowsOfIds& to, Workspace* kept = nullptr);
// The same as `encode` of these ids; `to` has a row for each text.
void encode_texts(const char* where, std::span<const std::string_view> texts, const Tokenizing& tokens,
                  const Ids& ids, const Encoding& how, tensor::Csr& to, Workspace* kept = nullptr);
// Counts the tokens. Each text is a document, or as many one after another as texts_a_document says, which
// must divide their number. After an error the counter has counted some of the texts.
void count_texts(const char* where, std::span<const std::string_view> texts, const Tokenizing& tokens,
                 Counter& counter, size_t texts_a_document = 1);

}  // namespace features
}  // namespace lacuna
