// Memory that encoding keeps from call to call, so that a step of training allocates nothing.
#pragma once
#include <memory>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

// One call at a time may use it.
class Workspace {
 public:
  Workspace();
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // For functions of this room.
  struct Parts;
  Parts& parts() { return *parts_; }

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace features
}  // namespace lacuna
