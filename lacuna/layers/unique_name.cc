// The names of layers that the user gave none: numbers by class, for the whole process.
#include <map>
#include <mutex>

#include "lacuna/base/dialect.h"
#include "lacuna/base/message.h"
#include "lacuna/base/names.h"
#include "lacuna/layers/numbers_of_names.h"
#include "lacuna/layers/sketch.h"

namespace lacuna::layers {
namespace {

struct Numbers {
  std::mutex mutex;
  std::map<std::string, int> by_prefix;
};
Numbers& all_numbers() {
  static auto* table = new Numbers;
  return *table;
}

}  // namespace

int next_number(const std::string& prefix) {
  if (auto* aside = Sketch::numbers()) return ++(*aside)[prefix];
  Numbers& last = all_numbers();
  const std::lock_guard lock(last.mutex);
  return ++last.by_prefix[prefix];
}

std::string unique_name(const std::string& class_name) {
  const std::string prefix = snake_case(class_name);
  const int number = next_number(prefix);
  if (!speaks_keras_3()) return text(prefix, '_', number);
  return number == 1 ? prefix : text(prefix, '_', number - 1);
}

void reset_names() {
  Numbers& last = all_numbers();
  const std::lock_guard lock(last.mutex);
  last.by_prefix.clear();
}

std::map<std::string, int> last_numbers() {
  Numbers& last = all_numbers();
  const std::lock_guard lock(last.mutex);
  return last.by_prefix;
}

}  // namespace lacuna::layers
