// What one run of a served model needs besides the model: plans with their memory, and the inputs in the form
// that these take. One thread at a time uses it.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "lacuna/graph/plan.h"
#include "lacuna/serving/input_feed.h"
#include "lacuna/serving/served_model.h"

namespace lacuna::serving {

class Workspace {
 public:
  explicit Workspace(const ServedModel& model);

  // Out: float or double. See Predictor::predict.
  template <class Out>
  void predict(size_t rows, std::span<const PredictorInput> inputs, std::span<const std::span<Out>> outputs);

 private:
  // The plan for inputs of these storages and dtypes, made at the first call with them.
  Plan& plan_for(std::span<const Spec> fed);

  const ServedModel& model_;
  std::vector<InputFeed> feeds_{};
  std::vector<Spec> fed_{};
  std::vector<const Tensor*> tensors_{};
  struct Prepared {
    std::vector<Spec> fed;
    std::unique_ptr<Plan> plan;
  };
  std::vector<Prepared> plans_{};
};

}  // namespace lacuna::serving
