// The part of HDF5 that we need. A file is a tree of groups; groups hold arrays, and texts and
// numbers as attributes. Errors are exceptions that name the file; HDF5 prints nothing. Thread-safe: one lock
// covers all calls.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {
namespace hdf5 {

inline constexpr const char* kMark = "lacuna";  // The value of the attribute `backend` in our files.

class Group {
 public:
  // The group of that name. In a file that is written it is created if it is missing; in one that is read it
  // must exist.
  Group group(const std::string& name) const;
  bool has_group(const std::string& name) const;
  bool has_array(const std::string& name) const;

  bool has(const std::string& attribute) const;
  std::string text(const std::string& attribute) const;
  void write_text(const std::string& attribute, const std::string& value) const;
  // A list of texts. Keras splits a long one into several attributes, which reading joins again.
  std::vector<std::string> texts(const std::string& attribute) const;
  void write_texts(const std::string& attribute, const std::vector<std::string>& values) const;
  int64_t number(const std::string& attribute) const;
  std::vector<int64_t> numbers(const std::string& attribute) const;  // A list of at most 32.
  void write_number(const std::string& attribute, int64_t value) const;

  // Arrays of floats or of integers. Reading converts between float types and between integer types, never
  // from one kind to the other. The array must have shape `shape`, in which None matches any size.
  tensor::Dense array(const std::string& name, DType dtype, const Shape& shape) const;
  Shape shape(const std::string& array) const;
  bool holds_floats(const std::string& array) const;
  bool holds_texts(const std::string& array) const;
  std::vector<std::string> array_of_texts(const std::string& name) const;
  void write_array(const std::string& name, const tensor::Dense& values) const;

  // Throws InvalidArgument: "load_model: `must`. Received: `received`, file '…'."
  [[noreturn]] void wrong(const std::string& must, const std::string& received) const;

 private:
  friend class File;
  friend class Slices;
  struct Handle;
  explicit Group(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}
  std::shared_ptr<Handle> handle_;
};

class File {
 public:
  // where: what errors start with, such as "load_model".
  static File create(const char* where);  // In memory.
  static File create(const char* where, const std::optional<std::string>& path);
  // Opens a file, or its bytes, for reading. HDF5 may crash on a file without our seal (seal.h), which is
  // from another program: `read`, which should read all that is wanted of it, is first called in a child
  // process. Throws InvalidArgument if the file is damaged, FileError for errors of the system.
  using Reader = std::function<void(const Group& root)>;
  static File open(const char* where, const std::string& path, const Reader& read);
  static File open_bytes(const char* where, const std::string& bytes, const Reader& read);
  // Opens a file that was opened before, and has not changed.
  static File open_tried(const char* where, const std::string& path);
  ~File();  // Removes a created file unless finish was called.
  File(File&&) noexcept;

  const Group& root() const { return root_; }
  // The most bytes of memory that data read from the file may take. No valid file needs more.
  uint64_t room() const;

  // Complete a created file. finish_bytes: returns the bytes of one in memory. finish: puts the file at its
  // path in one atomic step, after its bytes are on the disk, so that a crash leaves the old file or the new
  // one.
  std::string finish_bytes();
  void finish();

 private:
  struct Made;
  static File open_image(const char* where, std::string_view image);
  File(Group root, std::unique_ptr<Made> made);
  Group root_;
  std::unique_ptr<Made> made_;
};

}  // namespace hdf5
}  // namespace lacuna
