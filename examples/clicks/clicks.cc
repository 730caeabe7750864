// From a gzipped click log to a model that answers raw lines: hashing, a factorization machine, a packed
// file, a saved model. clicks.py makes the logs, tells their best possible log loss, and is the same in
// Python.
//   clicks FOLDER          trains on train.tsv.gz there, prints the log loss on test.tsv.gz, saves clicks.h5
//   clicks FOLDER LINES    prints the probability of a click for each raw line of a file
#include <lacuna/lacuna.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

using namespace lacuna;

namespace {

constexpr Dim kBins = Dim{1} << 12, kBuckets = 12, kWords = 4;

// The rows of a log; one that is not understood is left out and counted.
data::Dataset read(const std::string& path) {
  std::vector<data::Column> columns{
      data::label("click"),
      data::number("price", {.transform = data::Transform::log1p, .buckets = kBuckets})};
  for (const char* name : {"site", "ad", "device", "hour"})
    columns.push_back(data::category(name, {.bins = kBins}));
  return data::csv({path}, {.columns = columns, .delimiter = '\t', .bad = {.on_bad = data::OnBad::skip}});
}

void train(const std::string& folder) {
  set_random_seed(4);
  const data::Dataset log = read(folder + "/train.tsv.gz").pack(folder + "/train.pack");
  const Symbol x = layers::Input({.shape = {kBuckets + kWords * kBins}, .sparse = true});
  const Symbol click =
      layers::FactorizationMachine(2, {.activation = "sigmoid",
                                       .kernel_initializer = initializers::RandomNormal{.stddev = 0.1},
                                       .sparse_weight = true})(x);
  Model model(x, click);
  model.compile({.optimizer = optimizers::Adagrad{.lr = 0.15}, .loss = "binary_crossentropy"});
  model.fit(log, {.batch_size = 512,
                  .epochs = 3,
                  .verbose = 2,
                  .callbacks = {std::make_shared<callbacks::BackupAndRestore>(
                      model, callbacks::BackupAndRestoreOptions{.backup_dir = folder + "/backup.h5",
                                                                .save_freq = 500})}});
  model.save(folder + "/clicks.h5");
  const double loss = model.evaluate(read(folder + "/test.tsv.gz"), {.batch_size = 4096, .verbose = 0})[0];
  std::printf("%lld rows, %lld of them bad; log loss %.4f\n", static_cast<long long>(*log.rows()),
              static_cast<long long>(log.report().bad), loss);
}

void ask(const std::string& folder, const std::string& lines) {
  Model model = load_model(folder + "/clicks.h5");
  const tensor::Dense answers = model.predict(read(lines));
  for (const float probability : answers.values<float>())
    std::printf("%.4f\n", static_cast<double>(probability));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 2) train(argv[1]);
    else if (argc == 3) ask(argv[1], argv[2]);
    else throw std::invalid_argument("usage: clicks FOLDER [LINES]");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "clicks: %s\n", error.what());
    return 1;
  }
}
