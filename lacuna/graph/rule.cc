// Which rule fits.
#include "lacuna/graph/rule.h"

#include <algorithm>

#include "lacuna/base/error.h"

namespace lacuna {

bool fits(const Rule& rule, std::span<const Storage> in, bool repeats) {
  if (repeats ? in.size() < rule.in.size() : in.size() != rule.in.size()) return false;
  for (size_t i = 0; i < in.size(); ++i)
    if (in[i] != rule.in[std::min(i, rule.in.size() - 1)]) return false;
  return true;
}

const Rule& rule_for(const Op& op, std::span<const Spec> specs) {
  std::vector<Storage> in;
  for (const Spec& spec : specs) in.push_back(spec.storage);
  const Rules& rules = op.rules();
  for (const Rule& rule : rules.rows)
    if (fits(rule, in, rules.repeats)) return rule;

  std::string known;
  for (const Rule& rule : rules.rows) known += text(known.empty() ? "" : "; ", list(rule.in), " -> ", list(rule.out));
  std::string received;
  for (const Spec& spec : specs) received += text(received.empty() ? "" : ", ", spec);
  throw InvalidArgument(
      text(op.name(), ": no kernel for storages ", list(in), ". Known: ", known, ". Received: ", received, "."));
}

}  // namespace lacuna
