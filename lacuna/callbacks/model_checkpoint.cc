// Saves the model after epochs.
#include "lacuna/callbacks/model_checkpoint.h"

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "lacuna/base/message.h"
#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"

namespace lacuna::callbacks {
namespace {

std::string formatted(const char* format, double value) {
  char shown[512];  // A width has two digits at most, a double 309 before the point.
  std::snprintf(shown, sizeof shown, format, value);
  return shown;
}

std::string epoch_line(int epoch, const std::string& rest) {
  return text(formatted("\nEpoch %05.0f: ", epoch + 1), rest, "\n");
}

// {name} or {name:format} of a path; of the format "05.2f" the numbers are 05.2 and the kind is f.
struct Field {
  std::string name, numbers, kind;
  size_t size = 0;  // Characters with the braces; 0: it is none.
};

Field field_of(std::string_view text) {
  Field field;
  size_t at = 1;
  const auto digits = [&](size_t most) {
    const size_t begin = at;
    while (at < text.size() && at - begin < most && std::isdigit(static_cast<unsigned char>(text[at]))) ++at;
    return at - begin;
  };
  const auto is = [&](std::string_view among) {
    return at < text.size() && among.find(text[at]) != text.npos;
  };
  while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_')) ++at;
  field.name = text.substr(1, at - 1);
  if (is(":")) {
    const size_t begin = ++at;
    if (is("0")) ++at;
    digits(2);
    if (is(".")) {
      ++at;
      if (digits(2) == 0) return field;
    }
    field.numbers = text.substr(begin, at - begin);
    if (is("defg")) field.kind = text[at++];
  }
  if (!field.name.empty() && is("}")) field.size = at + 1;
  return field;
}

}  // namespace

std::string format_path(const std::string& pattern, int epoch, const Logs& logs) {
  std::string result;
  for (size_t at = 0; at < pattern.size();) {
    if (pattern[at] != '{') {
      result += pattern[at++];
      continue;
    }
    const Field field = field_of(std::string_view(pattern).substr(at));
    LACUNA_REQUIRE(field.size,
                   "ModelCheckpoint: a part of filepath in braces must be {name} or "
                   "{name:format}, as {epoch:02d}. Received: filepath='",
                   shown_utf8(pattern), "'.");
    const double* logged = find(logs, field.name);
    LACUNA_REQUIRE(logged || field.name == "epoch",
                   "ModelCheckpoint: filepath must name the epoch or what is in the logs. "
                   "Received: '",
                   pattern.substr(at, field.size), "' in filepath='", shown_utf8(pattern), "'.");
    const bool whole = field.kind == "d" || (!logged && field.kind.empty());
    const std::string kind = whole ? "f" : field.kind.empty() ? "g" : field.kind;
    const std::string format = text("%", field.numbers, whole ? ".0" : "", kind);
    result += formatted(format.c_str(), logged ? *logged : epoch + 1);
    at += field.size;
  }
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
  inform(text("ModelCheckpoint: the model of epoch ", epoch + 1, " goes into '", shown_utf8(path), "'."));
  return true;
}

void ModelCheckpoint::on_epoch_end(int epoch, Logs& logs) {
  const std::string path = format_path(options_.filepath, epoch, logs);
  if (!is_due(epoch, logs, path) || !model_) return;
  if (options_.save_weights_only) model_->save_weights(path);
  else model_->save(path);
}

}  // namespace lacuna::callbacks
