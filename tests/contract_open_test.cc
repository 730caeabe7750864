// Dimensions that are open in the graph: if inference would refuse the actual shapes, a run refuses them too,
// and does not read beyond the tensors.
#include <gtest/gtest.h>

#include <deque>

#include "lacuna/graph/plan.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/variable.h"
#include "tests/contract_tensors.h"

namespace lacuna {
namespace {

Tensor drawn(const Example::Input& input, Storage storage, const Shape& shape) {
  Generator random(3), pattern(5);
  const tensor::Dense full = dense(input, shape, input.dtype, random);
  if (storage == Storage::csr) return csr(full, 0.7, pattern);
  if (storage == Storage::row_sparse) return row_sparse(full, 0.7, pattern);
  return full;
}

bool infers(const Op& op, const std::vector<Spec>& specs) {
  try {
    op.infer(specs);
    return true;
  } catch (const InvalidArgument&) {
    return false;
  }
}

void expect_refusals(const Example& example, const std::vector<Storage>& storages) {
  std::vector<Spec> open, actual;
  for (size_t i = 0; i < storages.size(); ++i) {
    const Example::Input& input = example.in[i];
    const size_t rank = input.shape.size();
    if (storages[i] == Storage::row_table || (storages[i] != Storage::dense && rank < 2) ||
        (storages[i] == Storage::csr && rank != 2))
      return;
    open.push_back({Shape(rank, None), input.dtype, storages[i]});
    actual.push_back({with_batch(input.shape, 4), input.dtype, storages[i]});
  }
  if (!infers(*example.op, open) || !infers(*example.op, actual)) return;
  std::vector<Symbol> in;
  for (const Spec& spec : open) in.push_back(placeholder(spec, "x"));
  const Symbol out = apply(example.op, in);
  for (size_t i = 0; i < storages.size(); ++i)
    for (size_t d = 0; d < actual[i].shape.size(); ++d)
      for (const Dim more : {2, -1}) {
        std::vector<Spec> other = actual;
        other[i].shape[d] += more;
        if (other[i].shape[d] < 1 || infers(*example.op, other)) continue;
        // Of two row_sparse inputs one may have more rows, since a table may have got new slots in between.
        if (d == 0 && std::ranges::count(storages, Storage::row_sparse) == 2 && storages.size() == 2 &&
            out.storage() == Storage::row_sparse)
          continue;
        std::deque<Tensor> tensors;
        std::vector<const Tensor*> feeds;
        for (size_t k = 0; k < storages.size(); ++k)
          feeds.push_back(&tensors.emplace_back(drawn(example.in[k], storages[k], other[k].shape)));
        Plan plan(in, {out}, true);
        EXPECT_THROW(plan.run(feeds, 0, 0), std::invalid_argument)
            << example.op->key() << ' ' << list(storages) << ": operand " << i << " is " << other[i]
            << ", elsewhere " << actual[i];
      }
}

class ContractOpen : public testing::TestWithParam<Registration> {};

TEST_P(ContractOpen, WhatDoesNotFitIsRefused) {
  for (const Example& example : GetParam().examples)
    for (const Rule& rule : example.op->rules().rows) {
      if (example.in.size() < rule.in.size()) continue;
      std::vector<Storage> storages = rule.in;
      storages.resize(example.in.size(), rule.in.back());
      expect_refusals(example, storages);
    }
}

INSTANTIATE_TEST_SUITE_P(Ops, ContractOpen, testing::ValuesIn(registered_ops()),
                         [](const auto& op) { return op.param.name; });

}  // namespace
}  // namespace lacuna
