// lacuna inspect: what is in a model's file or a packed file.
#include <CLI/CLI.hpp>
#include <fstream>
#include <memory>

#include "lacuna/base/utf8.h"
#include "lacuna/cli/commands.h"
#include "lacuna/cli/number_text.h"
#include "lacuna/cli/rows_of.h"
#include "lacuna/data/column_names.h"
#include "lacuna/data/packed_file.h"
#include "lacuna/models/heaviest.h"
#include "lacuna/saving/json.h"

namespace lacuna::cli {
namespace {

struct InspectCommand : UseOptions {
  size_t top = 20;
};

std::string of_schema(const data::Schema& schema) {
  static constexpr const char* kRoles[] = {"input", "target", "sample_weight", "query_id"};
  std::string result;
  for (const data::RowPart& part : schema) {
    result += text(kRoles[static_cast<size_t>(part.role)], "\t", part.name, "\t", to_string(part.spec.shape),
                   " ", name_of(part.spec.storage), " ", name_of(part.spec.dtype), "\n");
  }
  return result;
}

void inspect_packed(const std::string& path, Session& session) {
  const data::Dataset rows = data::open(path);
  session.write(text("packed\t", path, "\nrows\t", rows.rows().value_or(0), "\n", of_schema(rows.schema())));
  for (const data::RowPart& part : rows.schema())
    for (const data::ColumnRange& range : part.columns)
      session.write(
          text("columns\t", part.name, "\t", range.name, "\t", range.begin, " to ", range.end - 1, "\n"));
}

std::string shown_values(const std::vector<double>& values) {
  constexpr size_t kFew = 4;
  std::string result;
  for (size_t i = 0; i < std::min(kFew, values.size()); ++i)
    result += (i > 0 ? "," : "") + number_text(static_cast<float>(values[i]));
  return values.size() > kFew ? result + ",..." : result;
}

// The words of a bin, the most frequent first: "Paris", or "Paris | Rome | 3 others" where bins collide.
std::string shown_words(const std::vector<data::WordOfColumn>& words) {
  constexpr size_t kShownWords = 3;
  std::string result;
  for (size_t i = 0; i < std::min(kShownWords, words.size()); ++i)
    result += (i > 0 ? " | " : "") + (words[i].word.empty() ? std::string("(empty)") : words[i].word);
  if (words.size() > kShownWords) result += text(" | ", words.size() - kShownWords, " others");
  return result;
}

// The input that the rows of kernels belong to, and what names its columns.
struct NamedInput {
  data::ReadOptions read{};
  data::RowPart part{};
};

// Of the files that are given, else of the settings that the model's file has. Empty: nothing names them.
std::optional<NamedInput> named_input(const InspectCommand& o, Model& model, Dim columns) {
  const ModelNotes notes = notes_of(model);
  const bool files_given = !o.data.paths.empty() || !o.data.data.empty();
  if (!files_given && !notes.read) return std::nullopt;
  data::ReadOptions read = files_given ? read_options(o.data, notes.read) : *notes.read;
  if (!files_given && (read.format == "npz" || read.format == "h5ad" || read.format == "10x"))
    return std::nullopt;
  const std::vector<std::string> paths = files_given ? files(o.data) : std::vector<std::string>{"-"};
  const data::Dataset rows = data::read(paths, without_labels(read));
  for (const data::RowPart& part : rows.schema())
    if (part.role == data::Role::input && part.spec.shape.size() == 2 && part.spec.shape[1] == columns)
      return NamedInput{std::move(read), part};
  return std::nullopt;
}

void write_heaviest(const InspectCommand& o, Model& model, Dim columns, Session& session) {
  const auto input = named_input(o, model, columns);
  const bool files_given = !o.data.paths.empty() || !o.data.data.empty();
  for (const models::HeavyWeight& weight : models::heaviest(model, columns, o.top)) {
    session.write(text("\n", weight.name, "\t", to_string(weight.shape), "\t", weight.touched, " rows\n"));
    std::map<Dim, std::vector<data::WordOfColumn>> words;
    if (input && files_given) {
      std::vector<Dim> wanted;
      for (const models::HeavyRow& row : weight.rows) wanted.push_back(row.row);
      words = data::words_of_columns(files(o.data), input->read, input->part, wanted);
    }
    session.write(weight.shape[1] == 1 ? "weight\tcolumn\tname\twords\n"
                                       : "norm\tcolumn\tname\twords\tvalues\n");
    for (const models::HeavyRow& row : weight.rows) {
      const bool one = weight.shape[1] == 1;
      session.write(text(number_text(static_cast<float>(one ? row.values[0] : row.norm)), "\t", row.row, "\t",
                         input ? data::name_of_column(input->read, input->part, row.row) : std::string("-"),
                         "\t", words.contains(row.row) ? shown_words(words[row.row]) : std::string("-"),
                         one ? std::string() : "\t" + shown_values(row.values), "\n"));
    }
  }
}

// What export writes begins with this.
bool is_exported(const std::string& path) {
  constexpr std::string_view kStart = "lacuna P";
  std::string start(kStart.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(start.data(), static_cast<std::streamsize>(start.size())) && start == kStart;
}

void inspect_model(const InspectCommand& o, Session& session) {
  LACUNA_REQUIRE(
      !is_exported(o.model), "inspect: the file must be a model's or a packed file. Received: path='",
      shown_utf8(o.model),
      "', an exported file, which lacuna::Predictor reads; inspect the model that it was made of.");
  Model model = load_model(o.model);
  session.write(model.summary());
  const ModelNotes notes = notes_of(model);
  if (const auto training = model.training_config()) {
    for (const char* key : {"optimizer_config", "loss"})
      if (const auto found = training->find(key); found != training->end())
        session.write(
            text(key == std::string("loss") ? "loss" : "optimizer", "\t", to_string(found->second), "\n"));
  }
  if (notes.read) session.write("rows\t" + to_json(written(data::read_list, *notes.read)) + "\n");
  for (const auto& [label, learned] : notes.labels)
    session.write(text("label\t", label, "\tis learned as ", learned, "\n"));
  std::vector<Dim> told;
  for (const Symbol& x : model.network().inputs()) {
    const Shape& shape = x.shape();
    if (shape.size() != 2 || shape[1] <= 0 || std::ranges::count(told, shape[1]) > 0) continue;
    told.push_back(shape[1]);
    write_heaviest(o, model, shape[1], session);
  }
}

}  // namespace

Run add_inspect(CLI::App& command) {
  const auto o = std::make_shared<InspectCommand>();
  add_use_options(command, *o);
  command.get_option("FILES")->description(
      "A model's file or a packed file; of a model also files of rows, which tell the words that were "
      "hashed");
  command.add_option("--top", o->top, "How many of the heaviest weights")
      ->capture_default_str()
      ->group("Model");
  return [o](Session& session) {
    if (o->model.empty()) {
      if (o->data.paths.empty()) throw WrongOptions("a file must be given. Received: none.");
      o->model = o->data.paths.front();
      o->data.paths.erase(o->data.paths.begin());
    }
    if (data::format_of(o->model) == "packed") inspect_packed(o->model, session);
    else inspect_model(*o, session);
  };
}

}  // namespace lacuna::cli
