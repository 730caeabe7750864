// Rows as the options and a model's notes tell them.
#pragma once
#include "lacuna/cli/data_options.h"
#include "lacuna/cli/model_notes.h"

namespace lacuna::cli {

// A model that is used on rows: predict, evaluate, explain.
struct UseOptions {
  DataOptions data{};
  std::string model{};
  Dim batch_size = 4096;
};

void add_use_options(CLI::App& command, UseOptions& options);

// The model, which the first of the files is unless -i tells it.
Model load(UseOptions& options);

// labels: whether they are read; without them, rows need none.
data::Dataset rows_for(const UseOptions& options, Model& model, bool labels);

// Warns of rows that were left out.
void tell_of_bad_rows(const char* command, const data::Dataset& rows);

}  // namespace lacuna::cli
