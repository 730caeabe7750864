// Ids as rows of ones, counts or tf-idf.
#pragma once
#include <memory>
#include <vector>

#include "lacuna/features/encoding.h"
#include "lacuna/features/learned.h"
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

struct Encode {
  Dim num_tokens = 0;
  features::Encoding::Mode mode = features::Encoding::Mode::multi_hot;
  bool sparse = true;              // The result is csr, for ids of rank 2; else dense.
  bool ignores_minus_one = false;  // -1 is no id, else it is an error as all others out of range.
  DType dtype = DType::float32;
  // Of each token, for tf_idf: those that it holds in a run.
  std::shared_ptr<const features::Learned<std::vector<double>>> idf{};
};

// ids (…, k), int32 or int64 -> (…, num_tokens). `where` begins errors of a run: OutOfRange for an id that is
// not in [0, num_tokens). weights, of the shape of ids, are summed in place of ones, in mode count. No
// gradient.
Symbol encode(const std::string& where, const Symbol& ids, const Encode& how, const Symbol& weights = {});

}  // namespace lacuna
