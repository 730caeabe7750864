// The loop of progressive validation: predicts each batch, then trains on it (Blum, Kalai and Langford,
// 1999).
#include "lacuna/training/progressive.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/training/collected.h"
#include "lacuna/training/dataset_batches.h"
#include "lacuna/training/measures.h"
#include "lacuna/training/progress.h"
#include "lacuna/training/trainer.h"

namespace lacuna {
namespace {

void require_rows_in_a_step(const ProgressiveOptions& options) {
  LACUNA_REQUIRE(options.batch_size > 0,
                 "progressive: batch_size must be positive. Received: batch_size=", options.batch_size, ".");
}

// Whether the outputs in a training run may differ from those of a prediction: by the ops that ask which of
// the two it is.
bool acts_in_training(const std::vector<Symbol>& outputs) {
  static const std::set<std::string_view> ops = {"batch_moments", "dropout", "in_train_phase", "scan",
                                                 "times_normal"};
  return std::ranges::any_of(in_order(outputs),
                             [](const auto& node) { return ops.contains(node->op().name()); });
}

}  // namespace

Progressive Trainer::progressive(const CompiledPtr& compiled, Batches& batches,
                                 const ProgressiveOptions& options) {
  Measures measures(*compiled, "progressive");
  std::vector<Collected> outputs;
  if (options.predictions)
    for (const std::string& name : network_->output_names()) outputs.emplace_back(batches.rows(), name);
  // Dropout and the like act on what is learned from, not on what is predicted: then two programs run.
  const bool apart = acts_in_training(network_->outputs());
  const Mode mode = apart || !options.predictions ? Mode::train : Mode::progressive;
  const auto targets = static_cast<std::ptrdiff_t>(compiled->targets().size());
  const auto keep = [&](const Program& program, Dim rows) {
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i].append(program.output(i), rows);
  };
  std::shared_ptr<Program> train;
  Progress progress(batches, options.verbose);
  Progressive result;
  bool warned = false;
  {
    const auto turn = network_->turn().take();
    check_trainable("progressive", *compiled);
    follow_seed();
  }
  reset_metrics();
  measures.reset();
  batches.begin(0);
  ReadAhead ahead(batches);
  while (const Dim size = ahead.upcoming()) {
    poll_interrupt();
    ahead.run(true, [&](Feeds feeds) {
      train = program(compiled, mode, batches, std::move(train));
      const auto turn = network_->turn().take();
      if (apart && options.predictions) {
        const auto& specs = batches.specs();
        const std::vector<Spec> fed(specs.begin(), specs.end() - targets);
        const auto predict = program(nullptr, Mode::predict, fed, false);
        predict->run(feeds.first(fed.size()), random_.steps, next_seed());
        keep(*predict, size);
      }
      train_step(*compiled, *train, feeds, size, measures);
      if (mode == Mode::progressive) keep(*train, size);
      result.losses.push_back(train->value(0));
      if (std::isfinite(result.losses.back()) || std::exchange(warned, true)) return;
      warn(text("progressive: the loss is no longer finite. Received: loss=", result.losses.back(),
                " in step ", result.losses.size(), "."));
    });
    progress.add(size);
    progress.update({});
  }
  progress.finish({});
  {
    const auto turn = network_->turn().take();
    compiled->optimizer->settle();
  }
  const std::vector<double> values = measures.values();
  for (size_t i = 0; i < values.size(); ++i)
    result.values.emplace_back(compiled->metrics_names[i], values[i]);
  for (Collected& output : outputs) result.predictions.push_back(output.take());
  return result;
}

Progressive Trainer::progressive(const Arrays& x, const Arrays& y, const ProgressiveOptions& options) {
  require_rows_in_a_step(options);
  const auto fitting = fitting_.take();
  const CompiledPtr c = compiled("progressive");
  Feed feed("progressive", *network_, c.get(), data::Check::whole, x, y, options.sample_weight,
            options.class_weight);
  feed.require_arrays("steps");
  LACUNA_REQUIRE(feed.rows() > 0, "progressive: x must have rows. Received: rows=0.");
  ArrayBatches batches(feed, 0, feed.rows(), options.batch_size);
  return progressive(c, batches, options);
}

Progressive Trainer::progressive(const data::Dataset& dataset, const ProgressiveOptions& options) {
  require_rows_in_a_step(options);
  LACUNA_REQUIRE(
      !options.sample_weight.given(),
      "progressive: sample_weight is of arrays; a column of the dataset may be the weight. Received: a "
      "sample_weight.");
  const auto fitting = fitting_.take();
  const CompiledPtr c = compiled("progressive");
  DatasetBatches batches("progressive", *network_, c.get(), dataset, options.batch_size, 0,
                         options.class_weight);
  return progressive(c, batches, options);
}

}  // namespace lacuna
