// One function for each room, each in a file of its own; module.cc calls them from the lowest room up. Only
// the package's own modules use what they bind: the public signatures and docs are there. Objects of the
// library are bound as values (an Arg, an AnyLayer, a Variable's pointer), so that the library never holds an
// object of Python.
#pragma once
#include <nanobind/nanobind.h>
// Included for all files: one that used a std::string without its caster would change the casts of all
// others.
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

namespace lacuna::bind {

namespace nb = nanobind;
using namespace nanobind::literals;

void bind_errors(nb::module_& m);
void bind_tensor(nb::module_& m);
void bind_strings(nb::module_& m);
void bind_graph(nb::module_& m);
void bind_backend(nb::module_& m);
void bind_convolution(nb::module_& m);
void bind_settings(nb::module_& m);
void bind_layers(nb::module_& m);
void bind_features(nb::module_& m);
void bind_recurrent(nb::module_& m);
void bind_losses(nb::module_& m);
void bind_optimizers(nb::module_& m);
void bind_data(nb::module_& m);
void bind_datasets(nb::module_& m);
void bind_callbacks(nb::module_& m);
void bind_models(nb::module_& m);
void bind_cli(nb::module_& m);
void bind_serving(nb::module_& m);

}  // namespace lacuna::bind
