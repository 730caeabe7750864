// Sketch: while it lives, a layer that this thread calls for the first time makes weights without values, and
// no call is recorded; at its end all layers are as they were before. So the shape of an output can be asked
// of a layer that has no weights yet, whatever these would weigh.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/base/keys_aside.h"
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

class Sketch {
 public:
  Sketch();
  ~Sketch();
  Sketch(const Sketch&) = delete;
  Sketch& operator=(const Sketch&) = delete;

  static bool is_on();  // In this thread.
  // Remembers how a layer is, unless it is known already. Does nothing outside of a sketch.
  static void keep(const std::shared_ptr<LayerState>& layer);
  // The last numbers of names that were given in this sketch; null outside of one.
  static std::map<std::string, int>* numbers();

 private:
  struct Kept {
    std::shared_ptr<LayerState> layer;
    bool built;
    size_t weights, inner;
  };
  Apart apart_{};
  KeysAside keys_{};
  std::vector<Kept> kept_{};
  std::map<std::string, int> numbers_;
  Sketch* before_;
};

}  // namespace layers
}  // namespace lacuna
