// Kernels run with the best instruction set of the CPU. With LACUNA_TEST_INSTRUCTION_SET all tests of this
// program run with the one that it names; ctest does so for each, and each must give results within the
// tests' tolerances.
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "lacuna/base/instruction_set.h"

namespace lacuna {
namespace {

constexpr int kSkipped = 77;  // ctest's SKIP_RETURN_CODE.

const char* asked_for() { return std::getenv("LACUNA_TEST_INSTRUCTION_SET"); }

// Sets what Highway dispatches to from now on, in our library too, since both share libhwy.
void use(int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

class AskedFor final : public testing::Environment {
 public:
  void SetUp() override {
    if (!asked_for()) return;
    for (const int64_t target : hwy::SupportedAndGeneratedTargets())
      if (asked_for() == std::string(hwy::TargetName(target))) {
        use(target);
        ASSERT_STREQ(instruction_set(), asked_for());
        return;
      }
    std::printf("skipped: this CPU, or this build, has no %s\n", asked_for());
    std::fflush(stdout);
    std::_Exit(kSkipped);
  }

  // No test has changed it on the way.
  void TearDown() override {
    if (asked_for()) {
      EXPECT_STREQ(instruction_set(), asked_for());
    }
  }
};

[[maybe_unused]] const auto* const kAskedFor = testing::AddGlobalTestEnvironment(new AskedFor);

TEST(InstructionSet, IsTheBestOfTheCpuUnlessAskedFor) {
  const char* best = hwy::TargetName(hwy::SupportedAndGeneratedTargets().front());
  EXPECT_STREQ(instruction_set(), asked_for() ? asked_for() : best);
}

TEST(InstructionSet, IsChosenAtRunTime) {
  const auto targets = hwy::SupportedAndGeneratedTargets();
  for (const int64_t target : targets) {
    use(target);
    EXPECT_STREQ(instruction_set(), hwy::TargetName(target));
  }
  use(asked_for() ? targets.front() : 0);
}

}  // namespace
}  // namespace lacuna
