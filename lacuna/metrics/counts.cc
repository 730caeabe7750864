// Counts by column, and the metrics computed from them.
#include "lacuna/metrics/counts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "lacuna/metrics/truth.h"

namespace lacuna::metrics {
namespace {

struct Count {
  double both = 0, predicted = 0, actual = 0;
  Count& operator+=(const Count& c) {
    both += c.both, predicted += c.predicted, actual += c.actual;
    return *this;
  }
};
using Share = double (*)(const Count&);

double share(double part, double of) { return of > 0 ? part / of : 0; }
double precision(const Count& c) { return share(c.both, c.predicted); }
double recall(const Count& c) { return share(c.both, c.actual); }
double f1(const Count& c) { return share(2 * c.both, c.predicted + c.actual); }

struct CountsSettings {
  Share of;
  std::optional<double> threshold;
  std::optional<Dim> top_k, class_id;
  std::string average, name;
};

class Counts final : public Accumulator {
 public:
  Counts(CountsSettings settings, Task task) : settings_(std::move(settings)) {
    if (!settings_.threshold && !settings_.top_k) {
      if (task == Task::classes) settings_.top_k = 1;
      else settings_.threshold = 0.5;
    }
  }

  void reset() override {
    columns_.clear();
    no_number_ = false;
  }

  void add(const Tensor& y_true, const Tensor& y_pred, std::span<const double> weights) override {
    with_float(settings_.name.c_str(), y_pred.dtype(),
               [&](auto tag) { add_rows<typename decltype(tag)::type>(y_true, y_pred.dense(), weights); });
  }

  double value(std::string* why) override {
    if (no_number_) {
      if (why) *why = "predictions are no numbers";
      return std::numeric_limits<double>::quiet_NaN();
    }
    if (settings_.class_id) {
      const auto place = static_cast<size_t>(*settings_.class_id);
      return place < columns_.size() ? settings_.of(columns_[place]) : 0;
    }
    if (settings_.average == "micro")
      return settings_.of(std::accumulate(columns_.begin(), columns_.end(), Count{},
                                          [](Count a, const Count& b) { return a += b; }));
    double sum = 0, weight = 0;
    for (const Count& c : columns_) {
      const double w = settings_.average == "macro" ? 1 : c.actual;
      sum += w * settings_.of(c);
      weight += w;
    }
    return share(sum, weight);
  }

  size_t cost() const override { return columns_.size(); }

 private:
  template <class T>
  void add_rows(const Tensor& y_true, const tensor::Dense& y_pred, std::span<const double> weights) {
    const char* where = settings_.name.c_str();
    const Truth<T> truth(where, y_true, y_pred);
    const size_t width = truth.width(), samples = static_cast<size_t>(y_pred.shape[0]),
                 repeats = samples ? truth.rows() / samples : 1;
    check_weights(where, weights, samples);
    LACUNA_REQUIRE(!settings_.class_id || static_cast<size_t>(*settings_.class_id) < width, where,
                   ": class_id must be below the columns of y_pred. Received: class_id=",
                   settings_.class_id.value_or(0), ", columns=", width, ".");
    columns_.resize(width);
    predicted_.resize(width);
    for (size_t r = 0; r < truth.rows(); ++r) {
      const double w = weights.empty() ? 1 : weights[r / repeats];
      if (w == 0) continue;
      predict(y_pred.values<T>().data() + r * width);
      for (size_t j = 0; j < width; ++j) columns_[j].predicted += predicted_[j] ? w : 0;
      truth.for_row(r, [&](size_t j) {
        columns_[j].actual += w;
        if (predicted_[j]) columns_[j].both += w;
      });
    }
  }

  // Which columns a row predicts.
  template <class T>
  void predict(const T* row) {
    const size_t width = predicted_.size();
    row_.assign(row, row + width);  // Another thread may write to the row if it is the input x.
    const double* const p = row_.data();
    bool no_number = false;
    for (size_t j = 0; j < width; ++j) no_number |= std::isnan(p[j]);
    if (no_number) {
      no_number_ = true;
      return;
    }
    // In the dtype of y_pred, as NumPy compares.
    const double threshold = static_cast<T>(settings_.threshold.value_or(0));
    if (settings_.threshold && !settings_.top_k) {
      for (size_t j = 0; j < width; ++j) predicted_[j] = p[j] > threshold;
      return;
    }
    const size_t k = std::min(width, static_cast<size_t>(*settings_.top_k));
    order_.resize(width);
    std::iota(order_.begin(), order_.end(), size_t{0});
    const auto before = [p](size_t a, size_t b) { return p[a] != p[b] ? p[a] > p[b] : a < b; };
    if (k == 1) std::swap(order_[0], order_[static_cast<size_t>(std::max_element(p, p + width) - p)]);
    else
      std::nth_element(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(k) - 1, order_.end(),
                       before);
    std::ranges::fill(predicted_, false);
    for (size_t i = 0; i < k; ++i) predicted_[order_[i]] = !settings_.threshold || p[order_[i]] > threshold;
  }

  CountsSettings settings_;
  std::vector<Count> columns_;
  bool no_number_ = false;
  // Of the current row.
  std::vector<double> row_;
  std::vector<char> predicted_;
  std::vector<size_t> order_;
};

// Keras calls the setting thresholds.
template <class S>
void counts_list(lacuna::Settings& s, S& o) {
  s("thresholds", o.threshold)("top_k", o.top_k)("class_id", o.class_id);
  s("average", o.average)("name", o.name);
}
const bool counts_registered = Registry<Metric>::add<Precision>({"Precision"}, counts_list) &&
                               Registry<Metric>::add<Recall>({"Recall"}, counts_list) &&
                               Registry<Metric>::add<F1>({"F1"}, counts_list);

template <class S>
std::shared_ptr<Metric> made(const char* class_name, const S& given, CountsSettings s) {
  LACUNA_REQUIRE(s.average == "micro" || s.average == "macro" || s.average == "weighted", s.name,
                 ": average must be 'micro', 'macro' or 'weighted'. Received: average='", s.average, "'.");
  LACUNA_REQUIRE(!s.top_k || *s.top_k > 0, s.name,
                 ": top_k must be positive. Received: top_k=", s.top_k.value_or(0), ".");
  LACUNA_REQUIRE(!s.class_id || *s.class_id >= 0, s.name,
                 ": class_id must not be negative. Received: class_id=", s.class_id.value_or(0), ".");
  LACUNA_REQUIRE(!s.threshold || std::isfinite(*s.threshold), s.name,
                 ": the threshold must be finite. Received: threshold=", s.threshold.value_or(0), ".");
  const std::string name = s.name;
  return with_config<S>(class_name, counts_list, given,
                        {.name = name,
                         .larger_is_better = true,
                         .accumulator = [s = std::move(s)](Task task) -> std::shared_ptr<Accumulator> {
                           return std::make_shared<Counts>(s, task);
                         }});
}

}  // namespace

std::shared_ptr<Metric> Precision::make() const {
  return made("Precision", *this, {precision, threshold, top_k, class_id, average, name});
}
std::shared_ptr<Metric> Recall::make() const {
  return made("Recall", *this, {recall, threshold, top_k, class_id, average, name});
}
std::shared_ptr<Metric> F1::make() const {
  return made("F1", *this, {f1, threshold, top_k, class_id, average, name});
}

}  // namespace lacuna::metrics
