// The case `linear`: linear regression on csr rows, training and prediction.
#include <memory>
#include <stdexcept>

#include "swept.h"
#include "training.h"
#include "worker.h"

namespace loops {
namespace {

Commands make(const Options& options) {
  const bool plain = options.variant == "plain";
  auto model = std::make_shared<Swept<SquaredError>>(
      options, Rates{0.01f, plain ? 0.f : 0.9f, options.variant == "flag"});
  Commands commands = training_commands(model, options.batch);
  commands["predict"] = [=](std::istringstream&) {
    const double start = now();
    model->predict();
    return Answer{{"s", now() - start}};
  };
  commands["predict_one"] = [=](std::istringstream&) {
    return Answer{{"s", median_seconds([&](size_t row) { model->predict_one(row % model->rows()); })}};
  };
  return commands;
}

}  // namespace
}  // namespace loops

int main(int argc, char** argv) { return loops::serve(argc, argv, loops::make); }
