// lacuna predict: a line of numbers for each row.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <memory>
#include <span>

#include "lacuna/base/path.h"
#include "lacuna/cli/commands.h"
#include "lacuna/cli/number_text.h"
#include "lacuna/cli/rows_of.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::cli {
namespace {

struct PredictCommand : UseOptions {
  std::string predictions{};
  bool classes = false;
};

// The label of a row: the class of the largest output or, of one output, 1 or the other one of 0 and -1.
double label_of(std::span<const float> row, const data::LabelMap& labels, bool hinge) {
  if (row.size() == 1) {
    if (hinge) return row[0] > 0 ? 1 : -1;
    return row[0] > 0.5F ? 1 : 0;
  }
  const auto largest = static_cast<double>(std::ranges::max_element(row) - row.begin());
  for (const auto& [label, place] : labels)
    if (place == largest) return label;
  return largest;
}

// Writes rows to a file or to the output.
class Lines {
 public:
  Lines(const Session& session, const std::string& path) : session_(session), path_(path) {
    if (path.empty() || path == "-") return;
    file_.open(checked_path("predict", path), std::ios::binary);
    if (!file_) path_failed("predict", "the file must be writable", path, errno);
  }
  void write(const std::string& text) {
    if (!file_.is_open()) return session_.write(text);
    file_ << text;
    if (!file_) path_failed("predict", "the file must be writable", path_, errno);
  }
  void finish() {
    if (!file_.is_open()) return session_.flush();
    file_.close();
    if (!file_) path_failed("predict", "the file must be writable", path_, errno);
  }

 private:
  const Session& session_;
  std::string path_;
  std::ofstream file_{};
};

void append_row(std::string& to, std::span<const float> row) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) to += ',';
    to += number_text(row[i]);
  }
  to += '\n';
}

}  // namespace

Run add_predict(CLI::App& command) {
  const auto o = std::make_shared<PredictCommand>();
  add_use_options(command, *o);
  command.add_option("-p,--predictions", o->predictions, "A file in place of the output")->group("Model");
  command.add_flag("--classes", o->classes, "The label of each row, in place of the outputs")->group("Model");
  return [o](Session& session) {
    Model model = load(*o);
    const data::Dataset rows = rows_for(*o, model, false);
    Lines lines(session, o->predictions);
    const auto& outputs_of_model = model.network().outputs();
    const Shape shape = outputs_of_model[0].shape();
    LACUNA_REQUIRE(outputs_of_model.size() == 1 && shape.size() == 2 && shape[1] > 0,
                   "predict: the model must have one output, (batch, width). Received: outputs=",
                   outputs_of_model.size(), ", the first ", to_string(shape), ".");
    const auto each = static_cast<size_t>(shape[1]);
    const data::LabelMap labels = notes_of(model).labels;
    const bool hinge = std::ranges::any_of(labels, [](const auto& label) { return label.second < 0; });
    std::string made;
    model.predict_each(rows,
                       [&](const std::vector<const Tensor*>& outputs, Dim count) {
                         const Tensor dense = cast(to_dense(*outputs[0]), DType::float32);
                         const auto values = dense.dense().values<float>();
                         made.clear();
                         for (size_t r = 0; r < static_cast<size_t>(count); ++r) {
                           const auto row = values.subspan(r * each, each);
                           if (o->classes) made += number_text(label_of(row, labels, hinge)) + "\n";
                           else append_row(made, row);
                         }
                         lines.write(made);
                       },
                       {.batch_size = o->batch_size});
    lines.finish();
    tell_of_bad_rows("predict", rows);
  };
}

}  // namespace lacuna::cli
