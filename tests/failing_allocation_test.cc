// Without memory: whichever request fails, the error can be caught, the model is as it was before, and then
// trains to the same bits as a model for which no request failed.
#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

#include "lacuna/base/testing.h"
#include "lacuna/base/threads.h"
#include "lacuna/tensor/row_table.h"
#include "tests/allocations.h"

namespace lacuna {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool kCanFail = false;
#else
constexpr bool kCanFail = true;
#endif

void append(std::string& to, const Tensor& value) {
  const auto bytes = [&](const Buffer& b) { to.append(reinterpret_cast<const char*>(b.data()), b.bytes()); };
  if (value.storage() == Storage::dense) return bytes(value.dense().data);
  bytes(value.row_sparse().ids);
  bytes(value.row_sparse().data);
}

// All state that training depends on, byte for byte. Rows of tables are in the order of their slots.
std::string state_of(Model& model) {
  std::string result;
  const auto& optimizer = *model.trainer().compiled("test")->optimizer;
  for (const layers::Weight* w : model.network().weights()) {
    const Variable& v = *w->variable;
    append(result, v.is_table() ? Tensor(v.value().table().to_row_sparse(false)) : v.copy());
    for (const auto& kept : optimizer.remembered_of(v)) append(result, kept.value);
  }
  for (const auto& kept : optimizer.remembered()) append(result, kept.value);
  return result + text(' ', model.trainer().random_state().steps);
}

// Calls f again and again, with each request for memory failing in turn (if there are many, only some of
// them), until no request is left to fail. Calls failed(how) after f threw, done(how) if it did not.
using After = std::function<void(const std::string& how)>;
void fail_each(const std::function<void()>& f, const After& failed, const After& done) {
  for (int64_t n = 1;; n += 1 + n / 64)
    for (const bool for_good : {false, true}) {
      std::optional<std::string> threw;
      bool refused = false;
      fail_allocation(n, for_good);
      try {
        f();
      } catch (const std::exception& e) {
        refused = fail_allocation(0);  // Before other memory is requested.
        threw = e.what();
      }
      refused |= fail_allocation(0);
      const std::string how =
          text("request ", n, for_good ? " and all that follow: " : ": ", threw.value_or("no error"));
      EXPECT_TRUE(refused || !threw) << "without a reason, " << how;
      if (threw) failed(how);
      else done(how);
      if (!refused || testing::Test::HasFailure()) return;
    }
}

// 4 batches of 16 rows.
struct Data {
  static constexpr size_t kBatches = 4, kRows = 16;
  explicit Data(int32_t columns) {
    Generator random(5);
    for (size_t b = 0; b < kBatches; ++b) {
      std::vector<float> data, label;
      std::vector<int32_t> indices, indptr{0}, padded;
      for (size_t r = 0; r < kRows; ++r) {
        for (auto c = static_cast<int32_t>(random.below(static_cast<uint64_t>(columns / 4))); c < columns;
             c += 1 + static_cast<int32_t>(random.below(static_cast<uint64_t>(columns / 3)))) {
          data.push_back(static_cast<float>(random.normal()));
          indices.push_back(c);
        }
        indptr.push_back(static_cast<int32_t>(indices.size()));
        label.push_back(static_cast<float>(random.below(2)));
        for (int i = 0; i < 4; ++i)
          padded.push_back(static_cast<int32_t>(random.below(static_cast<uint64_t>(columns))));
      }
      tensor::Csr a;
      a.resize(kRows, columns, data.size(), DType::float32);
      std::ranges::copy(data, a.values<float>().begin());
      std::ranges::copy(indices, a.indices.as<int32_t>().begin());
      std::ranges::copy(indptr, a.indptr.as<int32_t>().begin());
      x.emplace_back(a);
      y.emplace_back(tensor::Dense::of<float>({kRows}, label));
      ids.emplace_back(tensor::Dense::of<int32_t>({kRows, 4}, padded));
    }
  }
  std::vector<Tensor> x{}, y{}, ids{};
};

struct Case {
  std::string name;
  int32_t columns;
  bool of_ids;
  std::function<Model()> make;
};

CompileOptions with(const Arg<optimizers::Optimizer>& optimizer) {
  return {.optimizer = optimizer, .loss = "binary_crossentropy", .metrics = {"accuracy", "auc"}};
}

Model dense_model(int32_t columns, int units, bool table, const CompileOptions& options,
                  layers::DenseOptions more = {}) {
  set_random_seed(3);
  more.sparse_weight = table;
  if (table) more.use_bias = false;
  const Symbol in = layers::Input({.shape = {columns}, .sparse = true});
  Symbol h = layers::Dense(units, more)(in);
  if (units > 1) h = layers::Dense(1)(layers::Activation("relu")(h));
  Model model(in, layers::Activation("sigmoid")(h));
  model.compile(options);
  return model;
}

std::vector<Case> cases() {
  using namespace optimizers;
  constexpr int32_t kFew = 60, kMany = 200'000,
                    kVast = 1 << 25;  // Tables: slots are ids, direct index, hash index.
  std::vector<Case> all;
  const auto add = [&](std::string name, int32_t columns, const std::function<Model()>& make) {
    all.push_back({std::move(name), columns, false, make});
  };
  for (const int units : {1, 3, 40}) {
    add(text("dense, sgd, ", units), kFew, [=] { return dense_model(kFew, units, false, with("sgd")); });
    add(text("dense, adam, ", units), kMany / 50,
        [=] { return dense_model(kMany / 50, units, false, with("adam")); });
    for (const int32_t columns : {kFew, kMany, kVast})
      for (const bool lazy : {true, false})
        add(text("table of ", columns, ", lazy ", lazy, ", ", units), columns,
            [=] { return dense_model(columns, units, true, with(Adam{.lazy_update = lazy})); });
  }
  add("clipnorm", kMany, [] { return dense_model(kMany, 8, true, with(Adam{.clipnorm = 0.1})); });
  add("clipvalue", kMany,
      [] { return dense_model(kMany, 1, true, with(SGD{.momentum = 0.9, .clipvalue = 0.1})); });
  add("momentum, exact", kVast,
      [] { return dense_model(kVast, 1, true, with(SGD{.momentum = 0.9, .lazy_update = false})); });
  add("adamw, exact", kVast, [] { return dense_model(kVast, 8, true, with(AdamW{.lazy_update = false})); });
  add("ftrl, exact", kMany, [] { return dense_model(kMany, 1, true, with(Ftrl{.lazy_update = false})); });
  add("amsgrad, exact", kMany,
      [] { return dense_model(kMany, 2, true, with(Adam{.amsgrad = true, .lazy_update = false})); });
  add("group adagrad", kMany, [] { return dense_model(kMany, 8, true, with(GroupAdagrad{})); });
  add("regularized, exact", kMany, [] {
    return dense_model(kMany, 4, true, with(Adam{.lazy_update = false}),
                       {.kernel_initializer = "zeros", .kernel_regularizer = regularizers::l2(0.01)});
  });
  add("constrained", kFew, [] {
    return dense_model(kFew, 4, true, with("adam"), {.kernel_constraint = constraints::MaxNorm{.axis = {1}}});
  });
  add("machine of csr", kMany, [] {
    set_random_seed(3);
    const Symbol in = layers::Input({.shape = {kMany}, .sparse = true});
    Model model(in,
                layers::Activation("sigmoid")(layers::FactorizationMachine(4, {.sparse_weight = true})(in)));
    model.compile(with("adam"));
    return model;
  });
  add("dropout, normalized", kMany, [] {
    set_random_seed(3);
    const Symbol in = layers::Input({.shape = {kMany}, .sparse = true});
    const Symbol h =
        layers::BatchNormalization()(layers::Dense(6, {.use_bias = false, .sparse_weight = true})(in));
    Model model(in, layers::Dense(1, {.activation = "sigmoid"})(layers::Dropout(0.5)(h)));
    model.compile(with("rmsprop"));
    return model;
  });
  for (const bool table : {true, false})
    all.push_back({text("embedded, table ", table), 500, true, [table] {
                     set_random_seed(3);
                     const Symbol in = layers::Input({.shape = {4}});
                     const Symbol e =
                         layers::Embedding(500, 5, {.mask_zero = true, .sparse_grad = table})(in);
                     const Symbol fm = layers::FactorizationMachine(
                         3, {.sparse_weight = table, .input_dim = 500, .ids = true, .mask_zero = true})(in);
                     Model model(in, layers::Dense(1, {.activation = "sigmoid"})(
                                         layers::concatenate({layers::GlobalAveragePooling1D()(e), fm})));
                     model.compile(with(Adam{.lazy_update = !table}));
                     return model;
                   }});
  return all;
}

class FailingAllocation : public testing::Test {
 protected:
  void SetUp() override {
    if (!kCanFail) GTEST_SKIP() << "the sanitizer allocates for itself";
    set_num_threads(1);  // oneTBB allocates for itself.
  }
  void TearDown() override { set_num_threads(threads_); }
  const size_t threads_ = num_threads();
};

TEST_F(FailingAllocation, AStepThatFailedHasChangedNothing) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const Data d(c.columns);
    const std::vector<Tensor>& x = c.of_ids ? d.ids : d.x;
    Model whole = c.make(), model = c.make();
    for (size_t epoch = 0; epoch < 2; ++epoch)
      for (size_t b = 0; b < Data::kBatches; ++b) {
        const Arrays batch(x[b]), labels(d.y[b]);
        if (epoch == 1 && b % 2) {  // Some steps without failures, also the last.
          whole.train_on_batch(batch, labels);
          model.train_on_batch(batch, labels);
          continue;
        }
        std::string state = state_of(model);
        fail_each([&] { model.train_on_batch(batch, labels); },
                  [&](const std::string& how) {
                    if (state_of(model) == state) return;
                    whole.train_on_batch(batch, labels);  // Only its result found no memory.
                    state = state_of(whole);
                    EXPECT_TRUE(state_of(model) == state) << how;
                  },
                  [&](const std::string& how) {
                    whole.train_on_batch(batch, labels);
                    state = state_of(whole);
                    EXPECT_TRUE(state_of(model) == state) << how;
                  });
        if (HasFailure()) return;
      }
    EXPECT_TRUE(state_of(model) == state_of(whole));
  }
}

// The cases for functions that read a model, too.
std::vector<Case> some_cases() {
  std::vector<Case> some;
  for (Case& c : cases())
    if (c.name == "clipnorm" || c.name == "adamw, exact" || c.name == "dense, adam, 3" ||
        c.name == "dropout, normalized" || c.name == "embedded, table 1")
      some.push_back(std::move(c));
  return some;
}

struct Trained {
  explicit Trained(const Case& c) : data(c.columns), x(c.of_ids ? data.ids : data.x), model(c.make()) {
    for (size_t b = 0; b < Data::kBatches; ++b) model.train_on_batch(x[b], data.y[b]);
  }
  Data data;
  const std::vector<Tensor>& x;
  Model model;
};

std::string bytes_of(const tensor::Dense& values) {
  std::string result;
  append(result, values);
  return result;
}

TEST_F(FailingAllocation, WhoReadsAModelChangesNothing) {
  for (const Case& c : some_cases()) {
    SCOPED_TRACE(c.name);
    Trained t(c), other(c);
    const std::string state = state_of(t.model);
    const auto expect_state = [&](const std::string& how) { EXPECT_TRUE(state_of(t.model) == state) << how; };
    const auto never = [](const std::string&) {};

    std::string predicted;
    const std::string wanted = bytes_of(other.model.predict(t.x[1], {.batch_size = 5}));
    fail_each([&] { predicted = bytes_of(t.model.predict(t.x[1], {.batch_size = 5})); }, expect_state,
              [&](const std::string& how) { EXPECT_TRUE(predicted == wanted) << how; });
    std::vector<double> values;
    const auto measured = other.model.evaluate(t.x[1], t.data.y[1], {.batch_size = 5, .verbose = 0});
    fail_each([&] { values = t.model.evaluate(t.x[1], t.data.y[1], {.batch_size = 5, .verbose = 0}); },
              expect_state, [&](const std::string& how) { EXPECT_EQ(values, measured) << how; });
    fail_each([&] { t.model.explain(t.x[1], t.data.y[1]); }, expect_state, never);
    fail_each([&] { t.model.network().snapshot(); }, expect_state, never);
    fail_each([&] { t.model.save_to_bytes(); }, expect_state, never);
    expect_state("in the end");

    for (Trained* each : {&t, &other}) each->model.train_on_batch(t.x[2], t.data.y[2]);
    EXPECT_TRUE(state_of(t.model) == state_of(other.model));
  }
}

TEST_F(FailingAllocation, AllWeightsAreSetOrNone) {
  for (const Case& c : some_cases()) {
    SCOPED_TRACE(c.name);
    Trained t(c);
    const Snapshot snapshot = t.model.network().snapshot();
    const std::string wanted = bytes_of(t.model.predict(t.x[0]));
    std::vector<std::function<void()>> ways{[&] { t.model.network().restore(snapshot); }};
    if (c.columns < 5000) {  // Else there are too many values.
      ways.push_back([&t, all = t.model.get_weights()] { t.model.set_weights(all); });
      for (const auto& state : t.model.network().layers()) {
        layers::Layer layer(state);
        ways.push_back([layer, all = layer.get_weights()]() mutable { layer.set_weights(all); });
      }
    }
    for (size_t i = 0; i < ways.size(); ++i) {
      SCOPED_TRACE(text("way ", i));
      if (i < 2) t.model.train_on_batch(t.x[3], t.data.y[3]);  // A layer alone does not set all.
      std::string state = state_of(t.model);
      fail_each(
          ways[i], [&](const std::string& how) { EXPECT_TRUE(state_of(t.model) == state) << how; },
          [&](const std::string&) { state = state_of(t.model); });
      EXPECT_TRUE(bytes_of(t.model.predict(t.x[0])) == wanted);
      if (HasFailure()) return;
    }
  }
}

TEST_F(FailingAllocation, AFileIsTheOldOneOrTheNewOne) {
  const std::string folder = temporary_folder() + "no-memory/", path = folder + "model.h5";
  std::filesystem::create_directories(folder);
  const auto content = [&] {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  for (const Case& c : some_cases()) {
    SCOPED_TRACE(c.name);
    Trained t(c);
    const std::string state = state_of(t.model);
    t.model.save(path);
    std::string before = content();
    const auto expect_file = [&](const std::string& how) {
      const auto files = std::distance(std::filesystem::directory_iterator(folder), {});
      EXPECT_EQ(files, 1) << how;
      EXPECT_TRUE(content() == before) << how;
    };
    fail_each([&] { t.model.save(path); }, expect_file, [&](const std::string&) { before = content(); });
    if (HasFailure()) return;

    std::optional<Model> loaded;
    fail_each([&] { loaded = load_model(path); }, [](const std::string&) {},
              [&](const std::string& how) { EXPECT_TRUE(state_of(*loaded) == state) << how; });
    if (HasFailure()) return;  // No model was loaded then.

    std::string later;
    Model model = t.model;
    for (const bool by_name : {true, false}) {
      SCOPED_TRACE(text("by name ", by_name));
      model.train_on_batch(t.x[3], t.data.y[3]);
      later = state_of(model);
      fail_each([&] { model.load_weights(path, {.by_name = by_name}); },
                [&](const std::string& how) { EXPECT_TRUE(state_of(model) == later) << how; },
                [&](const std::string&) { later = state_of(model); });
    }
    EXPECT_TRUE(bytes_of(model.predict(t.x[0])) == bytes_of(loaded->predict(t.x[0])));
  }
}

TEST_F(FailingAllocation, AFitThatFailedGoesOnFromItsFile) {
  const std::string path = temporary_folder() + "before.h5";
  for (const Case& c : some_cases()) {
    SCOPED_TRACE(c.name);
    Trained t(c);
    t.model.save(path);
    const FitOptions options{.batch_size = 5, .epochs = 2, .verbose = 0, .shuffle = Shuffle::none};
    const auto fitted = [&](Model model) {
      model.fit(t.x[0], t.data.y[0], options);
      return state_of(model);
    };
    const std::string wanted = fitted(load_model(path));
    Model model = load_model(path);
    fail_each([&] { model.fit(t.x[0], t.data.y[0], options); },
              [&](const std::string&) {  // It has done some steps, and can do more.
                model.train_on_batch(t.x[1], t.data.y[1]);
              },
              [](const std::string&) {});
    EXPECT_TRUE(fitted(load_model(path)) == wanted);
    model.load_weights(path);
    EXPECT_TRUE(bytes_of(model.predict(t.x[0])) == bytes_of(load_model(path).predict(t.x[0])));
  }
}

TEST_F(FailingAllocation, LoopsEndWithoutThreads) {
  set_num_threads(4);
  std::vector<int> met(100'000);
  const auto loop = [&] {
    parallel_for(met.size(), 10, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) ++met[i];
    });
  };
  loop();
  for (int64_t n = 1; n < 200; ++n) {
    std::ranges::fill(met, 0);
    fail_allocation(n, n % 2);
    loop();
    fail_allocation(0);
    ASSERT_EQ(std::ranges::count(met, 1), static_cast<std::ptrdiff_t>(met.size())) << n;
  }
}

}  // namespace
}  // namespace lacuna
