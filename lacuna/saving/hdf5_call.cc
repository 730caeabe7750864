// Whose HDF5 is.
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <new>
#include <set>

#include "lacuna/saving/hdf5-inl.h"

namespace lacuna::hdf5 {
namespace {

struct Turn {
  std::recursive_mutex mutex{};
  int depth = 0;
  std::set<int> written{};
};

Turn& turn() {
  static auto* one = new Turn;  // Never destroyed: a thread may be in HDF5 while the process ends.
  return *one;
}

void before_fork() { turn().mutex.lock(); }
void in_parent() { turn().mutex.unlock(); }

void in_child() {
  // Made anew: it is held by a thread of the parent, whose number this one does not have.
  new (&turn().mutex) std::recursive_mutex;
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int descriptor : turn().written) ::dup2(nowhere, descriptor);
  turn().written.clear();
  ::close(nowhere);
}

// A damaged file leaves blocks in HDF5's own lists, with all ids closed: at exit it would print that it
// cannot free them. What is registered after it has started runs before it ends.
bool prepare() {
  ::pthread_atfork(before_fork, in_parent, in_child);
  H5open();
  return std::atexit([] { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }) == 0;
}

// When the library is loaded: HDF5 that finds no memory as it starts calls itself without end.
[[maybe_unused]] const bool prepared = prepare();

}  // namespace

Call::Call(bool closes) {
  if (!closes) require_memory(size_t{100} << 10);
  turn().mutex.lock();
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  if (turn().depth++ == 0) H5Eclear2(H5E_DEFAULT);  // What others left is no reason of ours.
}

Call::~Call() {
  // HDF5 cannot close itself with what a thread that is gone left in its list of errors.
  if (--turn().depth == 0) H5Eclear2(H5E_DEFAULT);
  H5Eset_auto2(H5E_DEFAULT, function_, data_);
  turn().mutex.unlock();
}

void Call::writes(int descriptor) { turn().written.insert(descriptor); }
void Call::wrote(int descriptor) { turn().written.erase(descriptor); }

}  // namespace lacuna::hdf5
