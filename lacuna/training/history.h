// What fit returns: the logs of each epoch, by Keras 2.2.4's keys: loss, acc, val_loss, val_acc, …
#pragma once
#include <map>
#include <string>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

struct History {
  std::vector<int> epoch{};
  std::map<std::string, std::vector<double>> history{};
};

}  // namespace lacuna
