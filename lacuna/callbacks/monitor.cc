// The value of the logs that a callback watches.
#include "lacuna/callbacks/monitor.h"

#include <limits>

#include "lacuna/base/error.h"
#include "lacuna/base/message.h"
#include "lacuna/base/names.h"
#include "lacuna/metrics/metrics.h"
#include "lacuna/training/trainer.h"

namespace lacuna::callbacks {

Monitor::Monitor(const char* where, std::string name, const std::string& mode)
    : where_(where), name_(std::move(name)), auto_(mode == "auto"), larger_(mode == "max") {
  LACUNA_REQUIRE(mode == "auto" || mode == "min" || mode == "max", where,
                 ": mode must be 'auto', 'min' or 'max'. Received: mode=", in_quotes(mode), ".");
  ask(nullptr);
}

void Monitor::ask(const Trainer* trainer) {
  if (!auto_) return;
  larger_ = trainer && trainer->is_compiled() ? trainer->compiled(where_)->larger_is_better(name_)
                                              : metrics::larger_is_better(name_);
}

double Monitor::worst() const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return larger_ ? -kInfinity : kInfinity;
}

const double* Monitor::find(const Logs& logs) const {
  const double* value = callbacks::find(logs, name_);
  if (value) return value;
  std::string known;
  for (const auto& entry : logs) known += (known.empty() ? "" : ", ") + entry.first;
  warn(text(where_, ": monitor must be one of the logs. Received: monitor=", in_quotes(name_),
            "; logs: ", known, "."));
  return nullptr;
}

}  // namespace lacuna::callbacks
