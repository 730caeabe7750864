// A fair lock that variables share. Variables that are ever run together share a turn, and whoever has it
// owns their values, what an optimizer remembers of them and the plans over them, until it lets go: a step of
// training, a batch of predict, a save. So another thread meets whole steps only, and waits for one at most.
#pragma once
#include <memory>

namespace lacuna {

class Turn {
 public:
  class Held;

  // spans_code: of something longer, a whole fit, whose holder calls users' code meanwhile, which may join
  // turns.
  explicit Turn(bool spans_code = false) : spans_code_(spans_code) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // From now on, and for good, both are one turn. Waits until nobody has either; not to be called by a thread
  // that has a turn, or two could wait for each other.
  void join(const Turn& other) const;

  // Waits in the order of arrival; a thread that has the turn has it again. Whoever waits must hold nothing
  // that a step may need, such as Python's lock. poll_interrupt() ends the wait. Throws std::runtime_error in
  // a process that was forked while another thread had the turn: the step that it was in never ends there.
  // Allocates nothing.
  [[nodiscard]] Held take() const;

 private:
  struct Lock;
  static std::shared_ptr<Lock> root(const std::shared_ptr<Lock>& lock);
  std::shared_ptr<Lock> root() const;
  mutable std::shared_ptr<Lock> lock_{};  // Made when it is first needed.
  bool spans_code_;
};

// Has the turn while it lives.
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
