#include "lacuna/serving/predictor_swap.h"

#include "lacuna/serving/thread_place.h"

namespace lacuna {

size_t PredictorSwap::own_place() { return serving::thread_number() % kPlaces; }

}  // namespace lacuna
