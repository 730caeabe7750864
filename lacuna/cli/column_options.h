// Columns of csv, tsv and jsonl as the options name them.
#pragma once
#include <string>
#include <vector>

#include "lacuna/cli/data_options.h"

namespace lacuna::cli {

// "\t" and "tab" are a tab; 0 if nothing is given.
char one_character(const char* option, const std::string& given);

// By --bins or -b; 0 if neither is given.
Dim bins_of(const DataOptions& options);

// By the options, or by the file of --columns.
std::vector<data::Column> columns_given(const DataOptions& options);

// Those of --names, whose patterns stand for several.
std::vector<std::string> names_given(const DataOptions& options);

// In the order of the names; those that no option names are not read. The names must have all of `required`.
std::vector<data::Column> in_order(const std::vector<std::string>& names,
                                   const std::vector<data::Column>& columns,
                                   const std::vector<data::Column>& required);

// Throws if a file begins with the names of the columns, where it is said to have no such line. Files that
// cannot be read twice are left out.
void require_no_header(const std::vector<std::string>& paths, const data::ReadOptions& read);

}  // namespace lacuna::cli
