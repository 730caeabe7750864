// Models with layers that apply other layers and models: saved, and made again from configs.
#include <gtest/gtest.h>

#include "lacuna/layers/dense.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/recurrent/bidirectional.h"
#include "lacuna/layers/recurrent/lstm.h"
#include "lacuna/layers/recurrent/time_distributed.h"
#include "lacuna/models/sequential.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using layers::Bidirectional;
using layers::Dense;
using layers::LSTM;
using layers::TimeDistributed;

TEST(Wrappers, AreSavedAndLoaded) {
  const Sequential inner({Dense(3, {.activation = "relu"})});
  const auto lstm = std::make_shared<LSTM>(4, layers::RecurrentOptions{.return_sequences = true});
  Sequential model({TimeDistributed(AnyLayer(inner).shared(), {.batch_input_shape = {None, 5, 2}}),
                    Bidirectional(lstm), TimeDistributed(std::make_shared<Dense>(1))});
  const tensor::Dense x = test::random_dense({3, 5, 2}, 1).dense();
  const tensor::Dense wanted = model.predict(x);
  EXPECT_EQ(wanted.shape, (Shape{3, 5, 1}));
  Model again = load_model_from_bytes(model.save_to_bytes());
  EXPECT_EQ(test::values(Tensor(again.predict(x))), test::values(Tensor(wanted)));
  EXPECT_EQ(again.to_json(), model.to_json());
  EXPECT_THROW(TimeDistributed(AnyLayer(inner).shared())(
                   layers::Inputs({layers::Input({.shape = {5, 2}})}, false, true)),
               InvalidArgument);
}

}  // namespace
}  // namespace lacuna
