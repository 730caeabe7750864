// Passes each event on to all callbacks.
#include "lacuna/training/callback_list.h"

#include "lacuna/base/error.h"
#include "lacuna/metrics/metrics.h"

namespace lacuna::callbacks {

double* find(Logs& logs, const std::string& name) {
  for (auto& entry : logs)
    if (entry.first == name) return &entry.second;
  const std::string full = metrics::full_log_name(name);
  for (auto& entry : logs)
    if (metrics::full_log_name(entry.first) == full) return &entry.second;
  return nullptr;
}
const double* find(const Logs& logs, const std::string& name) { return find(const_cast<Logs&>(logs), name); }

CallbackList::CallbackList(const std::vector<std::shared_ptr<Callback>>& all, Trainer& trainer,
                           const Params& params)
    : all_(all) {
  for (const auto& callback : all_)
    LACUNA_REQUIRE(callback != nullptr, "fit: callbacks must be objects. Received: an empty one.");
  for (const auto& callback : all_) {
    callback->trainer = &trainer;
    callback->params = params;
    wants_batches_ |= callback->wants_batches();
  }
}

CallbackList::~CallbackList() {
  for (const auto& callback : all_)
    if (callback) callback->trainer = nullptr;
}

void CallbackList::on_train_begin() const {
  for (const auto& callback : all_) callback->on_train_begin({});
}
void CallbackList::on_train_end(const Logs& logs) const {
  for (const auto& callback : all_) callback->on_train_end(logs);
}
void CallbackList::on_train_error() const {
  for (const auto& callback : all_) callback->on_train_error();
}
void CallbackList::on_epoch_begin(int epoch) const {
  for (const auto& callback : all_) callback->on_epoch_begin(epoch, {});
}
void CallbackList::on_epoch_end(int epoch, Logs& logs) const {
  for (const auto& callback : all_) callback->on_epoch_end(epoch, logs);
}
void CallbackList::on_batch_begin(int64_t batch, const Logs& logs) const {
  for (const auto& callback : all_)
    if (callback->wants_batches()) callback->on_batch_begin(batch, logs);
}
void CallbackList::on_batch_end(int64_t batch, const Logs& logs) const {
  for (const auto& callback : all_)
    if (callback->wants_batches()) callback->on_batch_end(batch, logs);
}

}  // namespace lacuna::callbacks
