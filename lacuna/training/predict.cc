// The loops of evaluate and predict.
#include "lacuna/base/interrupt.h"
#include "lacuna/training/collected.h"
#include "lacuna/training/measures.h"
#include "lacuna/training/progress.h"
#include "lacuna/training/trainer.h"

namespace lacuna {
namespace {

void require_batch_size(const char* where, Dim batch_size) {
  LACUNA_REQUIRE(batch_size > 0, where, ": batch_size must be positive. Received: batch_size=", batch_size,
                 ".");
}

}  // namespace

std::vector<double> Trainer::evaluate(const CompiledPtr& compiled, Measures& measures, Batches& batches,
                                      int verbose) {
  const auto held = program(compiled, Mode::test, batches.specs(), batches.weighted());
  Program& test = *held;
  Progress progress(batches.rows(), verbose);
  measures.reset();
  batches.begin(0);
  ReadAhead ahead(batches);
  Dim done = 0;
  while (const Dim size = ahead.upcoming()) {
    poll_interrupt();
    ahead.run(true, [&](Feeds feeds) {
      const auto turn = network_->turn().take();
      test.run(feeds, random_.steps, random_.seed);
      measures.add(test, feeds, size);
    });
    progress.update(done += size, {});
  }
  progress.finish({});
  return measures.values();
}

std::vector<double> Trainer::evaluate(Batches& batches, int verbose) {
  const CompiledPtr c = compiled("evaluate");
  Measures measures(*c, "evaluate");
  return evaluate(c, measures, batches, verbose);
}

std::vector<double> Trainer::evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options) {
  require_batch_size("evaluate", options.batch_size);
  const CompiledPtr c = compiled("evaluate");
  Feed feed("evaluate", *network_, c.get(), data::Check::by_batch, x, y, options.sample_weight);
  LACUNA_REQUIRE(feed.rows() > 0, "evaluate: x must have rows. Received: rows=0.");
  Measures measures(*c, "evaluate");
  ArrayBatches batches(feed, 0, feed.rows(), options.batch_size);
  return evaluate(c, measures, batches, options.verbose);
}

std::vector<tensor::Dense> Trainer::predict(Batches& batches, int verbose) {
  const auto held = program(nullptr, Mode::predict, batches.specs(), batches.weighted());
  Program& run = *held;
  std::vector<Collected> outputs;
  for (const std::string& name : network_->output_names()) outputs.emplace_back(batches.rows(), name);
  Progress progress(batches.rows(), verbose);
  batches.begin(0);
  ReadAhead ahead(batches);
  Dim done = 0, size = ahead.upcoming();
  do {  // Runs once without rows too: an empty output has a shape.
    poll_interrupt();
    ahead.run(true, [&](Feeds feeds) {
      const auto turn = network_->turn().take();
      run.run(feeds, random_.steps, random_.seed);
      for (size_t i = 0; i < outputs.size(); ++i) outputs[i].append(run.output(i), size);
    });
    progress.update(done += size, {});
  } while ((size = ahead.upcoming()));
  progress.finish({});
  std::vector<tensor::Dense> result;
  for (Collected& output : outputs) result.push_back(output.take());
  return result;
}

std::vector<tensor::Dense> Trainer::predict(const Arrays& x, const PredictOptions& options) {
  require_batch_size("predict", options.batch_size);
  Feed feed("predict", *network_, nullptr, data::Check::by_batch, x);
  ArrayBatches batches(feed, 0, feed.rows(), options.batch_size);
  return predict(batches, options.verbose);
}

}  // namespace lacuna
