#include "lacuna/features/encoding.h"

#include <algorithm>
#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/features/workspace_parts.h"

namespace lacuna::features {
namespace {

constexpr size_t kIdsABlock = 8192;

// Encodes rows of which range(row) tells the first id and the end.
template <class Range>
void encode_rows(const char* where, std::span<const int64_t> ids, size_t rows, const Range& range,
                 const Encoding& how, tensor::Csr& to, std::span<const double> weights, Workspace* kept) {
  how.validate(where);
  LACUNA_REQUIRE(weights.empty() || weights.size() == ids.size(), where,
                 ": weights must be as many as ids. Received: weights=", weights.size(), ", ids=", ids.size(),
                 ".");
  LACUNA_REQUIRE(weights.empty() || how.mode == Encoding::Mode::count, where,
                 ": weights must be given only for output_mode='count'. Received: another mode.");
  const size_t grain = std::max<size_t>(kIdsABlock / (ids.size() / std::max<size_t>(rows, 1) + 1), 1);
  FirstRow failed;
  AnyWorkspace workspace(kept);
  Workspace::Parts& parts = workspace.parts();
  parts.blocks.make(rows, grain, [&](size_t begin, size_t end, RowsOfBlock& block) {
    Workspace::Parts::Lent memory(parts);
    RowEncoder encoder(how, memory->encoder);
    for (size_t row = begin; row < end; ++row) {
      const auto [first, last] = range(row);
      const std::span<const int64_t> given = ids.subspan(first, last - first);
      bool understood = true;
      if (weights.empty()) {
        memory->ids.assign(given.begin(), given.end());
        understood = encoder.add(memory->ids, block);
      } else {
        understood = encoder.add(given, weights.subspan(first, last - first), block);
      }
      if (!understood) return failed.note(row);
    }
  });
  if (failed.is_there()) {
    const auto [first, last] = range(failed.row());
    for (size_t i = first; i < last; ++i)
      LACUNA_REQUIRE_RANGE(ids[i] >= 0 && ids[i] < how.num_tokens, where,
                           ": ids must be in [0, num_tokens). Received: ", ids[i], " in row ", failed.row(),
                           ", num_tokens=", how.num_tokens, ".");
  }
  parts.blocks.write(how.num_tokens, how.dtype, to);
}

}  // namespace

void Encoding::validate(const char* where) const {
  LACUNA_REQUIRE(num_tokens > 0, where, ": num_tokens must be 1 or more. Received: num_tokens=", num_tokens,
                 ".");
  LACUNA_REQUIRE(mode != Mode::tf_idf || static_cast<Dim>(idf.size()) == num_tokens, where,
                 ": there must be an idf weight for each token. Received: weights=", idf.size(),
                 ", num_tokens=", num_tokens, ".");
  LACUNA_REQUIRE(is_float(dtype), where, ": dtype must be float32 or float64. Received: ", dtype, ".");
}

void encode(const char* where, std::span<const int64_t> ids, size_t ids_a_row, const Encoding& how,
            tensor::Csr& to, std::span<const double> weights, Workspace* kept) {
  LACUNA_REQUIRE(ids_a_row > 0 && ids.size() % ids_a_row == 0, where,
                 ": ids_a_row must divide the number of ids. Received: ids_a_row=", ids_a_row,
                 ", ids=", ids.size(), ".");
  const auto range = [=](size_t row) { return std::pair{row * ids_a_row, (row + 1) * ids_a_row}; };
  encode_rows(where, ids, ids.size() / ids_a_row, range, how, to, weights, kept);
}

void encode(const char* where, std::span<const int64_t> ids, std::span<const int64_t> indptr,
            const Encoding& how, tensor::Csr& to, std::span<const double> weights, Workspace* kept) {
  LACUNA_REQUIRE(!indptr.empty() && indptr.front() >= 0 && std::ranges::is_sorted(indptr) &&
                     static_cast<size_t>(indptr.back()) <= ids.size(),
                 where, ": indptr must rise from 0 or more to at most the number of ids. Received: indptr=",
                 indptr.size(), " values, ids=", ids.size(), ".");
  const auto range = [=](size_t row) {
    return std::pair{static_cast<size_t>(indptr[row]), static_cast<size_t>(indptr[row + 1])};
  };
  encode_rows(where, ids, indptr.size() - 1, range, how, to, weights, kept);
}

std::vector<double> idf_of(std::span<const int64_t> document_counts, int64_t documents, Idf how) {
  std::vector<double> weights(document_counts.size());
  const auto all = static_cast<double>(documents);
  std::ranges::transform(document_counts, weights.begin(), [&](int64_t count) {
    const auto with = static_cast<double>(count);
    return how == Idf::keras ? std::log(1 + all / (1 + with)) : std::log((1 + all) / (1 + with)) + 1;
  });
  return weights;
}

}  // namespace lacuna::features
