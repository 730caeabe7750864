// Tests of dot.
#include "lacuna/ops/products/dot.h"

#include <gtest/gtest.h>

#include "lacuna/base/threads.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/products/dot_nt.h"
#include "lacuna/ops/products/dot_t.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/permute_dimensions.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

// A random csr matrix with stored zeros and some empty rows, int32 or int64 indices, which is a view of some
// rows of a larger one.
template <class T>
Tensor random_csr(Dim rows, Dim columns, double density, uint64_t seed, DType index = DType::int32) {
  Generator random(seed);
  std::vector<int64_t> indices{0, 0}, indptr{2};
  for (Dim r = 0; r < rows; ++r) {
    const bool empty = random.uniform() < 0.2;
    for (Dim c = 0; c < columns && !empty; ++c)
      if (random.uniform() < density) indices.push_back(c);
    indptr.push_back(static_cast<int64_t>(indices.size()));
  }
  tensor::Csr x;
  x.resize(rows, columns, indices.size(), dtype_of<T>(), index);
  for (T& v : x.values<T>()) v = random.uniform() < 0.1 ? T(0) : static_cast<T>(random.normal());
  with_dtype(index, [&](auto tag) {
    using I = typename decltype(tag)::type;
    std::ranges::transform(indices, x.indices.as<I>().begin(), [](int64_t i) { return static_cast<I>(i); });
    std::ranges::transform(indptr, x.indptr.as<I>().begin(), [](int64_t i) { return static_cast<I>(i); });
  });
  return x;
}

std::vector<double> doubles(const Tensor& x) { return values<double>(cast(x, DType::float64)); }

// The expected op(A) op(B), (n, k) · (k, m), in double.
std::vector<double> mimic(const Tensor& a, bool ta, const Tensor& b, bool tb) {
  const auto x = doubles(a), y = doubles(b);
  const auto size = [](const Tensor& t, size_t i) { return static_cast<size_t>(t.shape()[i]); };
  const size_t n = size(a, ta ? 1 : 0), k = size(a, ta ? 0 : 1), m = size(b, tb ? 0 : 1);
  std::vector<double> c(n * m);
  for (size_t i = 0; i < n; ++i)
    for (size_t p = 0; p < k; ++p)
      for (size_t j = 0; j < m; ++j)
        c[i * m + j] += x[ta ? p * n + i : i * k + p] * y[tb ? j * k + p : p * m + j];
  return c;
}

template <class T>
void products(Dim n, Dim k, Dim m, double density, DType index = DType::int32) {
  SCOPED_TRACE(text(n, " x ", k, " x ", m, ", density ", density, ' ', dtype_of<T>(), ' ', index));
  for (const bool ta : {false, true})
    for (const bool tb : {false, true})
      for (const char* storages : {"ss", "sd", "ds"}) {
        if (ta && tb) continue;
        SCOPED_TRACE(text(storages, ta ? " Aᵀ" : "", tb ? " Bᵀ" : ""));
        Tensor a = random_csr<T>(ta ? k : n, ta ? n : k, density, 1),
               b = random_csr<T>(tb ? m : k, tb ? k : m, density, 2, index);
        if (storages[0] == 'd') a = random_dense<T>(a.shape(), 3);
        if (storages[1] == 'd') b = random_dense<T>(b.shape(), 4);
        if (index == DType::int64 && storages != std::string("ss"))
          continue;  // int64 indices are for matrices too wide to be dense.
        const Symbol x = input(a), y = placeholder(b.spec(), "y"), z = dot(x, y, ta, tb);
        const Tensor c = run({z}, {x, y}, {a, b})[0];
        ASSERT_EQ(c.storage(), z.storage());
        ASSERT_EQ(c.shape(), (Shape{n, m}));
        if (c.storage() == Storage::csr) {
          EXPECT_TRUE(c.csr().validate("dot")) << "sorted and unique";
        }
        const auto expected = mimic(a, ta, b, tb), got = doubles(c);
        for (size_t i = 0; i < expected.size(); ++i)
          ASSERT_NEAR(got[i], expected[i], (std::is_same_v<T, float> ? 1e-4 : 1e-12)) << "place " << i;
      }
}

TEST(Dot, EqualsMimicOfAnyShape) {
  for (const auto& [n, k, m] : std::vector<std::array<Dim, 3>>{
           {5, 7, 9}, {0, 4, 3}, {4, 0, 3}, {4, 3, 0}, {1, 30, 1}, {1, 1, 1}, {40, 1, 30}, {17, 70, 300}})
    for (const double density : {0.0, 0.1, 0.5, 1.0}) {
      products<float>(n, k, m, density);
      products<double>(n, k, m, density);
    }
  products<float>(200, 300, 250, 0.05);
}

TEST(Dot, IndicesOfSixtyFourBits) { products<double>(9, 6, 20, 0.4, DType::int64); }

// csr · csr stores only entries that some product reaches, where MXNet's result is dense; dense · csr as csr
// stores every column in which B has an entry, in every row, as in MXNet.
TEST(Dot, CsrByCsrStoresWhatMeets) {
  const Tensor a = csr(dense({2, 3}, {1, 0, 2, 0, 0, 0})),
               b = csr(dense({3, 3}, {0, 3, 0, 1, 1, 1, 0, 0, 4}));
  const Symbol x = input(a), y = placeholder(b.spec(), "y");
  const Tensor c = run({dot(x, y)}, {x, y}, {a, b})[0];
  EXPECT_EQ(c.csr().nonzeros(), 2u);
  EXPECT_EQ(values(c), (std::vector<float>{0, 3, 8, 0, 0, 0}));
}

constexpr Dim kHuge = Dim{1} << 40;

TEST(Dot, ColumnsUpTo2To40) {
  const Tensor a = csr(dense({2, 3}, {1, 0, 2, 0, 5, 0}));
  const Tensor b = wide_csr(3, kHuge, {0, 2, 3, 5}, {7, kHuge - 1, 3, 7, kHuge - 2}, {1, 2, 3, 4, 5});
  const Symbol x = input(a), y = placeholder(b.spec(), "y"),
               wide = placeholder({{None, kHuge}, DType::float32, Storage::csr}, "wide");
  const auto out = run({dot(x, y), dot_t(x, dot(x, y)), dot_nt(wide, y)}, {x, y, wide}, {a, b, b});
  const tensor::Csr& c = out[0].csr();
  EXPECT_EQ(c.index, DType::int64);
  EXPECT_TRUE(c.validate("dot"));
  EXPECT_TRUE(std::ranges::equal(c.indices.as<int64_t>(), std::vector<int64_t>{7, kHuge - 2, kHuge - 1, 3}));
  EXPECT_TRUE(std::ranges::equal(c.values<float>(), std::vector<float>{9, 10, 2, 15}));
  EXPECT_EQ(out[1].shape(), (Shape{3, kHuge}));
  EXPECT_EQ(values(out[2]), (std::vector<float>{5, 0, 4, 0, 9, 0, 4, 0, 41}));  // Rows by rows.
}

// More columns than are used without numbers, in each way of numbering them.
TEST(Dot, ManyColumnsEqualFewOnes) {
  for (const Dim columns : {Dim{1} << 21, Dim{1} << 30}) {
    const Dim spread = columns / 50;
    const Tensor a = random_csr<float>(20, 30, 0.3, 5), few = random_csr<float>(30, 50, 0.3, 6);
    tensor::Csr many = few.csr();
    many.columns = columns;
    many.indices = many.indices.copy();
    for (int32_t& c : many.indices.as<int32_t>()) c = static_cast<int32_t>(c * spread);
    const Symbol x = input(a), y = placeholder(few.spec(), "y"), z = placeholder(Tensor(many).spec(), "z");
    const auto out = run({dot(x, y), dot(x, z), dot_nt(y, y), dot_nt(z, z)}, {x, y, z}, {a, few, many});
    EXPECT_TRUE(std::ranges::equal(out[0].csr().values<float>(), out[1].csr().values<float>()));
    for (size_t k = 0; k < out[0].csr().nonzeros(); ++k)
      ASSERT_EQ(out[1].csr().indices.as<int32_t>()[k], out[0].csr().indices.as<int32_t>()[k] * spread);
    EXPECT_EQ(values(out[2]), values(out[3]));
  }
}

TEST(Dot, WideGradientsKeepThePattern) {
  const Tensor a = csr(dense({2, 3}, {1, 0, 2, 0, 5, 0}));
  const Tensor b = wide_csr(3, kHuge, {0, 2, 3, 5}, {7, kHuge - 1, 3, 7, kHuge - 2}, {1, 2, 3, 4, 5});
  const Symbol x = input(a), y = placeholder(b.spec(), "y");
  const Symbol c = dot(x, y);
  const auto din = c.node()->op().gradient(*c.node(), std::vector{c}, {true, true});
  const auto out = run(din, {x, y}, {a, b});
  // dA[0, 0] = C[0, :] · B[0, :] = 9 · 1 + 2 · 2, dA[0, 2] = 9 · 4 + 10 · 5, dA[1, 1] = 15 · 3
  EXPECT_TRUE(std::ranges::equal(out[0].csr().values<float>(), std::vector<float>{13, 86, 45}));
  // dB = Aᵀ C at the entries of B.
  EXPECT_TRUE(std::ranges::equal(out[1].csr().values<float>(), std::vector<float>{9, 2, 75, 18, 20}));
  EXPECT_TRUE(std::ranges::equal(out[1].csr().indices.as<int64_t>(), b.csr().indices.as<int64_t>()));
}

TEST(Dot, WideGradientsOfRowsByRows) {
  const Tensor a = wide_csr(2, kHuge, {0, 2, 3}, {7, kHuge - 1, 3}, {1, 2, 3});
  const Tensor b = wide_csr(3, kHuge, {0, 2, 3, 5}, {7, kHuge - 1, 3, 7, kHuge - 2}, {1, 2, 3, 4, 5});
  const Symbol x = input(a), y = placeholder(b.spec(), "y"), c = dot_nt(x, y);
  std::vector<Symbol> outputs = gradients(sum(multiply(c, c)), {x, y});
  outputs.push_back(c);
  const auto out = run(outputs, {x, y}, {a, b});
  EXPECT_EQ(values(out[2]), (std::vector<float>{5, 0, 4, 0, 9, 0}));
  // 2 C B at the entries of A: 2 (5 · 1 + 4 · 4), 2 · 5 · 2, 2 · 9 · 3.
  EXPECT_TRUE(std::ranges::equal(out[0].csr().values<float>(), std::vector<float>{42, 20, 54}));
  EXPECT_TRUE(std::ranges::equal(out[0].csr().indices.as<int64_t>(), a.csr().indices.as<int64_t>()));
  EXPECT_TRUE(std::ranges::equal(out[1].csr().values<float>(), std::vector<float>{10, 20, 54, 8, 0}));
}

// As in Keras, the last axis of a is contracted with the last but one of b.
TEST(Dot, OfHigherRank) {
  const Tensor a = csr(random_dense({4, 5}, 1, 0.5)), b = random_dense({2, 5, 3}, 2),
               d = random_dense({4, 2, 5}, 3);
  const Symbol x = input(a), y = placeholder(b.spec(), "y"), z = input(d);
  const Symbol c = dot(x, y), e = dot(z, y);
  EXPECT_EQ(c.shape(), (Shape{None, 2, 3}));
  EXPECT_EQ(e.shape(), (Shape{None, 2, 2, 3}));
  const Symbol loss = add(sum(multiply(c, c)), sum(multiply(e, e)));
  std::vector<Symbol> outputs = gradients(loss, {x, y, z});
  EXPECT_EQ(outputs[0].storage(), Storage::csr);
  EXPECT_EQ(outputs[1].shape(), (Shape{2, 5, 3}));
  outputs.push_back(c);
  outputs.push_back(e);
  const auto out = run(outputs, {x, y, z}, {a, b, d});
  const auto as = values(a), bs = values(b), ds = values(d), cs = values(out[3]), es = values(out[4]);
  const auto of = [&](const float* row, size_t p, size_t m) {
    double result = 0;
    for (size_t k = 0; k < 5; ++k) result += row[k] * bs[(p * 5 + k) * 3 + m];
    return result;
  };
  for (size_t i = 0; i < 4; ++i)
    for (size_t p = 0; p < 2; ++p)
      for (size_t m = 0; m < 3; ++m) {
        EXPECT_NEAR(cs[(i * 2 + p) * 3 + m], of(&as[i * 5], p, m), 1e-5);
        for (size_t q = 0; q < 2; ++q)
          EXPECT_NEAR(es[((i * 2 + q) * 2 + p) * 3 + m], of(&ds[(i * 2 + q) * 5], p, m), 1e-5);
      }
  EXPECT_TRUE(message_of<InvalidArgument>([&] {
                dot(x, placeholder({{None, 5, 3}}, "open"));
              }).starts_with("dot: where b has rank 3 or more"));
}

// Long rows and columns, so that the work is split into parts. Every number of threads must give the same
// bits.
TEST(Dot, SameBitsOnAnyNumberOfThreads) {
  const Tensor a = random_csr<float>(700, 400, 0.1, 5), b = random_csr<float>(400, 600, 0.1, 6);
  const Symbol x = input(a), y = placeholder(b.spec(), "y"), c = dot(x, y);
  std::vector<Symbol> outputs{c, dot_t(x, x), dot_nt(x, x)};
  for (const Symbol& g : gradients(sum(multiply(c, c)), {x, y})) outputs.push_back(g);
  const size_t threads = num_threads();
  set_num_threads(1);
  const auto one = run(outputs, {x, y}, {a, b});
  set_num_threads(4);
  const auto four = run(outputs, {x, y}, {a, b});
  set_num_threads(threads);
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(one[i].csr().indices.as<int32_t>(), four[i].csr().indices.as<int32_t>()));
    // Entries before the first one do not belong to the view.
    const auto first = static_cast<size_t>(one[i].csr().indptr.as<int32_t>()[0]);
    EXPECT_TRUE(std::ranges::equal(one[i].csr().values<float>().subspan(first),
                                   four[i].csr().values<float>().subspan(first)));
  }
}

TEST(Dot, Errors) {
  const Symbol x = placeholder({{None, 3}, DType::float32, Storage::csr}, "x"),
               y = placeholder({{4, 2}, DType::float32, Storage::csr}, "y"),
               wide = placeholder({{None, kHuge}, DType::float32, Storage::csr}, "wide");
  EXPECT_EQ(message_of<InvalidArgument>([&] { dot(x, y); }),
            "dot: columns of a must equal rows of b. Received: a=(None, 3) csr, b=(4, 2) csr.");
  const Tensor b = wide_csr(1, kHuge, {0, 1}, {kHuge - 1}, {1});
  const std::string message = message_of<InvalidArgument>([&] { run({transpose(wide)}, {wide}, {b}); });
  EXPECT_TRUE(message.starts_with("transpose: a csr matrix of up to 2^31 columns can be transposed"))
      << message;
}

TEST(Transpose, EqualsMimicAndKeepsStoredZeros) {
  const Tensor x = random_csr<float>(23, 41, 0.3, 7), d = random_dense({5, 3, 4}, 8);
  const Symbol in = input(x), in_d = input(d);
  const auto out = run({transpose(in), transpose(transpose(in)), transpose(in_d)}, {in, in_d}, {x, d});
  EXPECT_EQ(out[0].csr().nonzeros(), x.csr().nonzeros());
  EXPECT_TRUE(out[0].csr().validate("transpose"));
  const auto from = values(x), to = values(out[0]), dense_from = values(d), dense_to = values(out[2]);
  for (size_t r = 0; r < 23; ++r)
    for (size_t c = 0; c < 41; ++c) EXPECT_EQ(to[c * 23 + r], from[r * 41 + c]);
  EXPECT_EQ(values(out[1]), from);
  EXPECT_EQ(out[2].shape(), (Shape{4, 3, 5}));
  for (size_t i = 0; i < 5; ++i)
    for (size_t j = 0; j < 3; ++j)
      for (size_t k = 0; k < 4; ++k)
        EXPECT_EQ(dense_to[(k * 3 + j) * 5 + i], dense_from[(i * 3 + j) * 4 + k]);
}

TEST(Dot, OfHigherRankShowsWhatCame) {
  const auto of = [](Shape shape) { return placeholder({std::move(shape), DType::float32}, "x"); };
  const Symbol b = of({2, 4, 5});
  EXPECT_EQ(message_of<InvalidArgument>([&] {
              dot(of({None, 3}), b);
            }),
            "dot: columns of a must equal the second-to-last axis of b. Received: a=(None, 3) dense, "
            "b=(2, 4, 5) dense.");
  for (const Shape& shape : {Shape{}, Shape{None}})
    EXPECT_TRUE(
        message_of<InvalidArgument>([&] {
          dot(of(shape), b);
        }).starts_with("dot: where b has rank 3 or more, it must be dense and a have rank 2 or more."));
}

TEST(Dot, WithoutUnits) {
  const Tensor a = csr(dense({2, 4}, {1, 0, 2, 0, 0, 3, 0, 4})), w = dense({4, 0}, {});
  const Symbol x = input(a), y = placeholder(w.spec(), "y"), z = dot(x, y);
  const auto out = run(gradients(sum(multiply(z, z)), {x, y}), {x, y}, {a, w});
  EXPECT_EQ(values(out[0]), std::vector<float>(8, 0));
}

}  // namespace
}  // namespace lacuna
