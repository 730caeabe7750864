// Reads libsvm (svmlight) text, a row per line: `label [qid:query] column:value column:value … # comment`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// The number that the text gives to the first column: 0 or 1. automatic: 0 if any line names column 0, else
// 1.
enum class ZeroBased : uint8_t { automatic, yes, no };

struct LibsvmOptions {
  Dim n_features = 0;            // Columns of x; 0: up to the largest column in the text.
  DType dtype = DType::float32;  // Of x and of the labels: float32 or float64.
  bool multilabel = false;       // A line has any number of labels, separated by commas.
  ZeroBased zero_based = ZeroBased::automatic;
  bool query_id = false;  // Every line must have a qid; they fill `qid`. false: qids are skipped.
};

struct LibsvmData {
  tensor::Csr x{};    // Sorted and unique in each row; indices are int64 if int32 is too narrow.
  tensor::Dense y{};  // (rows,); empty with multilabel.

  // With multilabel: the labels of row r are labels[label_ptr[r]], …, labels[label_ptr[r + 1] - 1]; label_ptr
  // is int64.
  tensor::Dense labels{}, label_ptr{};

  tensor::Dense qid{};  // (rows,) int64 with query_id.
};

// Reads a plain, gz, xz, bz2, zst or lz4 file; its first bytes tell which. Throws InvalidArgument, with the
// line number if there is one, if the file cannot be read or is truncated, if a label or value is not a
// finite number, or if a column appears twice in a line or lies beyond n_features. Reads block by block: the
// text is never in memory as a whole.
LibsvmData load_libsvm(const std::string& path, const LibsvmOptions& options = {});

// Reads several files as if they were one text, in order: all have the same columns, and the first column has
// the same number in all of them.
LibsvmData load_libsvm_files(const std::vector<std::string>& paths, const LibsvmOptions& options = {});

// The same for text in memory; errors show `name` in place of a path.
LibsvmData parse_libsvm(std::string_view text, const LibsvmOptions& options = {},
                        const std::string& name = "text");

}  // namespace data
}  // namespace lacuna
