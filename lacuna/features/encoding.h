// Ids of each row, of words or categories, as the columns of a csr matrix.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lacuna/base/export.h"
#include "lacuna/features/workspace.h"
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

// What the columns of a row hold: 1 at each of its ids; how often the id occurs; or that times its idf
// weight.
struct Encoding {
  enum class Mode : uint8_t { multi_hot, count, tf_idf };
  enum class Norm : uint8_t { none, l1, l2 };
  Dim num_tokens = 0;  // Columns.
  Mode mode = Mode::multi_hot;
  std::span<const double> idf{};  // Of each column, for tf_idf.
  bool sublinear_tf = false;      // Counts n become 1 + ln n.
  Norm norm = Norm::none;         // Rows are divided by this norm of theirs, unless it is 0.
  bool skip_others = false;       // Ids out of [0, num_tokens) are left out, else they are an error.
  DType dtype = DType::float32;   // Or float64. Sums and products are made in float64 and then rounded.

  // Throws InvalidArgument, which begins with `where`, unless there are columns, idf fits, dtype is one of
  // them.
  void validate(const char* where) const;
};

// With a workspace, calls allocate nothing once it has the memory that they need.

// Rows of `ids_a_row` ids each, which must divide their number. With weights, one an id, `count` adds these
// in place of ones. Throws OutOfRange for the first row with an id that is out of range. `where` begins
// errors.
void encode(const char* where, std::span<const int64_t> ids, size_t ids_a_row, const Encoding& how,
            tensor::Csr& to, std::span<const double> weights = {}, Workspace* kept = nullptr);
// Row r has the ids from indptr[r] up to indptr[r + 1].
void encode(const char* where, std::span<const int64_t> ids, std::span<const int64_t> indptr,
            const Encoding& how, tensor::Csr& to, std::span<const double> weights = {},
            Workspace* kept = nullptr);

// How rare a word is that is in `document_counts` of `documents`. keras: ln(1 + documents / (1 + count)).
// smooth, scikit-learn's: ln((1 + documents) / (1 + count)) + 1.
enum class Idf : uint8_t { keras, smooth };
std::vector<double> idf_of(std::span<const int64_t> document_counts, int64_t documents, Idf how = Idf::keras);

}  // namespace features
}  // namespace lacuna
