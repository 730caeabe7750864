// Runs the front of a network (network/front.h) on a packed batch.
#pragma once
#include <memory>
#include <vector>

#include "lacuna/graph/plan.h"
#include "lacuna/network/network.h"
#include "lacuna/network/on_fed.h"

namespace lacuna {

// See network/on_fed.h.
OnFed on_fed_inputs(const Network& network, const std::vector<Symbol>& outputs, std::span<const Spec> fed);

class Front {
 public:
  // fed: storage and dtype of each input.
  Front(const Network& network, std::span<const Spec> fed);

  // Storage and dtype of each result.
  std::vector<Spec> specs() const;
  // Appends the results to the inputs of a batch. They stay valid during the following call.
  void run(std::vector<const Tensor*>& batch);

 private:
  std::vector<Symbol> results_;
  std::unique_ptr<Plan> plans_[2]{};  // In turns, since a batch is still read while the next is made.
  size_t turn_ = 0;
};

}  // namespace lacuna
