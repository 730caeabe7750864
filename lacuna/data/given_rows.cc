// Matches a program's arrays to a schema, and copies them.
#include "lacuna/data/given_rows.h"

#include <numeric>

#include "lacuna/data/rows.h"

namespace lacuna::data {
namespace {

// The dtype that holds all values of another one.
DType kept_dtype(DType given) {
  switch (given) {
    case DType::boolean:
    case DType::int8:
    case DType::int16:
    case DType::uint8:
    case DType::uint16:
      return DType::int32;
    case DType::uint32:
    case DType::uint64:
      return DType::int64;
    default:
      return given;
  }
}

const Array* array_of(const LoadedRows& rows, const RowPart& part) {
  const auto in = [&](const std::map<std::string, Array>& arrays) {
    const auto found = arrays.find(part.name);
    return found == arrays.end() ? nullptr : &found->second;
  };
  switch (part.role) {
    case Role::input:
      return in(rows.x);
    case Role::target:
      return in(rows.y);
    case Role::sample_weight:
      return rows.sample_weight.given() ? &rows.sample_weight : nullptr;
    case Role::query:
      return rows.query.given() ? &rows.query : nullptr;
  }
  return nullptr;
}

size_t count_of(const LoadedRows& rows) {
  return rows.x.size() + rows.y.size() + (rows.sample_weight.given() ? 1 : 0) + (rows.query.given() ? 1 : 0);
}

}  // namespace

Schema schema_of(const std::string& what, const LoadedRows& rows) {
  Schema schema;
  const auto add = [&](const std::string& name, Role role, const Array& array) {
    const Tensor& tensor = array.tensor();
    LACUNA_REQUIRE(tensor.storage() == Storage::csr || !tensor.dense().shape.empty(), what, ": '", name,
                   "' must have rows. Received: shape=().");
    Spec spec = tensor.spec();
    spec.shape[0] = None;
    spec.dtype = kept_dtype(spec.dtype);
    LACUNA_REQUIRE(role == Role::input || spec.dtype != DType::string, what, ": '", name,
                   "' must hold numbers; inputs alone may hold strings. Received: ", tensor.spec(), ".");
    schema.push_back({name, role, std::move(spec)});
  };
  for (const auto& [name, array] : rows.x) add(name, Role::input, array);
  for (const auto& [name, array] : rows.y) add(name, Role::target, array);
  if (rows.sample_weight.given()) {
    add("sample_weight", Role::sample_weight, rows.sample_weight);
    schema.back().spec.dtype = DType::float64;
  }
  if (rows.query.given()) {
    add("query", Role::query, rows.query);
    schema.back().spec.dtype = DType::int64;
  }
  LACUNA_REQUIRE(!rows.x.empty(), what, ": there must be an input. Received: none.");
  for (const RowPart& part : schema)
    LACUNA_REQUIRE((part.role != Role::sample_weight && part.role != Role::query) ||
                       (part.spec.storage == Storage::dense && part.spec.shape.size() == 1),
                   what, ": '", part.name, "' must be one number for each row. Received: ", part.spec, ".");
  return schema;
}

void make_block(const std::string& what, const Schema& schema, const LoadedRows& rows, RowBlock& block) {
  LACUNA_REQUIRE(count_of(rows) == schema.size(), what, ": there must be the parts that there were first, ",
                 schema.size(), ". Received: ", count_of(rows), ".");
  block.bad.clear();
  block.after.clear();
  block.parts.resize(schema.size());
  std::vector<int64_t> all;
  for (size_t i = 0; i < schema.size(); ++i) {
    const RowPart& part = schema[i];
    const Array* const array = array_of(rows, part);
    LACUNA_REQUIRE(array != nullptr, what, ": there must be the parts that there were first. Received: no '",
                   part.name, "'.");
    const Tensor& tensor = array->tensor();
    Shape wanted = part.spec.shape, got = tensor.shape();
    if (!got.empty()) got[0] = None;
    LACUNA_REQUIRE(tensor.storage() == part.spec.storage && got == wanted &&
                       (tensor.dtype() == DType::string) == (part.spec.dtype == DType::string),
                   what, ": '", part.name, "' must be as it was first, ", part.spec,
                   ". Received: ", tensor.spec(), ".");
    if (i == 0) {
      block.rows = tensor.rows();
      all.resize(static_cast<size_t>(block.rows));
      std::iota(all.begin(), all.end(), 0);
    }
    LACUNA_REQUIRE(tensor.rows() == block.rows, what,
                   ": all parts must have the same number of rows. Received: '", part.name, "' with ",
                   tensor.rows(), ", and '", schema[0].name, "' with ", block.rows, ".");
    if (block.parts[i].storage() != part.spec.storage) block.parts[i] = Tensor::empty(part.spec);
    Rows(tensor, what + ": '" + part.name + "'").pack(all, part.spec, block.parts[i]);
    // The bytes go with the rows that were given.
    if (part.spec.dtype == DType::string) block.parts[i].dense() = block.parts[i].dense().copy_of_strings();
  }
}

LoadedRows named(const Schema& schema, const RowBlock& block) {
  LoadedRows result;
  for (size_t i = 0; i < schema.size(); ++i) {
    Array array(block.parts[i]);
    switch (schema[i].role) {
      case Role::input:
        result.x.emplace(schema[i].name, std::move(array));
        break;
      case Role::target:
        result.y.emplace(schema[i].name, std::move(array));
        break;
      case Role::sample_weight:
        result.sample_weight = std::move(array);
        break;
      case Role::query:
        result.query = std::move(array);
        break;
    }
  }
  return result;
}

}  // namespace lacuna::data
