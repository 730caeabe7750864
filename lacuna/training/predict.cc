// The loops of evaluate and predict.
#include "lacuna/base/interrupt.h"
#include "lacuna/training/collected.h"
#include "lacuna/training/dataset_batches.h"
#include "lacuna/training/generated_batches.h"
#include "lacuna/training/measures.h"
#include "lacuna/training/progress.h"
#include "lacuna/training/trainer.h"

namespace lacuna {
namespace {

void require_batch_size(const char* where, Dim batch_size) {
  LACUNA_REQUIRE(batch_size > 0, where, ": batch_size must be positive. Received: batch_size=", batch_size,
                 ".");
}

void require_no_steps(const char* where, const std::optional<int64_t>& steps) {
  LACUNA_REQUIRE(!steps, where,
                 ": steps are of batches that come one by one; of arrays, batch_size decides, and of a "
                 "dataset take(rows). "
                 "Received: steps=",
                 *steps, ".");
}

}  // namespace

std::vector<double> Trainer::evaluate(const CompiledPtr& compiled, Measures& measures, Batches& batches,
                                      int verbose) {
  std::shared_ptr<Program> test;
  Progress progress(batches, verbose);
  reset_metrics();
  measures.reset();
  batches.begin(0);
  ReadAhead ahead(batches);
  while (const Dim size = ahead.upcoming()) {
    poll_interrupt();
    ahead.run(true, [&](Feeds feeds) {
      test = program(compiled, Mode::test, batches, std::move(test));
      const auto turn = network_->turn().take();
      test->run(feeds, random_.steps, next_seed());
      measures.add(*test, feeds, size);
      test->apply_updates();
    });
    progress.add(size);
    progress.update({});
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
  require_no_steps("evaluate", options.steps);
  const CompiledPtr c = compiled("evaluate");
  Feed feed("evaluate", *network_, c.get(), data::Check::by_batch, x, y, options.sample_weight);
  feed.require_arrays("steps");
  LACUNA_REQUIRE(feed.rows() > 0, "evaluate: x must have rows. Received: rows=0.");
  Measures measures(*c, "evaluate");
  ArrayBatches batches(feed, 0, feed.rows(), options.batch_size);
  return evaluate(c, measures, batches, options.verbose);
}

std::vector<double> Trainer::evaluate(BatchSource& source, const EvaluateOptions& options) {
  LACUNA_REQUIRE(!options.sample_weight.given(),
                 "evaluate: sample_weight is of arrays; a batch may be (x, y, sample_weight). Received: a "
                 "sample_weight.");
  const CompiledPtr c = compiled("evaluate");
  Measures measures(*c, "evaluate");
  GeneratedBatches batches("evaluate", *network_, c.get(), source, options.steps);
  return evaluate(c, measures, batches, options.verbose);
}

void Trainer::predict_each(Batches& batches, const OnPredicted& on_predicted, int verbose) {
  std::shared_ptr<Program> run;
  std::vector<const Tensor*> outputs(network_->output_names().size());
  Progress progress(batches, verbose);
  batches.begin(0);
  ReadAhead ahead(batches);
  Dim size = ahead.upcoming();
  do {  // Runs once without rows too: an empty output has a shape.
    poll_interrupt();
    ahead.run(true, [&](Feeds feeds) {
      run = program(nullptr, Mode::predict, batches, std::move(run));
      const auto turn = network_->turn().take();
      run->run(feeds, random_.steps, next_seed());
      for (size_t i = 0; i < outputs.size(); ++i) outputs[i] = &run->output(i);
      on_predicted(outputs, size);
    });
    progress.add(size);
    progress.update({});
  } while ((size = ahead.upcoming()));
  progress.finish({});
}

std::vector<Tensor> Trainer::predict(Batches& batches, int verbose) {
  std::vector<Collected> outputs;
  for (const std::string& name : network_->output_names()) outputs.emplace_back(batches.rows(), name);
  const auto collect = [&](const std::vector<const Tensor*>& made, Dim rows) {
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i].append(*made[i], rows);
  };
  predict_each(batches, collect, verbose);
  std::vector<Tensor> result;
  for (Collected& output : outputs) result.push_back(output.take());
  return result;
}

std::vector<Tensor> Trainer::predict(const Arrays& x, const PredictOptions& options) {
  require_batch_size("predict", options.batch_size);
  require_no_steps("predict", options.steps);
  Feed feed("predict", *network_, nullptr, data::Check::by_batch, x);
  feed.require_arrays("steps");
  ArrayBatches batches(feed, 0, feed.rows(), options.batch_size);
  return predict(batches, options.verbose);
}

std::vector<Tensor> Trainer::predict(BatchSource& source, const PredictOptions& options) {
  GeneratedBatches batches("predict", *network_, nullptr, source, options.steps);
  return predict(batches, options.verbose);
}

std::vector<double> Trainer::evaluate(const data::Dataset& dataset, const EvaluateOptions& options) {
  require_batch_size("evaluate", options.batch_size);
  require_no_steps("evaluate", options.steps);
  LACUNA_REQUIRE(
      !options.sample_weight.given(),
      "evaluate: sample_weight is of arrays; a column of the dataset may be the weight. Received: a "
      "sample_weight.");
  const CompiledPtr c = compiled("evaluate");
  Measures measures(*c, "evaluate");
  DatasetBatches batches("evaluate", *network_, c.get(), dataset, options.batch_size);
  return evaluate(c, measures, batches, options.verbose);
}

std::vector<Tensor> Trainer::predict(const data::Dataset& dataset, const PredictOptions& options) {
  require_batch_size("predict", options.batch_size);
  require_no_steps("predict", options.steps);
  DatasetBatches batches("predict", *network_, nullptr, dataset, options.batch_size);
  return predict(batches, options.verbose);
}

void Trainer::predict_each(const data::Dataset& dataset, const OnPredicted& on_predicted,
                           const PredictOptions& options) {
  require_batch_size("predict", options.batch_size);
  require_no_steps("predict", options.steps);
  DatasetBatches batches("predict", *network_, nullptr, dataset, options.batch_size);
  predict_each(batches, on_predicted, options.verbose);
}

}  // namespace lacuna
