// Turns that were joined are a tree of locks, of which only the root is used. One mutex guards all of them:
// it is held for a few instructions, and during a fork.
#include "lacuna/graph/turn.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "lacuna/base/error.h"
#include "lacuna/base/interrupt.h"

namespace lacuna {
namespace {

struct Bookkeeping {
  std::mutex mutex{};
  unsigned forks = 0;  // That led to this process: a holder from before the last one is gone.
};

Bookkeeping& bookkeeping() {
  static auto* one = [] {
    auto* made = new Bookkeeping;  // Never destroyed: a thread may outlive the statics.
    pthread_atfork([] { bookkeeping().mutex.lock(); }, [] { bookkeeping().mutex.unlock(); },
                   [] {
                     ++bookkeeping().forks;
                     bookkeeping().mutex.unlock();
                   });
    return made;
  }();
  return *one;
}

thread_local size_t turns_of_this_thread = 0;

}  // namespace

struct Turn::Lock {
  struct Waiter {
    Waiter* next = nullptr;
  };

  std::condition_variable changed{};
  std::thread::id holder{};
  size_t depth = 0;
  bool spans_code = false;
  unsigned forks = 0;  // bookkeeping().forks when it was taken.
  Waiter *first = nullptr, *last = nullptr;
  std::shared_ptr<Lock> joined{};  // The lock that it was joined to; null: it is a root.

  bool is_free() const { return depth == 0 || holder == std::this_thread::get_id(); }

  void hold() {
    holder = std::this_thread::get_id();
    forks = bookkeeping().forks;
    ++depth;
    turns_of_this_thread += !spans_code;
  }

  void append(Waiter* begin, Waiter* end) {
    (last ? last->next : first) = begin;
    last = end;
  }

  void remove(Waiter* waiter) {
    Waiter* before = nullptr;
    for (Waiter* w = first; w != waiter; w = w->next) before = w;
    (before ? before->next : first) = waiter->next;
    if (last == waiter) last = before;
  }

  void require_living_holder() const {
    if (depth > 0 && forks != bookkeeping().forks)
      throw std::runtime_error(
          "lacuna: a model must not be used in a process that was forked while another thread was in a step "
          "of it, which never ends there. Received: such a model; load it from a file, or fork between "
          "steps.");
  }
};

std::shared_ptr<Turn::Lock> Turn::root(const std::shared_ptr<Lock>& lock) {
  std::shared_ptr<Lock> at = lock;
  while (at->joined) at = at->joined;
  return at;
}

std::shared_ptr<Turn::Lock> Turn::root() const {
  if (!lock_) {
    lock_ = std::make_shared<Lock>();
    lock_->spans_code = spans_code_;
  }
  return lock_ = root(lock_);
}

Turn::Held Turn::take() const {
  std::unique_lock guard(bookkeeping().mutex);
  std::shared_ptr<Lock> lock = root();
  if (lock->depth > 0 && lock->holder == std::this_thread::get_id()) return Held(std::move(lock));
  lock->require_living_holder();
  if (lock->depth == 0 && !lock->first) return Held(std::move(lock));
  Lock::Waiter self;
  lock->append(&self, &self);
  try {
    while (lock->depth > 0 || lock->first != &self) {
      // Not wait_for, of which ThreadSanitizer does not know.
      lock->changed.wait_until(guard, std::chrono::system_clock::now() + std::chrono::milliseconds(50));
      lock = root();  // It may have been joined meanwhile, with all that wait for it.
      if (lock->depth == 0 && lock->first == &self) break;
      guard.unlock();
      poll_interrupt();
      guard.lock();
      lock = root();
    }
  } catch (...) {
    if (!guard.owns_lock()) guard.lock();
    lock = root();
    lock->remove(&self);
    lock->changed.notify_all();
    throw;
  }
  lock->remove(&self);
  return Held(std::move(lock));
}

Turn::Held::Held(std::shared_ptr<Lock> lock) : lock_(std::move(lock)) { lock_->hold(); }

Turn::Held::~Held() {
  if (!lock_) return;  // Moved from.
  const std::lock_guard guard(bookkeeping().mutex);
  const std::shared_ptr<Lock> lock = root(lock_);
  turns_of_this_thread -= !lock->spans_code;
  if (--lock->depth == 0 && lock->first) lock->changed.notify_all();
}

void Turn::join(const Turn& other) const {
  {
    const std::lock_guard guard(bookkeeping().mutex);
    if (!other.lock_) {  // Nobody has ever held it.
      other.lock_ = root();
      return;
    }
    if (root() == other.root()) return;
    LACUNA_REQUIRE(
        turns_of_this_thread == 0,
        "lacuna: models must not be joined while a step of one runs. Received: a function that is called "
        "within a step and runs variables that its model has not read.");
  }
  static auto* joining = new Turn;  // One join at a time: two could wait for each other.
  const Held alone = joining->take();
  const Held mine = take();
  const Held others = other.take();
  const std::lock_guard guard(bookkeeping().mutex);
  const std::shared_ptr<Lock> to = root(), from = other.root();
  if (to == from) return;
  to->depth += from->depth;
  if (from->first) to->append(from->first, from->last);
  from->first = from->last = nullptr;
  from->joined = to;
  from->changed.notify_all();
}

}  // namespace lacuna
