// Finds matrices and columns of obs in files of anndata.
// https://anndata.readthedocs.io/en/stable/fileformat-prose.html
#include "lacuna/data/h5ad.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/data/h5_file.h"

namespace lacuna::data {
namespace {

using hdf5::Group;

// A column of obs: numbers, of which some may be masked, or numbers of categories.
class ObsColumn final : public DenseRows {
 public:
  // categories: below 0 if there are none. mask: null if there is none.
  ObsColumn(Group obs, std::string name, std::unique_ptr<ArrayStream> values, Dim categories,
            std::unique_ptr<ArrayStream> mask)
      : DenseRows(name, std::move(values)),
        obs_(std::move(obs)),
        name_(std::move(name)),
        categories_(categories),
        mask_(std::move(mask)) {
    if (spec().shape.size() != 1 || (mask_ && (mask_->shape() != spec().shape || mask_->value_bytes() != 1)))
      obs_.wrong(text("column '", name_, "' must have a value for each row"), to_string(spec().shape));
  }

  void skip(Dim rows) override {
    DenseRows::skip(rows);
    if (mask_) mask_->skip(static_cast<size_t>(rows));
    at_ += rows;
  }
  Tensor take(Dim rows) override {
    Tensor values = DenseRows::take(rows);
    if (mask_) {
      std::vector<std::byte> masked(static_cast<size_t>(rows));
      mask_->read(masked.data(), masked.size());
      for (size_t r = 0; r < masked.size(); ++r)
        if (masked[r] != std::byte{0}) missing(r);
    }
    if (categories_ >= 0)
      with_dtype(values.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto codes = values.dense().values<T>();
        for (size_t r = 0; r < codes.size(); ++r) {
          const auto code = static_cast<int64_t>(codes[r]);
          if (code == -1) missing(r);
          if (code < 0 || code >= categories_)
            obs_.wrong(text("column '", name_, "' must have codes of its ", categories_, " categories"),
                       text(code, " in row ", at_ + static_cast<Dim>(r) + 1));
        }
      });
    at_ += rows;
    return values;
  }

 private:
  [[noreturn]] void missing(size_t row) const {
    obs_.wrong(text("column '", name_,
                    "' must have a value for each row: leave out the others first, by "
                    "adata[adata.obs['",
                    name_, "'].notna()]"),
               text("none in row ", at_ + static_cast<Dim>(row) + 1));
  }

  const Group obs_;
  const std::string name_;
  const Dim categories_;
  std::unique_ptr<ArrayStream> mask_;
  Dim at_ = 0;  // The next row.
};

std::unique_ptr<RowsOfFile> obs_column(const Group& root, const std::string& name) {
  if (!root.has_group("obs"))
    root.wrong("obs must be a group: read the file by a newer anndata and write it again",
               root.has_array("obs") ? "an array, as before anndata 0.7" : "none");
  const Group obs = root.group("obs");
  const auto categories_of = [](const Group& group, const std::string& array) {
    const Shape shape = group.shape(array);
    if (shape.size() != 1) group.wrong(text("'", array, "' must be a list"), to_string(shape));
    return shape[0];
  };
  if (obs.has_group(name)) {
    const Group column = obs.group(name);
    const std::string kind = column.has("encoding-type") ? column.text("encoding-type") : "none";
    if (kind == "categorical")
      return std::make_unique<ObsColumn>(obs, name, h5_array(column, "codes", true),
                                         categories_of(column, "categories"), nullptr);
    if (kind == "nullable-integer" || kind == "nullable-boolean")
      return std::make_unique<ObsColumn>(obs, name, h5_array(column, "values"), -1, h5_array(column, "mask"));
    obs.wrong(text("column '", name, "' must be a categorical, numbers or booleans"),
              text("encoding-type='", kind, "'"));
  }
  if (!obs.has_array(name)) obs.wrong(text("there must be a column '", name, "'"), "no such one");
  if (const char* old = "__categories"; obs.has_group(old) && obs.group(old).has_array(name))  // Until 0.8.
    return std::make_unique<ObsColumn>(obs, name, h5_array(obs, name, true),
                                       categories_of(obs.group(old), name), nullptr);
  return std::make_unique<ObsColumn>(obs, name, h5_array(obs, name), -1, nullptr);
}

// The names of the columns of a matrix; none if they are not known.
std::vector<std::string> h5ad_names(const Group& root, const std::string& key) {
  if (key != "X" && key != "raw/X" && !key.starts_with("layers/")) return {};
  const std::string place = key == "raw/X" ? "raw/var" : "var";
  if (!root.has_group(place)) return {};
  const Group var = root.group(place);
  const std::string index = var.has("_index") ? var.text("_index") : "_index";
  return var.has_array(index) && var.holds_texts(index) ? var.array_of_texts(index)
                                                        : std::vector<std::string>();
}

// adata.X, adata.layers['counts'].
std::string in_python(const std::string& key) {
  const size_t slash = key.find('/');
  if (slash == std::string::npos) return "adata." + key;
  return "adata." + key.substr(0, slash) + "['" + key.substr(slash + 1) + "']";
}

std::unique_ptr<RowsOfFile> h5ad_matrix(const Group& root, const std::string& key) {
  if (root.has_array(key)) return std::make_unique<DenseRows>(key, h5_array(root, key));
  if (!root.has_group(key)) root.wrong(text("there must be a matrix '", key, "'"), "no such one");
  const Group group = root.group(key);
  const bool old = !group.has("encoding-type") && group.has("h5sparse_format");  // Before anndata 0.7.
  std::string kind = old                          ? group.text("h5sparse_format")
                     : group.has("encoding-type") ? group.text("encoding-type")
                                                  : "none";
  if (kind.ends_with("_matrix")) kind.resize(kind.size() - 7);
  if (kind != "csr")
    group.wrong(text("'", key, "' must be in csr, or dense",
                     kind == "csc" ? ": write " + in_python(key) + " = " + in_python(key) + ".tocsr()" : ""),
                text("encoding-type='", kind, "'"));
  const std::vector<int64_t> shape = group.numbers(old ? "h5sparse_shape" : "shape");
  if (shape.size() != 2) group.wrong("attribute 'shape' must be two numbers", text(shape.size()));
  return h5_csr(group, shape[0], shape[1], [root, key] { return h5ad_names(root, key); });
}

// Features by barcodes in csc, which is barcodes by features in csr.
std::unique_ptr<RowsOfFile> tenx_matrix(const Group& root, const std::string& name) {
  if (!root.has_group(name))
    root.wrong(text("there must be a group '", name,
                    "', of a feature-barcode matrix: give group the genome, if "
                    "Cell Ranger 2 wrote the file"),
               "no such one");
  const Group group = root.group(name);
  const tensor::Dense shape = group.array("shape", DType::int64, {2});
  return h5_csr(group, shape.values<int64_t>()[1], shape.values<int64_t>()[0], [group] {
    for (const char* const ids : {"features/id", "genes"})
      if (group.has_array(ids) && group.holds_texts(ids)) return group.array_of_texts(ids);
    return std::vector<std::string>();
  });
}

}  // namespace

Dataset h5ad(const std::string& path, const std::map<std::string, std::string>& x, H5adOptions options) {
  LACUNA_REQUIRE(!x.empty(), "h5ad: there must be an input. Received: none.");
  std::vector<FilePart> parts;
  for (const auto& [name, key] : x) parts.push_back({name, Role::input, path, key});
  for (const auto& [name, column] : options.y) parts.push_back({name, Role::target, path, column});
  if (!options.sample_weight.empty())
    parts.push_back({"sample_weight", Role::sample_weight, path, options.sample_weight});
  const FileOpener open = open_h5(path, [parts](const Group& root) {
    std::vector<std::unique_ptr<RowsOfFile>> files;
    for (const FilePart& part : parts)
      files.push_back(part.role == Role::input ? h5ad_matrix(root, part.key) : obs_column(root, part.key));
    return files;
  });
  return file_rows("h5ad", std::move(parts), open);
}

Dataset h5_10x(const std::string& path, TenxOptions options) {
  std::vector<FilePart> parts{{"x", Role::input, path, options.group}};
  for (const auto& [name, npy] : options.y) parts.push_back({name, Role::target, npy});
  if (!options.sample_weight.empty())
    parts.push_back({"sample_weight", Role::sample_weight, options.sample_weight});
  const FileOpener matrix = open_h5(path, [group = options.group](const Group& root) {
    std::vector<std::unique_ptr<RowsOfFile>> files;
    files.push_back(tenx_matrix(root, group));
    return files;
  });
  return file_rows("h5_10x", parts, [parts, matrix](const char* where) {
    OpenedParts opened = matrix(where);
    for (size_t p = 1; p < parts.size(); ++p) opened.files.push_back(npy_rows(where, parts[p].path));
    return opened;
  });
}

}  // namespace lacuna::data
