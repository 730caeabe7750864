// The lock around HDF5, and what HDF5 needs at forks and at exit.
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <set>

#include "lacuna/hdf5/hdf5-inl.h"

namespace lacuna::hdf5 {
namespace {

struct Turn {
  std::recursive_mutex mutex{};
  int depth = 0;
  std::set<int> written{};
  std::atomic<int> open_files = 0;
  bool has_lost = false;  // Files that it cannot close: those of the parent at a fork, and on a full disk.
};

Turn& turn() {
  static auto* one = new Turn;  // Never destroyed: a thread may be in HDF5 while the process ends.
  return *one;
}

void before_fork() { turn().mutex.lock(); }
void in_parent() { turn().mutex.unlock(); }

void in_child() {
  // A new mutex: the old one is held by a thread of the parent, whose id this thread does not have.
  new (&turn().mutex) std::recursive_mutex;
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int descriptor : turn().written) ::dup2(nowhere, descriptor);
  turn().written.clear();
  ::close(nowhere);
  turn().has_lost |= turn().open_files > 0;
}

// HDF5 crashes if it closes files at exit that were in use when the process was forked, or that it could not
// close before. Such a process exits without HDF5's exit handler.
void end_without_hdf5(int status, void*) {
  if (!turn().has_lost) return;
  std::fflush(nullptr);
  ::_exit(status);
}

// A damaged file leaves blocks in HDF5's free lists, though all ids are closed, and at exit HDF5 would print
// that it cannot free them. A handler that is registered after HDF5 started runs before HDF5's own.
bool prepare() {
  ::pthread_atfork(before_fork, in_parent, in_child);
  H5open();
  ::on_exit(end_without_hdf5, nullptr);
  return std::atexit([] { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }) == 0;
}

// Runs when the library is loaded: HDF5 recurses without end if it finds no memory when it starts.
[[maybe_unused]] const bool prepared = prepare();

}  // namespace

Call::Call(bool closes) {
  if (!closes) require_memory(size_t{100} << 10);
  turn().mutex.lock();
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  if (turn().depth++ == 0) H5Eclear2(H5E_DEFAULT);  // Our messages must not show errors that others left.
}

Call::~Call() {
  // HDF5 cannot shut down if a thread that has ended left errors in its error stack.
  if (--turn().depth == 0) H5Eclear2(H5E_DEFAULT);
  H5Eset_auto2(H5E_DEFAULT, function_, data_);
  turn().mutex.unlock();
}

void Call::writes(int descriptor) { turn().written.insert(descriptor); }
void Call::counts_files(int more) { turn().open_files += more; }
void Call::has_lost_a_file() { turn().has_lost = true; }
void Call::wrote(int descriptor) { turn().written.erase(descriptor); }

}  // namespace lacuna::hdf5
