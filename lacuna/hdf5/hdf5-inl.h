// Internals shared by the .cc files of hdf5.h: the lock around HDF5, ids that close themselves, and the
// implementation of Group.
#pragma once
#include <hdf5.h>

#include <utility>

#include "lacuna/base/require_memory.h"
#include "lacuna/hdf5/hdf5.h"

namespace lacuna::hdf5 {

// Locks HDF5 for the scope and silences its printing of errors. A fork waits until no Call is alive: a child
// that was forked in the middle would find HDF5 half changed, and locked by a thread that it does not have.
class Call {
 public:
  // Throws std::bad_alloc if a little memory is not available: HDF5 crashes without. closes: no such check,
  // since the scope only closes ids.
  explicit Call(bool closes = false);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Registers a descriptor of a file that HDF5 writes, and removes it. A forked child redirects these to
  // /dev/null: at its end HDF5 would write its buffered parts of the parent's file into that file.
  static void writes(int descriptor);
  static void wrote(int descriptor);
  static void counts_files(int more);  // Adds to the number of open files.
  // After a file could not be closed, HDF5's exit handler would crash on it: the process ends without that.
  static void has_lost_a_file();

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

// The type of numbers in memory.
hid_t native_type(DType dtype);

struct Group::Handle {
  // What errors name, and what limits sizes.
  struct Context {
    const char* where;
    std::string path;  // Empty in memory.
    uint64_t bytes = 0;
    bool writes = false;

    // The most bytes that data from the file may take once it is decompressed.
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

  Id open(const std::string& path) const;  // Below 0 if there is none.
  bool is(const std::string& path, H5O_type_t type) const;

  // An array that is stored in the file itself, with all bytes that its shape needs.
  struct Array {
    Id id{};
    Shape shape{};
  };
  // Whether all of it is read, which must then fit in memory, or slices.
  enum class Reads : uint8_t { whole, slices };
  Array open_array(const std::string& path, Reads reads = Reads::whole) const;
  void check_bytes(const Array& array, bool in_chunks, const std::string& path, Reads reads) const;

  std::vector<std::string> strings(const std::string& attribute) const;
  // n texts of that type and space; what: for errors; read(type in memory, to) reads them.
  std::vector<std::string> strings(hid_t type, hid_t space, uint64_t n, const std::string& what,
                                   const std::function<void(hid_t, void*)>& read) const;

  // Writes strings of a fixed length, padded with zeros, as NumPy does; if one is too long, strings of
  // variable length.
  void write_strings(const std::string& attribute, const std::vector<std::string>& values, bool list) const;
};

}  // namespace lacuna::hdf5
