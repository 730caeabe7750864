// Adagrad with one state per row.
#include "lacuna/optimizers/group_adagrad.h"

namespace lacuna::optimizers {
namespace {

struct GroupSums : Formula {
  explicit GroupSums(double epsilon_) : epsilon(epsilon_) {}
  double epsilon;
  bool row_states() const { return true; }
  bool moves_without_gradient() const { return false; }
  template <class T>
  kernels::GroupAdagrad<T> step(double rate, double) const {
    return {static_cast<T>(rate), static_cast<T>(epsilon)};
  }
};

void group_adagrad_list(Settings& s, GroupAdagrad& o) {
  list_common(s, o);
  s("epsilon", o.epsilon);
}
const bool group_adagrad_registered =
    Registry<Optimizer>::add<GroupAdagrad>({"groupadagrad", "GroupAdagrad"}, group_adagrad_list);

}  // namespace

std::shared_ptr<Optimizer> GroupAdagrad::make() const {
  const double eps = epsilon.value_or(1e-5);
  check_settings("GroupAdagrad", {{"epsilon", eps}});
  GroupAdagrad given = *this;
  given.epsilon = eps;
  return std::make_shared<Optimizer>("GroupAdagrad", group_adagrad_list, given, GroupSums{eps});
}

}  // namespace lacuna::optimizers
