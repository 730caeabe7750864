// Lends each call a workspace.
#include "lacuna/serving/predictor.h"

#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/serving/served_model.h"
#include "lacuna/serving/workspaces.h"

namespace lacuna {

PredictorInput PredictorInput::rows(size_t begin, size_t end, size_t all) const {
  PredictorInput result = *this;
  if (is_csr_) {
    LACUNA_REQUIRE(pointers_ == all + 1,
                   "predict: csr must have a row pointer more than rows. Received: "
                   "len(indptr)=",
                   pointers_, ", rows=", all, ".");
    result.indptr_ =
        static_cast<const std::byte*>(indptr_) + begin * (wide_ ? sizeof(int64_t) : sizeof(int32_t));
    result.pointers_ = end - begin + 1;
    return result;
  }
  constexpr std::array<size_t, 5> kBytes{sizeof(float), sizeof(double), sizeof(int32_t), sizeof(int64_t),
                                         sizeof(std::string_view)};
  LACUNA_REQUIRE(all > 0 && count_ % all == 0,
                 "predict: rows must have as many values each. Received: values=", count_, ", rows=", all,
                 ".");
  const size_t width = count_ / all;
  result.values_ =
      static_cast<const std::byte*>(values_) + begin * width * kBytes[static_cast<size_t>(type_)];
  result.count_ = (end - begin) * width;
  return result;
}

struct Predictor::Impl {
  Impl(const std::string& path, const PredictorOptions& options) : model(path, options) {}
  const serving::ServedModel model;
  mutable serving::Workspaces workspaces{model};
};

Predictor::Predictor(const std::string& path, const PredictorOptions& options)
    : impl_(std::make_shared<const Impl>(path, options)) {}
Predictor::~Predictor() = default;
Predictor::Predictor(const Predictor&) = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(const Predictor&) = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

const std::string& Predictor::path() const { return impl_->model.path(); }
const std::vector<Predictor::Input>& Predictor::inputs() const { return impl_->model.inputs(); }
const std::vector<Predictor::Output>& Predictor::outputs() const { return impl_->model.outputs(); }

void Predictor::predict(size_t rows, std::span<const PredictorInput> inputs,
                        std::span<const std::span<float>> outputs) const {
  serving::Workspaces::Lent(impl_->workspaces)->predict(rows, inputs, outputs);
}

void Predictor::predict(size_t rows, std::span<const PredictorInput> inputs,
                        std::span<const std::span<double>> outputs) const {
  serving::Workspaces::Lent(impl_->workspaces)->predict(rows, inputs, outputs);
}

}  // namespace lacuna
