// HDF5, as much of it as Keras' files need. A file is a tree of groups; groups hold texts and numbers as
// attributes, and arrays. Errors are exceptions that name the file; HDF5 prints nothing. Calls from several
// threads wait for each other.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/tensor/tensor.h"

namespace lacuna::hdf5 {

inline constexpr const char* kMark = "lacuna";  // The attribute `backend` of what we write.

class Group {
 public:
  // The group of that name, made where it is not there (when writing), or that must be there (reading).
  Group group(const std::string& name) const;
  bool has_group(const std::string& name) const;
  bool has_array(const std::string& name) const;

  bool has(const std::string& attribute) const;
  std::string text(const std::string& attribute) const;
  void write_text(const std::string& attribute, const std::string& value) const;
  // A list; of a long one Keras makes several attributes, which are put together again.
  std::vector<std::string> texts(const std::string& attribute) const;
  void write_texts(const std::string& attribute, const std::vector<std::string>& values) const;
  int64_t number(const std::string& attribute) const;
  void write_number(const std::string& attribute, int64_t value) const;

  // Arrays of floats or of whole numbers. Reading converts between float types and between whole ones, never
  // from one to the other. The shape must be `shape`, where None stands for any number of rows.
  tensor::Dense array(const std::string& name, DType dtype, const Shape& shape) const;
  Shape shape(const std::string& array) const;
  bool holds_floats(const std::string& array) const;
  void write_array(const std::string& name, const tensor::Dense& values) const;

  // Throws InvalidArgument: "load_model: `must`. Received: `received`, file '…'."
  [[noreturn]] void wrong(const std::string& must, const std::string& received) const;

 private:
  friend class File;
  struct Handle;
  explicit Group(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}
  std::shared_ptr<Handle> handle_;
};

class File {
 public:
  // where: what errors start with: "load_model".
  static File create(const char* where);  // In memory.
  static File create(const char* where, const std::optional<std::string>& path);
  // Sealed, or of somebody else: one without a seal is read in a process of its own first. Errors of the
  // system are FileError.
  static File open(const char* where, const std::string& path);
  static File open_bytes(const char* where, const std::string& bytes);
  ~File();  // Of a file that was created: nothing is left of it unless finish was called.
  File(File&&) noexcept;

  const Group& root() const { return root_; }
  // Of memory, what all that is read of it may take: more than that many bytes comes of no honest file.
  uint64_t room() const;

  // What was created, whole: the bytes of one in memory; else the file takes its place in one step, after its
  // bytes are on the disk, so that a crash leaves the old file or the new one.
  std::string finish_bytes();
  void finish();

 private:
  struct Made;
  static File open_as_it_is(const char* where, const std::string& path);
  File(Group root, std::unique_ptr<Made> made);
  Group root_;
  std::unique_ptr<Made> made_;
};

}  // namespace lacuna::hdf5
