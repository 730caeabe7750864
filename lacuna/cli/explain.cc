// lacuna explain: what each op of a model does with a batch.
#include <CLI/CLI.hpp>
#include <memory>

#include "lacuna/cli/commands.h"
#include "lacuna/cli/outputs.h"
#include "lacuna/cli/rows_of.h"

namespace lacuna::cli {
namespace {

struct ExplainCommand : UseOptions {
  bool training = false;
};

// All by name: the inputs of a model are found by their names, and so are several targets.
Arrays arrays_by_name(std::map<std::string, Array> named) {
  if (named.size() == 1) return Arrays(named.begin()->second);
  return Arrays(std::move(named));
}

}  // namespace

Run add_explain(CLI::App& command) {
  const auto o = std::make_shared<ExplainCommand>();
  o->batch_size = 32;
  add_use_options(command, *o);
  command.add_flag("--training", o->training, "A training step, up to its gradients; else a prediction")
      ->group("Model");
  return [o](Session& session) {
    Model model = load(*o);
    require_apart({{"--rejects", o->data.rejects}}, inputs_of(*o));
    data::LoadedRows rows = data::load(rows_for(*o, model, o->training).take(o->batch_size));
    const Arrays y = o->training ? arrays_by_name(std::move(rows.y)) : Arrays();
    session.write(model.explain(arrays_by_name(std::move(rows.x)), y, o->batch_size).table());
  };
}

}  // namespace lacuna::cli
