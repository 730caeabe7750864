// Keeps the scores of each column, and computes the area under their curve.
#include "lacuna/metrics/auc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "lacuna/base/threads.h"
#include "lacuna/metrics/truth.h"

namespace lacuna::metrics {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A prediction: its score, and 2 · its row number, plus 1 if the row has the label.
template <class T>
struct Scored {
  T score;
  uint32_t row_and_label;
  uint32_t row() const { return row_and_label / 2; }
  bool label() const { return row_and_label % 2; }
};

struct Area {
  double value, with_label;  // value is NaN if one of the classes is missing.
};

// Sorts the scores and goes down from the largest, past all equal ones at once.
template <class T>
Area area(std::vector<Scored<T>>& scores, const std::vector<double>& weights, bool roc) {
  std::sort(scores.begin(), scores.end(), [](const Scored<T>& a, const Scored<T>& b) {
    return a.score != b.score ? a.score > b.score : a.row_and_label < b.row_and_label;
  });
  double with = 0, without = 0, sum = 0;
  for (size_t i = 0; i < scores.size();) {
    double more_with = 0, more_without = 0;
    const T score = scores[i].score;
    for (; i < scores.size() && scores[i].score == score; ++i)
      (scores[i].label() ? more_with : more_without) += weights.empty() ? 1 : weights[scores[i].row()];
    if (roc) sum += more_without * (with + more_with / 2);
    with += more_with;
    without += more_without;
    if (!roc && with > 0) sum += more_with * with / (with + without);
  }
  if (with == 0 || (roc && without == 0)) return {kNaN, with};
  return {roc ? sum / with / without : sum / with, with};
}

class Curve final : public Accumulator {
 public:
  explicit Curve(AUC settings) : settings_(std::move(settings)) {}

  void reset() override {
    for (auto& column : float32_) column.clear();
    for (auto& column : float64_) column.clear();
    weights_.clear();
    rows_ = 0;
    no_number_ = false;
  }

  void add(const Tensor& y_true, const Tensor& y_pred, std::span<const double> weights) override {
    is_float64_ = y_pred.dtype() == DType::float64;
    with_float(settings_.name.c_str(), y_pred.dtype(),
               [&](auto tag) { add_rows<typename decltype(tag)::type>(y_true, y_pred.dense(), weights); });
  }

  double value(std::string* why) override {
    if (no_number_) {
      if (why) *why = "predictions are no numbers";
      return kNaN;
    }
    return is_float64_ ? average(float64_, why) : average(float32_, why);
  }

  bool goes_on() const override { return false; }
  size_t cost() const override {
    size_t result = 0;
    for (const auto& column : float32_) result += column.size();
    for (const auto& column : float64_) result += column.size();
    return result;
  }

 private:
  template <class T>
  using Columns = std::vector<std::vector<Scored<T>>>;

  template <class T>
  Columns<T>& columns() {
    if constexpr (std::is_same_v<T, float>) return float32_;
    else return float64_;
  }

  template <class T>
  void add_rows(const Tensor& y_true, const tensor::Dense& y_pred, std::span<const double> weights) {
    const char* where = settings_.name.c_str();
    const Truth<T> truth(where, y_true, y_pred);
    const size_t width = truth.width(), samples = static_cast<size_t>(y_pred.shape[0]),
                 repeats = samples ? truth.rows() / samples : 1;
    const bool micro = settings_.average == "micro" && !settings_.class_id;
    const auto only = settings_.class_id ? static_cast<size_t>(*settings_.class_id) : width;
    check_weights(where, weights, samples);
    LACUNA_REQUIRE(!settings_.class_id || only < width, where,
                   ": class_id must be below the columns of y_pred. Received: class_id=", only,
                   ", columns=", width, ".");
    LACUNA_REQUIRE(rows_ + truth.rows() < (size_t{1} << 31), where,
                   ": there must be fewer than 2^31 rows. Received: rows=", rows_ + truth.rows(), ".");
    if (!weights.empty() && weights_.empty()) weights_.resize(rows_, 1.0);
    const bool weighted = !weights_.empty() || !weights.empty();
    Columns<T>& all = columns<T>();
    all.resize(micro || settings_.class_id ? 1 : width);
    const T* p = y_pred.values<T>().data();
    for (size_t r = 0; r < truth.rows(); ++r, p += width) {
      const double w = weights.empty() ? 1 : weights[r / repeats];
      if (weighted) weights_.push_back(w);
      const auto row = static_cast<uint32_t>(rows_++);
      if (w == 0) continue;
      for (size_t j = 0; j < width; ++j) {
        if (settings_.class_id && j != only) continue;
        const T score = p[j];  // Read once: others may write p if it is the input x.
        no_number_ |= std::isnan(score);
        all[micro || settings_.class_id ? 0 : j].push_back({score, 2 * row});
      }
      truth.for_row(r, [&](size_t j) {
        if (settings_.class_id && j != only) return;
        if (micro) all[0][all[0].size() - width + j].row_and_label |= 1;
        else all[settings_.class_id ? 0 : j].back().row_and_label |= 1;
      });
    }
  }

  template <class T>
  double average(Columns<T>& columns, std::string* why) {
    std::vector<Area> areas(columns.size());
    parallel_for(columns.size(), 1, [&](size_t begin, size_t end) {
      for (size_t j = begin; j < end; ++j) areas[j] = area(columns[j], weights_, settings_.curve == "ROC");
    });
    double sum = 0, weight = 0;
    size_t left_out = 0;
    std::string reason;
    for (size_t j = 0; j < areas.size(); ++j) {
      if (std::isnan(areas[j].value)) {
        if (left_out++ == 0) reason = missing(areas[j], j, areas.size());
        continue;
      }
      const double w = settings_.average == "weighted" && areas.size() > 1 ? areas[j].with_label : 1;
      sum += w * areas[j].value;
      weight += w;
    }
    if (why && areas.empty()) *why = "there are no samples";
    if (why && left_out)
      *why = weight > 0 ? text("leaves ", left_out, " of ", areas.size(),
                               " columns out of the mean, the first since ", reason)
                        : reason;
    return weight > 0 ? sum / weight : kNaN;
  }

  // Why a column has no area.
  std::string missing(const Area& area, size_t column, size_t columns) const {
    const std::string what = settings_.class_id ? text("class ", *settings_.class_id)
                             : columns > 1      ? text("column ", column)
                                                : std::string("y_true");
    return text(what,
                area.with_label == 0 ? " has no sample with the label" : " has samples with the label alone");
  }

  AUC settings_;
  Columns<float> float32_;
  Columns<double> float64_;
  std::vector<double> weights_;  // By row; empty while all are 1.
  size_t rows_ = 0;
  bool is_float64_ = false, no_number_ = false;
};

void auc_list(Settings& s, AUC& o) {
  s("curve", o.curve)("average", o.average)("class_id", o.class_id)("name", o.name);
}
const bool auc_registered = Registry<Metric>::add<AUC>({"AUC"}, auc_list);

}  // namespace

std::shared_ptr<Metric> AUC::make() const {
  LACUNA_REQUIRE(curve == "ROC" || curve == "PR", name, ": curve must be 'ROC' or 'PR'. Received: curve='",
                 curve, "'.");
  LACUNA_REQUIRE(average == "micro" || average == "macro" || average == "weighted", name,
                 ": average must be 'micro', 'macro' or 'weighted'. Received: average='", average, "'.");
  LACUNA_REQUIRE(!class_id || *class_id >= 0, name,
                 ": class_id must not be negative. Received: class_id=", class_id.value_or(0), ".");
  return with_config("AUC", auc_list, *this,
                     {.name = name,
                      .larger_is_better = true,
                      .accumulator = [settings = *this](Task) -> std::shared_ptr<Accumulator> {
                        return std::make_shared<Curve>(settings);
                      }});
}

}  // namespace lacuna::metrics
