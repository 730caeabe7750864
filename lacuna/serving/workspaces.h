// The workspaces of a served model that are not in use. Each thread has a place of its own where it looks
// first, so that threads do not wait for each other, nor for the memory of others' places.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

#include "lacuna/serving/thread_place.h"
#include "lacuna/serving/workspace.h"

namespace lacuna::serving {

class Workspaces {
 public:
  explicit Workspaces(const ServedModel& model) : model_(model) {}
  ~Workspaces() {
    for (Place& place : places_) delete place.free.load();
  }
  Workspaces(const Workspaces&) = delete;
  Workspaces& operator=(const Workspaces&) = delete;

  // A workspace for the time that it lives: one that is free, else a new one.
  class Lent {
   public:
    explicit Lent(Workspaces& from) : from_(from), workspace_(from.take()) {}
    ~Lent() { from_.give_back(std::move(workspace_)); }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    Workspace* operator->() const { return workspace_.get(); }

   private:
    Workspaces& from_;
    std::unique_ptr<Workspace> workspace_;
  };

 private:
  static constexpr size_t kPlaces = 64;

  std::unique_ptr<Workspace> take() {
    const size_t own = thread_number();
    for (size_t i = 0; i < kPlaces; ++i) {
      std::atomic<Workspace*>& place = places_[(own + i) % kPlaces].free;
      if (!place.load(std::memory_order_relaxed)) continue;
      if (Workspace* free = place.exchange(nullptr, std::memory_order_acquire))
        return std::unique_ptr<Workspace>(free);
    }
    return std::make_unique<Workspace>(model_);
  }

  void give_back(std::unique_ptr<Workspace> workspace) noexcept {
    const size_t own = thread_number();
    Workspace* const given = workspace.release();
    for (size_t i = 0; i < kPlaces; ++i) {
      Workspace* none = nullptr;
      if (places_[(own + i) % kPlaces].free.compare_exchange_strong(none, given, std::memory_order_release,
                                                                    std::memory_order_relaxed))
        return;
    }
    delete given;  // As many are free already.
  }

  struct alignas(64) Place {
    std::atomic<Workspace*> free{nullptr};
  };

  const ServedModel& model_;
  std::array<Place, kPlaces> places_{};
};

}  // namespace lacuna::serving
