// A saved model on its way back, part by part, for who makes the layers itself.
#pragma once
#include <optional>

#include "lacuna/models/model.h"
#include "lacuna/saving/hdf5.h"

namespace lacuna {

class ModelFile {
 public:
  explicit ModelFile(hdf5::File file);

  const Config& model_config() const { return model_config_; }  // {"class_name": …, "config": …}
  std::optional<Config> training_config() const;
  // What the weights may take: a WeightLimit while the model is made.
  double weight_bytes() const { return static_cast<double>(file_.room()); }

  void restore_weights(Model& model) const;
  // After compile: the optimizer's state and the random numbers'. Where the file's are of no use, of Keras'
  // files mostly, a warning says that the optimizer starts anew.
  void restore_training(Model& model) const;

 private:
  hdf5::File file_;
  Config model_config_{};
  std::optional<Config> training_config_{};
  std::optional<Trainer::RandomState> random_{};  // Of a file of ours.
};

}  // namespace lacuna
