// lacuna evaluate: the loss and the metrics of a model on rows, a line each.
#include <CLI/CLI.hpp>
#include <memory>

#include "lacuna/cli/commands.h"
#include "lacuna/cli/number_text.h"
#include "lacuna/cli/outputs.h"
#include "lacuna/cli/rows_of.h"

namespace lacuna::cli {

Run add_evaluate(CLI::App& command) {
  const auto o = std::make_shared<UseOptions>();
  add_use_options(command, *o);
  return [o](Session& session) {
    Model model = load(*o);
    require_apart({{"--rejects", o->data.rejects}}, inputs_of(*o));
    const data::Dataset rows = rows_for(*o, model, true);
    const std::vector<double> values =
        model.evaluate(rows, {.batch_size = o->batch_size, .verbose = session.progress() ? 1 : 0});
    tell_of_bad_rows("evaluate", rows);
    const std::vector<std::string> names = model.metrics_names();
    for (size_t i = 0; i < values.size(); ++i)
      session.write(names[i] + "\t" + number_text(static_cast<float>(values[i])) + "\n");
  };
}

}  // namespace lacuna::cli
