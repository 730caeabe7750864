// What the two halves of hdf5.h share: calls of HDF5, ids that close themselves, and what stands behind a
// Group.
#pragma once
#include <hdf5.h>

#include <cstdlib>
#include <mutex>
#include <utility>

#include "lacuna/saving/hdf5.h"

namespace lacuna::hdf5 {

// While one of these lives HDF5 is ours alone, and silent.
class Call {
 public:
  Call() : lock_(mutex()) {
    [[maybe_unused]] static const bool quiet = quiet_at_exit();
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    if (depth()++ == 0) H5Eclear2(H5E_DEFAULT);  // What others left is no reason of ours.
  }
  ~Call() {
    // HDF5 cannot close itself with what a thread that is gone left in its list of errors.
    if (--depth() == 0) H5Eclear2(H5E_DEFAULT);
    H5Eset_auto2(H5E_DEFAULT, function_, data_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  // A damaged file leaves blocks in HDF5's own lists, with all ids closed: at exit it would print that it
  // cannot free them. What is registered after it has started runs before it ends.
  static bool quiet_at_exit() {
    H5open();
    return std::atexit([] { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }) == 0;
  }
  static int& depth() {
    static int calls = 0;
    return calls;
  }
  static std::recursive_mutex& mutex() {
    static auto* one = new std::recursive_mutex;
    return *one;
  }
  std::lock_guard<std::recursive_mutex> lock_;
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

class Id {
 public:
  Id() = default;
  Id(hid_t id, herr_t (*closing)(hid_t)) : id_(id), close_(closing) {}
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Id& operator=(Id&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Id() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }
  bool close() { return close_(std::exchange(id_, -1)) >= 0; }

 private:
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

struct Group::Handle {
  // What errors name, and what bounds sizes.
  struct Context {
    const char* where;
    std::string path;  // Empty in memory.
    uint64_t bytes = 0;
    bool writes = false;
  };
  std::shared_ptr<const Context> context{};
  std::string name{};
  Id id{};

  ~Handle() {
    const Call call;
    id = Id();
  }

  [[noreturn]] void fail(const std::string& must, const std::string& received) const;
  void check(bool holds, const std::string& must) const;

  // Whether each part of a path is there.
  bool exists(const std::string& path) const;
  Id open(const std::string& path) const;
  bool is(const std::string& path, H5I_type_t type) const;

  Id open_array(const std::string& path) const;

  Shape shape_of(hid_t array, const std::string& path) const;

  std::vector<std::string> strings(const std::string& attribute) const;

  // Texts of one length, padded by zeros, as NumPy has them; where they are too long, each of its own length.
  void write_strings(const std::string& attribute, const std::vector<std::string>& values, bool list) const;
};

}  // namespace lacuna::hdf5
