// The storage table: which row is found, what repeats, and the error if there is none.
#include "lacuna/graph/rule.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lacuna/base/testing.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/variable.h"

namespace lacuna {
namespace {

constexpr Storage kDense = Storage::dense, kCsr = Storage::csr, kRows = Storage::row_sparse;

struct Tabled final : Op {
  explicit Tabled(Rules table_, std::string key_ = "tabled")
      : table(std::move(table_)), name_key(std::move(key_)) {}
  std::string_view name() const override { return "tabled"; }
  std::string key() const override { return name_key; }
  const Rules& rules() const override { return table; }
  std::string_view cost(const Rule&) const override { return "elements"; }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }
  Rules table;
  std::string name_key;
};

std::vector<Spec> specs(const std::vector<Storage>& storages) {
  std::vector<Spec> result;
  for (const Storage storage : storages) result.push_back({{4, 3}, DType::float32, storage});
  return result;
}

TEST(Rule, IsTheFirstRowThatFits) {
  const Tabled op({{{{kDense, kDense}, {kDense}, nullptr}, {{kCsr, kDense}, {kCsr}, nullptr}}});
  EXPECT_EQ(&rule_for(op, specs({kDense, kDense})), &op.table.rows[0]);
  EXPECT_EQ(&rule_for(op, specs({kCsr, kDense})), &op.table.rows[1]);
}

TEST(Rule, AMissingRowIsAnErrorThatListsThoseThereAre) {
  const Tabled op({{{{kDense, kDense}, {kDense}, nullptr}, {{kCsr, kDense}, {kCsr}, nullptr}}});
  const std::string said = message_of<InvalidArgument>([&] { rule_for(op, specs({kRows, kDense})); });
  for (const char* part : {"tabled: no kernel for storages (row_sparse, dense)", "(dense, dense) -> (dense)",
                           "(csr, dense) -> (csr)", "Received: "})
    EXPECT_NE(said.find(part), std::string::npos) << said;
  EXPECT_THROW(rule_for(op, specs({kDense})), InvalidArgument);
  EXPECT_THROW(rule_for(op, specs({kDense, kDense, kDense})), InvalidArgument);
  EXPECT_THROW(rule_for(op, {}), InvalidArgument);
}

TEST(Rule, TheLastInputMayRepeatInAnyMixThatItSays) {
  const Tabled op({{{{kCsr, kCsr}, {kCsr}, nullptr, {kDense}}, {{kDense}, {kDense}, nullptr}}, true});
  EXPECT_EQ(&rule_for(op, specs({kCsr, kCsr, kDense, kCsr})), &op.table.rows[0]);
  EXPECT_EQ(&rule_for(op, specs({kDense, kDense, kDense})), &op.table.rows[1]);
  EXPECT_THROW(rule_for(op, specs({kDense, kDense, kCsr})), InvalidArgument);
  EXPECT_TRUE(fits(op.table.rows[1], std::vector{kDense}, true));
  EXPECT_FALSE(fits(op.table.rows[1], std::vector{kDense, kDense}, false));
}

TEST(Registry, OneOpOnTheSameInputsIsOneNode) {
  const Rules table{{{{kDense}, {kDense}, nullptr}}};
  const Symbol x = placeholder({{2}, DType::float32, kDense}, "x"),
               y = placeholder({{2}, DType::float32, kDense}, "y");
  const auto on = [&](const Symbol& s, const char* key) {
    return apply(std::make_shared<Tabled>(table, key), {s});
  };
  EXPECT_EQ(on(x, "tabled"), on(x, "tabled"));
  const Symbol one = on(x, "tabled");
  EXPECT_EQ(one, on(x, "tabled"));
  EXPECT_NE(one, on(y, "tabled"));
  EXPECT_NE(one, on(x, "tabled 2"));  // Other parameters.
}

TEST(Registry, ANodeGoesWithItsLastSymbol) {
  const Rules table{{{{kDense}, {kDense}, nullptr}}};
  const Symbol x = placeholder({{2}, DType::float32, kDense}, "x");
  std::weak_ptr<const Node> seen;
  {
    const Symbol y = apply(std::make_shared<Tabled>(table), {x});
    seen = y.node();
  }
  EXPECT_TRUE(seen.expired());
}

TEST(Registry, OrderIsAfterInputs) {
  const Rules table{{{{kDense}, {kDense}, nullptr}}};
  Symbol y = placeholder({{2}, DType::float32, kDense}, "x");
  for (int i = 0; i < 50'000; ++i)
    y = apply(std::make_shared<Tabled>(table, "tabled " + std::to_string(i)), {y});
  const auto order = in_order({y, y.node()->in(0)});
  ASSERT_EQ(order.size(), 50'001u);
  EXPECT_EQ(order.back(), y.node());
  for (size_t i = 1; i < order.size(); ++i) ASSERT_EQ(order[i]->in(0).node(), order[i - 1]);
}

}  // namespace
}  // namespace lacuna
