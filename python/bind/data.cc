// Readers.
#include <nanobind/stl/string.h>

#include "lacuna/data/libsvm.h"
#include "python/bind/convert.h"
#include "python/bind/path.h"

namespace lacuna::bind {

void bind_data(nb::module_& m) {
  m.def(
      "load_libsvm",
      [](const nb::bytes& path, Dim n_features, const std::string& dtype, bool multilabel,
         nb::handle zero_based, bool query_id) {
        data::LibsvmOptions options{
            .n_features = n_features, .dtype = dtype_from_name(dtype), .multilabel = multilabel};
        options.query_id = query_id;
        if (!PyUnicode_Check(zero_based.ptr()))
          options.zero_based = nb::cast<bool>(zero_based) ? data::ZeroBased::yes : data::ZeroBased::no;
        data::LibsvmData file;
        {
          const std::string name = to_string(path);
          const WithoutGil no_gil;
          file = data::load_libsvm(name, options);
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
      "path"_a, "n_features"_a, "dtype"_a, "multilabel"_a, "zero_based"_a, "query_id"_a);
}

}  // namespace lacuna::bind
