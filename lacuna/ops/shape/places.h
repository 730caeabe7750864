// Ids whose number only a run tells: of a mask, of tiles, of repeats.
#pragma once
#include "lacuna/graph/symbol.h"

#include <string>

namespace lacuna {

// Ids of places along an axis, int64, for select; of x the size alone counts, which may be open until a run.
// 0, 1, …, size - 1, n times over.
Symbol tile_places(const Symbol& x, int axis, int64_t n);
// 0, …, 0, 1, …, 1, …: each n times.
Symbol repeat_places(const Symbol& x, int axis, int64_t n);
// Where a mask of rank 1, a value for each place, is not 0. How many they are only a run tells.
Symbol mask_places(const Symbol& mask, const Symbol& x, int axis);
// ids brought into the range of the axis: "clip" takes the nearest place, "wrap" counts round from both ends.
Symbol places_within(const Symbol& ids, const Symbol& x, int axis, const std::string& mode);

}  // namespace lacuna
