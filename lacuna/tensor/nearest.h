// The rows of a weight that are most like one of them: of an embedding, the ids that it holds to be alike.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lacuna/base/export.h"
#include "lacuna/tensor/behind.h"
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {

// How two rows a and b are compared: a·b / (|a| |b|), which is 0 if one is zero; a·b; |a - b|.
enum class Likeness : uint8_t { cosine, dot, euclidean };

struct Neighbour {
  int64_t id;
  double value;  // What Likeness says.
};

// The k rows that are most like row `id`, the most alike first and of equal ones the lower id, without
// itself; fewer if there are fewer. Exact: all rows are compared, in double precision, a block at a time on
// all threads; memory follows k and the block. A row whose value is not a number is left out. behind: the
// rows that an optimizer has left behind, which are compared as they will be; null: none.
//
// Of a table, only rows that were touched take part. One that was never touched is still as its initializer
// drew it: it has learned nothing, so that what lies near it is chance. It is neither an answer nor a
// question.
//
// Throws OutOfRange unless 0 <= id < rows, and InvalidArgument if that row was never touched, if k is not
// positive, if the weight is no matrix of rows, and if the row is not finite or, for cosine, zero. where,
// name: for its messages.
std::vector<Neighbour> nearest_rows(const char* where, const std::string& name, Tensor& weight,
                                    Behind* behind, int64_t id, int64_t k, Likeness likeness);

}  // namespace lacuna
