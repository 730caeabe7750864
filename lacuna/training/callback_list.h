// The callbacks of a fit, called one after another.
#pragma once
#include <memory>
#include <vector>

#include "lacuna/training/callback.h"

namespace lacuna::callbacks {

// Sets the callbacks' trainer and params, and clears the trainer at its end. Callbacks may outlive it.
class CallbackList {
 public:
  CallbackList(const std::vector<std::shared_ptr<Callback>>& all, Trainer& trainer, const Params& params);
  ~CallbackList();
  CallbackList(const CallbackList&) = delete;
  CallbackList& operator=(const CallbackList&) = delete;

  bool wants_batches() const { return wants_batches_; }

  void on_train_begin() const;
  void on_train_end(const Logs& logs) const;
  void on_train_error() const;
  void on_epoch_begin(int epoch) const;
  void on_epoch_end(int epoch, Logs& logs) const;
  // Call only those that want batches.
  void on_batch_begin(int64_t batch, const Logs& logs) const;
  void on_batch_end(int64_t batch, const Logs& logs) const;

 private:
  std::vector<std::shared_ptr<Callback>> all_;
  bool wants_batches_ = false;
};

}  // namespace lacuna::callbacks
