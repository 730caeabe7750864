// Tries symbols on made rows.
#include "lacuna/graph/row_wise.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "lacuna/base/error.h"
#include "lacuna/base/random.h"
#include "lacuna/graph/op.h"
#include "lacuna/graph/plan.h"

namespace lacuna {
namespace {

constexpr const char* kAdvice =
    "each row of a weight with sparse_weight or sparse_grad must be treated alone, since only the rows that "
    "a batch "
    "touches are there; what joins rows needs a weight without a flag";

bool has_rows(const Shape& shape) {
  return !shape.empty() && shape[0] == None && std::ranges::count(shape, None) == 1;
}

// An op that loses the dimension of the rows joins them. This is known before anything runs.
void require_rows_kept(const char* where, const std::vector<Symbol>& values) {
  for (const auto& node : in_order(values))
    for (size_t i = 0; i < node->in().size(); ++i) {
      const Symbol& in = node->in(i);
      if (std::ranges::count(in.shape(), None) == 0) continue;
      if (node->op().rows_named_by(i) == Op::kNoRows) continue;  // Only the shape is read.
      const bool kept = std::ranges::all_of(node->out(), [](const Spec& out) { return has_rows(out.shape); });
      LACUNA_REQUIRE(kept && has_rows(in.shape()), where, ": ", kAdvice, ". Received: op ", node->op().name(),
                     " of ", in.spec(), " gives ", node->out()[0], ".");
    }
}

// `count` rows of positive values; row 1 is the same for any seed.
void fill_rows(tensor::Dense& to, const Shape& shape, DType dtype, Dim count, uint64_t seed) {
  Shape made = shape;
  made[0] = count;
  to.resize(made, dtype);
  const size_t width = count ? to.size() / static_cast<size_t>(count) : 0;
  with_dtype(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (Dim r = 0; r < count; ++r) {
      Generator random(r == 1 ? 99 : seed + static_cast<uint64_t>(r));
      for (size_t j = 0; j < width; ++j)
        to.values<T>()[static_cast<size_t>(r) * width + j] = static_cast<T>(0.1 + random.uniform());
    }
  });
}

std::vector<double> second_row(const tensor::Dense& of) {
  const size_t width = of.size() / static_cast<size_t>(of.shape[0]);
  return with_dtype(of.dtype, [&](auto tag) {
    const auto row = of.values<typename decltype(tag)::type>().subspan(width, width);
    return std::vector<double>(row.begin(), row.end());
  });
}

// To rounding, since products of another number of rows may add in another order.
bool about_equal(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double x, double y) {
    return x == y || (x != x && y != y) || std::abs(x - y) <= 1e-4 * std::max(std::abs(x), std::abs(y));
  });
}

}  // namespace

void require_row_wise(const char* where, const std::vector<Symbol>& values, const std::vector<Symbol>& inputs,
                      const std::vector<VariablePtr>& rows) {
  std::vector<Symbol> tried, needed;
  for (const Symbol& value : values)
    if (has_rows(value.shape())) tried.push_back(value);
  if (tried.empty()) return;
  require_rows_kept(where, tried);
  const auto nodes = in_order(tried);
  for (const Symbol& input : inputs)
    if (std::ranges::find(nodes, input.node()) != nodes.end()) needed.push_back(input);
  Plan plan(needed, tried, false);
  std::vector<std::vector<double>> first;
  for (const Dim count : {4, 6}) {
    const auto seed = static_cast<uint64_t>(1000 * count);
    std::vector<Tensor> fed;
    for (size_t i = 0; i < needed.size(); ++i) {
      tensor::Dense one;
      if (has_rows(needed[i].shape()))
        fill_rows(one, needed[i].shape(), needed[i].dtype(), count, seed + 10 * i);
      else {
        one.resize(needed[i].shape(), needed[i].dtype());
        std::memset(one.data.data(), 0, one.data.bytes());
      }
      fed.emplace_back(std::move(one));
    }
    for (size_t i = 0; i < rows.size(); ++i)
      fill_rows(rows[i]->value().dense(), rows[i]->spec().shape, rows[i]->spec().dtype, count,
                seed + 10 * (i + 50));
    std::vector<const Tensor*> feeds;
    for (const Tensor& one : fed) feeds.push_back(&one);
    plan.run(feeds);
    for (size_t i = 0; i < tried.size(); ++i) {
      const tensor::Dense& value = plan.output(i).dense();
      LACUNA_REQUIRE(value.shape[0] == count, where, ": ", kAdvice, ". Received: ", tried[i].spec(), " of ",
                     count, " rows has ", value.shape[0], ".");
      const std::vector<double> row = second_row(value);
      if (count == 4) first.push_back(row);
      else
        LACUNA_REQUIRE(about_equal(row, first[i]), where, ": ", kAdvice, ". Received: op ",
                       tried[i].node()->op().name(), ", of which a row changes with others.");
    }
  }
  for (const VariablePtr& variable : rows)
    fill_rows(variable->value().dense(), variable->spec().shape, variable->spec().dtype, 0, 0);
}

void require_sum_over_rows(const char* where, const std::function<Symbol(const Symbol&)>& function,
                           const Spec& rows) {
  const Dim most = rows.shape[0] == None ? 6 : std::min<Dim>(6, rows.shape[0]);
  if (most < 2) return;
  const Symbol input = placeholder(rows, "w"), value = function(input);
  Plan plan({input}, {value}, false);
  tensor::Dense made;
  Shape shape = rows.shape;
  fill_rows(made, shape, rows.dtype, most, 2000);
  const size_t row = made.data.bytes() / static_cast<size_t>(most);
  const auto of = [&](Dim first, Dim count) {
    tensor::RowSparse part;
    Shape held = rows.shape;
    if (held[0] == None) held[0] = count;  // As a table tells how many rows it holds.
    part.resize(held, static_cast<size_t>(count), rows.dtype);
    for (Dim r = 0; r < count; ++r)
      part.row_ids()[static_cast<size_t>(r)] = rows.shape[0] == None ? r : first + r;
    std::memcpy(part.data.data(), made.data.data() + static_cast<size_t>(first) * row,
                static_cast<size_t>(count) * row);
    const Tensor fed = std::move(part);
    const Tensor* feeds[] = {&fed};
    plan.run(feeds);
    return with_float("regularizer", value.dtype(), [&](auto tag) {
      return static_cast<double>(plan.output(0).dense().values<typename decltype(tag)::type>()[0]);
    });
  };
  const double whole = of(0, most), sum = of(0, 1) + of(1, most - 1);
  LACUNA_REQUIRE(
      std::abs(whole - sum) <= 1e-3 * std::max(std::abs(whole), std::abs(sum)), where,
      ": a penalty on a weight with sparse_weight or sparse_grad must be a sum over its rows, since only the "
      "rows that a batch touches are there; norms over all rows need a weight without a flag. Received: ",
      whole, " for ", most, " rows, and ", sum, " for one and the others added.");
}

}  // namespace lacuna
