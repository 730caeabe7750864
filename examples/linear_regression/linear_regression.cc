// Sparse linear regression, y = x · (1, 2, …, columns), on a random csr matrix: the usual benchmark of sparse
// Keras. Prints the time of an epoch and a prediction, and the memory. linear_regression.py is the same in
// Python.
#include <lacuna/lacuna.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace lacuna;
using layers::Dense;

namespace {

constexpr const char* kUsage =
    "linear_regression [--batch-size 512] [--epochs 10] [--mode train|predict|both] [--rows 100000]\n"
    "                  [--columns 10000] [--density 0.01] [--lr 0.1] [--threads 0 (all cores)] [--seed 0]\n";

struct Options {
  Dim batch_size = 512, rows = 100'000, columns = 10'000;
  int epochs = 10;
  std::string mode = "both";
  double density = 0.01;
  double lr = 0.1;  // As published; training converges for batches from 64 to 1024.
  std::size_t threads = 0;
  std::uint64_t seed = 0;
};

Options parse(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) throw std::invalid_argument(std::string(argv[i]) + " needs a value");
    given[argv[i]] = argv[i + 1];
  }
  Options o;
  const auto take = [&](const char* name, auto& value, auto convert) {
    if (auto node = given.extract(name); !node.empty()) {
      value = static_cast<std::decay_t<decltype(value)>>(convert(node.mapped()));
    }
  };
  const auto whole = [](const std::string& text) { return std::stoll(text); };
  const auto real = [](const std::string& text) { return std::stod(text); };
  take("--batch-size", o.batch_size, whole);
  take("--rows", o.rows, whole);
  take("--columns", o.columns, whole);
  take("--epochs", o.epochs, whole);
  take("--mode", o.mode, [](const std::string& text) { return text; });
  take("--density", o.density, real);
  take("--lr", o.lr, real);
  take("--threads", o.threads, whole);
  take("--seed", o.seed, whole);
  if (!given.empty()) throw std::invalid_argument("unknown option " + given.begin()->first);
  if (o.mode != "train" && o.mode != "predict" && o.mode != "both")
    throw std::invalid_argument("--mode " + o.mode);
  if (o.batch_size < 1 || o.rows < o.batch_size || o.columns < 1 || !(o.density > 0 && o.density < 1)) {
    throw std::invalid_argument(
        "there must be a batch of rows at least, columns, and a density between 0 and 1");
  }
  return o;
}

struct Data {
  std::vector<float> data{}, y{};
  std::vector<std::int32_t> indices{}, indptr{0};
};

// Each element is stored with probability `density`, with values uniform in [0, 1). The gaps between stored
// elements have a geometric distribution.
Data make_data(Dim rows, Dim columns, double density, std::uint64_t seed) {
  Data made;
  Generator random(seed);
  const double scale = 1 / std::log1p(-density);
  const auto gap = [&] { return static_cast<Dim>(std::log1p(-random.uniform()) * scale); };
  Dim at = gap();
  for (Dim r = 0; r < rows; ++r) {
    double y = 0;
    for (; at < columns; at += 1 + gap()) {
      made.indices.push_back(static_cast<std::int32_t>(at));
      made.data.push_back(static_cast<float>(random.uniform()));
      y += made.data.back() * static_cast<double>(at + 1);
    }
    at -= columns;
    made.indptr.push_back(static_cast<std::int32_t>(made.indices.size()));
    made.y.push_back(static_cast<float>(y));
  }
  return made;
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The most memory that this process ever held, in MB.
double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (double kilobytes; word == "VmHWM:" && status >> kilobytes) return kilobytes / 1024;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

void run(const Options& o) {
  if (o.threads != 0) set_num_threads(o.threads);
  set_random_seed(o.seed);

  // Only whole batches, as in the published benchmark; the library would accept the remaining rows too.
  const Dim rows = o.rows - o.rows % o.batch_size;
  const Data made = make_data(rows, o.columns, o.density, o.seed);
  const csr_matrix x{
      std::span(made.data), std::span(made.indices), std::span(made.indptr), {rows, o.columns}};
  std::printf("%lld rows, %lld columns, %zu non-zeros, batch %lld, %zu threads, %.0f MB\n",
              static_cast<long long>(rows), static_cast<long long>(o.columns), made.data.size(),
              static_cast<long long>(o.batch_size), num_threads(), peak_memory());

  auto inputs = Input({.batch_shape = {None, o.columns}, .dtype = DType::float32, .sparse = true});
  auto outputs =
      Dense(1, {.activation = "linear", .kernel_initializer = "normal", .sparse_weight = true})(inputs);
  Model model(inputs, outputs);
  model.compile(
      {.optimizer = optimizers::SGD{.lr = o.lr, .momentum = 0.9}, .loss = "mse", .metrics = {"accuracy"}});

  if (o.mode != "predict") {
    double start = 0, best = std::numeric_limits<double>::infinity();
    auto clock = std::make_shared<callbacks::LambdaCallback>(callbacks::LambdaCallbackOptions{
        .on_epoch_begin = [&](int, const callbacks::Logs&) { start = seconds(); },
        .on_epoch_end =
            [&](int epoch, const callbacks::Logs& logs) {
              const double took = seconds() - start;
              best = std::min(best, took);
              std::printf("epoch %d: %.4f s, %.0f rows/s, loss %.4g\n", epoch + 1, took,
                          static_cast<double>(rows) / took, *callbacks::find(logs, "loss"));
            }});
    model.fit(x, made.y,
              {.batch_size = o.batch_size, .epochs = o.epochs, .verbose = 0, .callbacks = {clock}});
    const auto score = model.evaluate(x, made.y, {.batch_size = o.batch_size, .verbose = 0});
    std::printf("train: best epoch %.4f s, %.0f rows/s, loss %.4g, peak memory %.0f MB\n", best,
                static_cast<double>(rows) / best, score.at(0), peak_memory());
  }
  if (o.mode != "train") {
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 3; ++i) {  // The first call includes setup.
      const double start = seconds();
      model.predict(x, {.batch_size = o.batch_size});
      best = std::min(best, seconds() - start);
    }
    std::printf("predict: %.4f s, %.0f rows/s, peak memory %.0f MB\n", best, static_cast<double>(rows) / best,
                peak_memory());
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "linear_regression: " << error.what() << "\n\n" << kUsage;
    return 2;
  }
}
