// Positions along an axis, for masks, tiles and repeats, where their number may be known only in a run.
#pragma once
#include "lacuna/graph/symbol.h"

#include <string>

namespace LACUNA_EXPORT lacuna {

// All of these give int64 positions along an axis, for select. Of x only the size of that axis is read, which
// may be None until a run.
// 0, 1, …, size - 1, n times over.
Symbol tile_places(const Symbol& x, int axis, int64_t n);
// 0, …, 0, 1, …, 1, …: each n times.
Symbol repeat_places(const Symbol& x, int axis, int64_t n);
// The positions where a mask of rank 1, with a value for each position, is not 0. Their number is known only
// in a run.
Symbol mask_places(const Symbol& mask, const Symbol& x, int axis);
// ids brought into the range of the axis: "clip" takes the nearest position, "wrap" takes ids modulo the
// size.
Symbol places_within(const Symbol& ids, const Symbol& x, int axis, const std::string& mode);

}  // namespace lacuna
