// Tests of losses.
#include "lacuna/losses/losses.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/op.h"
#include "lacuna/graph/plan.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/reductions/softmax.h"

namespace lacuna::losses {
namespace {

using Values = std::vector<double>;
constexpr size_t kRows = 5, kColumns = 4;
const Spec kSpec{{None, kColumns}, DType::float64};

Tensor matrix(const Values& values) { return tensor::Dense::of<double>({kRows, kColumns}, values); }

Values run(const std::vector<Symbol>& inputs, const Symbol& output, const std::vector<Tensor>& feeds) {
  Plan plan(inputs, {output}, false);
  std::vector<const Tensor*> places;
  for (const Tensor& t : feeds) places.push_back(&t);
  plan.run(places);
  const auto values = plan.output(0).dense().values<double>();
  return {values.begin(), values.end()};
}

// The formula of a loss for one row of target and prediction.
using Formula = std::function<double(const Values& t, const Values& p)>;
Formula averaged(double (*f)(double t, double p)) {
  return [f](const Values& t, const Values& p) {
    double sum = 0;
    for (size_t j = 0; j < kColumns; ++j) sum += f(t[j], p[j]);
    return sum / kColumns;
  };
}
Formula summed(double (*f)(double t, double p)) {
  return [f](const Values& t, const Values& p) { return averaged(f)(t, p) * kColumns; };
}
double clipped(double p) { return std::min(std::max(p, 1e-7), 1 - 1e-7); }

double categorical(const Values& t, const Values& p) {
  double sum = 0, loss = 0;
  for (const double v : p) sum += v;
  for (size_t j = 0; j < kColumns; ++j) loss -= t[j] * std::log(clipped(p[j] / sum));
  return loss;
}

double dot_of(const Values& a, const Values& b) {
  double sum = 0;
  for (size_t j = 0; j < kColumns; ++j) sum += a[j] * b[j];
  return sum;
}

const std::map<std::string, Formula> kFormulas{
    {"mean_squared_error", averaged([](double t, double p) { return (t - p) * (t - p); })},
    {"mean_absolute_error", averaged([](double t, double p) { return std::abs(t - p); })},
    {"mean_absolute_percentage_error",
     averaged([](double t, double p) { return 100 * std::abs(t - p) / std::max(std::abs(t), 1e-7); })},
    {"mean_squared_logarithmic_error", averaged([](double t, double p) {
       return std::pow(std::log(std::max(p, 1e-7) + 1) - std::log(std::max(t, 1e-7) + 1), 2);
     })},
    {"squared_hinge", averaged([](double t, double p) { return std::pow(std::max(1 - t * p, 0.0), 2); })},
    {"hinge", averaged([](double t, double p) { return std::max(1 - t * p, 0.0); })},
    {"categorical_hinge",
     [](const Values& t, const Values& p) {
       double most = -1e300;
       for (size_t j = 0; j < kColumns; ++j) most = std::max(most, (1 - t[j]) * p[j]);
       return std::max(0.0, most - dot_of(t, p) + 1);
     }},
    {"logcosh", averaged([](double t, double p) { return std::log(std::cosh(p - t)); })},
    {"categorical_crossentropy", categorical},
    {"binary_crossentropy", averaged([](double t, double p) {
       return -t * std::log(clipped(p)) - (1 - t) * std::log(1 - clipped(p));
     })},
    {"kullback_leibler_divergence", summed([](double t, double p) {
       t = std::max(t, 1e-7);
       return t * std::log(t / std::max(p, 1e-7));
     })},
    {"poisson", averaged([](double t, double p) { return p - t * std::log(p + 1e-7); })},
    {"cosine_proximity",
     [](const Values& t, const Values& p) { return -dot_of(t, p) / std::sqrt(dot_of(t, t) * dot_of(p, p)); }},
};

struct Data {
  Values target, prediction;
  std::vector<int64_t> ids;
};

// One class per row, and probabilities that need not sum to 1, among them an exact 0 and an exact 1.
Data data() {
  Data d{Values(kRows * kColumns, 0.0), Values(kRows * kColumns), {}};
  Generator random(1);
  for (double& p : d.prediction) p = 0.05 + 0.9 * random.uniform();
  d.prediction[5] = 0;
  d.prediction[8] = 1;
  for (size_t r = 0; r < kRows; ++r) {
    d.ids.push_back(static_cast<int64_t>(random.below(kColumns)));
    d.target[r * kColumns + static_cast<size_t>(d.ids[r])] = 1;
  }
  return d;
}

Values row(const Values& v, size_t r) {
  const auto begin = v.begin() + static_cast<std::ptrdiff_t>(r * kColumns);
  return {begin, begin + kColumns};
}

void expect_formula(const std::string& name, const Values& loss, const Formula& formula, const Data& d) {
  ASSERT_EQ(loss.size(), kRows) << name;
  for (size_t r = 0; r < kRows; ++r) {
    const double expected = formula(row(d.target, r), row(d.prediction, r));
    EXPECT_NEAR(loss[r], expected, 1e-6 * std::max(1.0, std::abs(expected))) << name << ", row " << r;
  }
}

TEST(Losses, Formulas) {
  const Symbol t = placeholder(kSpec, "t"), p = placeholder(kSpec, "p");
  const Data d = data();
  for (const auto& [name, formula] : kFormulas)
    expect_formula(name, run({t, p}, (*Arg<Loss>(name))(t, p), {matrix(d.target), matrix(d.prediction)}),
                   formula, d);
}

TEST(Losses, CsrTargets) {
  const Symbol t = placeholder({{None, kColumns}, DType::float64, Storage::csr}, "t"),
               p = placeholder(kSpec, "p");
  const Data d = data();
  tensor::Csr sparse;
  sparse.resize(kRows, kColumns, kRows, DType::float64);
  for (size_t r = 0; r < kRows; ++r) {
    sparse.values<double>()[r] = 1;
    sparse.indices.as<int32_t>()[r] = static_cast<int32_t>(d.ids[r]);
  }
  for (size_t r = 0; r <= kRows; ++r) sparse.indptr.as<int32_t>()[r] = static_cast<int32_t>(r);
  for (const auto& [name, formula] : kFormulas)
    expect_formula(name, run({t, p}, (*Arg<Loss>(name))(t, p), {sparse, matrix(d.prediction)}), formula, d);
}

TEST(Losses, SparseCategoricalCrossentropy) {
  const Data d = data();
  const Tensor ids = tensor::Dense::of<int64_t>({kRows, 1}, d.ids);
  const Arg<Loss> loss = "sparse_categorical_crossentropy";
  EXPECT_TRUE(loss->ids_target());
  const Spec target = loss->target(kSpec);
  EXPECT_EQ(target, (Spec{{None, 1}, DType::int64}));
  const Symbol t = placeholder(target, "t"), p = placeholder(kSpec, "p");
  expect_formula(
      loss->name, run({t, p}, (*loss)(t, p), {ids, matrix(d.prediction)}),
      [](const Values& y, Values q) {
        double sum = 0;  // Probabilities are clipped first, then divided by their sum.
        for (double& v : q) sum += v = clipped(v);
        return -std::log(dot_of(y, q) / sum);
      },
      d);
}

bool needs(const Symbol& s, std::string_view op) {
  for (const auto& node : in_order({s}))
    if (node->op().name() == op) return true;
  return false;
}

TEST(Losses, LogitsAreFoundBehindSoftmaxAndSigmoid) {
  Data d = data();
  Values logits(kRows * kColumns);
  Generator random(2);
  for (double& x : logits) x = 3 * random.normal();
  const Symbol t = placeholder(kSpec, "t"), x = placeholder(kSpec, "x");
  const Symbol ids = placeholder({{None, 1}, DType::int64}, "ids");

  const Symbol by_softmax = softmax(x), by_sigmoid = sigmoid(x);
  const Symbol dense = categorical_crossentropy(t, by_softmax), binary = binary_crossentropy(t, by_sigmoid);
  const Symbol sparse = sparse_categorical_crossentropy(ids, by_softmax);
  EXPECT_FALSE(needs(dense, "softmax"));
  EXPECT_FALSE(needs(sparse, "softmax"));
  EXPECT_FALSE(needs(binary, "sigmoid"));

  d.prediction = run({x}, by_softmax, {matrix(logits)});
  expect_formula("dense", run({t, x}, dense, {matrix(d.target), matrix(logits)}), categorical, d);
  expect_formula("sparse",
                 run({ids, x}, sparse, {tensor::Dense::of<int64_t>({kRows, 1}, d.ids), matrix(logits)}),
                 categorical, d);
  d.prediction = run({x}, by_sigmoid, {matrix(logits)});
  expect_formula("binary", run({t, x}, binary, {matrix(d.target), matrix(logits)}),
                 kFormulas.at("binary_crossentropy"), d);

  // The loss still grows where the probability rounds to 0.
  const Values far(kRows * kColumns, -800.0), ones(kRows * kColumns, 1.0);
  EXPECT_NEAR(run({t, x}, binary, {matrix(ones), matrix(far)})[0], 800, 1e-9);
}

TEST(Losses, Gradients) {
  const Symbol t = placeholder(kSpec, "t"), p = placeholder(kSpec, "p");
  const Data d = data();
  Values inside = d.prediction;
  inside[5] = 0.3;  // Away from where the clipped formulas have a kink.
  inside[8] = 0.7;
  for (const Known& k : known()) {
    if (k.labels != Labels::values) continue;
    const Symbol total = sum(k.function(t, p));
    const Values gradient = run({t, p}, gradients(total, {p})[0], {matrix(d.target), matrix(inside)});
    for (const size_t i : {0u, 6u, 13u}) {
      Values up = inside, down = inside;
      up[i] += 1e-5;
      down[i] -= 1e-5;
      const double change = run({t, p}, total, {matrix(d.target), matrix(up)})[0] -
                            run({t, p}, total, {matrix(d.target), matrix(down)})[0];
      EXPECT_NEAR(gradient[i], change / 2e-5, 1e-4 * std::max(1.0, std::abs(gradient[i]))) << k.names[0];
    }
  }
}

TEST(Losses, NamesAndFunctions) {
  for (const char* alias : {"mse", "MSE"}) EXPECT_EQ(Arg<Loss>(alias)->name, "mean_squared_error");
  EXPECT_EQ(Arg<Loss>("KLD")->name, "kullback_leibler_divergence");
  EXPECT_EQ(Arg<Loss>("cosine")->name, "cosine_proximity");
  const Arg<Loss> function = sparse_categorical_crossentropy;
  EXPECT_EQ(function->name, "sparse_categorical_crossentropy");
  EXPECT_TRUE(function->ids_target());
  EXPECT_EQ(Arg<Loss>(mae)->name, "mean_absolute_error");
  const Arg<Loss> own = [](const Symbol& t, const Symbol& p) { return mean(square(t - p)); };
  EXPECT_EQ(own->name, "function");
  EXPECT_EQ(own->target(kSpec), kSpec);
  EXPECT_EQ(Loss::from_function(own->function, "mine")->name, "mine");
  try {
    Arg<Loss> wrong = "mean_square_error";
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_EQ(
        std::string(e.what()).find("loss: unknown name. Received: loss='mean_square_error'; did you mean "
                                   "'mean_squared_error'? Known: "),
        0);
  }
}

}  // namespace
}  // namespace lacuna::losses
