// Datasets of batches that a program makes one after another.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "lacuna/data/dataset.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// Gives the next batch, of any number of rows; none after the last. Its memory may be reused for the next
// one.
using NextBatch = std::function<std::optional<LoadedRows>()>;

struct BatchesOptions {
  bool once = false;      // The batches can be made only once: a second pass is an error.
  std::string version{};  // A text that changes when the batches do; without it pack makes its file anew.
};

// passes: begins a pass, and returns what gives its batches. All batches have the parts of the first one: the
// same names, storages and shapes but for the number of rows. Values are kept in their dtype, or in a wider
// one of int32 and int64. Errors name the batch, from 1.
Dataset batches(std::function<NextBatch()> passes, BatchesOptions options = {});

}  // namespace data
}  // namespace lacuna
