#include "lacuna/serving/input_feed.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "lacuna/base/error.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/csr_order.h"

namespace lacuna::serving {
namespace {

using Type = PredictorInput::Type;

constexpr const char* kTypeNames[] = {"float32", "float64", "int32", "int64", "string"};

template <class F>
void with_values(const PredictorInput& given, const F& f) {
  if (given.type() == Type::float32) f(given.values<float>());
  else if (given.type() == Type::float64) f(given.values<double>());
  else if (given.type() == Type::int32) f(given.values<int32_t>());
  else f(given.values<int64_t>());
}

}  // namespace

InputFeed::InputFeed(std::string name, Spec spec, Dim id_limit)
    : name_(std::move(name)), spec_(std::move(spec)), id_limit_(id_limit) {}

void InputFeed::wrong(const std::string& must, const std::string& received) const {
  throw InvalidArgument("predict: input '", name_, "' ", must, ". Received: ", received, ".");
}

Spec InputFeed::wanted(const PredictorInput& given) const {
  const bool texts = given.type() == Type::string;
  if (texts != (spec_.dtype == DType::string))
    wrong(texts ? "must hold numbers" : "must hold texts", kTypeNames[static_cast<size_t>(given.type())]);
  if (given.is_csr() && spec_.shape.size() != 2)
    wrong("must be given row by row", text("csr, where rows have shape ", to_string(spec_.shape)));
  Spec result{{}, spec_.dtype, given.is_csr() ? Storage::csr : spec_.storage};
  if (id_limit_ > 0 && result.storage == Storage::dense) result.dtype = DType::int64;
  return result;
}

const Tensor& InputFeed::put(size_t rows, const PredictorInput& given) {
  const Spec form = wanted(given);
  if (given.is_csr()) {
    if (given.wide()) put_csr<int64_t>(rows, given);
    else put_csr<int32_t>(rows, given);
    return csr_;
  }
  put_dense(rows, given, form.dtype);
  if (form.storage == Storage::dense) return dense_;
  if (spec_.shape[1] >= Dim{1} << 31 || dense_.dense().size() >= size_t{1} << 31)
    wrong("must be csr where there are 2^31 values or more", to_string(dense_.shape()));
  dense_to_csr(dense_.dense(), as_csr_.csr());
  return as_csr_;
}

void InputFeed::put_dense(size_t rows, const PredictorInput& given, DType dtype) {
  tensor::Dense& out = dense_.dense();
  out.dtype = dtype;
  out.shape.assign(spec_.shape.begin(), spec_.shape.end());
  out.shape[0] = static_cast<Dim>(rows);
  size_t count = 0;
  if (given.type() == Type::string) count = given.values<std::string_view>().size();
  else with_values(given, [&](auto values) { count = values.size(); });
  size_t known = rows;
  Dim* open = nullptr;
  for (size_t i = 1; i < out.shape.size(); ++i) {
    if (out.shape[i] != None) known *= static_cast<size_t>(out.shape[i]);
    else if (!open) open = &out.shape[i];
    else wrong("must have at most one open dimension", to_string(spec_.shape));
  }
  if (open && known > 0) *open = static_cast<Dim>(count / known);
  if (open ? known == 0 || count % known != 0 : count != known)
    wrong("must have values for all rows",
          text("values=", count, ", rows=", rows, ", shape of the input ", to_string(spec_.shape)));
  if (given.type() == Type::string) {
    const auto texts = given.values<std::string_view>();
    out.data = Buffer::view(texts.data(), texts.size_bytes(), nullptr);
    return;
  }
  with_values(given, [&](auto values) {
    using From = typename decltype(values)::value_type;
    using Bare = std::remove_const_t<From>;
    if (dtype_of<Bare>() == dtype) {
      out.data = Buffer::view(values.data(), values.size_bytes(), nullptr);
      return;
    }
    if (dtype == DType::float32) convert<Bare, float>(values);
    else if (dtype == DType::float64) convert<Bare, double>(values);
    else if (dtype == DType::int32) convert<Bare, int32_t>(values);
    else convert<Bare, int64_t>(values);
  });
  if (id_limit_ > 0) check_ids(out.values<int64_t>(), rows);
}

template <class From, class To>
void InputFeed::convert(std::span<const From> from) {
  values_.resize(from.size() * sizeof(To));
  const auto to = values_.as<To>();
  for (size_t k = 0; k < from.size(); ++k) {
    if constexpr (std::is_integral_v<To>) {
      // The limits themselves are powers of 2, which floats hold.
      const double value = static_cast<double>(from[k]);
      const double least = static_cast<double>(std::numeric_limits<To>::min());
      if (!(value >= least && value < -least) ||
          (std::is_floating_point_v<From> && value != std::trunc(value)))
        wrong("must hold whole numbers of its dtype", text("value=", value, " at place ", k));
    }
    to[k] = static_cast<To>(from[k]);
  }
  dense_.dense().data = Buffer::alias(values_);
}

void InputFeed::check_ids(std::span<const int64_t> ids, size_t rows) const {
  const auto limit = static_cast<uint64_t>(id_limit_);
  for (size_t k = 0; k < ids.size(); ++k)
    LACUNA_REQUIRE_RANGE(
        static_cast<uint64_t>(ids[k]) < limit || id_limit_ == std::numeric_limits<Dim>::max(),
        "predict: input '", name_, "' must hold ids in [0, ", id_limit_, "). Received: ", ids[k], " in row ",
        k / (ids.size() / rows), ".");
}

template <class I>
void InputFeed::put_csr(size_t rows, const PredictorInput& given) {
  const auto indptr = given.indptr<I>();
  if (indptr.size() != rows + 1)
    wrong("must have a row pointer more than rows", text("len(indptr)=", indptr.size(), ", rows=", rows));
  const Dim columns = spec_.shape[1];
  if (columns == None || columns >= Dim{1} << 31) put_entries<I, int64_t>(rows, given);
  else put_entries<I, int32_t>(rows, given);
}

// J: the type of columns in plans. Columns are read once: those that are used were checked.
template <class I, class J>
void InputFeed::put_entries(size_t rows, const PredictorInput& given) {
  const auto indptr = given.indptr<I>(), indices = given.indices<I>();
  const bool ones = given.type() == Type::float32 && given.values<float>().data() == nullptr;
  size_t held = indices.size();
  if (!ones) with_values(given, [&](auto values) { held = std::min(held, values.size()); });
  const I begin = indptr[0];
  I end = begin;
  for (size_t r = 0; r < rows; ++r) {
    if (indptr[r + 1] < end)
      wrong("must have row pointers that do not decrease",
            text("indptr[", r + 1, "]=", indptr[r + 1], " after ", end));
    end = indptr[r + 1];
  }
  if (begin < 0 || static_cast<uint64_t>(end) > held)
    wrong("must have row pointers within its entries",
          text("indptr from ", begin, " to ", end, ", entries=", held));
  const auto from = static_cast<size_t>(begin), count = static_cast<size_t>(end - begin);
  const Dim columns = spec_.shape[1] == None ? std::numeric_limits<Dim>::max() : spec_.shape[1];
  bool sorted = true;
  for (size_t r = 0; r < rows; ++r) {
    int64_t last = -1;
    for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k) {
      const int64_t column = indices[k];
      LACUNA_REQUIRE_RANGE(static_cast<uint64_t>(column) < static_cast<uint64_t>(columns), "predict: input '",
                           name_, "' must hold columns in [0, ", columns, "). Received: ", column, " in row ",
                           r, ".");
      sorted &= column > last;
      last = column;
    }
  }
  tensor::Csr& out = csr_.csr();
  out.dtype = spec_.dtype;
  out.rows = static_cast<Dim>(rows);
  out.columns = columns;
  out.index = dtype_of<J>();
  if (std::is_same_v<I, J> && sorted && from == 0) {
    out.indices = Buffer::view(indices.data(), count * sizeof(J), nullptr);
    out.indptr = Buffer::view(indptr.data(), indptr.size_bytes(), nullptr);
  } else {
    indices_.resize(count * sizeof(J));
    indptr_.resize((rows + 1) * sizeof(J));
    const auto to = indices_.as<J>();
    for (size_t k = 0; k < count; ++k) to[k] = static_cast<J>(indices[from + k]);
    const auto pointers = indptr_.as<J>();
    for (size_t r = 0; r <= rows; ++r) pointers[r] = static_cast<J>(indptr[r] - begin);
    out.indices = Buffer::alias(indices_);
    out.indptr = Buffer::alias(indptr_);
  }
  if (ones) {
    values_.resize(count * size_of(out.dtype));
    with_float("predict", out.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      std::ranges::fill(values_.as<T>(), T(1));
    });
    out.data = Buffer::alias(values_);
  } else {
    with_values(given, [&](auto values) { put_values(values, from, from + count, !sorted); });
  }
  if (!sorted) sort_rows<J>();
}

template <class From>
void InputFeed::put_values(std::span<const From> values, size_t begin, size_t end, bool copies) {
  tensor::Csr& out = csr_.csr();
  if (!copies && dtype_of<From>() == out.dtype) {
    out.data = Buffer::view(values.data() + begin, (end - begin) * sizeof(From), nullptr);
    return;
  }
  with_float("predict", out.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    values_.resize((end - begin) * sizeof(T));
    const auto to = values_.as<T>();
    for (size_t k = begin; k < end; ++k) to[k - begin] = static_cast<T>(values[k]);
  });
  out.data = Buffer::alias(values_);
}

// The arrays are our own here.
template <class J>
void InputFeed::sort_rows() {
  tensor::Csr& out = csr_.csr();
  std::swap(out.indices, indices_);
  std::swap(out.data, values_);
  with_float("predict", out.dtype,
             [&](auto tag) { put_right<J, typename decltype(tag)::type>(out, false, order_, held_); });
  std::swap(out.indices, indices_);
  std::swap(out.data, values_);
  out.indices = Buffer::alias(indices_);
  out.data = Buffer::alias(values_);
}

}  // namespace lacuna::serving
