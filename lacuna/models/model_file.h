// A saved model that is read part by part, for callers that make the layers themselves.
#pragma once
#include <optional>
#include <string>

#include "lacuna/hdf5/hdf5.h"
#include "lacuna/models/model.h"

namespace LACUNA_EXPORT lacuna {

class ModelFile {
 public:
  explicit ModelFile(hdf5::File file);
  // where: what errors start with.
  static ModelFile open(const char* where, const std::string& path);

  const Config& model_config() const { return model_config_; }  // {"class_name": …, "config": …}
  std::optional<Config> training_config() const;
  // The most bytes that weights may take: for a layers::WeightLimit while the model is made.
  double weight_bytes() const { return static_cast<double>(file_.room()); }

  // Restores the weights and, from a file of Lacuna, the state of random numbers.
  void restore_weights(Model& model) const;
  // After compile: restores the optimizer's state. If the file's does not fit, as in files of Keras, warns
  // that the optimizer starts anew.
  void restore_training(Model& model) const;
  // That of the optimizer; none in a file without one.
  std::optional<double> learning_rate() const;
  // Where fit was when it was saved; none if it was saved outside of fit.
  const std::optional<Trainer::Position>& position() const { return position_; }

 private:
  hdf5::File file_;
  Config model_config_{};
  std::optional<Config> training_config_{};
  std::optional<Trainer::RandomState> random_{};  // Only from a file of Lacuna.
  std::optional<Trainer::Position> position_{};
  std::string note_{};
};

}  // namespace lacuna
