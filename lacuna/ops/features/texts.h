// Texts as ids of their tokens, and as rows of counts.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/features/encoding.h"
#include "lacuna/features/learned.h"
#include "lacuna/features/texts.h"
#include "lacuna/graph/symbol.h"
#include "lacuna/ops/features/look_up.h"

namespace LACUNA_EXPORT lacuna {

// How texts become tokens, and tokens ids: by the words that `table` holds in a run, or, without a table, by
// `hashing`. Word i of the table has the id first + i, other tokens have `unknown`, and the empty one
// `empty`, where negative ids are left out.
struct TextIds {
  features::Tokenizing tokens{};
  SharedTable table{};
  int64_t first = 0, unknown = -1, empty = -1;
  features::Hashing hashing{};
  std::optional<features::MurmurBins> murmur{};  // If given, in place of `hashing`.
};

// x, strings (batch,) or (batch, 1) -> the ids of their tokens, int64 (batch, length), filled up with 0 or
// cut; without a length as long as the longest of the batch. A text that is not split is one token: then x
// may be (batch, k), k tokens a row. `where` begins errors of a run: InvalidArgument for a text that is not
// UTF-8 where characters or words are wanted. No gradient.
Symbol ids_of_texts(const std::string& where, const Symbol& x, const TextIds& how,
                    std::optional<Dim> length = {});

// How the ids of a row become its columns: see features::Encoding.
struct EncodeTexts {
  Dim num_tokens = 0;
  features::Encoding::Mode mode = features::Encoding::Mode::multi_hot;
  bool sublinear_tf = false;
  features::Encoding::Norm norm = features::Encoding::Norm::none;
  bool sparse = true;  // The result is csr, else dense.
  DType dtype = DType::float32;
  std::shared_ptr<const features::Learned<std::vector<double>>>
      idf{};  // Of each column, in a run; for tf_idf.
};

// x as above -> (batch, num_tokens): the same as rows of ones, counts or tf-idf. No gradient.
Symbol encode_texts(const std::string& where, const Symbol& x, const TextIds& how,
                    const EncodeTexts& encoding);

}  // namespace lacuna
