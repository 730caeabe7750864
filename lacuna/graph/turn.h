// A Turn is a fair lock that variables share. Variables that are ever run together share one turn. The thread
// that holds it owns their values, their optimizer states and the plans over them, for a training step, a
// batch of predict, or a save. So another thread only sees whole steps, and waits for one at most.
#pragma once
#include <memory>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

class Turn {
 public:
  class Held;

  // spans_code: it is held for something longer, such as a whole fit, during which users' code runs, which
  // may join turns.
  explicit Turn(bool spans_code = false) : spans_code_(spans_code) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // Makes both one turn, for good. Waits until nobody holds either. A thread that holds a turn must not call
  // it (it throws), unless that turn spans code: two threads could wait for each other.
  void join(const Turn& other) const;

  // Takes the turn; threads wait in the order of arrival, and the holder may take it again. Callers must hold
  // nothing that a step may need, such as Python's lock. poll_interrupt() may end the wait by throwing.
  // Throws std::runtime_error in a process that was forked while another thread held the turn: its step never
  // ends there. Allocates only at first use.
  [[nodiscard]] Held take() const;

 private:
  struct Lock;
  static std::shared_ptr<Lock> root(const std::shared_ptr<Lock>& lock);
  std::shared_ptr<Lock> root() const;
  mutable std::shared_ptr<Lock> lock_{};  // Made when it is first needed.
  bool spans_code_;
};

// Holds the turn while it lives.
class Turn::Held {
 public:
  Held(Held&& other) noexcept = default;
  Held& operator=(Held&&) = delete;
  ~Held();

 private:
  friend class Turn;
  explicit Held(std::shared_ptr<Lock> lock);
  std::shared_ptr<Lock> lock_;
};

}  // namespace lacuna
