// Readers.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "lacuna/data/libsvm.h"
#include "python/bind/convert.h"
#include "python/bind/path.h"

namespace lacuna::bind {

void bind_data(nb::module_& m) {
  m.def(
      "load_libsvm",
      [](const std::vector<nb::bytes>& paths, Dim n_features, const std::string& dtype, bool multilabel,
         std::optional<bool> zero_based, bool query_id) {
        data::LibsvmOptions options{
            .n_features = n_features, .dtype = dtype_from_name(dtype), .multilabel = multilabel};
        options.query_id = query_id;
        if (zero_based) options.zero_based = *zero_based ? data::ZeroBased::yes : data::ZeroBased::no;
        std::vector<std::string> names;
        for (const nb::bytes& path : paths) names.push_back(to_string(path));
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
