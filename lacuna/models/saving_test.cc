// Saved models: that they go on as they were, what is in the file, and files that are wrong.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "lacuna/base/message.h"
#include "lacuna/base/testing.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/merge.h"
#include "lacuna/metrics/auc.h"
#include "lacuna/metrics/counts.h"
#include "lacuna/models/model_file.h"
#include "lacuna/models/sequential.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/ftrl.h"
#include "lacuna/optimizers/nadam.h"
#include "lacuna/optimizers/rmsprop.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/saving/json.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

std::string path_of(const char* name) { return temporary_folder() + name; }

void contains(const std::string& error, const std::string& part) {
  EXPECT_NE(error.find(part), std::string::npos) << error;
}

// The bits of all weights; of tables, of the touched rows. Not for EXPECT_EQ, which takes gigabytes to print
// how megabytes differ.
std::string bits(Model& model) {
  std::string result;
  for (const layers::Weight* w : model.network().weights()) {
    const Variable& v = *w->variable;
    const tensor::RowSparse rows = v.is_table() ? v.value().table().to_row_sparse() : tensor::RowSparse{};
    const Buffer& data = v.is_table() ? rows.data : v.value().dense().data;
    result.append(reinterpret_cast<const char*>(rows.ids.data()), rows.ids.bytes());
    result.append(reinterpret_cast<const char*>(data.data()), data.bytes());
  }
  return result;
}

// csr into a kernel whose table is small, or so wide that it is none; then dropout and a dense layer.
Model network(bool flagged, Dim columns, DType dtype = DType::float32) {
  const Symbol in = layers::Input({.shape = {columns}, .name = "in", .sparse = true});
  const Symbol hidden =
      layers::Dense(4, {.activation = "tanh", .sparse_weight = flagged, .name = "first", .dtype = dtype})(in);
  return Model(
      in, layers::Dense(1, {.name = "last", .dtype = dtype})(layers::Dropout(0.3, {.name = "drop"})(hidden)));
}

tensor::Csr widened(const tensor::Csr& csr, Dim columns) {
  tensor::Csr result = csr;
  result.columns = columns;
  return result;
}

void fit(Model& model, const Problem& p, Dim columns, int epochs, int from = 0) {
  model.fit(
      widened(p.csr, columns), p.y,
      {.batch_size = 16, .epochs = epochs, .verbose = 0, .shuffle = Shuffle::none, .initial_epoch = from});
}

TEST(Saving, AFileKeepsTheNote) {
  const std::string path = temporary_folder() + "note.h5";
  Model model = linear(true, true);
  model.save(path);
  EXPECT_EQ(load_model(path).note(), "");
  const std::string note =
      "{\"columns\": \"" + std::string(200'000, 'c') + "\"}";  // More than an attribute of HDF5 holds.
  model.set_note(note);
  model.save(path);
  Model again = load_model(path);
  EXPECT_EQ(again.note(), note);
  EXPECT_EQ(load_model_from_bytes(again.save_to_bytes()).note(), note);
}

TEST(Saving, TrainingGoesOnWithTheSameBits) {
  const Problem p;
  using optimizers::Optimizer;
  const std::vector<std::function<Arg<Optimizer>()>> all = {
      [] { return optimizers::SGD{.lr = 0.05, .momentum = 0.9, .decay = 0.01}; },
      [] { return optimizers::SGD{.lr = 0.05, .momentum = 0.9, .nesterov = true, .lazy_update = false}; },
      [] { return optimizers::Adam{.lr = 0.01}; },
      [] { return optimizers::Adam{.lr = 0.01, .amsgrad = true, .lazy_update = false}; },
      [] { return optimizers::Adagrad{.lr = 0.1, .clipnorm = 1}; }};
  for (const Dim columns : {Dim{20}, Dim{1} << 20})
    for (const bool flagged : {true, false})
      for (size_t o = 0; o < all.size(); ++o) {
        if (!flagged && columns > 20 && o > 2) continue;
        for (const bool in_memory : {true, false}) {
          set_random_seed(7);
          Model model = network(flagged, columns);
          model.compile({.optimizer = all[o](), .loss = "mse", .metrics = {"mae"}});
          fit(model, p, columns, 1);
          const std::string path = path_of("goes_on.h5");
          if (!in_memory) model.save(path);
          Model again = in_memory ? load_model_from_bytes(model.save_to_bytes()) : load_model(path);
          EXPECT_TRUE(bits(again) == bits(model));
          EXPECT_EQ(again.metrics_names(), model.metrics_names());
          fit(model, p, columns, 2, 1);
          fit(again, p, columns, 2, 1);
          EXPECT_TRUE(bits(again) == bits(model)) << o << flagged << columns;
          EXPECT_EQ(again.evaluate(widened(p.csr, columns), p.y, {.verbose = 0}),
                    model.evaluate(widened(p.csr, columns), p.y, {.verbose = 0}));
        }
      }
}

// `rows` rows with `each` entries, in random columns or, without `random`, so that each column is used once.
tensor::Csr entries(Dim rows, Dim each, Dim columns, Generator* random) {
  tensor::Csr x;
  x.resize(rows, columns, static_cast<size_t>(rows * each), DType::float32);
  for (Dim i = 0; i < rows * each; ++i) {
    x.values<float>()[static_cast<size_t>(i)] = static_cast<float>(i % 7) - 2.5f;
    x.indices.as<int32_t>()[static_cast<size_t>(i)] = static_cast<int32_t>(
        random ? i % each * (columns / each) +
                     static_cast<Dim>(random->below(static_cast<uint64_t>(columns / each)))
               : i);
  }
  for (Dim r = 0; r <= rows; ++r)
    x.indptr.as<int32_t>()[static_cast<size_t>(r)] = static_cast<int32_t>(r * each);
  return x;
}

TEST(Saving, RowsLeftBehindGoOnWithTheSameBits) {
  constexpr Dim columns = 20'000;
  using optimizers::Optimizer;
  const std::vector<std::function<Arg<Optimizer>()>> all = {
      [] { return optimizers::SGD{.lr = 0.05, .momentum = 0.9, .decay = 0.01, .lazy_update = false}; },
      [] { return optimizers::Adam{.lr = 0.01, .lazy_update = false}; },
      [] { return optimizers::Adam{.lr = 0.01, .amsgrad = true, .lazy_update = false}; },
      [] { return optimizers::AdamW{.lr = 0.01, .weight_decay = 0.1, .lazy_update = false}; },
      [] { return optimizers::Nadam{.lr = 0.01, .lazy_update = false}; },
      [] { return optimizers::RMSprop{.lr = 0.01, .lazy_update = false}; },
      [] { return optimizers::Ftrl{.lr = 0.1, .lazy_update = false}; }};
  for (const bool flagged : {true, false})
    for (size_t o = 0; o < all.size(); ++o) {
      SCOPED_TRACE(testing::Message() << flagged << o);
      set_random_seed(7);
      Model model = network(flagged, columns);
      model.compile({.optimizer = all[o](), .loss = "mse"});
      Generator random(3);
      const auto train = [&](int batches, std::initializer_list<Model*> models) {
        for (int i = 0; i < batches; ++i) {
          const tensor::Csr x = entries(4, 3, columns, &random);
          for (Model* m : models) m->train_on_batch(x, std::vector<float>{1, -1, 0, 2});
        }
      };
      model.train_on_batch(entries(20, 1000, columns, nullptr), std::vector<float>(20, 0.5f));
      train(7, {&model});
      model.predict(entries(20, 1000, columns, nullptr));  // A prediction in between changes nothing.
      const Optimizer& optimizer = *model.trainer().compiled("test")->optimizer;
      const Variable& kernel = *model.network().weights()[0]->variable;
      EXPECT_TRUE(std::ranges::any_of(optimizer.remembered_of(kernel), [](const Optimizer::Remembered& r) {
        return r.name == "behind_rows" && !r.value.row_sparse().row_ids().empty();
      }));
      Model again = load_model_from_bytes(model.save_to_bytes());
      train(9, {&model, &again});
      EXPECT_TRUE(bits(again) == bits(model));
      const auto seen = model.predict(entries(20, 1000, columns, nullptr)),
                 seen_again = again.predict(entries(20, 1000, columns, nullptr));
      EXPECT_TRUE(std::ranges::equal(seen.values<float>(), seen_again.values<float>()));
      for (Model* m : {&model, &again})
        m->fit(entries(20, 1000, columns, nullptr), std::vector<float>(20, 0.5f),
               {.verbose = 0, .shuffle = Shuffle::none});
      EXPECT_TRUE(bits(again) == bits(model));
    }
}

TEST(Saving, WrongRowsLeftBehindAreErrors) {
  const auto weight = std::make_shared<Variable>("w", Spec{{5, 2}, DType::float64}, Draw{});
  const auto optimizer = optimizers::SGD{.momentum = 0.9}.make();
  tensor::RowSparse rows;
  rows.resize({5, 4}, 1, DType::float64);
  rows.row_ids()[0] = 3;
  const double steps[] = {0.1, 1, 0.1, 2};
  tensor::Dense state;
  state.resize({5, 2}, DType::float64);
  std::ranges::fill(state.values<double>(), 0);
  const auto assign = [&](std::initializer_list<int64_t> at_steps) {
    optimizer->remember_of(
        weight, {{"state_0", state},
                 {"behind_rows", rows},
                 {"behind_at", tensor::Dense::of<int64_t>({static_cast<Dim>(at_steps.size())}, at_steps)},
                 {"behind_steps", tensor::Dense::of<double>({2, 2}, steps)},
                 {"behind_glide", tensor::Dense::of<double>({0}, std::span<const double>())}});
  };
  const auto wrong = [&](std::initializer_list<int64_t> at_steps) {
    return message_of<InvalidArgument>([&] { assign(at_steps); });
  };
  contains(wrong({2}), "each row left behind must be at one of the steps since all were current");
  contains(wrong({0, 1}), "Received: rows=1, their steps=2, steps=2");
  EXPECT_EQ(wrong({1}), "");
  rows.row_ids()[0] = 5;
  contains(message_of<OutOfRange>([&] { assign({1}); }), "Received: id=5");
}

TEST(Saving, OfOneUnitAndWithAShuffleToo) {
  const Problem p;
  for (const bool flagged : {true, false}) {
    std::vector<std::string> ends;
    for (const bool saved : {true, false}) {
      set_random_seed(3);
      const Symbol in = layers::Input({.shape = {100000}, .sparse = true});
      Model model(in, layers::Dense(1, {.sparse_weight = flagged})(in));
      model.compile({.optimizer = optimizers::Adam{.lr = 0.05}, .loss = "mse"});
      const auto epoch = [&](Model& m, uint64_t seed) {
        set_random_seed(seed);
        m.fit(widened(p.csr, 100000), p.y, {.verbose = 0});
      };
      epoch(model, 1);
      if (saved) model = load_model_from_bytes(model.save_to_bytes());
      epoch(model, 2);
      ends.push_back(bits(model));
    }
    EXPECT_EQ(ends[0], ends[1]);
  }
}

TEST(Saving, LossesAndMetricsComeBack) {
  Model model = linear(true, false, {.activation = "sigmoid", .name = "out"});
  model.compile({.optimizer = "nadam",
                 .loss = std::map<std::string, Arg<losses::Loss>>{{"out", "binary_crossentropy"}},
                 .metrics = {"acc", "auc", metrics::F1{.threshold = 0.3, .class_id = 0}, metrics::LogLoss{}},
                 .loss_weights = std::vector{2.0},
                 .weighted_metrics = {metrics::TopKCategoricalAccuracy{.k = 1, .name = "top"}}});
  Model again = load_model_from_bytes(model.save_to_bytes());
  EXPECT_EQ(again.metrics_names(), model.metrics_names());
  EXPECT_EQ(to_config(again.trainer().options()), to_config(model.trainer().options()));
  const std::string shown = to_json(to_config(model.trainer().options()));
  contains(
      shown,
      R"({"class_name":"F1","config":{"average":"micro","class_id":0,"name":"f1","thresholds":0.3,"top_k":null}})");
  contains(shown, R"("loss":{"out":"binary_crossentropy"})");
  contains(shown, R"("loss_weights":[2)");
}

TEST(Saving, AnOptimizerMayBeLeftOut) {
  const Problem p;
  Model model = network(false, 20);
  model.compile({.optimizer = "adam", .loss = "mse"});
  fit(model, p, 20, 1);
  const std::string path = path_of("without.h5");
  model.save(path, {.include_optimizer = false});
  std::string told;
  set_warning_handler([&](const std::string& message) { told = message; });
  Model again = load_model(path);
  set_warning_handler(nullptr);
  contains(told, "no training_config");
  EXPECT_FALSE(again.trainer().is_compiled());
  EXPECT_TRUE(bits(again) == bits(model));
  contains(message_of<InvalidArgument>([&] { model.save(path, {.overwrite = false}); }),
           "unless overwrite is True");
}

TEST(Saving, UntouchedRowsComeBackTheSame) {
  Model model = network(true, Dim{1} << 40);
  const Problem p;
  model.compile({.optimizer = "adam", .loss = "mse"});
  fit(model, p, Dim{1} << 40, 1);
  Model again = load_model_from_bytes(model.save_to_bytes());
  const std::vector<float> values{1, 2};
  const std::vector<int64_t> columns{3, (int64_t{1} << 40) - 1}, rows{0, 2};
  const auto x = csr_matrix{std::span(values), std::span(columns), std::span(rows), {1, Dim{1} << 40}};
  EXPECT_EQ(again.predict(x).values<float>()[0], model.predict(x).values<float>()[0]);
}

TEST(Saving, WeightsAloneGoIntoOtherModels) {
  const Problem p;
  Model flagged = network(true, 20);
  flagged.compile({.optimizer = "sgd", .loss = "mse"});
  fit(flagged, p, 20, 1);
  const std::string path = path_of("weights.h5");
  flagged.save_weights(path);
  Model dense = network(false, 20), wide = network(false, 20, DType::float64);
  dense.load_weights(path);  // Rows into a dense weight.
  wide.load_weights(path);
  const auto expected = flagged.predict(p.csr);
  EXPECT_EQ(std::memcmp(dense.predict(p.csr).data.data(), expected.data.data(), expected.data.bytes()), 0);
  EXPECT_NEAR(wide.predict(p.csr).values<double>()[0], static_cast<double>(expected.values<float>()[0]),
              1e-6);
  dense.save_weights(path);
  Model table = network(true, 20);
  table.load_weights(path);  // And an array into a table.
  EXPECT_EQ(std::memcmp(table.predict(p.csr).data.data(), expected.data.data(), expected.data.bytes()), 0);

  const Symbol in = layers::Input({.shape = {4}});
  layers::Dense last(1, {.name = "last"}), other(3, {.name = "other"});
  Model some(in, layers::concatenate({last(in), other(in)}));
  some.load_weights(path, {.by_name = true});
  EXPECT_EQ(last.get_weights()[0].values<float>()[2], table.get_weights()[2].values<float>()[2]);
  contains(message_of<InvalidArgument>([&] { some.load_weights(path, {.skip_mismatch = true}); }),
           "skip_mismatch is for by_name");
  flagged.save(path);
  some.load_weights(path, {.by_name = true});  // Of a whole model too.
  Model again = network(true, 20);
  again.load_weights_from_bytes(flagged.save_weights_to_bytes());
  EXPECT_EQ(bits(again), bits(flagged));
}

TEST(Saving, ValuesOfAnotherShapeAreTakenWhereTheCallerSaysSo) {
  const Symbol in = layers::Input({.shape = {6}}), steps = layers::Input({.shape = {2, 3}});
  Model narrow(in, layers::Dense(4, {.use_bias = false, .name = "k"})(in)),
      wide(steps, layers::Dense(8, {.use_bias = false, .name = "k"})(steps)),
      larger(in, layers::Dense(5, {.use_bias = false, .name = "k"})(in));
  const std::string saved = narrow.save_weights_to_bytes();
  for (const bool by_name : {false, true}) {
    EXPECT_THROW(wide.load_weights_from_bytes(saved, {.by_name = by_name}), InvalidArgument);
    wide.load_weights_from_bytes(saved, {.by_name = by_name, .reshape = true});
    EXPECT_EQ(bits(wide), bits(narrow));
    EXPECT_THROW(larger.load_weights_from_bytes(saved, {.by_name = by_name, .reshape = true}),
                 InvalidArgument);
  }
}

TEST(Saving, WhatDoesNotFitChangesNothing) {
  const std::string path = path_of("fits.h5");
  network(false, 20).save_weights(path);
  const Symbol in = layers::Input({.shape = {20}});
  Model other(in, layers::Dense(1, {.name = "last"})(layers::Dense(5, {.name = "first"})(in)));
  const std::string before = bits(other);
  contains(
      message_of<InvalidArgument>([&] { other.load_weights(path); }),
      "load_weights: 'first/kernel' must have shape (20, 5). Received: shape=(20, 4) in 'first', file '");
  contains(message_of<InvalidArgument>([&] { other.load_weights(path, {.by_name = true}); }),
           "must have shape");
  Model shorter(in, layers::Dense(1)(in));
  contains(message_of<InvalidArgument>([&] { shorter.load_weights(path); }),
           "as many layers with weights as the model, which has 1");
  EXPECT_TRUE(bits(other) == before);
  int warnings = 0;
  set_warning_handler([&](const std::string&) { ++warnings; });
  other.load_weights(path, {.by_name = true, .skip_mismatch = true});
  set_warning_handler(nullptr);
  EXPECT_EQ(warnings, 2);
}

std::string saved_bytes(bool flagged) {
  const Problem p;
  Model model = network(flagged, 20);
  model.compile({.optimizer = "adam", .loss = "mse"});
  fit(model, p, 20, 1);
  return model.save_to_bytes();
}

TEST(Saving, AFileCutShortOrChangedIsAnError) {
  const std::string path = path_of("damaged.h5");
  const auto load = [&](const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return message_of<InvalidArgument>([&] { load_model(path); });
  };
  for (const bool flagged : {true, false}) {
    const std::string whole = saved_bytes(flagged);
    EXPECT_EQ(load(whole), "");
    Generator random(1);
    for (int i = 0; i < 100; ++i) {
      const size_t length = i < 40   ? static_cast<size_t>(i)
                            : i < 50 ? whole.size() - static_cast<size_t>(i - 39)
                                     : random.below(whole.size() - 24);
      EXPECT_NE(load(whole.substr(0, length)), "") << length;
      EXPECT_THROW(load_model_from_bytes(whole.substr(0, length)), InvalidArgument);
      std::string flipped = whole;
      flipped[random.below(whole.size() - 24)] ^= static_cast<char>(1 + random.below(255));
      contains(load(flipped), "it is damaged");
      EXPECT_THROW(load_model_from_bytes(flipped), InvalidArgument);
    }
    // A damaged file of another program has no checksum: it is read as it is, or refused.
    std::string foreign = whole.substr(0, whole.size() - 24);
    contains(load(foreign), "a file of Lacuna must end with its seal");
    for (size_t at = foreign.find("lacuna"); at != std::string::npos; at = foreign.find("lacuna", at))
      foreign.replace(at, 6, "others");
    EXPECT_EQ(load(foreign), "");
    for (int i = 0; i < 30; ++i) {
      std::string flipped = foreign;
      for (int bytes = 0; bytes < 3; ++bytes)
        flipped[random.below(random.below(2) ? 4096 : flipped.size())] = static_cast<char>(random.below(256));
      load(flipped);
    }
  }
}

// Files whose seal is right and whose contents are not.
std::string with(const std::function<void(const hdf5::Group&)>& write) {
  hdf5::File file = hdf5::File::create("test");
  write(file.root());
  const std::string bytes = file.finish_bytes();
  return message_of<InvalidArgument>([&] { load_model_from_bytes(bytes, false); });
}

TEST(Saving, WildFilesAreErrors) {
  Sequential model({layers::Embedding(10, 2, {.sparse_grad = true, .name = "e"})}, "s");
  model.build({None, 3});
  const std::string config = model.to_json();
  const auto rows = [&](const hdf5::Group& root, const std::function<void(const hdf5::Group&)>& table) {
    root.write_text("model_config", config);
    const hdf5::Group weights = root.group("model_weights");
    weights.write_texts("layer_names", {"e_input", "e"});
    weights.group("e_input").write_texts("weight_names", {});
    weights.group("e").write_texts("weight_names", {"e/embeddings"});
    table(weights.group("e/e/embeddings"));
  };
  const auto write = [](const hdf5::Group& table, std::vector<int64_t> ids, Shape shape) {
    table.write_array("ids", tensor::Dense::of<int64_t>({static_cast<Dim>(ids.size())}, ids));
    const std::vector<float> values(static_cast<size_t>(size_of(shape)), 0.5F);
    table.write_array("rows", tensor::Dense::of<float>(shape, values));
    table.write_text("draw", "uniform");
    const double numbers[] = {0, 1};
    table.write_array("draw_numbers", tensor::Dense::of<double>({2}, numbers));
    table.write_number("draw_key", 1);
  };
  EXPECT_EQ(with([&](auto& root) { rows(root, [&](auto& t) { write(t, {9, 3}, {2, 2}); }); }), "");
  contains(with([&](auto& root) { rows(root, [&](auto& t) {
                                    write(t, {9, 9}, {2, 2});
                                  }); }),
           "ids must be unique");
  contains(with([&](auto& root) { rows(root, [&](auto& t) {
                                    write(t, {9, 10}, {2, 2});
                                  }); }),
           "ids must be unique");
  contains(with([&](auto& root) { rows(root, [&](auto& t) {
                                    write(t, {-1, 3}, {2, 2});
                                  }); }),
           "ids must be unique");
  contains(with([&](auto& root) { rows(root, [&](auto& t) {
                                    write(t, {1, 3}, {3, 2});
                                  }); }),
           "must have shape (2, 2)");
  contains(with([&](auto& root) { rows(root, [&](auto& t) {
                                    write(t, {1, 3}, {2, 3});
                                  }); }),
           "must have shape (2, 2)");
  contains(with([&](auto& root) { rows(root, [](auto&) {}); }), "'ids' must be an array");
  contains(with([&](auto& root) { root.write_text("model_config", config); }),
           "group 'model_weights' must be there");
  contains(with([](auto& root) { root.write_texts("layer_names", {}); }),
           "weights alone, which load_weights reads");
  contains(with([](auto&) {}), "a file without model_config");
  contains(with([](auto& root) { root.write_text("model_config", "{"); }), "must be valid JSON");
  contains(with([](auto& root) { root.write_number("model_config", 3); }),
           "attribute 'model_config' must be text");
  contains(with([&](auto& root) {
             root.write_text("model_config", config);
             root.write_text("lacuna", R"({"format": 2, "steps": 0, "seed": 0})");
           }),
           "of a version that this one knows, up to 1. Received: format=2");
  std::string wide = config;
  const std::string dim = R"("input_dim":10)";
  wide.replace(wide.find(dim), dim.size(), R"("input_dim":-4)");
  contains(with([&](auto& root) { root.write_text("model_config", wide); }), "input_dim=-4");
}

}  // namespace
}  // namespace lacuna
