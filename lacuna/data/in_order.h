// Makes things of other things on several threads, and hands them on in order, whatever the number of
// threads. It works ahead by a bounded number of them.
#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "lacuna/base/interrupt.h"

namespace lacuna::data {

// Work has, besides a default constructor of its two types,
//   bool take(Given&): the next thing, called by one thread at a time; false at the end;
//   void make(size_t worker, Given&, Made&): called by several threads at a time, each with a number of its
//   own.
template <class Work, class Given, class Made>
class InOrder {
 public:
  // workers: 0 to make everything on the calling thread. The work must outlive this.
  InOrder(Work& work, size_t workers) : work_(work), slots_(workers == 0 ? 1 : workers + 2) {
    try {
      for (size_t w = 0; w < workers; ++w) threads_.emplace_back([this, w] { run(w); });
    } catch (const std::exception&) {  // No more threads could be started: those that there are do the work.
    }
  }
  ~InOrder() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  InOrder(const InOrder&) = delete;
  InOrder& operator=(const InOrder&) = delete;

  // Swaps the next thing with `to`, whose memory is used again. False at the end. Throws what its making
  // threw, or what an interrupt throws.
  bool next(Made& to) {
    if (over_) return false;
    poll_interrupt();  // A caller may ask for very many things before it does anything else.
    if (threads_.empty()) {
      over_ = true;  // Unless it succeeds.
      if (!work_.take(slots_[0].given)) return false;
      work_.make(0, slots_[0].given, to);
      over_ = false;
      return true;
    }
    Slot& slot = slots_[handed_on_ % slots_.size()];
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kOftenEnough, [&] { return slot.full; })) {
      lock.unlock();
      poll_interrupt();
      lock.lock();
    }
    ++handed_on_;
    over_ = slot.end;
    if (slot.error) std::rethrow_exception(slot.error);
    std::swap(slot.made, to);
    slot.full = false;
    lock.unlock();
    changed_.notify_all();
    return !over_;
  }

 private:
  static constexpr std::chrono::milliseconds kOftenEnough{50};  // For interrupts.

  struct Slot {
    Given given{};
    Made made{};
    std::exception_ptr error{};
    bool busy = false, full = false;  // Something is being made in it; it was made.
    bool end = false;                 // There is nothing in it, nor after it.
  };

  void run(size_t worker) {
    const WithoutInterrupts without(&stop_);  // The thread that asks for things can be interrupted.
    for (;;) {
      std::unique_lock taking(taking_);
      Slot* slot = nullptr;
      {
        std::unique_lock lock(mutex_);
        if (ended_) return;
        slot = &slots_[taken_ % slots_.size()];
        changed_.wait(lock, [&] { return stop_ || !(slot->busy || slot->full); });
        if (stop_) return;
        slot->busy = true;
        ++taken_;
      }
      bool some = false;
      try {
        some = work_.take(slot->given);
        ended_ = !some;
        taking.unlock();
        if (some) work_.make(worker, slot->given, slot->made);
      } catch (...) {
        if (taking.owns_lock()) ended_ = true;
        slot->error = std::current_exception();
      }
      if (taking.owns_lock()) taking.unlock();
      {
        const std::lock_guard lock(mutex_);
        slot->busy = false;
        slot->full = true;
        slot->end = !some || slot->error != nullptr;
      }
      changed_.notify_all();
    }
  }

  Work& work_;
  std::vector<Slot> slots_;
  std::mutex taking_{}, mutex_{};
  std::condition_variable changed_{};
  size_t taken_ = 0, handed_on_ = 0;
  bool ended_ = false;  // Guarded by taking_: nothing is left to take.
  std::atomic<bool> stop_ = false;
  bool over_ = false;
  std::vector<std::thread> threads_{};
};

}  // namespace lacuna::data
