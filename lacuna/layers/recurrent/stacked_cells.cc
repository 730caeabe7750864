// Cells one above the other.
#include <algorithm>

#include "lacuna/layers/recurrent/cell.h"
#include "lacuna/layers/recurrent/nested.h"

namespace lacuna::layers {
namespace {

void stacked_list(Settings& s, std::vector<std::shared_ptr<Cell>>& cells, StackedOptions& o) {
  nested(s, "cells", cells);
  if (s.reads() || o.reverse_state_order) s("reverse_state_order", o.reverse_state_order);
}
const bool stacked_registered = known<StackedRNNCells>("StackedRNNCells", stacked_list);

}  // namespace

StackedRNNCells::StackedRNNCells(std::vector<std::shared_ptr<Cell>> cells, const StackedOptions& options)
    : Cell(common(options), "StackedRNNCells"),
      cells_(std::move(cells)),
      reversed_(options.reverse_state_order) {
  describe(stacked_list, cells_, options);
  LACUNA_REQUIRE(!cells_.empty(), "StackedRNNCells: there must be a cell or more. Received: none.");
}

std::vector<std::shared_ptr<Cell>> StackedRNNCells::by_states() const {
  return reversed_ ? std::vector(cells_.rbegin(), cells_.rend()) : cells_;
}

std::vector<Dim> StackedRNNCells::state_size() const {
  std::vector<Dim> sizes;
  for (const auto& cell : by_states())
    for (const Dim size : cell->state_size()) sizes.push_back(size);
  return sizes;
}

bool StackedRNNCells::takes_constants() const {
  return std::ranges::any_of(cells_, [](const auto& cell) { return cell->takes_constants(); });
}

void StackedRNNCells::build(const std::vector<Shape>& input_shapes) {
  std::vector<Shape> shapes = input_shapes;
  for (const auto& cell : cells_) {
    hold(*cell);
    cell->make_weights_for(cell->takes_constants() ? shapes : std::vector<Shape>{shapes[0]});
    shapes[0].back() = cell->output_size();
  }
}

Symbol StackedRNNCells::prepare(const CellCall& call, const Symbol& x, const RowsThatCount& rows) const {
  return cells_[0]->prepare(call, x, rows);
}

bool StackedRNNCells::branches_on_training() const {
  return std::ranges::any_of(cells_, [](const auto& cell) { return cell->branches_on_training(); });
}

StepFunction StackedRNNCells::step(const CellCall& call) const {
  std::vector<StepFunction> steps;
  for (const auto& cell : cells_) {
    CellCall one = call;
    one.prepared = call.prepared && steps.empty();
    if (!cell->takes_constants()) one.constants.clear();
    steps.push_back(cell->step(one));
  }
  std::vector<size_t> firsts(cells_.size(), 0);  // Where the states of each cell stand.
  size_t count = 0;
  for (size_t k = 0; k < cells_.size(); ++k) {
    const size_t i = reversed_ ? cells_.size() - 1 - k : k;
    firsts[i] = count;
    count += cells_[i]->state_size().size();
  }
  return [steps, firsts, this](const std::vector<Symbol>& x, const std::vector<Symbol>& states) {
    StepResult result{x[0], std::vector<Symbol>(states.size())};
    for (size_t i = 0; i < steps.size(); ++i) {
      const auto begin = states.begin() + static_cast<std::ptrdiff_t>(firsts[i]);
      const auto end = begin + static_cast<std::ptrdiff_t>(cells_[i]->state_size().size());
      StepResult one = steps[i]({result.output}, std::vector<Symbol>(begin, end));
      LACUNA_REQUIRE(one.states.size() == static_cast<size_t>(end - begin), cells_[i]->name(),
                     ": a step must return a new state for each state. Received: new states=",
                     one.states.size(), ", states=", end - begin, ".");
      result.output = one.output;
      std::ranges::copy(one.states, result.states.begin() + static_cast<std::ptrdiff_t>(firsts[i]));
    }
    return result;
  };
}

}  // namespace lacuna::layers
