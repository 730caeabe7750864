// PredictorSwap: a predictor that is replaced while threads predict with it.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

#include "lacuna/serving/predictor.h"

namespace LACUNA_EXPORT lacuna {

// Thread-safe. Each thread reads its own copy of the pointer, so that threads do not wait for each other.
class PredictorSwap {
 public:
  explicit PredictorSwap(Predictor first) { put(std::move(first)); }

  // The predictor by now, valid as long as the pointer is kept: for a request, say.
  std::shared_ptr<const Predictor> get() const {
    const Place& place = places_[own_place()];
    const std::lock_guard lock(place.mutex);
    return place.now;
  }
  // From now on get() gives the next one; the old one goes when its last call ends.
  void put(Predictor next) {
    for (Place& place : places_) {
      auto own =
          std::make_shared<const Predictor>(next);  // Whose count of references is of this place alone.
      const std::lock_guard lock(place.mutex);
      place.now.swap(own);
    }
  }

 private:
  static constexpr size_t kPlaces = 32;
  static size_t own_place();

  struct alignas(64) Place {
    mutable std::mutex mutex{};
    std::shared_ptr<const Predictor> now{};
  };
  std::array<Place, kPlaces> places_{};
};

}  // namespace lacuna
