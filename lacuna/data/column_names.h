// What the columns of an input are called, and which words were hashed to them.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lacuna/data/read.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// "age", "city=Paris" of a vocabulary, "item=17" of ids, "C1[17]" of bins and buckets, and the number alone
// where the source has no names. libsvm: the number in the text. part: an input of the dataset that these
// options read; column: of all its columns.
std::string name_of_column(const ReadOptions& options, const RowPart& part, Dim column);

// A word that is counted in a column, and in how many places it is.
struct WordOfColumn {
  std::string word;
  int64_t count = 0;
};

// The words that the files have for each of these columns, the most frequent first: several where their bins
// collide. Only of bins in csv, tsv, jsonl and vw; other columns are left out. Reads the files once, slower
// than a dataset does. Rows that are not understood are left out.
std::map<Dim, std::vector<WordOfColumn>> words_of_columns(const std::vector<std::string>& paths,
                                                          const ReadOptions& options, const RowPart& part,
                                                          std::span<const Dim> columns);

}  // namespace data
}  // namespace lacuna
