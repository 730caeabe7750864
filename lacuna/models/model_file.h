// A saved model on its way back, part by part, for who makes the layers itself.
#pragma once
#include <optional>

#include "lacuna/models/model.h"
#include "lacuna/saving/hdf5.h"

namespace lacuna {

class ModelFile {
 public:
  explicit ModelFile(hdf5::File file);

  Config model_config() const;  // {"class_name": …, "config": …}
  std::optional<Config> training_config() const;

  void restore_weights(Model& model) const;
  // After compile: the optimizer's state and the random numbers'. Where the file's are of no use, of Keras'
  // files mostly, a warning says that the optimizer starts anew.
  void restore_training(Model& model) const;

 private:
  hdf5::File file_;
};

}  // namespace lacuna
