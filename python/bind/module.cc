// The Python module lacuna._core.
#include <optional>

#include "lacuna/base/dialect.h"
#include "lacuna/base/keys_aside.h"
#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/layers/layer.h"
#include "python/bind/argument.h"
#include "python/bind/gil.h"
#include "python/bind/handlers.h"
#include "python/bind/path.h"

namespace nb = nanobind;

namespace {

// As a context in Python: the keys of what this thread makes meanwhile come from the seed.
struct KeysFrom {
  explicit KeysFrom(uint64_t given) : seed(given) {}
  uint64_t seed;
  std::optional<lacuna::KeysAside> keys{};
};

}  // namespace

NB_MODULE(_core, m) {
  using namespace nb::literals;

  lacuna::bind::set_handlers();
  lacuna::bind::stop_threads_at_exit();
  lacuna::bind::def(m, "set_random_seed", lacuna::set_random_seed, "seed"_a);
  nb::class_<KeysFrom>(m, "KeysFrom")
      .def(nb::init<uint64_t>(), "seed"_a)
      .def("__enter__", [](KeysFrom& self) { self.keys.emplace(self.seed); })
      .def("__exit__", [](KeysFrom& self, const nb::args&) { self.keys.reset(); });
  lacuna::bind::def(m, "set_num_threads", lacuna::set_num_threads, "threads"_a);
  // For checks in Python: each returns the value, or raises an error `where: name must be …`.
  const auto door = [&](const char* name, auto to) {
    m.def(
        name,
        [to](nb::handle where, nb::handle argument, nb::handle value) {
          const nb::str of(where), named(argument);
          return to(lacuna::bind::Place{of.c_str(), named.c_str()}, value);
        },
        "where"_a.none(), "name"_a.none(), "value"_a.none());
  };
  door("flag", &lacuna::bind::to_flag);
  door("whole", [](const lacuna::bind::Place& at, nb::handle value) {
    return lacuna::bind::to_whole(at, value, INT64_MIN, INT64_MAX);
  });
  door("number", &lacuna::bind::to_float);
  door("text", &lacuna::bind::to_text);
  door("dims", [](const lacuna::bind::Place& at, nb::handle value) {
    return lacuna::bind::from_shape(lacuna::bind::to_dims(at, value));
  });
  m.def(
      "shown", [](nb::handle value) { return lacuna::bind::shown(value); }, "value"_a.none());
  m.def("unique_name", &lacuna::layers::unique_name, "class_name"_a);
  m.def(
      "set_keras", [](const std::string& version) { lacuna::config::set_keras(version); }, "version"_a);
  m.def("keras", &lacuna::config::keras);
  m.def("num_threads", &lacuna::num_threads);
  lacuna::num_threads();  // Warns now if LACUNA_NUM_THREADS is wrong.

  lacuna::bind::bind_errors(m);
  lacuna::bind::bind_tensor(m);
  lacuna::bind::bind_strings(m);
  lacuna::bind::bind_graph(m);
  lacuna::bind::bind_backend(m);
  lacuna::bind::bind_convolution(m);
  lacuna::bind::bind_settings(m);
  lacuna::bind::bind_layers(m);
  lacuna::bind::bind_features(m);
  lacuna::bind::bind_recurrent(m);
  lacuna::bind::bind_losses(m);
  lacuna::bind::bind_optimizers(m);
  lacuna::bind::bind_data(m);
  lacuna::bind::bind_datasets(m);
  lacuna::bind::bind_callbacks(m);
  lacuna::bind::bind_models(m);
  lacuna::bind::bind_cli(m);
  lacuna::bind::bind_serving(m);
}
