// Tests of densify.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "lacuna/base/message.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/plan.h"
#include "lacuna/graph/strict.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna {
namespace {

struct NotStrict {
  NotStrict() {
    config::set_strict_sparse(false);
    set_warning_handler([this](const std::string& w) { warnings.push_back(w); });
  }
  ~NotStrict() {
    config::set_strict_sparse(true);
    set_warning_handler({});
  }
  std::vector<std::string> warnings{};
};

Tensor matrix() {
  return to_csr(Tensor(tensor::Dense::of<float>({2, 3}, std::vector<float>{0, 1, 0, -2, 0, 0})));
}

TEST(Densify, IsAnErrorWhileStrictnessIsOn) {
  const Symbol x = placeholder({{None, 3}, DType::float32, Storage::csr}, "x");
  try {
    exp(x);
    FAIL() << "exp of csr must be an error";
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find("exp"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("csr"), std::string::npos) << error.what();
  }
}

TEST(Densify, WarnsOnceAPlanWithOpStorageAndBytes) {
  NotStrict not_strict;
  const Symbol x = placeholder({{None, 3}, DType::float32, Storage::csr}, "x");
  Plan plan({x}, {exp(x)}, false);
  const Tensor value = matrix();
  const Tensor* feeds[] = {&value};
  plan.run(feeds);
  plan.run(feeds);
  ASSERT_EQ(not_strict.warnings.size(), 1u);
  for (const char* part : {"exp", "csr", "(2, 3)", "bytes=24"})
    EXPECT_NE(not_strict.warnings[0].find(part), std::string::npos) << not_strict.warnings[0];
  const auto y = plan.output(0).dense().values<float>();
  EXPECT_FLOAT_EQ(y[0], 1);
  EXPECT_FLOAT_EQ(y[1], std::exp(1.f));
  EXPECT_FLOAT_EQ(y[3], std::exp(-2.f));
}

TEST(Densify, GradientKeepsThePattern) {
  NotStrict not_strict;
  const Symbol x = placeholder({{None, 3}, DType::float32, Storage::csr}, "x");
  const Symbol dx = gradients(sum(exp(x)), {x})[0];
  EXPECT_EQ(dx.storage(), Storage::csr);
  Plan plan({x}, {dx}, true);
  const Tensor value = matrix();
  const Tensor* feeds[] = {&value};
  plan.run(feeds);
  const auto values = plan.output(0).csr().values<float>();
  ASSERT_EQ(values.size(), 2u);
  EXPECT_FLOAT_EQ(values[0], std::exp(1.f));
  EXPECT_FLOAT_EQ(values[1], std::exp(-2.f));
}

TEST(Densify, AnErrorThatIsNotOfStorageStaysTheSame) {
  const Symbol x = placeholder({{None, 3}, DType::float32, Storage::csr}, "x");
  const auto message = [&] {
    try {
      sum(x, {5});
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string strict = message();
  NotStrict not_strict;
  EXPECT_FALSE(strict.empty());
  EXPECT_EQ(message(), strict);
}

}  // namespace
}  // namespace lacuna
