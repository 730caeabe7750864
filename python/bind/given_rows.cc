// Calls Python's functions for rows. Their arrays are copied at once, since Python may change or free them.
#include "python/bind/given_rows.h"

#include <memory>
#include <set>

#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

constexpr const char *kWeight = "sample_weight", *kQuery = "query";

Array copied(nb::handle view) { return Array(nb::cast<ArrayHandle&>(view).array.tensor().copy()); }

void copy_all(std::map<std::string, Array>& to, nb::handle views) {
  if (views.is_none()) return;
  for (const auto& [name, view] : nb::borrow<nb::dict>(views))
    to.emplace(to_text({"batches", "a name"}, name), copied(view));
}

// Which names stay targets. Where there is no target, 'y' is one.
std::set<std::string> targets_of(const data::LoadedRows& rows) {
  std::set<std::string> names;
  for (const auto& [name, array] : rows.y) names.insert(name);
  if (names.empty() && !rows.x.contains("y")) names.insert("y");
  return names;
}

}  // namespace

nb::dict to_dict_of_parts(const data::LoadedRows& rows) {
  nb::dict result;
  const auto add = [&](const std::string& name, const Array& array) {
    LACUNA_REQUIRE(!result.contains(name.c_str()),
                   "map: parts must have different names, also inputs and targets. Received: '", name,
                   "' twice.");
    result[name.c_str()] = from_tensor(Tensor(array.tensor()));
  };
  for (const auto& [name, array] : rows.x) add(name, array);
  for (const auto& [name, array] : rows.y) add(name, array);
  if (rows.sample_weight.given()) add(kWeight, rows.sample_weight);
  if (rows.query.given()) add(kQuery, rows.query);
  return result;
}

data::RowFunction to_row_function(nb::handle function) {
  return [function = WeakObject(function, "map", "function")](const data::LoadedRows& rows) {
    const WithGil gil;
    const nb::object views = function.get()(to_dict_of_parts(rows));
    const std::set<std::string> targets = targets_of(rows);
    data::LoadedRows result;
    for (const auto& [key, view] : nb::borrow<nb::dict>(views)) {
      const std::string name = to_text({"map", "a name"}, key);
      if (name == kWeight) result.sample_weight = copied(view);
      else if (name == kQuery) result.query = copied(view);
      else (targets.contains(name) ? result.y : result.x).emplace(name, copied(view));
    }
    return result;
  };
}

std::function<data::NextBatch()> to_passes(nb::handle function) {
  return [function = WeakObject(function, "batches", "source")]() -> data::NextBatch {
    const WithGil gil;
    const auto next = std::make_shared<const HeldObject>(function.get()());
    return [next]() -> std::optional<data::LoadedRows> {
      const WithGil inner;
      const nb::object batch = next->get()();
      if (batch.is_none()) return std::nullopt;
      data::LoadedRows rows;
      copy_all(rows.x, batch[0]);
      copy_all(rows.y, batch[1]);
      if (const nb::object weight = batch[2]; !weight.is_none()) rows.sample_weight = copied(weight);
      return rows;
    };
  };
}

}  // namespace lacuna::bind
