// Readers of data files.
#include "python/bind/data.h"
#include "lacuna/data/libsvm.h"
#include "python/bind/argument.h"
#include "python/bind/path.h"

namespace lacuna::bind {

data::ZeroBased to_zero_based(const char* where, nb::handle given) {
  const Place at{where, "zero_based"};
  if (!PyUnicode_Check(given.ptr())) return to_flag(at, given) ? data::ZeroBased::yes : data::ZeroBased::no;
  if (to_text(at, given) != "auto") wrong_value(at, "True, False or 'auto'", given);
  return data::ZeroBased::automatic;
}

void bind_data(nb::module_& m) {
  def(
      m, "load_libsvm",
      [](const std::vector<nb::bytes>& paths, std::optional<Dim> n_features, const std::string& dtype,
         bool multilabel, nb::handle zero_based, bool query_id) {
        data::LibsvmOptions options{
            .n_features = n_features.value_or(0), .dtype = dtype_from_name(dtype), .multilabel = multilabel};
        options.query_id = query_id;
        options.zero_based = to_zero_based("load_libsvm", zero_based);
        const std::vector<std::string> names = strings_of(paths);
        data::LibsvmData file;
        {
          const WithoutGil no_gil;
          file = data::load_libsvm_files(names, options);
        }
        nb::dict result;
        result["shape"] = nb::make_tuple(file.x.rows, file.x.columns);
        result["data"] = to_numpy(std::move(file.x.data), file.x.dtype);
        result["indices"] = to_numpy(std::move(file.x.indices), file.x.index);
        result["indptr"] = to_numpy(std::move(file.x.indptr), file.x.index);
        if (multilabel) {
          result["labels"] = to_numpy(std::move(file.labels));
          result["label_ptr"] = to_numpy(std::move(file.label_ptr));
        } else {
          result["y"] = to_numpy(std::move(file.y));
        }
        if (query_id) result["qid"] = to_numpy(std::move(file.qid));
        return result;
      },
      "paths"_a, "n_features"_a, "dtype"_a, "multilabel"_a, "zero_based"_a.none(), "query_id"_a);
}

}  // namespace lacuna::bind
