// Callbacks that write files or set the learning rate, through fit.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "lacuna/base/message.h"
#include "lacuna/base/testing.h"
#include "lacuna/callbacks/csv_logger.h"
#include "lacuna/callbacks/learning_rate_scheduler.h"
#include "lacuna/callbacks/model_checkpoint.h"
#include "lacuna/callbacks/reduce_lr_on_plateau.h"
#include "lacuna/callbacks/terminate_on_nan.h"
#include "lacuna/metrics/auc.h"
#include "lacuna/metrics/counts.h"
#include "lacuna/models/testing.h"

namespace lacuna {
namespace {

using namespace callbacks;

History fit(Model& model, const Problem& p, int epochs, std::vector<std::shared_ptr<Callback>> all) {
  return model.fit(p.csr, p.y,
                   {.epochs = epochs, .verbose = 0, .callbacks = std::move(all), .validation_split = 0.2});
}

Model compiled() {
  Model model = linear(true, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  return model;
}

TEST(Checkpoint, PathsAreFormatted) {
  const Logs logs{{"val_loss", 0.125}, {"acc", 7}};
  EXPECT_EQ(format_path("w.{epoch:02d}-{val_loss:.2f}.h5", 4, logs), "w.05-0.12.h5");
  EXPECT_EQ(format_path("{epoch}{acc:04d}_{val_loss:8.3e}/{val_loss}", 99, logs), "1000007_1.250e-01/0.125");
  EXPECT_THROW(format_path("{val_acc}", 0, logs), InvalidArgument);
  EXPECT_THROW(format_path("{epoch:x}", 0, logs), InvalidArgument);
  EXPECT_THROW(format_path("{epoch:999d}", 0, logs), InvalidArgument);
}

TEST(Checkpoint, AMissingFolderIsToldBeforeTheFirstEpoch) {
  const Problem p;
  Model model = compiled();
  const std::string folder = temporary_folder();
  const auto epochs = [&](const std::string& path) {
    return fit(model, p, 1,
               {std::make_shared<ModelCheckpoint>(model, ModelCheckpointOptions{.filepath = path})})
        .epoch.size();
  };
  const std::vector<float> before = kernel_of(model);
  EXPECT_THROW(epochs(folder + "none/w.h5"), InvalidArgument);
  EXPECT_EQ(kernel_of(model), before);
  EXPECT_THROW(epochs(folder + "none/{epoch}/w.h5"), InvalidArgument);
  EXPECT_EQ(epochs(folder + "w{epoch}.h5"), 1u);
}

// A metric says that larger is better, whatever its name.
TEST(Monitors, TheMetricSaysWhichWayIsBetter) {
  const Problem p;
  const auto constant_one = [](const Symbol& y, const Symbol&) { return y; };
  struct Named {
    std::shared_ptr<metrics::Metric> metric;
    std::string monitor;
    bool larger;
  };
  const Named all[] = {
      {metrics::AUC{.name = "x"}.make(), "val_x", true},
      {metrics::AUC{.name = "auc_error"}.make(), "auc_error", true},
      {metrics::F1{.name = "y"}.make(), "val_y", true},
      {metrics::LogLoss{.name = "auc"}.make(), "val_auc", false},
      {metrics::Metric::from_function(constant_one, "MyAUC"), "val_MyAUC", true},
      {metrics::Metric::from_function(constant_one, "mine"), "val_mine", false},
      {Arg<metrics::Metric>("accuracy").get(), "val_acc", true},
      {Arg<metrics::Metric>("mse").get(), "mean_squared_error", false},
  };
  for (const Named& one : all) {
    const Symbol in = layers::Input({.shape = {20}, .sparse = true});
    Model model(in, layers::Dense(1, {.activation = "sigmoid"})(in));
    model.compile({.optimizer = "sgd", .loss = "binary_crossentropy", .metrics = {one.metric}});
    EXPECT_EQ(model.trainer().compiled("test")->larger_is_better(one.monitor), one.larger) << one.monitor;
    EXPECT_FALSE(model.trainer().compiled("test")->larger_is_better("val_loss"));
    Monitor monitor("test", one.monitor, "auto");
    monitor.ask(&model.trainer());
    EXPECT_EQ(monitor.better(1, 0), one.larger) << one.monitor;
  }
}

TEST(Checkpoint, SavesTheBest) {
  const Problem p;
  Model model = compiled();
  const std::string folder = temporary_folder() + "checkpoints/";
  std::filesystem::create_directories(folder);
  const auto all =
      std::make_shared<ModelCheckpoint>(model, ModelCheckpointOptions{.filepath = folder + "{epoch}.h5"});
  const auto best = std::make_shared<ModelCheckpoint>(
      model,
      ModelCheckpointOptions{
          .filepath = folder + "best.h5", .monitor = "v", .save_best_only = true, .save_weights_only = true});
  struct Values : Callback {
    void on_epoch_end(int epoch, Logs& logs) override { logs.emplace_back("v", std::abs(epoch - 1)); }
  };
  fit(model, p, 3, {std::make_shared<Values>(), all, best});
  EXPECT_EQ(best->best(), 0);
  Model second = load_model(folder + "2.h5"), third = load_model(folder + "3.h5");
  EXPECT_EQ(kernel_of(third), kernel_of(model));
  Model other = compiled();
  other.load_weights(folder + "best.h5");
  EXPECT_EQ(kernel_of(other), kernel_of(second));
}

TEST(Rates, FollowASchedule) {
  const Problem p;
  Model model = compiled();
  const auto history = fit(model, p, 3, {std::make_shared<LearningRateScheduler>([](int epoch, double lr) {
                             return epoch == 0 ? 0.5 : lr / 2;
                           })});
  EXPECT_EQ(history.history.at("lr"), (std::vector<double>{0.5, 0.25, 0.125}));
  EXPECT_THROW(fit(model, p, 1, {std::make_shared<LearningRateScheduler>([](int, double) { return NAN; })}),
               InvalidArgument);
}

TEST(Rates, FallOnAPlateau) {
  const Problem p;
  Model model = compiled();
  model.trainer().options().optimizer->lr->set_scalar(0.5);
  struct Still : Callback {
    void on_epoch_end(int, Logs& logs) override { logs.emplace_back("v", 1.0); }
  };
  const auto reduce = std::make_shared<ReduceLROnPlateau>(
      ReduceLROnPlateauOptions{.monitor = "v", .factor = 0.5, .patience = 2, .cooldown = 1, .min_lr = 0.2});
  const auto history = fit(model, p, 9, {std::make_shared<Still>(), reduce});
  EXPECT_EQ(history.history.at("lr"), (std::vector<double>{0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2}));
}

TEST(TerminateOnNaN, EndsWithinTheEpoch) {
  Problem p;
  p.y[40] = std::numeric_limits<float>::quiet_NaN();
  Model model = compiled();
  std::string printed;
  set_print_handler([&](const std::string& text) { printed += text; });
  set_warning_handler([](const std::string&) {});
  const auto history = model.fit(p.csr, p.y,
                                 {.epochs = 3,
                                  .verbose = 0,
                                  .callbacks = {std::make_shared<TerminateOnNaN>()},
                                  .validation_split = 0.1,
                                  .shuffle = Shuffle::none});
  set_print_handler(nullptr);
  set_warning_handler(nullptr);
  EXPECT_EQ(printed, "Batch 1: Invalid loss, terminating training\n");
  EXPECT_EQ(history.epoch.size(), 1u);
  EXPECT_FALSE(history.history.contains("val_loss"));
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(CSVLogger, WritesALineAnEpoch) {
  const Problem p;
  Model model = compiled();
  const std::string path = temporary_folder() + "log.csv";
  const auto history = fit(model, p, 2, {std::make_shared<CSVLogger>(path)});
  auto lines = lines_of(path);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "epoch,loss,val_loss");
  const std::string loss = lines[2].substr(2, lines[2].rfind(',') - 2);
  EXPECT_EQ(std::stod(loss), history.history.at("loss")[1]);
  fit(model, p, 1, {std::make_shared<CSVLogger>(path, ",", true)});
  EXPECT_EQ(lines_of(path).size(), 4u);
  EXPECT_THROW(fit(model, p, 1, {std::make_shared<CSVLogger>("/no/such/folder/log.csv")}), InvalidArgument);
}

TEST(CSVLogger, QuotesWhatWouldBreakALine) {
  const std::string path = temporary_folder() + "log.csv";
  CSVLogger logger(path, ";");
  logger.on_train_begin({});
  logger.write(0, {{"b;c", "1"}, {"a", "says \"so\""}});
  logger.write(1, {{"a", "two\nlines"}});
  logger.on_train_end({});
  EXPECT_EQ(lines_of(path), (std::vector<std::string>{"epoch;a;\"b;c\"", "0;\"says \"\"so\"\"\";1", "1;\"two",
                                                      "lines\";NA"}));
  EXPECT_THROW(CSVLogger(path, ""), InvalidArgument);
  EXPECT_THROW(CSVLogger(path, ", "), InvalidArgument);
  EXPECT_NO_THROW(CSVLogger(path, "·"));
}

}  // namespace
}  // namespace lacuna
