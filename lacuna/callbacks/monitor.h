// What a callback watches in the logs, and which way is better.
#pragma once
#include <string>

#include "lacuna/training/callback.h"

namespace LACUNA_EXPORT lacuna {
namespace callbacks {

class Monitor {
 public:
  // mode: "min", "max", or "auto": see ask. where: what errors and warnings start with.
  Monitor(const char* where, std::string name, const std::string& mode);
  // Called when fit begins: with "auto" the model's metric of that name says which way is better; without a
  // compiled model the name does.
  void ask(const Trainer* trainer);

  const std::string& name() const { return name_; }
  bool better(double value, double than, double by = 0) const {
    return larger_ ? value - by > than : value + by < than;
  }
  double worst() const;
  // The monitored value; if it is missing, null with a warning that lists the logs.
  const double* find(const Logs& logs) const;

 private:
  const char* where_;
  std::string name_;
  bool auto_, larger_;
};

}  // namespace callbacks
}  // namespace lacuna
