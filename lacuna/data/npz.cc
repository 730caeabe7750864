// Finds the arrays of .npz and .npy files.
#include "lacuna/data/npz.h"

#include <memory>
#include <utility>
#include <vector>

#include "lacuna/base/utf8.h"
#include "lacuna/data/file_rows.h"
#include "lacuna/data/mapped_arrays.h"
#include "lacuna/data/npy_array.h"
#include "lacuna/data/zip_file.h"

namespace lacuna::data {
namespace {

// A csr matrix of scipy.
std::unique_ptr<RowsOfFile> npz_csr(const char* where, const std::string& path) {
  const auto wrong = [where, path](const std::string& received) {
    throw InvalidArgument(where, ": the file must hold a csr matrix of scipy, whole. Received: path='",
                          shown_utf8(path), "' with ", received, ".");
  };
  ZipFile zip(where, path);
  const auto array = [&](const char* name) { return std::make_unique<NpyArray>(zip.array(name)); };
  auto data = array("data"), indices = array("indices"), indptr = array("indptr");
  const auto format = array("format"), shape = array("shape");
  std::vector<std::byte> letters(format->value_bytes());
  if (format->shape().empty() && !format->dtype()) format->read(letters.data(), 1);
  std::string name;
  for (const std::byte letter : letters)  // Of "<U3" each letter has 4 bytes.
    if (letter != std::byte{0}) name += static_cast<char>(letter);
  if (name != "csr")
    wrong(text("format '", shown_utf8(name), "'; write scipy.sparse.save_npz(path, x.tocsr())"));
  if (shape->shape() != Shape{2} || (shape->dtype() != DType::int64 && shape->dtype() != DType::int32))
    wrong("a damaged shape");
  Shape size(2);
  for (Dim& dim : size) dim = next_whole(*shape);
  format->end();
  shape->end();
  const bool stored = zip.is_stored("data") && zip.is_stored("indices") && zip.is_stored("indptr");
  const NpyArray &data_is = *data, &indices_are = *indices, &indptr_is = *indptr;
  auto rows = std::make_unique<CsrRows>(
      wrong, CsrArrays{std::move(data), std::move(indices), std::move(indptr), size[0], size[1]});
  if (stored)
    rows->set_mapping([path, size, &data_is, &indices_are, &indptr_is](const char* now) {
      return map_csr(now, path, size, data_is, indices_are, indptr_is);
    });
  return rows;
}

}  // namespace

std::unique_ptr<RowsOfFile> npy_rows(const char* where, const std::string& path) {
  auto array = std::make_unique<NpyArray>(open_npy(where, path));
  const NpyArray& is = *array;
  auto rows = std::make_unique<DenseRows>(text(where, ": ", shown_utf8(path)), std::move(array));
  if (!is.packed()) rows->set_mapping([path, &is](const char* now) { return map_dense(now, path, is); });
  return rows;
}

Dataset npz(const std::map<std::string, std::string>& x, NpzOptions options) {
  LACUNA_REQUIRE(!x.empty(), "npz: there must be an input. Received: none.");
  std::vector<FilePart> parts;
  for (const auto& [name, path] : x) parts.push_back({name, Role::input, path});
  for (const auto& [name, path] : options.y) parts.push_back({name, Role::target, path});
  if (!options.sample_weight.empty())
    parts.push_back({"sample_weight", Role::sample_weight, options.sample_weight});
  return file_rows("npz", parts, [parts](const char* where) {
    OpenedParts opened;
    for (const FilePart& part : parts)
      opened.files.push_back(part.path.ends_with(".npz") ? npz_csr(where, part.path)
                                                         : npy_rows(where, part.path));
    return opened;
  });
}

}  // namespace lacuna::data
