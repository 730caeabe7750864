// Rows between Python's arrays and datasets.
#pragma once
#include "lacuna/data/batches.h"
#include "python/bind/convert.h"

namespace lacuna::bind {

// A dict of arrays by the names of their parts; weights and query ids are 'sample_weight' and 'query'.
nb::dict to_dict_of_parts(const data::LoadedRows& rows);

// A function of lacuna.data, which keeps it, that takes and returns such dicts; what it returns are views.
data::RowFunction to_row_function(nb::handle function);

// A function of lacuna.data, which keeps it, that begins a pass: it returns a function that returns the views
// (x, y, sample_weight) of the next batch, or None.
std::function<data::NextBatch()> to_passes(nb::handle function);

}  // namespace lacuna::bind
