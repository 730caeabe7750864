// Looks at each node of a plan while it runs.
#include "lacuna/training/explain.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "lacuna/base/error.h"
#include "lacuna/base/instruction_set.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

template <class I>
double distinct(std::span<const I> ids) {
  return static_cast<double>(std::unordered_set<I>(ids.begin(), ids.end()).size());
}

// How many rows of a weight x names: by its columns if it is csr, by its values if it holds integers, else
// none.
std::optional<double> named_by(const Tensor& x) {
  const auto of = [](const Buffer& ids, DType dtype) {
    return dtype == DType::int64 ? distinct(std::as_const(ids).as<int64_t>())
                                 : distinct(std::as_const(ids).as<int32_t>());
  };
  if (x.storage() == Storage::csr) return of(x.csr().indices, x.csr().index);
  if (x.storage() == Storage::dense && !is_float(x.dtype())) return of(x.dense().data, x.dtype());
  return std::nullopt;
}

std::optional<double> touched(const Plan::Ran& ran, std::optional<size_t> weight) {
  for (const Tensor* y : ran.out)
    if (y->storage() == Storage::row_sparse && y->rows() > 0) {
      // A gradient by slots has a row per slot, but the share is of all rows of the table.
      Dim rows = y->rows();
      for (const Tensor* x : ran.in)
        if (x->storage() == Storage::row_table) rows = x->rows();
      return static_cast<double>(y->row_sparse().row_ids().size()) / static_cast<double>(rows);
    }
  if (!weight || ran.in[*weight]->rows() == 0) return std::nullopt;
  for (const Tensor* x : ran.in)
    if (const auto named = named_by(*x)) return *named / static_cast<double>(ran.in[*weight]->rows());
  return std::nullopt;
}

ExplainedOp explained(const Plan::Ran& ran) {
  ExplainedOp result{.op = std::string(ran.node.op().name()), .seconds = ran.seconds};
  std::optional<size_t> weight;
  for (size_t i = 0; i < ran.in.size(); ++i) {
    result.in.push_back(ran.in[i]->spec());
    result.bytes_in += ran.in[i]->bytes();
    if (const VariablePtr variable = variable_of(ran.node.in(i)); variable && !weight) {
      result.weight = variable->name();
      weight = i;
    }
  }
  for (const Tensor* y : ran.out) {
    result.out.push_back(y->spec());
    result.bytes_out += y->bytes();
  }
  result.touched = touched(ran, weight);
  result.kernel = instruction_set();
  if (!ran.method.empty()) result.kernel += text(", ", ran.method);
  return result;
}

std::string listed(const std::vector<Spec>& specs) {
  std::string result;
  for (const Spec& spec : specs)
    result += text(result.empty() ? "" : ", ", to_string(spec.shape), ' ', spec.storage);
  return result;
}

std::string percent(double share) {
  const double tenths = std::round(share * 1e4) / 100;
  return share > 0 && tenths == 0 ? "< 0.01%" : text(tenths, '%');
}

std::string micros(double seconds) { return text(std::round(seconds * 1e7) / 10, " us"); }

}  // namespace

Explanation explain(Program& program, std::span<const Tensor* const> feeds, int64_t step, uint64_t seed) {
  constexpr int kRuns = 4;  // The first run is slow: it grows the buffers.
  Explanation result;
  for (int run = 0; run < kRuns; ++run) {
    size_t i = 0;
    program.observe(feeds, step, seed, [&](const Plan::Ran& ran) {
      if (run == 0) result.ops.push_back(explained(ran));
      else if (run == 1) result.ops[i].seconds = ran.seconds;
      else result.ops[i].seconds = std::min(result.ops[i].seconds, ran.seconds);
      ++i;
    });
  }
  return result;
}

const std::vector<std::string>& Explanation::head() {
  static const std::vector<std::string> names{"op",        "weight",       "in",     "out", "bytes in",
                                              "bytes out", "rows touched", "kernel", "time"};
  return names;
}

std::vector<std::vector<std::string>> Explanation::lines() const {
  std::vector<std::vector<std::string>> result;
  double seconds = 0;
  for (const ExplainedOp& op : ops) {
    result.push_back({op.op, op.weight, listed(op.in), listed(op.out), std::to_string(op.bytes_in),
                      std::to_string(op.bytes_out), op.touched ? percent(*op.touched) : "", op.kernel,
                      micros(op.seconds)});
    seconds += op.seconds;
  }
  result.push_back({"all", "", "", "", "", "", "", "", micros(seconds)});
  return result;
}

std::string Explanation::table() const {
  std::vector<std::vector<std::string>> all = lines();
  all.insert(all.begin(), head());
  std::string result;
  std::vector<size_t> widths(head().size());
  for (const auto& line : all)
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  for (const auto& line : all) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i)
      row += line[i] + std::string(widths[i] - line[i].size() + 2, ' ');
    result += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return result;
}

}  // namespace lacuna
