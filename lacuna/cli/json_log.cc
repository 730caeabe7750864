// Lines of JSON.
#include "lacuna/cli/json_log.h"

#include <cerrno>
#include <cmath>

#include "lacuna/base/path.h"
#include "lacuna/saving/json.h"

namespace lacuna::cli {

JsonLog::JsonLog(const Session& session, const std::string& path, bool more)
    : session_(session), path_(path) {
  if (path == "-") return;
  file_.open(checked_path("--log", path), std::ios::binary | (more ? std::ios::app : std::ios::trunc));
  if (!file_) path_failed("--log", "the file must be writable", path, errno);
}

void JsonLog::on_train_begin(const callbacks::Logs&) {
  Config values{{"epochs", params.epochs}, {"batch_size", params.batch_size}};
  if (params.samples > 0) values["rows"] = params.samples;
  tell("start", std::move(values));
}

void JsonLog::on_epoch_end(int epoch, callbacks::Logs& logs) {
  Config values{{"epoch", epoch + 1}};
  for (const auto& [name, value] : logs) values[name] = std::isfinite(value) ? Setting(value) : Setting();
  tell("epoch", std::move(values));
}

void JsonLog::tell(const std::string& event, Config values) {
  values["event"] = event;
  values["seconds"] =
      std::round(std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() * 1000) /
      1000;
  const std::string line = to_json(values) + "\n";
  if (!file_.is_open()) {
    session_.write(line);
    return session_.flush();
  }
  file_ << line << std::flush;
  if (!file_) path_failed("--log", "the file must be writable", path_, errno);
}

}  // namespace lacuna::cli
