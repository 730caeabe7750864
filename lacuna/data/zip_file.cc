// Reads zip files by libzip.
#include "lacuna/data/zip_file.h"

#include <zip.h>

#include <cerrno>
#include <utility>

#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"

namespace lacuna::data {
namespace {

// A file in a zip file.
class ZipEntry final : public ByteSource {
 public:
  ZipEntry(std::string what, std::shared_ptr<zip> in, zip_uint64_t index)
      : what_(std::move(what)),
        zip_(std::move(in)),
        file_(zip_fopen_index(zip_.get(), index, 0), zip_fclose) {
    LACUNA_REQUIRE(file_ != nullptr, what_, ": it must be readable. Received: ", zip_strerror(zip_.get()),
                   ".");
  }

  size_t read(char* to, size_t room) override {
    const zip_int64_t n = zip_fread(file_.get(), to, room);  // At the end it compares a checksum.
    LACUNA_REQUIRE(n >= 0, what_,
                   ": it must be whole. Received: ", zip_error_strerror(zip_file_get_error(file_.get())),
                   ".");
    position_ += static_cast<double>(n);
    return static_cast<size_t>(n);
  }
  bool packed() const override { return true; }
  double position() const override { return position_; }

 private:
  std::string what_;
  std::shared_ptr<zip> zip_;
  std::unique_ptr<zip_file, int (*)(zip_file*)> file_;
  double position_ = 0;
};

}  // namespace

ZipFile::ZipFile(const char* where, const std::string& path) : where_(where), path_(path) {
  int why = 0;
  zip_.reset(zip_open(checked_path(where, path).c_str(), ZIP_RDONLY, &why), [](zip* z) {
    if (z) zip_discard(z);
  });
  if (zip_) return;
  zip_error_t error;
  zip_error_init_with_code(&error, why);
  const int number = zip_error_system_type(&error) == ZIP_ET_SYS ? zip_error_code_system(&error) : 0;
  const std::string words = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (why == ZIP_ER_NOENT || why == ZIP_ER_OPEN)
    path_failed(where, "the file must be readable", path, number ? number : ENOENT);
  throw InvalidArgument(where, ": the file must be a zip file. Received: path='", shown_utf8(path), "' (",
                        words, ").");
}

NpyArray ZipFile::array(const std::string& name) {
  const std::string what = text(where_, ": ", shown_utf8(path_), ": ", name);
  zip_stat_t about;
  const bool found = zip_stat(zip_.get(), (name + ".npy").c_str(), 0, &about) == 0;
  LACUNA_REQUIRE(found, where_, ": the file must have been saved by scipy.sparse.save_npz. Received: path='",
                 shown_utf8(path_), "' without '", name, "'.");
  return {what, std::make_unique<ZipEntry>(what, zip_, about.index), about.size};
}

bool ZipFile::is_stored(const std::string& name) {
  zip_stat_t about;
  return zip_stat(zip_.get(), (name + ".npy").c_str(), 0, &about) == 0 &&
         (about.valid & ZIP_STAT_COMP_METHOD) && about.comp_method == ZIP_CM_STORE;
}

}  // namespace lacuna::data
