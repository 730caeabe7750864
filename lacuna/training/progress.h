// The progress bar of fit and evaluate, in Keras' form. verbose 1: a bar that is redrawn; 2: one line per
// epoch. What is printed begins with \r if it redraws a line: where that is not possible, as in a file, the
// handler of print keeps only the line that ends with a line feed.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "lacuna/training/batches.h"
#include "lacuna/training/callback.h"

namespace lacuna {

class Progress {
 public:
  // Counts rows or, where only the number of batches is known, batches.
  Progress(const Batches& batches, int verbose);

  void add(Dim rows) {  // A batch is done.
    done_ += by_rows_ ? rows : 1;
    rows_ += rows;
  }
  void update(const callbacks::Logs& logs);  // Draws at most every 50 ms.
  void finish(const callbacks::Logs& logs);  // The final values, and a line feed.

 private:
  using Clock = std::chrono::steady_clock;
  std::string bar() const;
  void draw(const callbacks::Logs& logs, bool last);

  std::optional<int64_t> all_;  // None: not known before the epoch ends.
  bool by_rows_;
  int64_t done_ = 0, rows_ = 0;
  int verbose_;
  Clock::time_point start_ = Clock::now(), drawn_{};
  size_t width_ = 0;  // Of the line as it is shown.
};

}  // namespace lacuna
