// Files, on the disk or in memory, with a seal that is checked before HDF5 reads anything. A file without a
// seal is tried in a child process first. If its attribute `backend` says that it is ours, it has lost its
// seal, which is an error.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "lacuna/base/replace_file.h"
#include "lacuna/base/seal.h"
#include "lacuna/hdf5/hdf5-inl.h"
#include "lacuna/hdf5/trial.h"

namespace lacuna::hdf5 {

struct File::Made {
  Id file{};
  std::optional<ReplaceFile> replace{};
  int descriptor = -1;  // Of one that is written to the disk.

  Made() { Call::counts_files(1); }
  ~Made() {
    const Call call(true);
    if (file >= 0 && descriptor >= 0) write_elsewhere();
    close();
    replace.reset();
    Call::counts_files(-1);
  }
  // What a child process may take to read a file of another program.
  static TrialLimits limits_of(uint64_t bytes) {
    return {.bytes = Group::Handle::Context{"", "", bytes}.room(),
            .seconds = static_cast<unsigned>(20 + bytes / (uint64_t{10} << 20))};
  }
  bool close() {
    if (file < 0) return true;
    const bool closed = file.close();
    if (!closed) Call::has_lost_a_file();
    Call::wrote(descriptor);
    return closed;
  }
  // What HDF5 still has to write when it closes a file that is given up goes to memory: on a full disk it
  // would fail, and leave the file half closed, on which HDF5 crashes when the process ends.
  void write_elsewhere() const {
    const int memory = ::memfd_create("lacuna", MFD_CLOEXEC);
    if (memory < 0) return;
    ::dup2(memory, descriptor);
    ::close(memory);
  }
};

File::File(Group root, std::unique_ptr<Made> made) : root_(std::move(root)), made_(std::move(made)) {}
File::~File() = default;
File::File(File&&) noexcept = default;

namespace {

// More than HDF5 needs to open a file. Without that memory it crashes.
constexpr size_t kOfAFile = size_t{1} << 20;

Id access(bool in_memory) {
  Id list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(list, H5F_CLOSE_STRONG);
  H5Pset_file_locking(list, 0, 1);  // No locks: a file is complete before it has its name.
  if (in_memory) H5Pset_fapl_core(list, size_t{1} << 20, 0);
  return list;
}

// HDF5 identifies files in memory by name: two that are open at once under one name would be one file.
std::string memory_name() {
  static std::atomic<uint64_t> count{0};
  return text("lacuna in memory ", ++count);
}

bool is_ours(const Group& root) {
  const auto marked = [](const Group& group) {
    return group.has("backend") && group.text("backend") == kMark;
  };
  return marked(root) || (root.has_group("model_weights") && marked(root.group("model_weights")));
}

[[noreturn]] void refuse_unsealed(const Group& root) {
  root.wrong(
      "a file of Lacuna must end with its seal: save it again, or, if another program changed it on purpose, "
      "set its attribute backend, in the group model_weights too, to another name",
      "one without a seal, which was cut short or changed");
}

}  // namespace

File File::create(const char* where) { return create(where, std::nullopt); }

File File::create(const char* where, const std::optional<std::string>& path) {
  auto made = std::make_unique<Made>();
  if (path) made->replace.emplace(where, *path);
  require_memory(kOfAFile);
  const Call call;
  auto root = std::make_shared<Group::Handle>();
  root->context =
      std::make_shared<Group::Handle::Context>(Group::Handle::Context{where, path.value_or(""), 0, true});
  const std::string name = path ? made->replace->temporary() : memory_name();
  const Id list = access(!path);  // Closed after the check: closing clears HDF5's error.
  made->file = Id(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, list), H5Fclose);
  root->check(made->file >= 0, "the file must be written");
  if (void* descriptor = nullptr; path && H5Fget_vfd_handle(made->file, H5P_DEFAULT, &descriptor) >= 0) {
    made->descriptor = *static_cast<int*>(descriptor);
    Call::writes(made->descriptor);
  }
  root->id = Id(H5Gopen2(made->file, "/", H5P_DEFAULT), H5Gclose);
  return {Group(std::move(root)), std::move(made)};
}

File File::open(const char* where, const std::string& path, const Reader& read) {
  if (check_seal(where, path)) return open_tried(where, path);
  struct stat s {};
  ::stat(path.c_str(), &s);
  try_in_child(where, path, Made::limits_of(static_cast<uint64_t>(s.st_size)),
               [&] { read(open_tried(where, path).root()); });
  File file = open_tried(where, path);
  if (is_ours(file.root())) refuse_unsealed(file.root());
  return file;
}

File File::open_tried(const char* where, const std::string& path) {
  struct stat s {};
  ::stat(path.c_str(), &s);
  const Call call;
  require_memory(kOfAFile);
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

File File::open_bytes(const char* where, const std::string& bytes, const Reader& read) {
  const std::string_view all(bytes);
  const std::string_view seal = all.substr(all.size() - std::min(all.size(), kSealBytes));
  if (is_seal(seal)) {
    const std::string_view image = all.substr(0, all.size() - kSealBytes);
    Checksum sum;
    sum.add(image);
    LACUNA_REQUIRE(sum.seal() == seal, where, ": the bytes must be what was saved. Received: ", bytes.size(),
                   " bytes whose checksum is wrong.");
    return open_image(where, image);
  }
  LACUNA_REQUIRE(all.starts_with("\x89HDF"), where,
                 ": the bytes must be what was saved, or another file of HDF5. Received: ", bytes.size(),
                 " bytes without a seal or HDF5's signature.");
  try_in_child(where, "", Made::limits_of(bytes.size()), [&] { read(open_image(where, all).root()); });
  File file = open_image(where, all);
  if (is_ours(file.root())) refuse_unsealed(file.root());
  return file;
}

File File::open_image(const char* where, std::string_view image) {
  const Call call;
  require_memory(kOfAFile);
  auto made = std::make_unique<Made>();
  auto root = std::make_shared<Group::Handle>();
  root->context =
      std::make_shared<Group::Handle::Context>(Group::Handle::Context{where, "", image.size(), false});
  const Id list = access(true);
  H5Pset_file_image(list, const_cast<char*>(image.data()), image.size());
  made->file = Id(H5Fopen(memory_name().c_str(), H5F_ACC_RDONLY, list), H5Fclose);
  root->check(made->file >= 0, "the bytes must be a file of HDF5");
  root->id = Id(H5Gopen2(made->file, "/", H5P_DEFAULT), H5Gclose);
  root->check(root->id >= 0, "the bytes must be a file of HDF5");
  return {Group(std::move(root)), std::move(made)};
}

uint64_t File::room() const { return root_.handle_->context->room(); }

std::string File::finish_bytes() {
  const Call call;
  const auto& handle = *root_.handle_;
  handle.check(H5Fflush(made_->file, H5F_SCOPE_GLOBAL) >= 0, "the file must be written");
  const ssize_t size = H5Fget_file_image(made_->file, nullptr, 0);
  handle.check(size > 0, "the file must be written");
  std::string bytes(static_cast<size_t>(size), '\0');
  handle.check(H5Fget_file_image(made_->file, bytes.data(), bytes.size()) == size,
               "the file must be written");
  handle.check(made_->close(), "the file must be written");
  Checksum sum;
  sum.add(bytes);
  return bytes + sum.seal();
}

void File::finish() {
  {
    const Call call;
    const auto& handle = *root_.handle_;
    handle.check(H5Fflush(made_->file, H5F_SCOPE_GLOBAL) >= 0, "the file must be written");
    handle.check(made_->close(), "the file must be written");
  }
  made_->replace->finish();  // Outside of the lock: this is slow, and no call of HDF5.
}

}  // namespace lacuna::hdf5
