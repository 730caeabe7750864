// Which array goes where, and whether it fits.
#include "lacuna/training/feed.h"

#include <algorithm>
#include <cmath>

namespace lacuna {
namespace {

// An array for each name, in order; arguments are called "x", "y", and "x['left']" where there are several.
std::vector<Array> match(const char* where, const char* argument, const Arrays& arrays,
                         const std::vector<std::string>& names, std::vector<std::string>& labels) {
  std::vector<Array> result;
  for (const auto& name : names)
    labels.push_back(names.size() == 1 ? text(where, ": ", argument)
                                       : text(where, ": ", argument, "['", name, "']"));
  if (!arrays.named.empty()) {
    for (const auto& entry : arrays.named)
      require(std::find(names.begin(), names.end(), entry.first) != names.end(), where, ": ", argument,
              " must be named after the model's. Received: name='", entry.first, "'",
              nearest(entry.first, names), ".");
    for (const auto& name : names) {
      const auto found = arrays.named.find(name);
      require(found != arrays.named.end(), where, ": ", argument,
              " must hold an array for each. Received: none for '", name, "'.");
      result.push_back(found->second);
    }
    return result;
  }
  require(arrays.list.size() == names.size(), where, ": ", argument, " must hold ", names.size(),
          names.size() == 1 ? " array" : " arrays", ". Received: arrays=", arrays.list.size(), ".");
  return arrays.list;
}

// The array with a last dimension of 1 where only that is missing.
Tensor fitted(const std::string& label, const Tensor& user, const Spec& wanted, const std::string& what) {
  Shape shape = user.shape();
  Tensor result = user;
  if (user.storage() == Storage::dense && shape.size() + 1 == wanted.shape.size() &&
      (wanted.shape.back() == 1 || wanted.shape.back() == None)) {
    shape.push_back(1);
    result.dense().shape = shape;
  }
  bool fits = !shape.empty() && shape.size() == wanted.shape.size();
  for (size_t i = 1; fits && i < shape.size(); ++i)
    fits = wanted.shape[i] == None || shape[i] == wanted.shape[i];
  require(fits, label, " must have the shape of ", what, ". Received: ", user.spec(), ", ", what, " ",
          to_string(wanted.shape), ".");
  return result;
}

}  // namespace

Feed::Feed(const char* where, const Network& network, const Compiled* compiled, const Arrays& x,
           const Arrays& y, const Arrays& sample_weight, const std::map<int64_t, double>& class_weight) {
  require(x.given(), where, ": x must be given. Received: none.");
  std::vector<std::string> labels;
  const auto inputs = match(where, "x", x, network.input_names(), labels);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Symbol& input = network.inputs()[i];
    const Tensor& user = inputs[i].tensor();
    Spec wanted = input.spec();
    wanted.storage = user.storage() == Storage::csr ? Storage::csr : input.storage();
    if (network.takes_ids(i) && wanted.storage == Storage::dense) wanted.dtype = DType::int64;
    Tensor array = fitted(labels[i], user, wanted, text("input '", network.input_names()[i], "'"));
    add(std::move(array), labels[i], wanted, wanted.dtype == DType::int64,
        wanted.dtype == DType::int64 ? network.id_limit(i) : 0);
    input_specs_.push_back(wanted);
  }
  if (!compiled) return;

  const auto targets = compiled->targets();
  std::vector<std::string> names;
  for (const CompiledOutput* o : targets) names.push_back(o->name);
  require(y.given(), where, ": y must be given. Received: none.");
  labels.clear();
  const auto arrays = match(where, "y", y, names, labels);
  for (size_t i = 0; i < targets.size(); ++i) {
    Spec wanted = targets[i]->target.spec();
    const bool labels_for_classes = targets[i]->loss->ids_target();
    const Tensor array = fitted(labels[i], arrays[i].tensor(), wanted,
                                text(labels_for_classes ? "labels for output '" : "output '", names[i], "'"));
    add(array, labels[i], wanted, false, targets[i]->classes);
  }
  if (sample_weight.given() || !class_weight.empty())
    add_weights(where, *compiled, sample_weight, class_weight, inputs.size());
}

namespace {

// Every id, block by block: those that a training step would meet last too.
void check_ids(data::Rows& rows, const std::string& argument, Dim limit) {
  constexpr Dim kBlock = 65536;
  Tensor block;
  for (Dim begin = 0; begin < rows.count(); begin += kBlock) {
    const Dim end = std::min(rows.count(), begin + kBlock);
    rows.pack_range(begin, end, {{None}, DType::int64}, block);
    const auto ids = block.dense().values<int64_t>();
    for (size_t k = 0; k < ids.size(); ++k)
      if (ids[k] < 0 || ids[k] >= limit)
        throw OutOfRange(text(argument, " must hold ids in [0, ", limit, "). Received: ", ids[k], " in row ",
                              begin + static_cast<Dim>(k / (ids.size() / static_cast<size_t>(end - begin))),
                              "."));
  }
}

}  // namespace

void Feed::add(Tensor user, const std::string& argument, const Spec& wanted, bool ids_only, Dim limit) {
  const Dim rows = user.rows();
  require(rows_ < 0 || rows == rows_, argument,
          " must have as many rows as the other arrays. Received: ", argument.substr(argument.find(' ') + 1),
          "=", user.spec(), ", others have rows=", rows_, ".");
  rows_ = rows;
  parts_.push_back({data::Rows(std::move(user), argument, ids_only), wanted, Tensor::empty(wanted)});
  batch_.resize(parts_.size());
  if (limit > 0) check_ids(parts_.back().rows, argument, limit);
}

void Feed::add_weights(const char* where, const Compiled& compiled, const Arrays& sample_weight,
                       const std::map<int64_t, double>& class_weight, size_t first_target) {
  weighted_ = true;
  const auto targets = compiled.targets();
  require(class_weight.empty() || targets.size() == 1, where,
          ": class_weight is supported for one output only. Received: outputs=", targets.size(), ".");
  std::vector<std::string> names, labels;
  for (const CompiledOutput* o : targets) names.push_back(o->name);
  std::vector<Array> given;
  if (sample_weight.given()) given = match(where, "sample_weight", sample_weight, names, labels);
  for (size_t i = 0; i < targets.size(); ++i) {
    std::vector<double> weights(static_cast<size_t>(rows_), 1.0);
    const Spec wanted{{None}, targets[i]->sample_weight.dtype()};
    if (!given.empty()) {
      const Tensor& user = given[i].tensor();
      require(user.storage() == Storage::dense && user.shape() == Shape{rows_}, labels[i],
              " must be a dense array with a weight for each row. Received: ", user.spec(), ", rows=", rows_,
              ".");
      data::Rows all(user, labels[i]);
      Tensor values;
      all.pack_range(0, rows_, {{None}, DType::float64}, values);
      std::copy_n(values.dense().values<double>().begin(), weights.size(), weights.begin());
      for (const double w : weights)
        require(std::isfinite(w), labels[i], " must be finite. Received: ", w, ".");
    }
    if (!class_weight.empty()) {
      for (const auto& [label, weight] : class_weight)
        require(std::isfinite(weight), where, ": class_weight must be finite. Received: ", weight,
                " for class ", label, ".");
      Part& target = parts_[first_target + i];
      const bool one_hot = target.wanted.shape.size() == 2 && target.wanted.shape[1] > 1;
      require(target.wanted.shape.size() <= 2, where,
              ": class_weight needs y of rank 1 or 2. Received: y=", to_string(target.wanted.shape),
              " for output '", names[i], "'.");
      Tensor batch = Tensor::empty(target.wanted);
      constexpr Dim kBlock = 4096;
      for (Dim begin = 0; begin < rows_; begin += kBlock) {
        const Dim end = std::min(rows_, begin + kBlock);
        target.rows.pack_range(begin, end, {target.wanted.shape, DType::float64, Storage::dense}, batch);
        const auto values = batch.dense().values<double>();
        const size_t width = values.size() / static_cast<size_t>(end - begin);
        for (Dim r = begin; r < end; ++r) {
          const auto row = values.subspan(static_cast<size_t>(r - begin) * width, width);
          require(one_hot || row[0] == std::nearbyint(row[0]), where,
                  ": class_weight needs classes that are whole numbers. Received: y=", row[0], " in row ", r,
                  ".");
          const auto label = one_hot ? std::max_element(row.begin(), row.end()) - row.begin()
                                     : static_cast<std::ptrdiff_t>(std::llround(row[0]));
          const auto found = class_weight.find(label);
          require(found != class_weight.end(), where,
                  ": class_weight must hold a weight for each class. Received: none "
                  "for class ",
                  label, ".");
          weights[static_cast<size_t>(r)] *= found->second;
        }
      }
    }
    add(tensor::Dense::of<double>({rows_}, weights), text(where, ": sample_weight"), wanted, false);
  }
}

std::span<const Tensor* const> Feed::pack(std::span<const int64_t> rows) {
  for (size_t i = 0; i < parts_.size(); ++i) {
    parts_[i].rows.pack(rows, parts_[i].wanted, parts_[i].batch);
    batch_[i] = &parts_[i].batch;
  }
  return batch_;
}

std::span<const Tensor* const> Feed::pack_range(Dim begin, Dim end) {
  for (size_t i = 0; i < parts_.size(); ++i) {
    parts_[i].rows.pack_range(begin, end, parts_[i].wanted, parts_[i].batch);
    batch_[i] = &parts_[i].batch;
  }
  return batch_;
}

}  // namespace lacuna
