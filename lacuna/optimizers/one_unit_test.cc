// Tests of weights of one unit: the factors of a gradient, a csr matrix and dy, move them like the whole
// gradient does: dense weights, small tables, whose rows are pairs of value and state, and tables that find
// rows by hashing.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "lacuna/base/random.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/ftrl.h"
#include "lacuna/optimizers/group_adagrad.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::optimizers {
namespace {

struct Kind {
  Storage storage;
  Dim rows;
};
constexpr Kind kKinds[] = {
    {Storage::dense, 300}, {Storage::row_table, 300}, {Storage::row_table, Dim{1} << 40}};
constexpr size_t kPool = 150;  // Rows that batches name.

int64_t id_of(const Kind& kind, size_t i) {
  return static_cast<int64_t>(i) * (kind.rows / static_cast<int64_t>(kPool));
}

VariablePtr weight_of(const Kind& kind, DType dtype) {
  return std::make_shared<Variable>("w", Spec{{kind.rows, 1}, dtype, kind.storage},
                                    Draw{Draw::Kind::normal, 0, 1, 5});
}

// The values of the rows of the pool.
std::vector<double> values_of(const Kind& kind, const Variable& weight) {
  const Tensor held = weight.copy();
  std::vector<double> result;
  with_float("test", held.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::map<int64_t, double> all;
    if (held.storage() == Storage::dense) {
      for (size_t i = 0; i < kPool; ++i)
        result.push_back(static_cast<double>(held.dense().values<T>()[static_cast<size_t>(id_of(kind, i))]));
      return;
    }
    const tensor::RowSparse& rows = held.row_sparse();
    for (size_t i = 0; i < rows.row_ids().size(); ++i)
      result.push_back(static_cast<double>(rows.values<T>()[i]));
  });
  return result;
}

// A batch for a weight: a, whose columns are rows or slots of the weight, dy, and Aᵀ dy.
template <class T>
struct Batch {
  Batch(const Kind& kind, Variable& weight, size_t rows, Generator& random) {
    constexpr size_t kEntries = 6;
    std::vector<int64_t> ids(rows * kEntries);
    for (int64_t& id : ids) id = id_of(kind, random.below(kPool));
    std::vector<int32_t> slots(ids.begin(), ids.end());
    if (weight.is_table()) weight.value().table().touch(std::span<const int64_t>(ids), slots);
    const Dim columns = weight.is_table() ? static_cast<Dim>(weight.value().table().readable()) : kind.rows;
    tensor::Csr matrix;
    matrix.resize(static_cast<Dim>(rows), columns, ids.size(), dtype_of<T>());
    tensor::Dense given;
    given.resize({static_cast<Dim>(rows), 1}, dtype_of<T>());
    std::map<int32_t, size_t> place;
    std::vector<T> sums;
    std::vector<int32_t> named;
    for (size_t r = 0; r < rows; ++r) {
      const T d = given.values<T>()[r] = static_cast<T>(random.normal());
      matrix.indptr.as<int32_t>()[r] = static_cast<int32_t>(r * kEntries);
      for (size_t k = r * kEntries; k < (r + 1) * kEntries; ++k) {
        const T x = matrix.values<T>()[k] = static_cast<T>(random.normal());
        matrix.indices.as<int32_t>()[k] = slots[k];
        if (place.try_emplace(slots[k], sums.size()).second) named.push_back(slots[k]), sums.push_back(0);
        sums[place[slots[k]]] += x * d;
      }
    }
    matrix.indptr.as<int32_t>()[rows] = static_cast<int32_t>(ids.size());
    tensor::RowSparse product;
    product.resize({columns, 1}, sums.size(), dtype_of<T>());
    std::ranges::copy(named, product.row_ids().begin());
    std::ranges::copy(sums, product.values<T>().begin());
    a = matrix, dy = given, gradient = product;
  }
  Tensor a, dy, gradient;
};

template <class T>
void expect_same(const Kind& kind, const std::function<std::shared_ptr<Optimizer>()>& make) {
  const VariablePtr one = weight_of(kind, dtype_of<T>()), other = weight_of(kind, dtype_of<T>());
  const auto by_factors = make(), by_gradient = make();
  const std::vector<double> before =
      kind.storage == Storage::dense ? values_of(kind, *one) : std::vector<double>{};
  Generator random_one(3), random_other(3);
  for (int t = 0; t < 8; ++t) {
    const size_t rows = t % 2 ? 30 : 4;  // Both ways to sum: for all rows, and as a list.
    const Batch<T> batch(kind, *one, rows, random_one), same(kind, *other, rows, random_other);
    const Gradient factors[] = {Gradient::one_unit(&batch.a, &batch.dy)}, whole[] = {&same.gradient};
    by_factors->step({&one, 1}, factors);
    by_gradient->step({&other, 1}, whole);
  }
  by_factors->settle();
  by_gradient->settle();
  const std::vector<double> got = values_of(kind, *one), expected = values_of(kind, *other);
  ASSERT_EQ(got.size(), expected.size());
  ASSERT_GE(got.size(), 100u);
  EXPECT_NE(got, before);
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], expected[i], sizeof(T) == 4 ? 2e-5 : 1e-12) << "row " << i;
}

TEST(OneUnit, FactorsEndWhereTheGradientDoes) {
  for (const Kind& kind : kKinds)
    for (const bool lazy : {true, false}) {
      const std::pair<const char*, std::function<std::shared_ptr<Optimizer>()>> cases[] = {
          {"sgd", [=] { return SGD{.lr = 0.1, .lazy_update = lazy}.make(); }},
          {"sgd, clipped", [=] { return SGD{.lr = 0.1, .lazy_update = lazy, .clipvalue = 0.5}.make(); }},
          {"momentum", [=] { return SGD{.lr = 0.1, .momentum = 0.9, .lazy_update = lazy}.make(); }},
          {"adam", [=] { return Adam{.lr = 0.1, .lazy_update = lazy}.make(); }},
          {"adamw", [=] { return AdamW{.lr = 0.1, .weight_decay = 0.1, .lazy_update = lazy}.make(); }},
          {"ftrl", [=] { return Ftrl{.lr = 0.1, .beta = 0.1, .lazy_update = lazy}.make(); }}};
      for (const auto& [name, make] : cases) {
        SCOPED_TRACE(testing::Message() << name << (lazy ? ", lazy" : "") << ", " << kind.rows << " rows, "
                                        << name_of(kind.storage));
        expect_same<float>(kind, make);
        expect_same<double>(kind, make);
      }
    }
}

std::string error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

TEST(OneUnit, AStateOfARowNeedsTheGradient) {
  Generator random(3);
  const VariablePtr weight = weight_of(kKinds[0], DType::float32);
  const Batch<float> batch(kKinds[0], *weight, 4, random);
  const Gradient factors[] = {Gradient::one_unit(&batch.a, &batch.dy)};
  EXPECT_EQ(error_of([&] {
              GroupAdagrad{}.make()->step({&weight, 1}, factors);
            }),
            "optimizer: a state of one value a row needs whole gradients. Received: factors of one.");
}

TEST(OneUnit, ATableLearnsFromNoDenseGradient) {
  const VariablePtr weight = weight_of(kKinds[1], DType::float32);
  tensor::Dense zeros;
  zeros.resize({300, 1}, DType::float32);
  std::ranges::fill(zeros.values<float>(), 0.0f);
  const Tensor given = zeros;
  const Gradient gradients[] = {&given};
  EXPECT_EQ(error_of([&] {
              SGD{}.make()->step({&weight, 1}, gradients);
            }),
            "optimizer: the gradient of a table must be row_sparse. Received: weight 'w', gradient=(300, 1) "
            "dense.");
}

}  // namespace
}  // namespace lacuna::optimizers
