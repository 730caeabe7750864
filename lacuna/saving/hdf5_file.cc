// Files: on the disk in one step, or in memory, with a checksum that is looked at before HDF5 is asked.
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "lacuna/saving/hdf5-inl.h"
#include "lacuna/saving/replace_file.h"
#include "lacuna/saving/seal.h"

namespace lacuna::hdf5 {

struct File::Made {
  Id file{};
  std::optional<saving::ReplaceFile> replace{};
  ~Made() {
    const Call call;
    file = Id();
    replace.reset();
  }
};

File::File(Group root, std::unique_ptr<Made> made) : root_(std::move(root)), made_(std::move(made)) {}
File::~File() = default;
File::File(File&&) noexcept = default;

namespace {

Id access(bool in_memory) {
  Id list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(list, H5F_CLOSE_STRONG);
  H5Pset_file_locking(list, 0, 1);  // A file that is written is another one until it is whole.
  if (in_memory) H5Pset_fapl_core(list, size_t{1} << 20, 0);
  return list;
}

// HDF5 tells files in memory apart by name: two of one name that live at once are one.
std::string memory_name() {
  static std::atomic<uint64_t> count{0};
  return text("lacuna in memory ", ++count);
}

}  // namespace

File File::create(const char* where) { return create(where, ""); }

File File::create(const char* where, const std::string& path) {
  const Call call;
  auto made = std::make_unique<Made>();
  if (!path.empty()) made->replace.emplace(where, path);
  auto root = std::make_shared<Group::Handle>();
  root->context = std::make_shared<Group::Handle::Context>(Group::Handle::Context{where, path, 0, true});
  const std::string name = path.empty() ? memory_name() : made->replace->temporary();
  const Id list = access(path.empty());  // Lives until it is checked: closing it, HDF5 forgets why it failed.
  made->file = Id(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, list), H5Fclose);
  root->check(made->file >= 0, "the file must be written");
  root->id = Id(H5Gopen2(made->file, "/", H5P_DEFAULT), H5Gclose);
  return {Group(std::move(root)), std::move(made)};
}

File File::open(const char* where, const std::string& path) {
  saving::check_seal(where, path);
  struct stat s {};
  ::stat(path.c_str(), &s);
  const Call call;
  auto made = std::make_unique<Made>();
  auto root = std::make_shared<Group::Handle>();
  root->context = std::make_shared<Group::Handle::Context>(
      Group::Handle::Context{where, path, static_cast<uint64_t>(s.st_size), false});
  const Id list = access(false);
  made->file = Id(H5Fopen(path.c_str(), H5F_ACC_RDONLY, list), H5Fclose);
  root->check(made->file >= 0, "the file must be one of HDF5, and whole");
  root->id = Id(H5Gopen2(made->file, "/", H5P_DEFAULT), H5Gclose);
  root->check(root->id >= 0, "the file must be one of HDF5, and whole");
  return {Group(std::move(root)), std::move(made)};
}

File File::open_bytes(const char* where, const std::string& bytes) {
  const std::string_view all(bytes);
  const std::string_view seal = all.substr(all.size() - std::min(all.size(), saving::kSealBytes));
  require(saving::is_seal(seal), where, ": the bytes must be what was saved. Received: ", bytes.size(),
          " bytes that end otherwise.");
  const std::string_view image = all.substr(0, all.size() - saving::kSealBytes);
  saving::Checksum sum;
  sum.add(image);
  require(sum.seal() == seal, where, ": the bytes must be what was saved. Received: ", bytes.size(),
          " bytes whose checksum is another.");
  const Call call;
  auto made = std::make_unique<Made>();
  auto root = std::make_shared<Group::Handle>();
  root->context =
      std::make_shared<Group::Handle::Context>(Group::Handle::Context{where, "", bytes.size(), false});
  const Id list = access(true);
  H5Pset_file_image(list, const_cast<char*>(image.data()), image.size());
  made->file = Id(H5Fopen(memory_name().c_str(), H5F_ACC_RDONLY, list), H5Fclose);
  root->check(made->file >= 0, "the bytes must be a file of HDF5");
  root->id = Id(H5Gopen2(made->file, "/", H5P_DEFAULT), H5Gclose);
  return {Group(std::move(root)), std::move(made)};
}

std::string File::finish_bytes() {
  const Call call;
  const auto& handle = *root_.handle_;
  handle.check(H5Fflush(made_->file, H5F_SCOPE_GLOBAL) >= 0, "the file must be written");
  const ssize_t size = H5Fget_file_image(made_->file, nullptr, 0);
  handle.check(size > 0, "the file must be written");
  std::string bytes(static_cast<size_t>(size), '\0');
  handle.check(H5Fget_file_image(made_->file, bytes.data(), bytes.size()) == size,
               "the file must be written");
  handle.check(made_->file.close(), "the file must be written");
  saving::Checksum sum;
  sum.add(bytes);
  return bytes + sum.seal();
}

void File::finish() {
  const Call call;
  const auto& handle = *root_.handle_;
  handle.check(H5Fflush(made_->file, H5F_SCOPE_GLOBAL) >= 0, "the file must be written");
  handle.check(made_->file.close(), "the file must be written");
  made_->replace->finish();
}

}  // namespace lacuna::hdf5
