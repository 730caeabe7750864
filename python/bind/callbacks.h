// Passes the events of fit on to Python's callbacks.
#pragma once
#include "lacuna/training/callback.h"
#include "python/bind/convert.h"

namespace lacuna::bind {

// Calls a CallbackList of Python. It is made for one call of fit. An exception of Python passes through fit
// as nb::python_error, with its traceback.
class PythonCallbacks final : public callbacks::Callback {
 public:
  explicit PythonCallbacks(nb::object list);
  void on_train_begin(const callbacks::Logs& logs) override;
  void on_train_end(const callbacks::Logs& logs) override;
  void on_epoch_begin(int epoch, const callbacks::Logs& logs) override;
  void on_epoch_end(int epoch, callbacks::Logs& logs) override;
  void on_batch_begin(int64_t batch, const callbacks::Logs& logs) override;
  void on_batch_end(int64_t batch, const callbacks::Logs& logs) override;
  bool wants_batches() const override { return wants_batches_; }

 private:
  nb::object list_;
  bool wants_batches_;
};

}  // namespace lacuna::bind
