// Tests of function.
#include "lacuna/backend/function.h"

#include <gtest/gtest.h>

#include "lacuna/backend/backend.h"
#include "lacuna/ops/elementwise/in_train_phase.h"
#include "lacuna/ops/random/dropout.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::backend {
namespace {

const std::vector<float> kData{1, -2, 3};
const std::vector<int32_t> kIndices{0, 2, 1}, kIndptr{0, 2, 2, 3};
const csr_matrix kCsr{std::span<const float>(kData),
                      std::span<const int32_t>(kIndices),
                      std::span<const int32_t>(kIndptr),
                      {3, 4}};

tensor::Dense dense(Shape shape, const std::vector<float>& values) {
  return tensor::Dense::of<float>(std::move(shape), values);
}

std::vector<float> values(const Tensor& x) {
  const tensor::Dense d = lacuna::to_dense(x);
  return {d.values<float>().begin(), d.values<float>().end()};
}

TEST(Eval, KeepsTheStorage) {
  const auto w = std::make_shared<Variable>("w", Array(kCsr).tensor().copy());
  EXPECT_TRUE(is_sparse(read(w)));
  const Tensor doubled = eval(square(read(w)));
  EXPECT_EQ(doubled.storage(), Storage::csr);
  EXPECT_EQ(values(doubled), (std::vector<float>{1, 0, 4, 0, 0, 0, 0, 0, 0, 9, 0, 0}));
  EXPECT_EQ(values(eval(sum(read(w), {1}))), (std::vector<float>{-1, 0, 3}));
}

TEST(Eval, OfAPlaceholderIsAnError) {
  EXPECT_THROW(eval(square(placeholder({None, 3}, {.name = "x"}))), InvalidArgument);
}

TEST(Function, RunsInAPhaseThatIsFixed) {
  const Symbol x = placeholder({1}, {.name = "x"}), y = in_train_phase(x, x * 2.0);
  const auto f = [&] { return values(Function({x}, {y})({dense({1}, {3})})[0]); };
  const auto given = [&](float phase) {
    return values(Function({x, learning_phase()}, {y})({dense({1}, {3}), dense({}, {phase})})[0]);
  };
  for (const bool training : {true, false}) {
    set_learning_phase(training);
    EXPECT_EQ(f(), std::vector<float>{training ? 3.f : 6.f});
    EXPECT_EQ(given(1), std::vector<float>{3});
  }
  set_learning_phase({});
  EXPECT_EQ(f(), std::vector<float>{6});
}

TEST(Function, TakesCsrAndDenseOfAnySize) {
  const Symbol x = placeholder({None, 4}, {.sparse = true, .name = "x"}),
               w = placeholder({4, 2}, {.name = "w"});
  Function f({x, w}, {lacuna::dot(x, w), shape(x), square(x)});
  const Array weights = dense({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const auto out = f({kCsr, weights});
  EXPECT_EQ(values(out[0]), (std::vector<float>{-9, -10, 0, 0, 9, 12}));
  EXPECT_EQ(out[1].dense().values<int64_t>()[0], 3);
  EXPECT_EQ(out[2].storage(), Storage::csr);
  const auto more = f({dense({1, 4}, {0, 1, 0, 0}), weights});  // A dense value for a csr symbol.
  EXPECT_EQ(values(more[0]), (std::vector<float>{3, 4}));
  EXPECT_EQ(values(out[0]), (std::vector<float>{-9, -10, 0, 0, 9, 12}));  // Results are copies.
}

TEST(Function, UpdatesVariables) {
  const auto count = std::make_shared<Variable>("count", Tensor(dense({2}, {0, 0})));
  const Symbol x = placeholder({2}, {.name = "x"});
  Function f({x}, {x}, {update(count, add(read(count), x))});
  f({dense({2}, {1, 2})});
  f({dense({2}, {1, 2})});
  EXPECT_EQ(values(count->value()), (std::vector<float>{2, 4}));
}

TEST(Function, KnowsTheLearningPhase) {
  const Symbol x = placeholder({None, 4}, {.name = "x"});
  Function f({x, learning_phase()}, {dropout(x, 0.5, 1)});
  const Array ones = dense({2, 4}, std::vector<float>(8, 1.f));
  EXPECT_EQ(values(f({ones, dense({}, {0})})[0]), std::vector<float>(8, 1.f));
  const auto dropped = values(f({ones, dense({}, {1})})[0]);
  EXPECT_NE(dropped, std::vector<float>(8, 1.f));
  for (const float v : dropped) EXPECT_TRUE(v == 0 || v == 2) << v;
}

TEST(Function, SaysWhatDoesNotFit) {
  const Symbol x = placeholder({None, 4}, {.name = "x"});
  Function f({x}, {square(x)});
  EXPECT_THROW(f({dense({2, 3}, std::vector<float>(6))}), InvalidArgument);
  EXPECT_THROW(f({kCsr}), InvalidArgument);  // A csr value is not made dense in silence.
  EXPECT_THROW(f({}), InvalidArgument);
  EXPECT_THROW(Function({square(x)}, {x}), InvalidArgument);
}

}  // namespace
}  // namespace lacuna::backend
