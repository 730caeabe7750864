// Writes docs/ops.md from the tables that the library runs by: every registered op with its input and result
// storages, those of its gradients, and its cost.
#include <algorithm>
#include <iostream>
#include <optional>

#include "lacuna/graph/gradient.h"
#include "lacuna/graph/op.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/variable.h"

namespace lacuna {
namespace {

std::string listed(const std::vector<Storage>& storages) {
  std::string result;
  for (const Storage s : storages) result += text(result.empty() ? "" : ", ", s);
  return result;
}

std::string inputs(const Rule& rule, bool repeats) {
  std::string result = listed(rule.in);
  for (const Storage s : rule.or_last) result += text(" or ", s);
  return repeats ? result + ", …" : result;
}

// The storages of the gradients of each input when the example runs with these storages; nothing if it
// cannot.
std::optional<std::string> gradient(const Example& example, const Rule& rule) {
  std::vector<Symbol> in;
  for (size_t i = 0; i < example.in.size(); ++i) {
    const Example::Input& input = example.in[i];
    const Spec spec{input.shape, input.dtype, rule.in[std::min(i, rule.in.size() - 1)]};
    try {
      in.push_back(spec.storage == Storage::row_table ? read(std::make_shared<Variable>("w", spec, Draw{}))
                                                      : placeholder(spec, "x"));
    } catch (const InvalidArgument&) {
      return std::nullopt;
    }
  }
  try {
    const auto node = apply_node(example.op, in);
    std::vector<Symbol> dout;
    std::vector<bool> wanted;
    for (const Spec& spec : node->out())
      dout.push_back(is_float(spec.dtype) ? placeholder(spec, "dy") : Symbol());
    for (const Symbol& s : in) wanted.push_back(is_float(s.dtype()));
    std::vector<Symbol> back;
    bool refuses = false;
    if (std::ranges::any_of(dout, [](const Symbol& s) { return static_cast<bool>(s); })) try {
        back = node->op().gradient(*node, dout, wanted);
      } catch (const InvalidArgument& error) {
        refuses = std::string_view(error.what()).find("has no gradient of its own") != std::string_view::npos;
        if (!refuses) throw;
      }
    std::string result;
    for (size_t i = 0; i < in.size(); ++i)
      result += text(i ? ", " : "", i < back.size() && back[i] ? text(back[i].storage())
                                    : refuses && wanted[i]     ? "–"
                                                               : "0");
    return result;
  } catch (const InvalidArgument&) {
    return std::nullopt;
  }
}

void page() {
  std::cout
      << "# Ops and their storages\n"
         "Made from the registry by `build/release/tests/ops_page > docs/ops.md`; a test fails when it is "
         "stale. A row is a way\n"
         "an op can run; other storages are an error that lists these rows. Gradient: the storage that flows "
         "back to each\n"
         "operand; 0 where the result does not follow it or in steps alone, and of integers; – where the "
         "derivative is not\nwritten, and an error says so. A row_table is a weight with "
         "`sparse_weight=True` or "
         "`sparse_grad=True`, met at the rows that\na batch names.\n\n"
         "Cost is what time and memory of a run follow: `elements` of the largest dense tensor (of the "
         "result, "
         "where that is said);\n`non-zeros` of the csr operands, stored zeros among them, and their `rows`, "
         "empty ones too; `stored rows` of row_sparse ones;\n`units`, the values of a row of a weight or of "
         "a "
         "row_sparse tensor; `1` where the result shares the memory of an operand.\nMemory is named where it "
         "follows more than time does: it is held from run to run and is not walked.\n\n"
         "| op | takes | gives | gradient | cost |\n| --- | --- | --- | --- | --- |\n";
  for (const Registration& op : registered_ops()) {
    if (op.examples.empty()) continue;  // Internal: its inputs are made only by another op.
    std::vector<std::string> lines;
    for (const Example& example : op.examples) {
      const Rules& rules = example.op->rules();
      for (const Rule& rule : rules.rows) {
        const auto back = gradient(example, rule);
        if (!back) continue;
        std::string line = text("| ", op.name, " | ", inputs(rule, rules.repeats), " | ", listed(rule.out),
                                " | ", *back, " | ", example.op->cost(rule), " |\n");
        if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
      }
    }
    for (const std::string& line : lines) std::cout << line;
  }
}

}  // namespace
}  // namespace lacuna

int main() { lacuna::page(); }
