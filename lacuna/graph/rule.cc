// Finds the rule that fits.
#include "lacuna/graph/rule.h"

#include <algorithm>

#include "lacuna/base/error.h"

namespace lacuna {
namespace {

// (row_table, csr|dense, ...) -> (row_sparse)
std::string line(const Rule& rule, bool repeats) {
  std::string in;
  for (const Storage storage : rule.in) in += text(in.empty() ? "" : ", ", storage);
  for (const Storage storage : rule.or_last) in += text('|', storage);
  return text('(', in, repeats ? ", ...) -> " : ") -> ", list(rule.out));
}

}  // namespace

bool fits(const Rule& rule, std::span<const Storage> in, bool repeats) {
  if (repeats ? in.size() < rule.in.size() : in.size() != rule.in.size()) return false;
  const size_t last = rule.in.size() - 1;
  for (size_t i = 0; i < in.size(); ++i)
    if (in[i] != rule.in[std::min(i, last)] &&
        (i < last || std::ranges::find(rule.or_last, in[i]) == rule.or_last.end()))
      return false;
  return true;
}

const Rule& rule_for(const Op& op, std::span<const Spec> specs) {
  std::vector<Storage> in;
  for (const Spec& spec : specs) in.push_back(spec.storage);
  const Rules& rules = op.rules();
  for (const Rule& rule : rules.rows)
    if (fits(rule, in, rules.repeats)) return rule;

  // If the op takes dense inputs, the error says how to make them dense.
  const std::vector<Storage> all_dense(in.size(), Storage::dense);
  const bool takes_dense =
      std::ranges::any_of(rules.rows, [&](const Rule& rule) { return fits(rule, all_dense, rules.repeats); });
  std::string known;
  for (const Rule& rule : rules.rows) known += text(known.empty() ? "" : "; ", line(rule, rules.repeats));
  std::string received;
  for (const Spec& spec : specs) received += text(received.empty() ? "" : ", ", spec);
  throw InvalidArgument(op.name(), ": no kernel for storages ", list(in), ". Known: ", known,
                        takes_dense ? ". to_dense(x) makes an input x dense" : "", ". Received: ", received,
                        ".");
}

}  // namespace lacuna
