// The rows of a dataset in windows. Shuffled rows change places within a window, so that a dataset smaller
// than that is shuffled as arrays are. A window begins with the rows of the one before it that filled no
// batch.
#pragma once
#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <vector>

#include "lacuna/data/dataset.h"

namespace lacuna::data {
class GatheredRows;
}

namespace lacuna {

struct RowWindow {
  Dim rows = 0;
  std::vector<Tensor> parts{};
  std::vector<int64_t> order{};  // Of shuffled rows.
  bool last = true;              // No window follows.
};

class RowWindows {
 public:
  // where: the start of messages. shuffle_bytes: of a shuffled window; 0: rows stay in order. The dataset
  // must outlive this.
  RowWindows(const char* where, const data::Dataset& dataset, Dim batch_size, size_t shuffle_bytes);
  ~RowWindows();

  // Before the first next() of a pass there is one without rows.
  const RowWindow& current() const { return *current_; }
  // Begins a pass. key 0: rows stay in order.
  void begin(uint64_t key);
  // Moves to the next window. Only after one that is not the last.
  void next();
  // Begins to read the next window on another thread, if that may be. No batch of the window before the
  // current one may be used any more: three windows would take too much memory.
  void read_ahead();
  // Of a pass, after its last window.
  Dim rows() const { return rows_; }

 private:
  std::unique_ptr<RowWindow> read();
  void append_left();
  bool gather();
  Dim gather_first();
  void warn_of_one_class(const data::RowBlock& block);
  data::Fingerprint fingerprint(const data::RowOrder& order) const;
  std::vector<int64_t> shuffled(Dim rows, uint64_t key) const;
  void stop();

  const char* where_;
  const data::Dataset& dataset_;
  Dim batch_size_;
  size_t shuffle_bytes_;
  uint64_t key_ = 0, count_ = 0;  // Windows of this pass that were read.
  Dim rows_ = 0;
  data::Fingerprint source_{};  // As this pass began.

  std::unique_ptr<data::RowStream> stream_{};
  data::RowBlock block_{};
  std::unique_ptr<data::GatheredRows> gathered_;
  std::unique_ptr<RowWindow> current_;
  std::unique_ptr<RowWindow> kept_{};  // All rows, from the pass before.
  bool warned_ = false;
  std::atomic<bool> stop_ = false;
  std::future<std::unique_ptr<RowWindow>> ahead_{};
};

}  // namespace lacuna
