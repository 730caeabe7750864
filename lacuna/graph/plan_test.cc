// A plan runs what its outputs need, once each and in order, keeps its memory, and is whole after a run that
// threw.
#include "lacuna/graph/plan.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using test::csr;
using test::dense;
using test::values;

Symbol floats(const Shape& shape) { return placeholder({shape, DType::float32, Storage::dense}, "x"); }

std::vector<std::string> ran(Plan& plan, const std::vector<const Tensor*>& feeds) {
  std::vector<std::string> names;
  plan.observe(feeds, 0, 0, [&](const Plan::Ran& node) { names.emplace_back(node.node.op().name()); });
  return names;
}

TEST(Plan, RunsEachNodeThatIsNeededOnceAfterItsInputs) {
  const Symbol x = floats({None, 2});
  const Symbol square_twice = add(square(x), square(x)), unused = exp(x);
  Plan plan({x}, {sum(square_twice), square(x)}, false);
  const Tensor fed = dense({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(ran(plan, {&fed}), (std::vector<std::string>{"square", "add", "sum"}));
  EXPECT_EQ(values(plan.output(0)), std::vector<float>{60});
  EXPECT_EQ(values(plan.output(1)), (std::vector<float>{1, 4, 9, 16}));
  EXPECT_NE(unused, square_twice);
}

// y = x + the number of runs before: an op that keeps an object. It throws for an x below 0.
struct CountsRuns final : Flat<> {
  std::string_view name() const override { return "counts_runs"; }
  std::string_view cost(const Rule&) const override { return kShared; }
  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense}, {Storage::dense}, run}}};
    return rules;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override { return {in[0]}; }

  struct Runs {
    int before = 0;
  };
  static void run(const Op&, Context& context, std::span<const Tensor* const> in,
                  std::span<Tensor* const> out) {
    Runs& runs = context.scratch.state<Runs>();
    const float x = in[0]->dense().values<float>()[0];
    LACUNA_REQUIRE(x >= 0, "counts_runs: x must not be negative. Received: x=", x, ".");
    out[0]->dense().resize({1}, DType::float32);
    out[0]->dense().values<float>()[0] = x + static_cast<float>(runs.before++);
  }
};

TEST(Plan, AnOpKeepsItsStateFromRunToRun) {
  const Symbol x = floats({1});
  const auto op = std::make_shared<CountsRuns>();
  Plan plan({x}, {apply(op, {x}), apply(op, {square(x)})}, false), other({x}, {apply(op, {x})}, false);
  const Tensor two = dense({1}, {2}), negative = dense({1}, {-1});
  const auto run = [](Plan& p, const Tensor& fed) { p.run(std::vector<const Tensor*>{&fed}); };
  for (const float before : {0.f, 1.f, 2.f}) {
    run(plan, two);
    EXPECT_EQ(values(plan.output(0)), std::vector<float>{2 + before});
    EXPECT_EQ(values(plan.output(1)), std::vector<float>{4 + before});  // Each node has a state of its own.
  }
  run(other, two);
  EXPECT_EQ(values(other.output(0)), std::vector<float>{2});
  EXPECT_THROW(run(plan, negative), InvalidArgument);
  run(plan, two);
  EXPECT_EQ(values(plan.output(0)), std::vector<float>{2});
}

TEST(Plan, OutputsMayBeInputsVariablesConstantsAndEachOther) {
  const Symbol x = floats({None});
  const auto v = std::make_shared<Variable>("v", dense({2}, {5, 6}));
  const Symbol c = constant(dense({1}, {7}));
  Plan plan({x}, {x, read(v), c, x}, false);
  const Tensor fed = dense({3}, {1, 2, 3});
  plan.run(std::vector<const Tensor*>{&fed});
  ASSERT_EQ(plan.size(), 4u);
  EXPECT_EQ(values(plan.output(0)), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(values(plan.output(1)), (std::vector<float>{5, 6}));
  EXPECT_EQ(values(plan.output(2)), std::vector<float>{7});
  EXPECT_EQ(&plan.output(3), &plan.output(0));
  v->assign(dense({2}, {8, 9}));
  plan.run(std::vector<const Tensor*>{&fed});
  EXPECT_EQ(values(plan.output(1)), (std::vector<float>{8, 9}));
}

TEST(Plan, BatchesOfAnySizeShareTheMemoryOfTheLargest) {
  const Symbol x = floats({None, 3});
  Plan plan({x}, {square(x)}, false);
  const void* memory = nullptr;
  for (const Dim rows : {8, 0, 1, 5, 8}) {
    const Tensor fed = test::random_dense({rows, 3}, 1);
    plan.run(std::vector<const Tensor*>{&fed});
    const tensor::Dense& y = plan.output(0).dense();
    EXPECT_EQ(y.shape, (Shape{rows, 3}));
    if (!memory) memory = y.data.data();
    if (rows) {
      EXPECT_EQ(y.data.data(), memory);
    }
    for (size_t i = 0; i < y.size(); ++i)
      EXPECT_EQ(y.values<float>()[i], fed.dense().values<float>()[i] * fed.dense().values<float>()[i]);
  }
}

TEST(Plan, AllThatOutputsDependOnMustBeGiven) {
  const Symbol x = floats({None, 2}), y = placeholder({{None, 2}, DType::float32, Storage::dense}, "other");
  EXPECT_NE(message_of<InvalidArgument>([&] { Plan({x}, {add(x, y)}, false); }).find("'other'"),
            std::string::npos);
  Plan plan({x, y}, {square(x)}, false);  // An input that no output needs is ignored.
  const Tensor fed = dense({1, 2}, {1, 2}), unused = dense({1, 2}, {3, 4});
  plan.run(std::vector<const Tensor*>{&fed, &unused});
  EXPECT_EQ(values(plan.output(0)), (std::vector<float>{1, 4}));
}

TEST(Plan, ARunThatThrewIsForgotten) {
  const Symbol w = floats({3, 1}), ids = placeholder({{None}, DType::int32, Storage::dense}, "ids");
  Plan plan({w, ids}, {sum(take(w, ids))}, true);
  const Tensor table = dense({3, 1}, {1, 10, 100}), bad = dense<int32_t>({3}, {0, 3, 1}),
               good = dense<int32_t>({2}, {2, 1});
  for (int i = 0; i < 2; ++i) {
    EXPECT_THROW(plan.run(std::vector<const Tensor*>{&table, &bad}), std::out_of_range);
    plan.run(std::vector<const Tensor*>{&table, &good});
    EXPECT_EQ(values(plan.output(0)), std::vector<float>{110});
  }
}

struct WithTable {
  const std::shared_ptr<Variable> w =
      std::make_shared<Variable>("w", Spec{{1'000'000, 2}, DType::float32, Storage::row_table},
                                 Draw{.kind = Draw::Kind::normal, .a = 0, .b = 1, .key = 7});
  const Symbol x = placeholder({{None, 1'000'000}, DType::float32, Storage::csr}, "x");
  const Symbol y = dot(x, read(w));

  static Tensor batch(const std::vector<int32_t>& columns) {
    tensor::Csr a;
    a.resize(1, 1'000'000, columns.size(), DType::float32);
    std::ranges::copy(columns, a.indices.as<int32_t>().begin());
    std::ranges::fill(a.values<float>(), 1.0f);
    a.indptr.as<int32_t>()[0] = 0;
    a.indptr.as<int32_t>()[1] = static_cast<int32_t>(columns.size());
    return a;
  }
};

TEST(Plan, RowsOfATableStayAfterTrainingAndNeverAfterReading) {
  const WithTable t;
  const Tensor fed = WithTable::batch({3, 70, 999'999});
  Plan reads({t.x}, {t.y}, false), trains({t.x}, {t.y}, true);
  reads.run(std::vector<const Tensor*>{&fed});
  const std::vector<float> read = values(reads.output(0));
  EXPECT_EQ(t.w->value().table().size(), 0u);
  trains.run(std::vector<const Tensor*>{&fed});
  EXPECT_EQ(values(trains.output(0)), read);
  EXPECT_EQ(t.w->value().table().size(), 3u);
}

TEST(Plan, TakesBackTheRowsThatARunHasMade) {
  const WithTable t;
  Plan plan({t.x}, {t.y}, true);
  const Tensor first = WithTable::batch({3, 70}), more = WithTable::batch({3, 5, 6, 7});
  plan.run(std::vector<const Tensor*>{&first});
  plan.run(std::vector<const Tensor*>{&more});
  EXPECT_EQ(t.w->value().table().size(), 5u);
  plan.take_back();
  EXPECT_EQ(t.w->value().table().size(), 2u);
  plan.take_back();  // The run is taken back already.
  EXPECT_EQ(t.w->value().table().size(), 2u);
  plan.run(std::vector<const Tensor*>{&more});
  EXPECT_EQ(t.w->value().table().size(), 5u);
}

TEST(Plan, ObserversSeeTensorsAndRules) {
  const Symbol x = placeholder({{None, 2}, DType::float32, Storage::csr}, "x");
  Plan plan({x}, {square(x)}, false);
  const Tensor fed = csr(dense({2, 2}, {0, 2, 3, 0}));
  size_t seen = 0;
  plan.observe(std::vector<const Tensor*>{&fed}, 0, 0, [&](const Plan::Ran& ran) {
    ++seen;
    EXPECT_EQ(ran.in[0], &fed);
    EXPECT_EQ(ran.out[0]->csr().nonzeros(), 2u);
    EXPECT_EQ(ran.rule.in, std::vector{Storage::csr});
    EXPECT_GE(ran.seconds, 0);
  });
  EXPECT_EQ(seen, 1u);
}

}  // namespace
}  // namespace lacuna
