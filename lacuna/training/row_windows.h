// The rows of a dataset in windows. Shuffled rows change places within a window, so that a dataset smaller
// than that is shuffled as arrays are; one that shuffles its own rows gives them in that order, and needs
// only small windows. A window has whole batches, and where it ends follows from its rows
// alone, so it can be made again without those before it, whatever blocks the rows are read in.
#pragma once
#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lacuna/data/dataset.h"

namespace lacuna::data {
class GatheredRows;
}

namespace lacuna {

struct RowWindow {
  Dim rows = 0;
  std::vector<Tensor> parts{};   // Of the rows, and perhaps of some more, which the next window begins with.
  std::vector<int64_t> order{};  // Of shuffled rows.
  bool last = true;              // No window follows.
  int64_t batch = 0;             // Of the pass, its first one.
  std::vector<int64_t> place{};  // Where it begins, for go_to; empty if that is not known.
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
  // Goes to the window with that place, which is of a pass with the same key. Before the first next().
  void go_to(std::span<const int64_t> place);
  // Moves to the next window. Only after one that is not the last.
  void next();
  // Begins to read the next window on another thread, if that may be. No batch of the window before the
  // current one may be used any more: three windows would take too much memory.
  void read_ahead();
  // Of a pass, after its last window.
  Dim rows() const { return rows_; }

 private:
  // Where some rows of a window come from: from `row` of it on, those of a block without its first
  // `left_out` rows.
  struct Origin {
    Dim row = 0;
    std::optional<data::RowPlace> place{};  // None: it is not known.
    Dim left_out = 0;
  };

  std::unique_ptr<RowWindow> read();
  void append_left();
  size_t enough() const;
  bool gather();
  Dim gather_next();
  Dim gather_block();
  // How many of the rows are the window's.
  Dim whole_batches(const RowWindow& window, Dim gathered) const;
  void note_place(RowWindow& window) const;
  void leave(Dim rows);
  void warn_of_one_class(const data::RowBlock& block);
  data::Fingerprint fingerprint(const data::RowOrder& order) const;
  std::vector<int64_t> shuffled(Dim rows, uint64_t key) const;
  void stop();

  const char* where_;
  const data::Dataset& dataset_;
  Dim batch_size_;
  size_t shuffle_bytes_;
  bool is_read_anywhere_ = false;  // The stream.
  uint64_t key_ = 0;               // Of rows that are shuffled here.
  uint64_t count_ = 0;             // Windows of this pass that were read.
  Dim rows_ = 0;
  int64_t batch_ = 0;           // The first of the next window.
  data::Fingerprint source_{};  // As this pass began.
  data::RowOrder order_{};
  Dim left_out_ = 0;               // Rows that are still to be left out.
  std::vector<Origin> origins_{};  // Of the rows that are gathered, and at the end of those that come next.
  Dim left_ = 0;                   // Rows that the next window begins with.

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
