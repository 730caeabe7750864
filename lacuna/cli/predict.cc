// lacuna predict: a line of numbers for each row.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>

#include "lacuna/base/path.h"
#include "lacuna/base/replace_file.h"
#include "lacuna/cli/commands.h"
#include "lacuna/cli/number_text.h"
#include "lacuna/cli/outputs.h"
#include "lacuna/cli/rows_of.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::cli {
namespace {

struct PredictCommand : UseOptions {
  std::string predictions{};
  bool classes = false;
};

// The loss that a model was compiled with, by its name; empty if it was not.
std::string loss_of(const Model& model) {
  const std::optional<Config> training = model.training_config();
  if (!training) return {};
  const auto found = training->find("loss");
  const auto* name = found == training->end() ? nullptr : found->second.as<std::string>();
  return name ? *name : std::string();
}

// What the outputs of a row mean.
struct Labels {
  data::LabelMap known{};
  bool hinge = false;  // One output is above 0, rather than above 0.5, for the label 1.

  std::string of(std::span<const float> row) const {
    double place = 0;
    if (row.size() > 1) place = static_cast<double>(std::ranges::max_element(row) - row.begin());
    else if (hinge) place = row[0] > 0 ? 1 : -1;
    else place = row[0] > 0.5F ? 1 : 0;
    return number_text(label_at(place));
  }

 private:
  double label_at(double place) const {
    // Of -1 and 0, which are one class, the first is that of the rows of training.
    const auto found =
        std::ranges::find_if(known, [place](const auto& label) { return label.second == place; });
    return found == known.end() ? place : found->first;
  }
};

Labels labels_of(Model& model, size_t outputs) {
  Labels labels{.known = notes_of(model).labels};
  if (outputs > 1) return labels;
  const std::string loss = loss_of(model);
  const bool hinge_loss = loss == "hinge" || loss == "squared_hinge";
  labels.hinge = labels.known.empty()
                     ? hinge_loss
                     : std::ranges::any_of(labels.known, [](const auto& label) { return label.second < 0; });
  if (labels.known.empty() && !hinge_loss && loss != "binary_crossentropy")
    throw WrongOptions(
        text("--classes: the model must tell classes. Received: a model of one output with the loss '",
             cut(loss), "', whose outputs are numbers."));
  return labels;
}

// Writes rows to a file, which is replaced when all are written, or to the output.
class Lines {
 public:
  Lines(const Session& session, const std::string& path) : session_(session), path_(path) {
    if (path.empty() || path == "-") return;
    std::error_code none;
    const auto there = std::filesystem::status(checked_path("predict", path), none);
    // /dev/stdout may be a file that the shell opened, with lines of others before.
    const bool device = path.starts_with("/dev/") || std::filesystem::is_other(there) ||
                        std::filesystem::is_character_file(there) || std::filesystem::is_fifo(there);
    if (!device) replaced_ = std::make_unique<ReplaceFile>("predict", path);
    file_.open(replaced_ ? replaced_->temporary() : path, std::ios::binary);
    if (!file_) failed();
  }
  void write(const std::string& text) {
    if (!file_.is_open()) return session_.write(text);
    file_ << text;
    if (!file_) failed();
  }
  void finish() {
    if (!file_.is_open()) return session_.flush();
    file_.close();
    if (!file_) failed();
    if (replaced_) replaced_->finish(/*seal=*/false);
  }

 private:
  [[noreturn]] void failed() const { path_failed("predict", "the file must be writable", path_, errno); }

  const Session& session_;
  std::string path_;
  std::unique_ptr<ReplaceFile> replaced_{};
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
    require_apart({{"-p", o->predictions}, {"--rejects", o->data.rejects}}, inputs_of(*o));
    const data::Dataset rows = rows_for(*o, model, false);
    const auto& outputs_of_model = model.network().outputs();
    const Shape shape = outputs_of_model[0].shape();
    LACUNA_REQUIRE(outputs_of_model.size() == 1 && shape.size() == 2 && shape[1] > 0,
                   "predict: the model must have one output, (batch, width). Received: outputs=",
                   outputs_of_model.size(), ", the first ", to_string(shape), ".");
    const auto each = static_cast<size_t>(shape[1]);
    const Labels labels = o->classes ? labels_of(model, each) : Labels();
    Lines lines(session, o->predictions);
    std::string made;
    model.predict_each(rows,
                       [&](const std::vector<const Tensor*>& outputs, Dim count) {
                         const Tensor dense = cast(to_dense(*outputs[0]), DType::float32);
                         const auto values = dense.dense().values<float>();
                         made.clear();
                         for (size_t r = 0; r < static_cast<size_t>(count); ++r) {
                           const auto row = values.subspan(r * each, each);
                           if (o->classes) made += labels.of(row) + "\n";
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
