// Finds the array for each input and target, and checks that it fits.
#include "lacuna/training/feed.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lacuna/base/message.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/training/front.h"

namespace lacuna {
namespace {

constexpr Dim kSomeRows = 4096;

// What an argument is called in errors: "fit: x", and "fit: x['left']" where there are several.
std::string label(const char* where, const char* argument, const std::vector<std::string>& names, size_t i) {
  std::string result(where);
  result.append(": ").append(argument);
  if (names.size() > 1) result.append("['").append(names[i]).append("']");
  return result;
}

enum class Match : uint8_t {
  all,   // Each name must have an array; arrays of other names are ignored, with a warning.
  some,  // A name may have none (null). Other names are errors: a typo must not count as none.
};

// An array for each name, in order.
std::vector<const Tensor*> match(const char* where, const char* argument, const Arrays& arrays,
                                 const std::vector<std::string>& names, Match how = Match::all) {
  std::vector<const Tensor*> result;
  result.reserve(names.size());
  const auto put = [&](const Array* array) {
    result.push_back(array && array->given() ? &array->tensor() : nullptr);
  };
  if (arrays.named.empty()) {
    LACUNA_REQUIRE(arrays.list.size() == names.size(), where, ": ", argument, " must hold ", names.size(),
                   names.size() == 1 ? " array" : " arrays", ". Received: arrays=", arrays.list.size(), ".");
    for (const Array& array : arrays.list) put(&array);
  } else {
    for (const auto& name : names) {
      const auto found = arrays.named.find(name);
      put(found == arrays.named.end() ? nullptr : &found->second);
    }
  }
  const bool complete = how == Match::some || std::ranges::count(result, nullptr) == 0;
  for (const auto& entry : arrays.named) {
    if (std::ranges::count(names, entry.first)) continue;
    const std::string what = text(where, ": ", argument, " must be named after the model's. Received: name='",
                                  entry.first, "'", nearest(entry.first, names), ".");
    LACUNA_REQUIRE(how != Match::some && complete, what);
    warn(what + " It is not used.");
  }
  for (size_t i = 0; i < names.size() && !complete; ++i)
    LACUNA_REQUIRE(result[i] != nullptr, where, ": ", argument,
                   " must hold an array for each. Received: none for '", names[i], "'.");
  return result;
}

// The array, with a last dimension of 1 added if only that is missing. Throws InvalidArgument if its shape
// does not fit `wanted`, the shape of `what` `name`; the message ends with advice().
template <class Advice>
Tensor fitted(const std::string& argument, const Tensor& user, const Shape& wanted, const char* what,
              const std::string& name, const Advice& advice) {
  Tensor result = user;
  bool fits;
  if (user.storage() == Storage::csr) {
    fits = wanted.size() == 2 && (wanted[1] == None || wanted[1] == user.csr().columns);
  } else {
    Shape shape = user.shape();
    if (user.storage() == Storage::dense && shape.size() + 1 == wanted.size() &&
        (wanted.back() == 1 || wanted.back() == None)) {
      shape.push_back(1);
      result.dense().shape = shape;
    }
    fits = !shape.empty() && shape.size() == wanted.size();
    for (size_t i = 1; fits && i < shape.size(); ++i) fits = wanted[i] == None || shape[i] == wanted[i];
  }
  LACUNA_REQUIRE(fits, argument, " must have the shape of ", what, "'", name, "'. Received: ", user.spec(),
                 ", ", what, "'", name, "' ", to_string(wanted), advice(), ".");
  return result;
}

// Throws unless the array holds strings where the model takes strings, and numbers elsewhere.
void require_kind(const std::string& argument, const Tensor& user, DType wanted) {
  const bool strings = user.dtype() == DType::string;
  LACUNA_REQUIRE(strings == (wanted == DType::string), argument, " must hold ",
                 strings ? "numbers" : "strings", ". Received: ", user.spec(),
                 strings ? "; Input(dtype='string') and a layer such as StringLookup, Hashing or "
                           "TextVectorization take strings; labels become ids by numpy.unique(y, "
                           "return_inverse=True)[1]."
                         : ", where the input has dtype=string.");
}

// Advice for labels that are ids where the loss takes rows of 0 and 1, or the other way round.
std::string advice_on_labels(const CompiledOutput& output, const Tensor& user) {
  const Dim width = user.shape().size() > 1 ? user.shape().back() : 1;
  if (output.loss->name == "categorical_crossentropy" && width == 1)
    return "; labels that are ids need loss='sparse_categorical_crossentropy', or "
           "y=utils.to_categorical(y)";
  if (output.loss->name == "sparse_categorical_crossentropy" && width == output.classes)
    return "; labels that are rows of 0 and 1 need loss='categorical_crossentropy', or "
           "y=y.argmax(axis=-1)";
  return {};
}

// Whether floats of that dtype tell all ids below the limit apart: old scripts keep ids in arrays of zeros.
bool carries(DType dtype, Dim limit) {
  return is_float(dtype) && limit <= (dtype == DType::float64 ? Dim{1} << 53 : Dim{1} << 24);
}

}  // namespace

Feed::Feed(const char* where, const Network& network, const Compiled* compiled, data::Check check,
           const Arrays& x, const Arrays& y, const Arrays& sample_weight, const ClassWeights& class_weight)
    : where_(where), network_(network), check_(check), own_rows_(network.own_rows()) {
  const size_t inputs = network.fed_inputs().size();
  parts_.reserve(inputs + 2 * network.outputs().size());
  specs_.reserve(inputs + network.outputs().size());
  add_inputs(where, network, x);
  if (compiled) add_targets(where, *compiled, y, sample_weight, class_weight);
  if (rows_ >= 0) return;
  LACUNA_REQUIRE(own_rows_ != None, where,
                 ": without arrays, the number of rows of an input that is a tensor must be known. Received: "
                 "outputs[0] ",
                 network.outputs()[0].spec(), ".");
  rows_ = own_rows_;
}

Feed::~Feed() = default;

void Feed::add_inputs(const char* where, const Network& network, const Arrays& x) {
  const auto& input_names = network.fed_names();
  LACUNA_REQUIRE(!input_names.empty() || !x.given(), where,
                 ": x must not be given for a model whose inputs are all tensors. Received: x.");
  if (input_names.empty()) return;
  LACUNA_REQUIRE(x.given(), where, ": x must be given. Received: none.");
  const auto inputs = match(where, "x", x, input_names);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Symbol& input = network.fed_inputs()[i];
    Spec wanted{{}, input.dtype(), input.storage()};
    if (inputs[i]->storage() == Storage::csr) wanted.storage = Storage::csr;
    const bool ids = network.takes_ids(i) && wanted.storage == Storage::dense;
    if (ids) wanted.dtype = DType::int64;
    std::string argument = label(where, "x", input_names, i);
    require_kind(argument, *inputs[i], wanted.dtype);
    Tensor array =
        fitted(argument, *inputs[i], input.shape(), "input ", input_names[i], [] { return std::string(); });
    specs_.push_back(wanted);
    const bool ids_only = wanted.dtype == DType::int64;
    const Dim limit = network.id_limit(i);  // If ids index no weight, -1 may pad.
    const bool exact = ids && carries(array.dtype(), limit);
    add(std::move(array), std::move(argument), std::move(wanted), ids_only && !exact,
        ids_only && limit < std::numeric_limits<Dim>::max() ? limit : 0);
  }
}

void Feed::add_targets(const char* where, const Compiled& compiled, const Arrays& y,
                       const Arrays& sample_weight, const ClassWeights& class_weight) {
  const size_t inputs = parts_.size();
  const auto targets = compiled.targets();
  std::vector<std::string> names;
  names.reserve(targets.size());
  for (const CompiledOutput* o : targets) names.push_back(o->name);
  LACUNA_REQUIRE(y.given() || targets.empty(), where, ": y must be given. Received: none.");
  LACUNA_REQUIRE(!targets.empty() || (!y.given() && !sample_weight.given() && !class_weight.given()), where,
                 ": a model that was compiled without a loss takes x alone. Received: ",
                 y.given() ? "y." : "weights of samples.");
  if (targets.empty()) return;
  const auto arrays = match(where, "y", y, names);
  for (size_t i = 0; i < targets.size(); ++i) {
    const CompiledOutput& output = *targets[i];
    // A csr y stays csr, unless it is a column of ids.
    const bool as_matrix = arrays[i]->storage() == Storage::csr && output.loss->labels != losses::Labels::id;
    const Symbol& target = as_matrix ? output.matrix : output.target;
    std::string argument = label(where, "y", names, i);
    require_kind(argument, *arrays[i], target.dtype());
    Tensor array = fitted(argument, *arrays[i], target.shape(),
                          output.loss->ids_target() && !as_matrix ? "labels for output " : "output ",
                          names[i], [&] { return advice_on_labels(output, *arrays[i]); });
    specs_.push_back({{}, target.dtype(), as_matrix ? Storage::csr : target.storage()});
    if (as_matrix) add(std::move(array), std::move(argument), specs_.back(), false);
    else add(std::move(array), std::move(argument), specs_.back(), false, output.classes, output.least_label);
    if (output.loss->name == "binary_crossentropy") look_at_labels(output);
  }
  if (sample_weight.given() || class_weight.given())
    add_weights(where, compiled, sample_weight, class_weight, inputs);
}

void Feed::require_own_rows(Dim rows) {
  if (rows == 1 && own_rows_ == None && !one_row_fits_) {
    own_rows_ = network_.rows_for_one();
    one_row_fits_ = own_rows_ == None;
  }
  LACUNA_REQUIRE(own_rows_ == None || rows == own_rows_, where_,
                 ": a batch must have as many rows as the outputs, which get theirs from an input that is a "
                 "tensor; write batch_size=",
                 own_rows_, ". Received: a batch of ", rows, " rows.");
}

namespace {

// Checks every id, block by block, also those that training would reach last.
void check_ids(data::Rows& rows, Dim limit, Dim least) {
  constexpr Dim kBlock = 65536;
  Tensor block;
  for (Dim begin = 0; begin < rows.count(); begin += kBlock) {
    const Dim end = std::min(rows.count(), begin + kBlock);
    rows.pack_range(begin, end, {{None}, DType::int64}, block);
    const auto ids = block.dense().values<int64_t>();
    for (size_t k = 0; k < ids.size(); ++k)
      LACUNA_REQUIRE_RANGE(ids[k] >= least && ids[k] < limit, rows.name(), " must hold ids in [0, ", limit,
                           least < 0 ? "), padded with -1" : ")", ". Received: ", ids[k], " in row ",
                           begin + static_cast<Dim>(k / (ids.size() / static_cast<size_t>(end - begin))),
                           ".");
  }
}

}  // namespace

void Feed::add(Tensor user, std::string argument, Spec wanted, bool ids_only, Dim limit, Dim least) {
  const Dim rows = user.rows();
  LACUNA_REQUIRE(
      rows_ < 0 || rows == rows_, argument,
      " must have as many rows as the other arrays. Received: ", argument.substr(argument.find(' ') + 1), "=",
      user.spec(), ", others have rows=", rows_, ".");
  rows_ = rows;
  parts_.push_back({data::Rows(std::move(user), std::move(argument), ids_only, check_), std::move(wanted)});
  if (limit > 0) check_ids(parts_.back().rows, limit, least);
}

// Looks at all rows if the whole array is checked, else at the first ones.
void Feed::look_at_labels(const CompiledOutput& output) {
  Part& part = parts_.back();
  const Dim rows = check_ == data::Check::whole ? rows_ : std::min(rows_, kSomeRows);
  Tensor block;
  for (Dim begin = 0; begin < rows && !output.told_of_labels; begin += kSomeRows) {
    part.rows.pack_range(begin, std::min(rows, begin + kSomeRows), {{}, DType::float64, part.wanted.storage},
                         block);
    const auto values =
        block.storage() == Storage::csr ? block.csr().values<double>() : block.dense().values<double>();
    const auto wrong = std::ranges::find_if(values, [](double v) { return v < 0 || v > 1; });
    if (wrong == values.end()) continue;
    output.told_of_labels = true;
    warn(text(part.rows.name(),
              " holds labels that binary_crossentropy does not take: they must be 0 and 1, or probabilities; "
              "for -1 and 1 use 'hinge', or (y + 1) / 2. Received: ",
              *wrong, "."));
  }
}

namespace {

// The column of the largest value of a csr row, the first of equal ones; those not stored are 0.
template <class I>
int64_t largest_column(std::span<const I> columns, std::span<const double> values, Dim width) {
  size_t best = 0;
  for (size_t k = 1; k < values.size(); ++k)
    if (values[k] > values[best]) best = k;
  int64_t missing = 0;  // The first column that is not stored.
  while (static_cast<size_t>(missing) < columns.size() && columns[static_cast<size_t>(missing)] == missing)
    ++missing;
  if (values.empty() || (missing < width && values[best] < 0)) return missing;
  return missing < width && values[best] == 0 ? std::min<int64_t>(missing, columns[best]) : columns[best];
}

// Calls f(row, class) for all rows. The class is the column of the largest value or, if there is one column,
// its value.
template <class F>
void for_classes(const char* where, data::Rows& rows, Storage storage, const F& f) {
  Tensor batch;
  const auto of_value = [&](double value, Dim row) {
    LACUNA_REQUIRE(value == std::nearbyint(value), where,
                   ": class_weight needs classes that are whole numbers. Received: y=", value, " in row ",
                   row, ".");
    return std::llround(value);
  };
  for (Dim begin = 0; begin < rows.count(); begin += kSomeRows) {
    const Dim end = std::min(rows.count(), begin + kSomeRows);
    rows.pack_range(begin, end, {{}, DType::float64, storage}, batch);
    if (storage == Storage::csr) {
      const tensor::Csr& y = batch.csr();
      with_index(y, [&](auto columns, auto starts) {
        for (Dim r = begin; r < end; ++r) {
          const auto i = static_cast<size_t>(r - begin), from = static_cast<size_t>(starts[i]),
                     count = static_cast<size_t>(starts[i + 1]) - from;
          const auto values = y.values<double>().subspan(from, count);
          f(r, y.columns > 1 ? largest_column(columns.subspan(from, count), values, y.columns)
                             : of_value(count ? values[0] : 0, r));
        }
      });
      continue;
    }
    const auto values = batch.dense().values<double>();
    const size_t width = values.size() / static_cast<size_t>(end - begin);
    for (Dim r = begin; r < end; ++r) {
      const auto row = values.subspan(static_cast<size_t>(r - begin) * width, width);
      f(r, width > 1 ? std::max_element(row.begin(), row.end()) - row.begin() : of_value(row[0], r));
    }
  }
}

void require_weights_fit(const std::string& argument, const Tensor& user, const Shape& wanted) {
  if (user.storage() == Storage::dense && user.dense().shape == wanted) return;
  const bool temporal = wanted.size() == 2;
  const char* advice = !temporal && user.shape().size() == 2
                           ? "; weights of steps need compile(sample_weight_mode='temporal')"
                           : "";
  throw InvalidArgument(argument, " must be a dense array with a weight for each ",
                        temporal ? "row and step" : "row", advice, ". Received: ", user.spec(),
                        ", rows=", wanted[0], temporal ? text(", steps=", wanted[1]) : std::string(), ".");
}

// The shape of the sample weights: one for each row of y or, if they are temporal, for each step of a row.
Shape weights_of(const CompiledOutput& output, const Tensor& y) {
  Shape shape = y.shape();
  shape.resize(output.temporal ? 2 : 1);
  return shape;
}

}  // namespace

void Feed::add_weights(const char* where, const Compiled& compiled, const Arrays& sample_weight,
                       const ClassWeights& class_weight, size_t first_target) {
  weighted_ = true;
  const auto targets = compiled.targets();
  std::vector<std::string> names;
  for (const CompiledOutput* o : targets) names.push_back(o->name);
  LACUNA_REQUIRE(class_weight.one.empty() || targets.size() == 1, where,
                 ": class_weight of several outputs must be by name. Received: outputs=", targets.size(),
                 ".");
  for (const auto& entry : class_weight.named)
    LACUNA_REQUIRE(std::ranges::count(names, entry.first), where,
                   ": class_weight must name outputs that are trained. Received: name='", entry.first, "'",
                   nearest(entry.first, names), ".");
  std::vector<const Tensor*> given;
  if (sample_weight.given()) given = match(where, "sample_weight", sample_weight, names, Match::some);
  for (size_t i = 0; i < targets.size(); ++i) {
    const Shape shape = weights_of(*targets[i], parts_[first_target + i].rows.tensor());
    std::vector<double> weights(static_cast<size_t>(size_of(shape)), 1.0);
    if (!given.empty() && given[i]) {
      const Tensor& user = *given[i];
      const std::string argument = label(where, "sample_weight", names, i);
      require_weights_fit(argument, user, shape);
      data::Rows all(user, argument);
      Tensor values;
      all.pack_range(0, rows_, {{}, DType::float64}, values);
      std::copy_n(values.dense().values<double>().begin(), weights.size(), weights.begin());
      for (const double w : weights)
        LACUNA_REQUIRE(std::isfinite(w), argument, " must be finite. Received: ", w, ".");
    }
    const auto by_name = class_weight.named.find(names[i]);
    const ClassWeight& by_class = by_name == class_weight.named.end() ? class_weight.one : by_name->second;
    if (!by_class.empty()) {
      for (const auto& [label, weight] : by_class)
        LACUNA_REQUIRE(std::isfinite(weight), where, ": class_weight must be finite. Received: ", weight,
                       " for class ", label, ".");
      Part& target = parts_[first_target + i];
      const Shape& of_y = targets[i]->target.shape();
      LACUNA_REQUIRE(of_y.size() <= 2, where,
                     ": class_weight needs y of rank 1 or 2. Received: y=", to_string(of_y), " for output '",
                     names[i], "'.");
      LACUNA_REQUIRE(targets[i]->least_label == 0 || target.wanted.storage == Storage::csr, where,
                     ": class_weight needs one class a row. Received: y of padded ids for output '", names[i],
                     "'.");
      for_classes(where, target.rows, target.wanted.storage, [&](Dim row, int64_t label) {
        const auto found = by_class.find(label);
        LACUNA_REQUIRE(found != by_class.end(), where,
                       ": class_weight must hold a weight for each class. Received: none for class ", label,
                       ".");
        weights[static_cast<size_t>(row)] *= found->second;
      });
    }
    add(tensor::Dense::of<double>(shape, weights), text(where, ": sample_weight"),
        {{}, targets[i]->sample_weight.dtype()}, false);
  }
}

template <class PackPart>
std::span<const Tensor* const> Feed::packed_parts(const PackPart& pack_part) {
  turn_ = 1 - turn_;
  std::vector<const Tensor*>& batch = batches_[turn_];
  batch.clear();
  const auto pack = [&](Part& part) {
    pack_part(part, part.batches[turn_]);
    batch.push_back(&part.batches[turn_]);
  };
  const auto inputs = parts_.begin() + static_cast<std::ptrdiff_t>(network_.fed_inputs().size());
  std::for_each(parts_.begin(), inputs, pack);
  if (front_) front_->run(batch);
  std::for_each(inputs, parts_.end(), pack);
  return batch;
}

void Feed::use_front() {
  if (front_ || network_.front().empty()) return;
  const size_t inputs = network_.fed_inputs().size();
  front_ = std::make_unique<Front>(network_, std::span(specs_).first(inputs));
  const auto more = front_->specs();
  specs_.insert(specs_.begin() + static_cast<std::ptrdiff_t>(inputs), more.begin(), more.end());
}

void Feed::require_arrays(const char* steps) const {
  LACUNA_REQUIRE(
      !parts_.empty(), where_, ": ", steps,
      " must be given where there are no arrays, as of a model whose inputs are all tensors. Received: "
      "none.");
}

std::span<const Tensor* const> Feed::pack(std::span<const int64_t> rows) {
  require_own_rows(static_cast<Dim>(rows.size()));
  return packed_parts([&](Part& part, Tensor& batch) { part.rows.pack(rows, part.wanted, batch); });
}

std::span<const Tensor* const> Feed::pack_range(Dim begin, Dim end) {
  require_own_rows(end - begin);
  return packed_parts(
      [&](Part& part, Tensor& batch) { part.rows.pack_range(begin, end, part.wanted, batch); });
}

size_t Feed::packed() const {
  size_t result = 0;
  for (const Part& part : parts_) {
    const Tensor& batch = part.batches[turn_];
    result += batch.storage() == Storage::csr ? 2 * batch.csr().nonzeros() : batch.dense().size();
  }
  return result;
}

}  // namespace lacuna
