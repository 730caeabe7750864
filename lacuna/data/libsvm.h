// Reader of libsvm (svmlight) text: a row a line, `label [qid:query] column:value column:value … # comment`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/tensor/tensor.h"

namespace lacuna::data {

// What the first column is called: 0 or 1. automatic: 0 if any line names a column 0, else 1.
enum class ZeroBased : uint8_t { automatic, yes, no };

struct LibsvmOptions {
  Dim n_features = 0;            // Columns of x; 0: as many as are named.
  DType dtype = DType::float32;  // Of x and of the labels; or float64.
  bool multilabel = false;       // Any number of labels a line, with commas between them.
  ZeroBased zero_based = ZeroBased::automatic;
  bool query_id = false;  // Every line has a qid, and `qid` is filled. Otherwise they are skipped.
};

struct LibsvmData {
  tensor::Csr x{};    // Sorted and unique in a row; int32 indices, int64 from 2^31 columns on.
  tensor::Dense y{};  // (rows,); empty with multilabel.

  // With multilabel: the labels of row r are labels[label_ptr[r]], …, labels[label_ptr[r + 1] - 1]; label_ptr
  // is int64.
  tensor::Dense labels{}, label_ptr{};

  tensor::Dense qid{};  // (rows,) int64 with query_id.
};

// Plain, gz, xz or bz2, told apart by the first bytes. Throws InvalidArgument, with the line where there is
// one: for a file that cannot be read or ends early, for text that is no number or not finite, for a column
// that is named twice in a line or lies beyond n_features. Takes the memory of the text besides that of the
// result.
LibsvmData load_libsvm(const std::string& path, const LibsvmOptions& options = {});

// The rows of several files, one after another, as if they were one: the same columns, counted from the same
// first one.
LibsvmData load_libsvm_files(const std::vector<std::string>& paths, const LibsvmOptions& options = {});

// The same of text in memory; `name` stands for the path in errors.
LibsvmData parse_libsvm(std::string_view text, const LibsvmOptions& options = {},
                        const std::string& name = "text");

}  // namespace lacuna::data
