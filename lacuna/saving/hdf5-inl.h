// What the two halves of hdf5.h share: calls of HDF5, ids that close themselves, and what stands behind a
// Group.
#pragma once
#include <hdf5.h>

#include <utility>

#include "lacuna/base/require_memory.h"
#include "lacuna/saving/hdf5.h"

namespace lacuna::hdf5 {

// While one of these lives HDF5 is ours alone, and silent. Whoever forks waits for its end: a child that was
// forked in the middle would find HDF5 half changed, and locked by a thread that it does not have.
class Call {
 public:
  // HDF5 does not survive a call for which there is no memory at all, so a little must be there; not where it
  // is about to close what it holds.
  explicit Call(bool closes = false);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Descriptors of files that HDF5 writes. In a forked child they lead nowhere: HDF5 would write what it
  // holds of the parent's file into it when the child ends.
  static void writes(int descriptor);
  static void wrote(int descriptor);
  static void counts_files(int more);  // That are open.

 private:
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

    // What is unpacked of a file may take.
    uint64_t room() const { return (uint64_t{256} << 20) + 16 * bytes; }
  };
  std::shared_ptr<const Context> context{};
  std::string name{};
  Id id{};

  ~Handle() {
    const Call call(true);
    id = Id();
  }

  [[noreturn]] void fail(const std::string& must, const std::string& received) const;
  void check(bool holds, const std::string& must) const;

  Id open(const std::string& path) const;  // Below 0 where there is none.
  bool is(const std::string& path, H5O_type_t type) const;

  // One that stands in the file, and has the bytes that its shape asks for.
  struct Array {
    Id id{};
    Shape shape{};
  };
  Array open_array(const std::string& path) const;
  void check_bytes(const Array& array, bool in_chunks, const std::string& path) const;

  std::vector<std::string> strings(const std::string& attribute) const;

  // Texts of one length, padded by zeros, as NumPy has them; where they are too long, each of its own length.
  void write_strings(const std::string& attribute, const std::vector<std::string>& values, bool list) const;
};

}  // namespace lacuna::hdf5
