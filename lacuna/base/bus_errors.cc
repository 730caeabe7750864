// The handler leaves by siglongjmp. All that it reads is atomic or of its thread, in memory that the thread
// has from its start, since a handler must not allocate any.
#include "lacuna/base/bus_errors.h"

#include <ucontext.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cfenv>
#include <csetjmp>
#include <csignal>
#include <cstdint>

namespace lacuna {
namespace {

struct Guarded {
  const std::byte* begin;
  const std::byte* end;
  sigjmp_buf back;
  sigset_t mask;  // Of signals, before the handler was called.
};

[[gnu::tls_model("initial-exec")]] thread_local Guarded* guarded_now = nullptr;

// Handlers of others. They are few, and stay for as long as the process.
struct OtherHandler {
  struct sigaction action;
  const OtherHandler* earlier;
};
std::atomic<const OtherHandler*> other_handlers{nullptr};  // All that were found, the first one at the end.
std::atomic<const OtherHandler*> last_found{nullptr};

// The frame of the call that passes a signal on, and how many do so, if this thread is in one.
struct PassingOn {
  const void* frame;
  int calls;
};
[[gnu::tls_model("initial-exec")]] thread_local PassingOn passing_on{nullptr, 0};

void end_process(int number, const siginfo_t* info) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(number, &action, nullptr);
  if (info->si_code <= 0) ::raise(number);  // It was sent; a fault happens again by itself.
}

void call_other(const struct sigaction& action, int number, siginfo_t* info, void* context) {
  const bool sent = info->si_code <= 0;
  if ((action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN && sent) return;
  if ((action.sa_flags & SA_SIGINFO) == 0 && (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN))
    return end_process(number, info);
  sigset_t blocked = action.sa_mask, before;
  if ((action.sa_flags & SA_NODEFER) == 0) sigaddset(&blocked, number);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  if (action.sa_flags & SA_SIGINFO) action.sa_sigaction(number, info, context);
  else action.sa_handler(number);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// The handler that is called after `calls` others: first the one that was found last, then the rest.
const OtherHandler* other_handler(int calls) {
  const OtherHandler* const last = last_found.load();
  if (calls == 0) return last;
  const OtherHandler* other = other_handlers.load();
  for (; other; other = other->earlier)
    if (other != last && --calls == 0) break;
  return other;
}

// A handler that was installed after ours may pass the signal on to ours. Then it goes to the one that was
// found before that, and at last it ends the process. A handler may also have been left by a jump: then its
// frame is no longer above this one on the stack.
void pass_on(int number, siginfo_t* info, void* context) {
  const void* const frame = __builtin_frame_address(0);
  const PassingOn before = passing_on;
  const int calls = before.frame && frame < before.frame ? before.calls : 0;
  const OtherHandler* const to = other_handler(calls);
  if (!to) return end_process(number, info);
  passing_on = {frame, calls + 1};
  call_other(to->action, number, info, context);
  passing_on = before;
}

void on_bus_error(int number, siginfo_t* info, void* context) {
  const int error = errno;
  Guarded* const here = guarded_now;
  const auto* const at = static_cast<const std::byte*>(info->si_addr);
  const bool is_fault = info->si_code > 0 && info->si_code != BUS_MCEERR_AO;
  if (here && is_fault && at >= here->begin && at < here->end) {
    guarded_now = nullptr;
    here->mask = static_cast<const ucontext_t*>(context)->uc_sigmask;
    siglongjmp(here->back, 1);
  }
  pass_on(number, info, context);
  errno = error;
}

bool is_ours(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) && action.sa_sigaction == on_bus_error;
}

bool is_same(const struct sigaction& a, const struct sigaction& b) {
  return a.sa_flags == b.sa_flags && a.sa_handler == b.sa_handler;  // A union of both kinds.
}

void remember(const struct sigaction& action) {
  const OtherHandler* known = other_handlers.load();
  while (known && !is_same(known->action, action)) known = known->earlier;
  if (!known) {
    auto* const made = new OtherHandler{action, other_handlers.load()};
    while (!other_handlers.compare_exchange_weak(made->earlier, made)) {
    }
    known = made;
  }
  last_found.store(known);
}

// Makes ours the handler. Without a lock, since a child may be forked meanwhile: another thread may do the
// same, which does no harm.
void install_handler() {
  struct sigaction found {};
  ::sigaction(SIGBUS, nullptr, &found);
  while (!is_ours(found)) {
    remember(found);  // Before the handler may ask for it.
    struct sigaction ours {};
    ours.sa_sigaction = on_bus_error;
    // Nodefer: a handler that it passes the signal on to may raise it again. Onstack: for programs whose
    // threads have small stacks.
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&ours.sa_mask);
    const struct sigaction expected = found;
    ::sigaction(SIGBUS, &ours, &found);
    if (is_same(found, expected)) return;
  }
}

}  // namespace

[[gnu::noinline]] bool survives_bus_errors(const std::byte* begin, size_t count, void (*work)(const void*),
                                           const void* argument) {
  install_handler();
  Guarded here{.begin = begin, .end = begin + count, .back = {}, .mask = {}};
  std::fenv_t modes;  // A handler begins with those of a new process.
  std::fegetenv(&modes);
  if (sigsetjmp(here.back, 0) != 0) {
    std::fesetenv(&modes);
    ::pthread_sigmask(SIG_SETMASK, &here.mask, nullptr);
    return false;
  }
  guarded_now = &here;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  work(argument);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  guarded_now = nullptr;
  return true;
}

}  // namespace lacuna
