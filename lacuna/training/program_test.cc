// Gradients that the optimizer takes as factors give weights with the same bits as whole gradients, on any
// number of threads.
#include "lacuna/training/program.h"

#include <gtest/gtest.h>

#include "lacuna/base/threads.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/factorization_machine.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/sgd.h"

namespace lacuna {
namespace {

using layers::Input;

// Never reached, but a norm must be known: gradients are whole.
constexpr double kLimit = 1e30;

using Optimizers = std::vector<Arg<optimizers::Optimizer>>;
Optimizers all(double clipnorm, bool lazy) {
  using namespace optimizers;
  return {SGD{.lr = 0.1, .clipnorm = clipnorm},
          SGD{.lr = 0.1, .clipnorm = clipnorm, .clipvalue = 1e-3},
          SGD{.lr = 0.1, .momentum = 0.9, .lazy_update = lazy, .clipnorm = clipnorm},
          SGD{.lr = 0.1, .momentum = 0.9, .nesterov = true, .lazy_update = lazy, .clipnorm = clipnorm},
          Adagrad{.lr = 0.1, .clipnorm = clipnorm},
          Adam{.lr = 0.1, .lazy_update = lazy, .clipnorm = clipnorm, .clipvalue = 1e-3},
          Adam{.lr = 0.1, .amsgrad = true, .lazy_update = lazy, .clipnorm = clipnorm}};
}

std::vector<std::byte> bytes_of(Model& model) {
  std::vector<std::byte> result;
  for (const tensor::Dense& w : model.get_weights())
    result.insert(result.end(), w.data.data(), w.data.data() + w.data.bytes());
  return result;
}

// Few columns that most rows name and many that few do.
struct Wide {
  explicit Wide(DType dtype) {
    Generator random(1);
    tensor::Dense all_x;
    all_x.resize({90, 700}, DType::float64);
    tensor::Dense all_ids;
    all_ids.resize({90, 6}, DType::int64);
    for (size_t r = 0; r < 90; ++r) {
      for (size_t c = 0; c < 700; ++c)
        all_x.values<double>()[r * 700 + c] = random.below(c < 4 ? 2 : 40) ? 0 : random.normal();
      for (size_t i = 0; i < 6; ++i)
        all_ids.values<int64_t>()[r * 6 + i] =
            static_cast<int64_t>(random.below(3) ? random.below(700) : random.below(2));
      y.push_back(static_cast<float>(random.normal()));
    }
    x = cast(to_csr(Tensor(all_x)), dtype);
    ids = all_ids;
  }
  Tensor x{}, ids{};
  std::vector<float> y{};
};

enum class First { dense, embedding, interactions };

// The weights after three epochs. 75 units, or as many factors, fill several SIMD vectors and a rest.
std::vector<std::byte> trained(const Wide& data, const Arg<optimizers::Optimizer>& optimizer, DType dtype,
                               bool flag, First first) {
  const initializers::RandomNormal draw{.seed = 3};
  Symbol in, h;
  if (first == First::embedding) {
    in = Input({.shape = {6}, .dtype = DType::int32});
    h = layers::Flatten()(layers::Embedding(
        700, 75, {.embeddings_initializer = draw, .sparse_grad = flag, .dtype = dtype})(in));
  } else {
    in = Input({.shape = {700}, .dtype = dtype, .sparse = true});
    h = first == First::interactions
            ? layers::FactorizationMachine(
                  75, {.kernel_initializer = draw, .sparse_weight = flag, .dtype = dtype})(in)
            : layers::Dense(
                  75,
                  {.activation = "tanh", .kernel_initializer = draw, .sparse_weight = flag, .dtype = dtype})(
                  in);
  }
  Model model(in, layers::Dense(1, {.kernel_initializer = draw, .dtype = dtype})(h));
  model.compile({.optimizer = optimizer, .loss = "mse"});
  model.fit(Array(first == First::embedding ? data.ids : data.x), data.y,
            {.batch_size = 40, .epochs = 3, .verbose = 0, .shuffle = Shuffle::none});
  return bytes_of(model);
}

TEST(Program, FactorsGiveTheBitsOfWholeGradientsOnAnyNumberOfThreads) {
  const size_t before = num_threads();
  for (const DType dtype : {DType::float32, DType::float64}) {
    const Wide data(dtype);
    for (const First first : {First::dense, First::embedding, First::interactions})
      for (const bool flag : {false, true})
        for (const bool lazy : {true, false}) {
          for (size_t i = 0; i < all(0, lazy).size(); ++i) {  // New ones each time: they count their steps.
            SCOPED_TRACE(text(dtype, " first ", static_cast<int>(first), " flag ", flag, " lazy ", lazy,
                              " optimizer ", i));
            set_num_threads(1);
            const auto expected = trained(data, all(kLimit, lazy)[i], dtype, flag, first);
            EXPECT_TRUE(trained(data, all(0, lazy)[i], dtype, flag, first) == expected);
            set_num_threads(3);
            EXPECT_TRUE(trained(data, all(0, lazy)[i], dtype, flag, first) == expected);
          }
        }
  }
  set_num_threads(before);
}

TEST(Program, AnOptimizerThatNeedsTheNormGetsWholeGradients) {
  const Problem p;
  for (const double clipnorm : {0.0, 1.0}) {
    const Symbol in = Input({.shape = {20}, .sparse = true});
    Model model(in, layers::Dense(40)(in));
    const Compiled compiled = lacuna::compile(
        model.network(), {.optimizer = optimizers::Adam{.clipnorm = clipnorm}, .loss = "mse"});
    EXPECT_THROW(Program(model.network(), &compiled, Mode::train, {in.spec()}, false), std::invalid_argument);
    Program program(model.network(), &compiled, Mode::train, {in.spec(), {{None, 40}}}, false);
    const Tensor x = p.csr;
    tensor::Dense y;
    y.resize({101, 40}, DType::float32);
    std::ranges::fill(y.values<float>(), 1.0f);
    const Tensor target = y;
    const Tensor* feeds[] = {&x, &target};
    program.run(feeds, 0, 0);
    const optimizers::Gradient &kernel = program.gradients()[0], &bias = program.gradients()[1];
    EXPECT_EQ(kernel.is_whole(), clipnorm > 0);
    EXPECT_EQ(kernel.row_ids().size(), 19u);  // One column is empty.
    EXPECT_TRUE(bias.is_dense());
    if (clipnorm > 0) continue;
    const auto clipped = optimizers::Adam{.clipnorm = 1}.make();
    EXPECT_THROW(clipped->step(program.variables(), program.gradients()), std::invalid_argument);
  }
}

}  // namespace
}  // namespace lacuna
