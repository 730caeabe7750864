// Checks the gradients of whole networks against finite differences, for weights and inputs of every storage.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lacuna/graph/gradient.h"
#include "lacuna/graph/plan.h"
#include "lacuna/network/network.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::test {

// Pointers to the values that a tensor of float64 stores, in order; for a table, those of its rows without
// optimizer states.
inline std::vector<double*> stored(Tensor& x) {
  std::vector<double*> result;
  if (x.storage() == Storage::row_table) {
    for (size_t s = 0; s < x.table().size(); ++s)
      for (size_t j = 0; j < x.table().width(); ++j)
        result.push_back(x.table().rows<double>() + s * x.table().stride() + j);
    return result;
  }
  const auto values = x.storage() == Storage::csr ? x.csr().values<double>() : x.dense().values<double>();
  for (double& v : values) result.push_back(&v);
  return result;
}

// Checks the gradient of Σ w output, with random weights w, with respect to each trainable weight and each
// input of floats. All tensors are float64. training: as in a training step, else as in predict.
inline void expect_gradients(const std::vector<Symbol>& inputs, const Symbol& output,
                             std::vector<Tensor> feeds, bool training = true) {
  Network network(inputs, {output}, "network");
  std::vector<Symbol> learned;
  std::vector<Tensor*> held;
  for (const layers::Weight* w : network.trainable_weights()) {
    learned.push_back(read(w->variable));
    held.push_back(&w->variable->value());
  }
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].dtype() == DType::float64) {
      learned.push_back(inputs[i]);
      held.push_back(&feeds[i]);
    }
  std::vector<const Tensor*> given;
  for (const Tensor& feed : feeds) given.push_back(&feed);

  Plan forward(inputs, {output}, training);
  forward.run(given, 3, 5);
  const Shape shape = forward.output(0).shape();
  Generator random(17);
  tensor::Dense weights;
  weights.resize(shape, DType::float64);
  for (double& w : weights.values<double>()) w = random.normal();
  const Symbol loss = sum(multiply(output, constant(weights)));
  const std::vector<Symbol> gradient = gradients(loss, learned);
  std::vector<Symbol> wanted{loss};
  for (const Symbol& g : gradient) {
    ASSERT_TRUE(static_cast<bool>(g)) << "nothing flows back";
    wanted.push_back(g);
  }
  Plan plan(inputs, wanted, training);
  plan.run(given, 3, 5);
  std::vector<std::vector<double>> found;
  for (size_t i = 0; i < learned.size(); ++i) {
    const Tensor& g = plan.output(i + 1);
    if (held[i]->storage() == Storage::csr) {
      ASSERT_EQ(g.storage(), Storage::csr);
      const auto v = g.csr().values<double>();
      found.emplace_back(v.begin(), v.end());
    } else {
      const tensor::Dense full = to_dense(g);
      found.emplace_back(full.values<double>().begin(), full.values<double>().end());
    }
  }
  Plan again(inputs, {loss}, training);
  const auto loss_now = [&] {
    again.run(given, 3, 5);
    return again.output(0).dense().values<double>()[0];
  };
  for (size_t i = 0; i < learned.size(); ++i) {
    const std::vector<double*> values = stored(*held[i]);
    ASSERT_LE(values.size(), found[i].size());
    double largest = 0;
    for (size_t k = 0; k < values.size(); ++k) {
      const double kept = *values[k], h = 1e-6;
      *values[k] = kept + h;
      const double above = loss_now();
      *values[k] = kept - h;
      const double below = loss_now();
      *values[k] = kept;
      const double differences = (above - below) / (2 * h);
      EXPECT_NEAR(found[i][k], differences, 1e-6 * std::max(1.0, std::abs(differences)))
          << "value " << k << " of " << (i < network.trainable_weights().size() ? "weight " : "input ") << i;
      largest = std::max(largest, std::abs(differences));
    }
    EXPECT_GT(largest, 0) << "what is checked must matter: " << i << " of " << learned.size();
  }
}

// A csr matrix of float64 from a full one. Zeros are not stored, except at the positions in `also`.
inline Tensor csr_of(Dim rows, Dim columns, const std::vector<double>& full,
                     const std::vector<size_t>& also = {}) {
  std::vector<double> data;
  std::vector<int32_t> indices, indptr{0};
  for (size_t r = 0; r < static_cast<size_t>(rows); ++r) {
    for (size_t c = 0; c < static_cast<size_t>(columns); ++c) {
      const size_t at = r * static_cast<size_t>(columns) + c;
      if (full[at] == 0 && std::find(also.begin(), also.end(), at) == also.end()) continue;
      data.push_back(full[at]);
      indices.push_back(static_cast<int32_t>(c));
    }
    indptr.push_back(static_cast<int32_t>(indices.size()));
  }
  tensor::Csr x;
  x.resize(rows, columns, data.size(), DType::float64);
  std::copy(data.begin(), data.end(), x.values<double>().begin());
  std::copy(indices.begin(), indices.end(), x.indices.as<int32_t>().begin());
  std::copy(indptr.begin(), indptr.end(), x.indptr.as<int32_t>().begin());
  return x;
}

}  // namespace lacuna::test
