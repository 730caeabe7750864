// Models and their rows.
#include "lacuna/cli/rows_of.h"

#include <CLI/CLI.hpp>

#include "lacuna/base/message.h"
#include "lacuna/cli/session.h"

namespace lacuna::cli {

void add_use_options(CLI::App& command, UseOptions& o) {
  add_data_options(command, o.data);
  command.get_option("FILES")->description(
      "The file of the model, unless -i tells it, and files of rows. '-' or none: the standard input");
  command.add_option("-i,--initial_regressor", o.model, "The file of the model")->group("Model");
  command.add_option("--batch-size", o.batch_size, "Rows that are computed at a time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Model");
}

Model load(UseOptions& o) {
  if (o.model.empty()) {
    if (o.data.paths.empty()) throw WrongOptions("the file of a model must be given. Received: none.");
    o.model = o.data.paths.front();
    o.data.paths.erase(o.data.paths.begin());
  }
  return load_model(o.model);
}

data::Dataset rows_for(const UseOptions& o, Model& model, bool labels) {
  const ModelNotes notes = notes_of(model);
  const data::ReadOptions read = read_options(o.data, notes.read, true);
  const std::vector<std::string> paths = files(o.data);
  data::Dataset rows = data::read(paths, data::complete(paths, labels ? read : without_labels(read)));
  return labels && !notes.labels.empty() ? data::map_labels(rows, notes.labels) : rows;
}

void tell_of_bad_rows(const char* command, const data::Dataset& rows) {
  const data::BadRowReport report = rows.report();
  if (report.bad > 0)
    warn(text(command, ": ", report.bad, " of ", report.rows, " rows were bad and left out, the first: ",
              report.first.empty() ? std::string() : report.first[0].what()));
}

}  // namespace lacuna::cli
