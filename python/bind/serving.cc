// Predictor, and the report of export.
#include "lacuna/serving/predictor.h"

#include <list>

#include "lacuna/base/interrupt.h"
#include "lacuna/data/rows.h"
#include "lacuna/serving/export.h"
#include "python/bind/argument.h"
#include "python/bind/path.h"

namespace lacuna::bind {
namespace {

using Type = PredictorInput::Type;

nb::object to_dict(const Exported::Weight& w) {
  nb::dict result;
  result["name"] = w.name;
  result["shape"] = from_shape(w.shape);
  result["rows"] = w.rows;
  result["kept_as"] = w.kept_as;
  result["bytes"] = w.bytes;
  result["largest"] = w.largest;
  result["largest_error"] = w.largest_error;
  result["relative_error"] = w.relative_error;
  return result;
}

// The array for each input.
std::vector<const Tensor*> matched(const Arrays& x, const std::vector<Predictor::Input>& inputs) {
  std::vector<const Tensor*> result;
  if (x.named.empty())
    LACUNA_REQUIRE(x.list.size() == inputs.size(), "predict: x must hold ", inputs.size(),
                   " arrays. Received: arrays=", x.list.size(), ".");
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto found = x.named.find(inputs[i].name);
    const Array* array = x.named.empty() ? &x.list[i] : found == x.named.end() ? nullptr : &found->second;
    LACUNA_REQUIRE(array && array->given(),
                   "predict: x must hold an array for each input. Received: none for '", inputs[i].name,
                   "'.");
    result.push_back(&array->tensor());
  }
  return result;
}

void require_fits(const Tensor& x, const Predictor::Input& input) {
  Shape shape = x.shape(), wanted = input.shape;
  shape.erase(shape.begin());
  if (shape.size() + 1 == wanted.size() && (wanted.back() == 1 || wanted.back() == None)) shape.push_back(1);
  bool fits = shape.size() == wanted.size();
  for (size_t i = 0; fits && i < shape.size(); ++i) fits = wanted[i] == None || shape[i] == wanted[i];
  LACUNA_REQUIRE(fits, "predict: x must have the shape of input '", input.name, "'. Received: ", x.spec(),
                 ", rows of the input ", to_string(wanted), ".");
}

bool is_plain(DType dtype) { return dtype <= DType::int64; }

// A view of the array, or of a copy of it in a dtype that a predictor takes.
PredictorInput as_input(const Tensor& x, const Predictor::Input& input, std::list<Tensor>& copies) {
  const Tensor* from = &x;
  const bool is_csr = x.storage() == Storage::csr;
  if (is_csr ? !is_float(x.dtype()) : !is_plain(x.dtype()) && x.dtype() != DType::string) {
    const Spec wanted{
        {}, input.takes == Predictor::Takes::ids && !is_csr ? DType::int64 : DType::float32, x.storage()};
    data::Rows rows(x, "predict: x");
    rows.pack_range(0, rows.count(), wanted, copies.emplace_back());
    from = &copies.back();
  }
  if (is_csr) {
    const tensor::Csr& a = from->csr();
    const auto with = [&](auto indices, auto indptr) {
      using I = typename decltype(indices)::value_type;
      const std::span<const I> columns = indices, pointers = indptr;
      // An array without entries may have no address, which would stand for ones.
      static constexpr double kNothing[1] = {};
      if (a.dtype == DType::float64)
        return PredictorInput::csr(pointers, columns,
                                   a.data.data() ? a.values<double>() : std::span(kNothing).first(0));
      return PredictorInput::csr(
          pointers, columns,
          a.data.data() ? a.values<float>() : std::span(reinterpret_cast<const float*>(kNothing), 0));
    };
    return a.index == DType::int64 ? with(a.indices.as<int64_t>(), a.indptr.as<int64_t>())
                                   : with(a.indices.as<int32_t>(), a.indptr.as<int32_t>());
  }
  const tensor::Dense& a = from->dense();
  if (a.dtype == DType::string) return a.values<std::string_view>();
  if (a.dtype == DType::float64) return a.values<double>();
  if (a.dtype == DType::int32) return a.values<int32_t>();
  if (a.dtype == DType::int64) return a.values<int64_t>();
  return a.values<float>();
}

// In batches, so that memory does not grow with the rows.
template <class T>
void predict_as(const Predictor& model, size_t rows, size_t batch_size,
                const std::vector<PredictorInput>& inputs, std::vector<tensor::Dense>& results) {
  for (const Predictor::Output& output : model.outputs()) {
    Shape shape{static_cast<Dim>(rows)};
    shape.insert(shape.end(), output.shape.begin(), output.shape.end());
    results.emplace_back().resize(shape, dtype_of<T>());
  }
  std::vector<PredictorInput> some;
  std::vector<std::span<T>> spans;
  for (size_t begin = 0; begin < rows; begin += batch_size) {
    poll_interrupt();
    const size_t end = std::min(rows, begin + batch_size);
    some.clear();
    spans.clear();
    for (const PredictorInput& input : inputs) some.push_back(input.rows(begin, end, rows));
    for (size_t i = 0; i < results.size(); ++i) {
      const size_t width = model.outputs()[i].width;
      spans.push_back(results[i].values<T>().subspan(begin * width, (end - begin) * width));
    }
    model.predict(end - begin, some, spans);
  }
}

nb::list predict_served(const Predictor& model, nb::handle x, Dim batch_size) {
  const Arrays arrays = to_arrays(x);
  std::vector<tensor::Dense> results;
  {
    const WithoutGil no_gil;
    LACUNA_REQUIRE(batch_size > 0, "predict: batch_size must be positive. Received: batch_size=", batch_size,
                   ".");
    const auto tensors = matched(arrays, model.inputs());
    std::list<Tensor> copies;
    std::vector<PredictorInput> inputs;
    const Dim rows = tensors[0]->shape().empty() ? 0 : tensors[0]->rows();
    for (size_t i = 0; i < tensors.size(); ++i) {
      require_fits(*tensors[i], model.inputs()[i]);
      LACUNA_REQUIRE(tensors[i]->rows() == rows,
                     "predict: arrays must have as many rows. Received: ", tensors[i]->rows(), " for '",
                     model.inputs()[i].name, "', ", rows, " for '", model.inputs()[0].name, "'.");
      inputs.push_back(as_input(*tensors[i], model.inputs()[i], copies));
    }
    const bool wide = std::ranges::any_of(model.outputs(),
                                          [](const Predictor::Output& o) { return o.type != Type::float32; });
    if (wide)
      predict_as<double>(model, static_cast<size_t>(rows), static_cast<size_t>(batch_size), inputs, results);
    else
      predict_as<float>(model, static_cast<size_t>(rows), static_cast<size_t>(batch_size), inputs, results);
  }
  return to_numpy(std::move(results));
}

constexpr const char* kTakes[] = {"numbers", "ids", "texts", "csr"};

}  // namespace

void bind_serving(nb::module_& m) {
  nb::class_<Exported>(m, "Exported")
      .def_prop_ro("bytes", [](const Exported& self) { return self.bytes; })
      .def_prop_ro("weights",
                   [](const Exported& self) {
                     nb::list result;
                     for (const Exported::Weight& w : self.weights) result.append(to_dict(w));
                     return result;
                   })
      .def("__repr__", &Exported::text);
  nb::class_<Predictor>(m, "Predictor")
      .def(
          "__init__",
          [](Predictor* self, const nb::bytes& path, bool check, bool mapped) {
            const std::string name = string_of(path);
            const WithoutGil no_gil;
            new (self) Predictor(name, {.check = check, .mapped = mapped});
          },
          "path"_a, "check"_a, "mapped"_a)
      .def_prop_ro("inputs",
                   [](const Predictor& self) {
                     nb::list result;
                     for (const Predictor::Input& in : self.inputs())
                       result.append(nb::make_tuple(in.name, kTakes[static_cast<size_t>(in.takes)],
                                                    from_shape(in.shape)));
                     return result;
                   })
      .def_prop_ro("outputs",
                   [](const Predictor& self) {
                     nb::list result;
                     for (const Predictor::Output& out : self.outputs())
                       result.append(nb::make_tuple(out.name, from_shape(out.shape)));
                     return result;
                   })
      .def("predict", predict_served, "x"_a, "batch_size"_a);
}

}  // namespace lacuna::bind
