// Tests that an optimizer made from the config of another has the same settings.
#include "lacuna/base/arg.h"

#include <gtest/gtest.h>

#include "lacuna/optimizers/adadelta.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/adamax.h"
#include "lacuna/optimizers/ftrl.h"
#include "lacuna/optimizers/group_adagrad.h"
#include "lacuna/optimizers/nadam.h"
#include "lacuna/optimizers/rmsprop.h"
#include "lacuna/optimizers/sgd.h"

namespace lacuna::optimizers {
namespace {

TEST(OptimizerConfig, IsReadAsItWasWritten) {
  const std::shared_ptr<Optimizer> all[] = {
      SGD{.lr = 0.25, .momentum = 0.5, .nesterov = true, .clipnorm = 3}.make(),
      Adagrad{.lr = 0.25, .epsilon = 0.125, .clipvalue = 2}.make(),
      GroupAdagrad{.lr = 0.25, .epsilon = 0.125}.make(),
      RMSprop{.lr = 0.25, .rho = 0.75, .epsilon = 0.125, .lazy_update = false}.make(),
      Adadelta{.lr = 0.25, .rho = 0.75, .epsilon = 0.125}.make(),
      Adam{.lr = 0.25, .beta_1 = 0.5, .beta_2 = 0.75, .amsgrad = true, .global_clipnorm = 3}.make(),
      AdamW{.lr = 0.25, .weight_decay = 0.125}.make(),
      Adamax{.lr = 0.25, .beta_1 = 0.5, .beta_2 = 0.75, .epsilon = 0.125}.make(),
      Nadam{.lr = 0.25, .beta_1 = 0.5, .beta_2 = 0.75}.make(),
      Ftrl{.lr = 0.25,
           .initial_accumulator_value = 0.5,
           .l1_regularization_strength = 0.125,
           .l2_regularization_strength = 0.0625,
           .beta = 0.75}
          .make()};
  for (const auto& optimizer : all) {
    const Config config = optimizer->config();
    EXPECT_EQ(*config.at("lr").as<double>(), 0.25) << optimizer->class_name();
    const auto again = Registry<Optimizer>::make(optimizer->class_name(), config);
    EXPECT_EQ(again->class_name(), optimizer->class_name());
    EXPECT_TRUE(again->config() == config) << to_string(again->config()) << " of " << to_string(config);
    const Config defaults = Registry<Optimizer>::make(optimizer->class_name())->config();
    EXPECT_FALSE(defaults == config) << optimizer->class_name();
  }
}

TEST(OptimizerConfig, FtrlKnowsOnePower) {
  Config config = Ftrl{}.make()->config();
  EXPECT_EQ(*config.at("learning_rate_power").as<double>(), -0.5);
  config["learning_rate_power"] = -1.0;
  try {
    Registry<Optimizer>::make("Ftrl", config);
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_STREQ(error.what(), "Ftrl: learning_rate_power must be -0.5. Received: learning_rate_power=-1.");
  }
}

}  // namespace
}  // namespace lacuna::optimizers
