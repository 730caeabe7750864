// Saves the model after epochs.
#include "lacuna/callbacks/model_checkpoint.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <regex>

#include "lacuna/base/message.h"
#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"

namespace lacuna::callbacks {
namespace {

std::string formatted(const char* format, double value) {
  char shown[512];  // A width has two digits, a number of double at most 309 before the point.
  std::snprintf(shown, sizeof shown, format, value);
  return shown;
}

std::string epoch_line(int epoch, const std::string& rest) {
  return text(formatted("\nEpoch %05.0f: ", epoch + 1), rest, "\n");
}

}  // namespace

std::string format_path(const std::string& pattern, int epoch, const Logs& logs) {
  static const std::regex field(R"(\{(\w+)(?::(0?\d{0,2}(?:\.\d{1,2})?)([defg]?))?\})");
  std::string result;
  auto at = pattern.cbegin();
  for (std::smatch m; std::regex_search(at, pattern.cend(), m, field); at = m.suffix().first) {
    result += m.prefix();
    const double* logged = find(logs, m[1]);
    LACUNA_REQUIRE(logged || m[1] == "epoch",
                   "ModelCheckpoint: filepath must name the epoch or what is in the logs. "
                   "Received: '",
                   m.str(), "' in filepath='", shown_utf8(pattern), "'.");
    const bool whole = m[3] == "d" || (!logged && m[3] == "");
    const std::string kind = whole ? "f" : m[3] == "" ? "g" : m[3].str();
    const std::string format = text("%", m[2].str(), whole ? ".0" : "", kind);
    result += formatted(format.c_str(), logged ? *logged : epoch + 1);
  }
  result.append(at, pattern.cend());
  LACUNA_REQUIRE(result.find('{') == std::string::npos,
                 "ModelCheckpoint: a part of filepath in braces must be {name} or "
                 "{name:format}, as {epoch:02d}. Received: filepath='",
                 shown_utf8(pattern), "'.");
  return result;
}

ModelCheckpoint::ModelCheckpoint(const Model& model, ModelCheckpointOptions options)
    : ModelCheckpoint(std::move(options)) {
  model_ = model;
}

ModelCheckpoint::ModelCheckpoint(ModelCheckpointOptions options)
    : options_(std::move(options)), monitor_("ModelCheckpoint", options_.monitor, options_.mode) {
  checked_path("ModelCheckpoint", options_.filepath);
  LACUNA_REQUIRE(options_.period > 0,
                 "ModelCheckpoint: period must be positive. Received: period=", options_.period, ".");
}

void ModelCheckpoint::on_train_begin(const Logs&) {
  monitor_.ask(trainer);
  std::filesystem::path folder = std::filesystem::path(options_.filepath).parent_path();
  while (folder.string().find('{') != std::string::npos) folder = folder.parent_path();
  std::error_code none;
  if (!folder.empty() && !std::filesystem::is_directory(folder, none))
    path_failed("ModelCheckpoint", "the folder of filepath must be there", options_.filepath, ENOENT);
}

bool ModelCheckpoint::is_due(int epoch, const Logs& logs, const std::string& path) {
  if (++since_ < options_.period) return false;
  since_ = 0;
  const double before = best();
  if (options_.save_best_only) {
    const double* current = monitor_.find(logs);
    if (!current) return false;
    if (!monitor_.better(*current, before)) {
      if (options_.verbose > 0)
        print(epoch_line(epoch, text(monitor_.name(), " did not improve from ", formatted("%0.5f", before))));
      return false;
    }
    best_ = *current;
  }
  if (options_.verbose > 0)
    print(epoch_line(epoch, options_.save_best_only
                                ? text(monitor_.name(), " improved from ", formatted("%0.5f", before), " to ",
                                       formatted("%0.5f", best()), ", saving model to ", shown_utf8(path))
                                : text("saving model to ", shown_utf8(path))));
  return true;
}

void ModelCheckpoint::on_epoch_end(int epoch, Logs& logs) {
  const std::string path = format_path(options_.filepath, epoch, logs);
  if (!is_due(epoch, logs, path) || !model_) return;
  if (options_.save_weights_only) model_->save_weights(path);
  else model_->save(path);
}

}  // namespace lacuna::callbacks
