// lacuna export: a model in one file for programs that only predict.
#include <CLI/CLI.hpp>
#include <memory>

#include "lacuna/cli/commands.h"
#include "lacuna/cli/outputs.h"
#include "lacuna/models/model.h"
#include "lacuna/serving/export.h"

namespace lacuna::cli {
namespace {

struct ExportCommand {
  std::string model{}, output{}, precision = "float32";
};

}  // namespace

Run add_export(CLI::App& command) {
  const auto o = std::make_shared<ExportCommand>();
  command.add_option("MODEL", o->model, "The file of the model")->required();
  command.add_option("-o,--output", o->output, "The file for lacuna::Predictor")->required();
  command.add_option("--precision", o->precision, "Of weights: float32, bfloat16 or int8")
      ->check(CLI::IsMember({"float32", "bfloat16", "int8"}))
      ->capture_default_str();
  return [o](Session& session) {
    require_apart({{"-o", o->output}}, {{"MODEL", o->model}});
    require_writable("-o", o->output);
    Model model = load_model(o->model, false);
    session.write(export_model(model.network(), o->output, {.precision = o->precision}).text());
  };
}

}  // namespace lacuna::cli
