// What a stopped command was told.
#include "lacuna/cli/resume.h"

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "lacuna/base/path.h"
#include "lacuna/base/replace_file.h"
#include "lacuna/base/utf8.h"
#include "lacuna/cli/session.h"
#include "lacuna/saving/json.h"

namespace lacuna::cli {
namespace {

namespace fs = std::filesystem;

std::string settings_file(const std::string& resume) { return backup_file(resume) + ".command.json"; }

Setting number_or_none(const std::optional<double>& number) { return number ? Setting(*number) : Setting(); }

Config settings_of(const TrainOptions& o, const Task& task) {
  Config c{{"loss", task.loss},
           {"l1", o.l1},
           {"l2", o.l2},
           {"dropout", o.dropout},
           {"no-bias", o.no_bias},
           {"dense-weight", o.dense_weight},
           {"labels-as-they-are", o.labels_as_they_are},
           {"no-shuffle", o.no_shuffle},
           {"batch-size", o.batch_size},
           {"seed", std::to_string(o.seed)},
           {"validation-split", o.validation_split},
           {"optimizer", o.initial.empty() ? optimizer_of(o) : std::string()},
           {"learning-rate", number_or_none(o.learning_rate ? o.learning_rate : o.ftrl_alpha)},
           {"ftrl_beta", number_or_none(o.ftrl_beta)},
           {"c", number_or_none(o.cost)},
           {"B", number_or_none(o.bias)},
           {"s", o.solver ? Setting(*o.solver) : Setting()},
           {"classes", o.classes},
           {"oaa", o.oaa},
           {"initial_regressor", o.initial},
           {"model", o.model}};
  if (o.initial.empty() && o.model.ends_with(".json")) c["model in JSON"] = text_of_file(o.model);
  return c;
}

std::string shown(const Config& config, const std::string& name) {
  const auto found = config.find(name);
  return found == config.end() ? "None" : to_string(found->second);
}

// Numbers that JSON wrote without a fraction are whole when they are read.
bool same(const Setting& a, const Setting& b) {
  const auto number = [](const Setting& s) -> std::optional<double> {
    if (const auto* whole = s.as<int64_t>()) return static_cast<double>(*whole);
    if (const auto* value = s.as<double>()) return *value;
    return std::nullopt;
  };
  const auto x = number(a), y = number(b);
  return x && y ? *x == *y : a == b;
}

void write_settings(const std::string& path, const Config& settings) {
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) path_failed("--resume", "the folder must be there or be made", folder.string(), error.value());
  ReplaceFile replaced("--resume", path);
  errno = 0;
  std::ofstream file(replaced.temporary(), std::ios::binary);
  file << to_json(settings) << '\n';
  file.close();
  if (!file) path_failed("--resume", "the file must be writable", path, errno);
  replaced.finish(false);
}

}  // namespace

std::string backup_file(const std::string& resume) {
  const fs::path path(resume), end = path.extension();
  std::error_code none;
  const bool is_file = end == ".h5" || end == ".hdf5" || end == ".keras";
  return is_file && !fs::is_directory(path, none) ? resume : (path / "backup.h5").string();
}

void require_same_command(const TrainOptions& o, const Task& task) {
  const std::string backup = backup_file(o.resume), path = settings_file(o.resume);
  const Config now = settings_of(o, task);
  std::error_code none;
  if (!fs::exists(backup, none)) return write_settings(path, now);
  if (!fs::exists(path, none)) return;  // A backup that another program made.
  const Config before = from_json("--resume", text_of_file(path));
  for (const auto& [name, value] : now) {
    const auto found = before.find(name);
    if (found == before.end() || same(found->second, value)) continue;
    throw WrongOptions(
        text("--resume: the command must have the settings of the one that was stopped, apart from "
             "--epochs; another folder, or none, begins anew. Received: ",
             name, "=", shown(now, name), ", where '", shown_utf8(backup), "' is of ", name, "=",
             shown(before, name), "."));
  }
}

void remove_backup(const std::string& resume) {
  std::error_code none;
  fs::remove(backup_file(resume), none);
  fs::remove(settings_file(resume), none);
}

}  // namespace lacuna::cli
