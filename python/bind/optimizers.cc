// Optimizers; their rates are variables.
#include "lacuna/optimizers/optimizer.h"

#include "lacuna/optimizers/adadelta.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/adamax.h"
#include "lacuna/optimizers/ftrl.h"
#include "lacuna/optimizers/group_adagrad.h"
#include "lacuna/optimizers/nadam.h"
#include "lacuna/optimizers/rmsprop.h"
#include "lacuna/optimizers/sgd.h"
#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

using O = Arg<optimizers::Optimizer>;

// What all settings have.
struct Common {
  double lr, decay;
  bool lazy_update;
  double clipnorm, clipvalue, global_clipnorm;
};

template <class Settings>
O made(Settings settings, const Common& common) {
  settings.lr = common.lr;
  if constexpr (requires { settings.decay; }) settings.decay = common.decay;
  settings.lazy_update = common.lazy_update;
  settings.clipnorm = common.clipnorm;
  settings.clipvalue = common.clipvalue;
  settings.global_clipnorm = common.global_clipnorm;
  return O(settings);
}

}  // namespace

void bind_optimizers(nb::module_& m) {
  using namespace optimizers;
  nb::class_<Common>(m, "OptimizerCommon")
      .def(
          "__init__",
          [](Common* self, const std::string& where, nb::handle lr, nb::handle decay, nb::handle lazy_update,
             nb::handle clipnorm, nb::handle clipvalue, nb::handle global_clipnorm) {
            const auto number = [&](const char* name, nb::handle given) {
              return given.is_none() ? 0 : to_float({where.c_str(), name}, given);
            };
            new (self) Common{to_float({where.c_str(), "lr"}, lr),
                              to_float({where.c_str(), "decay"}, decay),
                              to_flag({where.c_str(), "lazy_update"}, lazy_update),
                              number("clipnorm", clipnorm),
                              number("clipvalue", clipvalue),
                              number("global_clipnorm", global_clipnorm)};
          },
          "where"_a, "lr"_a.none(), "decay"_a.none(), "lazy_update"_a.none(), "clipnorm"_a.none(),
          "clipvalue"_a.none(), "global_clipnorm"_a.none());
  nb::class_<O>(m, "Optimizer")
      .def_prop_ro("class_name", [](const O& o) { return o->class_name(); })
      .def_prop_ro("config", [](const O& o) { return from_config(without_gil([&] { return o->config(); })); })
      .def_prop_ro("lr", [](const O& o) { return VariableHandle{o->lr}; })
      .def_prop_ro("decay", [](const O& o) { return VariableHandle{o->decay}; })
      .def_prop_ro("iterations", [](const O& o) { return VariableHandle{o->iterations}; });
  def(
      m, "optimizer", [](const std::string& name) { return O(name); }, "name"_a);
  def(
      m, {"sgd", "SGD"},
      [](double momentum, bool nesterov, const Common& common) {
        return made(SGD{.momentum = momentum, .nesterov = nesterov}, common);
      },
      "momentum"_a, "nesterov"_a, "common"_a);
  def(
      m, {"rmsprop", "RMSprop"},
      [](double rho, std::optional<double> epsilon, const Common& common) {
        return made(RMSprop{.rho = rho, .epsilon = epsilon}, common);
      },
      "rho"_a, "epsilon"_a.none(), "common"_a);
  def(
      m, {"adagrad", "Adagrad"},
      [](std::optional<double> epsilon, const Common& common) {
        return made(Adagrad{.epsilon = epsilon}, common);
      },
      "epsilon"_a.none(), "common"_a);
  def(
      m, {"groupadagrad", "GroupAdagrad"},
      [](std::optional<double> epsilon, const Common& common) {
        return made(GroupAdagrad{.epsilon = epsilon}, common);
      },
      "epsilon"_a.none(), "common"_a);
  def(
      m, {"adadelta", "Adadelta"},
      [](double rho, std::optional<double> epsilon, const Common& common) {
        return made(Adadelta{.rho = rho, .epsilon = epsilon}, common);
      },
      "rho"_a, "epsilon"_a.none(), "common"_a);
  def(
      m, {"adam", "Adam"},
      [](double beta_1, double beta_2, std::optional<double> epsilon, bool amsgrad, const Common& common) {
        return made(Adam{.beta_1 = beta_1, .beta_2 = beta_2, .epsilon = epsilon, .amsgrad = amsgrad}, common);
      },
      "beta_1"_a, "beta_2"_a, "epsilon"_a.none(), "amsgrad"_a, "common"_a);
  def(
      m, {"adamw", "AdamW"},
      [](double weight_decay, double beta_1, double beta_2, std::optional<double> epsilon, bool amsgrad,
         const Common& common) {
        return made(AdamW{.weight_decay = weight_decay,
                          .beta_1 = beta_1,
                          .beta_2 = beta_2,
                          .epsilon = epsilon,
                          .amsgrad = amsgrad},
                    common);
      },
      "weight_decay"_a, "beta_1"_a, "beta_2"_a, "epsilon"_a.none(), "amsgrad"_a, "common"_a);
  def(
      m, {"adamax", "Adamax"},
      [](double beta_1, double beta_2, std::optional<double> epsilon, const Common& common) {
        return made(Adamax{.beta_1 = beta_1, .beta_2 = beta_2, .epsilon = epsilon}, common);
      },
      "beta_1"_a, "beta_2"_a, "epsilon"_a.none(), "common"_a);
  def(
      m, {"nadam", "Nadam"},
      [](double beta_1, double beta_2, std::optional<double> epsilon, double schedule_decay,
         const Common& common) {
        return made(
            Nadam{.beta_1 = beta_1, .beta_2 = beta_2, .epsilon = epsilon, .schedule_decay = schedule_decay},
            common);
      },
      "beta_1"_a, "beta_2"_a, "epsilon"_a.none(), "schedule_decay"_a, "common"_a);
  def(
      m, {"ftrl", "Ftrl"},
      [](double initial_accumulator_value, double l1_regularization_strength,
         double l2_regularization_strength, double beta, const Common& common) {
        return made(Ftrl{.initial_accumulator_value = initial_accumulator_value,
                         .l1_regularization_strength = l1_regularization_strength,
                         .l2_regularization_strength = l2_regularization_strength,
                         .beta = beta},
                    common);
      },
      "initial_accumulator_value"_a, "l1_regularization_strength"_a, "l2_regularization_strength"_a, "beta"_a,
      "common"_a);
}

}  // namespace lacuna::bind
