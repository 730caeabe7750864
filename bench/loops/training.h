// The commands of a case that trains: `epoch`, timed with its shuffle, and `check`, over rows in order.
//
// A Model must have
//   size_t rows() const           the number of rows
//   void reset()                  restores the first weights and clears the optimizer's state
//   void step(const int32_t* rows, size_t n, Sums& sums)
//                                 trains on n rows; adds their losses before the update to sums
// The rows behind rows[n - 1] can be read too, since loops prefetch past the end of a batch.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include "random.h"
#include "worker.h"

namespace loops {

// The rows of an epoch in order. Behind the last there are kRowsAhead zeros, so that a loop can prefetch up
// to kRowsAhead rows ahead without a bounds check.
class Order {
 public:
  static constexpr size_t kRowsAhead = 8;

  explicit Order(size_t rows) : rows_(rows + kRowsAhead, 0) { std::iota(begin(), end(), 0); }
  void shuffle(Random& random) { random.shuffle({begin(), end()}); }
  // Calls step(pointer to the first row, number of rows) for each batch.
  template <class Step>
  void for_batches(size_t batch, Step step) const {
    const size_t rows = rows_.size() - kRowsAhead;
    for (size_t first = 0; first < rows; first += batch)
      step(rows_.data() + first, std::min(batch, rows - first));
  }

 private:
  std::vector<int32_t>::iterator begin() { return rows_.begin(); }
  std::vector<int32_t>::iterator end() { return rows_.end() - kRowsAhead; }

  std::vector<int32_t> rows_;
};

template <class Model>
Answer train(Model& model, const Order& order, size_t rows, size_t batch) {
  Sums sums;
  order.for_batches(batch, [&](const int32_t* first, size_t n) { model.step(first, n, sums); });
  return {{"loss", sums.loss / static_cast<double>(rows)},
          {"metric", sums.metric / static_cast<double>(rows)}};
}

template <class Model>
Commands training_commands(const std::shared_ptr<Model>& model, size_t batch) {
  auto order = std::make_shared<Order>(model->rows());
  auto random = std::make_shared<Random>(1);
  model->reset();
  Commands commands;
  commands["epoch"] = [=](std::istringstream&) {
    const double start = now();
    order->shuffle(*random);
    Answer answer = train(*model, *order, model->rows(), batch);
    answer["s"] = now() - start;
    return answer;
  };
  commands["check"] = [=](std::istringstream& arguments) {
    size_t rows = 0;
    if (!(arguments >> rows) || rows == 0 || rows > model->rows())
      throw std::invalid_argument("check: the number of rows must be 1 … all. Received: " + arguments.str());
    model->reset();
    const Answer answer = train(*model, Order(rows), rows, batch);
    model->reset();
    return answer;
  };
  return commands;
}

}  // namespace loops
