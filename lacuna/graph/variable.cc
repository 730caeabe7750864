// Weights, and the nodes without inputs: variables, placeholders, constants.
#include "lacuna/graph/variable.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "lacuna/graph/assignment.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/values_needed.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

std::string unique_key(const char* kind) {
  static std::atomic<uint64_t> count{0};
  return text(kind, '#', count++);
}

// A leaf computes nothing: the plan puts its tensor in place.
class Leaf : public Op {
 public:
  Leaf(const char* kind, Spec spec, std::string key)
      : kind_(kind), spec_(std::move(spec)), key_(std::move(key)) {}
  std::string_view name() const override { return kind_; }
  std::string key() const override { return key_; }
  std::string_view cost(const Rule&) const override { return kShared; }
  const Rules& rules() const override {
    static const Rules none;
    return none;
  }
  std::vector<Spec> infer(std::span<const Spec>) const override { return {spec_}; }

 private:
  const char* kind_;
  Spec spec_;
  std::string key_;
};

struct ReadVariable final : Leaf {
  explicit ReadVariable(VariablePtr v)
      : Leaf("variable", v->spec(), text("variable#", v.get())), variable(std::move(v)) {}
  VariablePtr variable;
};

struct Placeholder final : Leaf {
  Placeholder(Spec spec, std::string label)
      : Leaf("placeholder", std::move(spec), unique_key("placeholder")), name_given(std::move(label)) {}
  std::string name_given;
};

struct Constant final : Leaf {
  Constant(Tensor v, std::string key) : Leaf("constant", v.spec(), std::move(key)), value(std::move(v)) {}
  Tensor value;
};

}  // namespace

Variable::Variable(std::string name, const Spec& spec, const Draw& draw)
    : name_(std::move(name)), spec_(spec) {
  if (spec.storage == Storage::row_table) {
    value_ = Tensor(std::make_shared<RowTable>(spec.shape, spec.dtype, draw));
    return;
  }
  tensor::Dense dense;
  dense.resize(spec.shape, spec.dtype);
  const size_t rows = spec.shape.size() < 2 ? 1 : static_cast<size_t>(spec.shape[0]);
  const size_t width = rows ? dense.size() / rows : 0;
  with_float("Variable", spec.dtype, [&](auto tag) {
    const auto values = dense.values<typename decltype(tag)::type>();
    for (size_t r = 0; r < rows; ++r) draw.row(static_cast<int64_t>(r), values.subspan(r * width, width));
  });
  value_ = std::move(dense);
}

Variable::Variable(std::string name, Tensor value)
    : name_(std::move(name)), spec_(value.spec()), value_(std::move(value)) {
  LACUNA_REQUIRE(spec_.storage != Storage::row_sparse,
                 "Variable: the value must be dense, csr or a table. Received: ", spec_, ".");
}

Variable::Variable(std::string name, const Spec& spec) : name_(std::move(name)), spec_(spec) {
  LACUNA_REQUIRE(spec.storage == Storage::dense && !spec.shape.empty() && spec.shape[0] == -1,
                 "Variable: the number of rows must be unknown. Received: ", spec, ".");
  Shape none = spec.shape;
  none[0] = 0;
  tensor::Dense rows;
  rows.resize(none, spec.dtype);
  value_ = std::move(rows);
}

void Variable::set_behind(std::shared_ptr<Behind> behind) {
  if (is_table()) value_.table().set_behind(behind);  // A table catches up rows that are read.
  behind_ = std::move(behind);
}

void require_values(const Variable& variable) {
  const Spec& spec = variable.spec();
  LACUNA_REQUIRE(
      spec.storage != Storage::dense || variable.value().dense().data.bytes() > 0 ||
          variable.value().dense().size() == 0,
      "Variable: a weight has no values while the shape of a layer's output is computed: build and "
      "call must not read them. Received: weight '",
      variable.name(), "' ", spec, ".");
}

Tensor Variable::copy() const {
  require_values(*this);
  const auto turn = turn_.take();
  if (is_table()) return value_.table().to_row_sparse();
  const Tensor* caught_up = behind_ ? behind_->caught_up() : nullptr;
  return (caught_up ? *caught_up : value_).copy();
}

Variable::~Variable() { set_behind(nullptr); }  // A table may outlive this, and `behind` points here.

tensor::Dense Variable::to_dense() const {
  const auto turn = turn_.take();
  if (is_table()) return value_.table().to_dense();
  return spec_.storage == Storage::csr ? lacuna::to_dense(value_) : copy().dense();
}

void Variable::assign(const tensor::Dense& values) {
  const auto turn = turn_.take();
  lacuna::assign({{this, values}});
}

void Variable::assign(const Tensor& values) {
  if (values.storage() == Storage::dense) return assign(values.dense());
  LACUNA_REQUIRE(
      values.storage() == Storage::csr && spec_.storage == Storage::csr && values.shape() == spec_.shape,
      "set_value: the value must have the shape and storage of the variable. Received: value=", values.spec(),
      ", variable '", name_, "' ", spec_, ".");
  Tensor same = cast(values, spec_.dtype);
  const auto turn = turn_.take();
  value_ = std::move(same);
}

size_t Variable::bytes() const {
  const auto turn = turn_.take();
  return value_.bytes();
}

std::vector<Neighbour> Variable::nearest(int64_t id, int64_t k, Likeness likeness) {
  require_values(*this);
  const auto turn = turn_.take();
  return nearest_rows("nearest", name_, value_, behind_.get(), id, k, likeness);
}

double Variable::scalar() const {
  const auto turn = turn_.take();
  return with_dtype(spec_.dtype, [&](auto tag) {
    return static_cast<double>(value_.dense().values<typename decltype(tag)::type>()[0]);
  });
}

void Variable::set_scalar(double value) {
  const auto turn = turn_.take();
  with_dtype(spec_.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    value_.dense().values<T>()[0] = static_cast<T>(value);
  });
}

Symbol read(const VariablePtr& variable) { return apply(std::make_shared<ReadVariable>(variable), {}); }

VariablePtr variable_of(const Symbol& symbol) {
  const auto* op = symbol ? dynamic_cast<const ReadVariable*>(&symbol.node()->op()) : nullptr;
  return op ? op->variable : nullptr;
}

void join(const Turn& turn, const std::vector<VariablePtr>& variables) {
  for (const VariablePtr& v : variables) turn.join(v->turn());
}

void join(const Turn& turn, const std::vector<Symbol>& symbols) {
  for (const auto& node : in_order(symbols))
    if (const VariablePtr v = variable_of(Symbol(node, 0))) turn.join(v->turn());
}

Turn::Held take_turn(const std::vector<VariablePtr>& variables) {
  if (variables.empty()) return Turn().take();
  join(variables[0]->turn(), variables);
  return variables[0]->turn().take();
}

Symbol placeholder(const Spec& spec, const std::string& name) {
  LACUNA_REQUIRE(spec.storage != Storage::csr || spec.shape.size() == 2,
                 "Input: a csr input has rank 2, the batch included. Received: shape=", to_string(spec.shape),
                 ".");
  return apply(std::make_shared<Placeholder>(spec, name), {});
}

bool is_placeholder(const Symbol& symbol) {
  return symbol && dynamic_cast<const Placeholder*>(&symbol.node()->op());
}

std::string placeholder_name(const Symbol& symbol) {
  return dynamic_cast<const Placeholder&>(symbol.node()->op()).name_given;
}

Symbol constant(Tensor value) {
  return apply(std::make_shared<Constant>(std::move(value), unique_key("constant")), {});
}

Symbol constant(double value, DType dtype) {
  tensor::Dense dense;
  dense.resize(Shape{}, dtype);
  with_dtype(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    dense.values<T>()[0] = static_cast<T>(value);
  });
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return apply(std::make_shared<Constant>(std::move(dense), text("constant=", bits, ' ', dtype)), {});
}

const Tensor* constant_value(const Node& node) {
  const auto* op = dynamic_cast<const Constant*>(&node.op());
  return op ? &op->value : nullptr;
}

}  // namespace lacuna
