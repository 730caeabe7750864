// The progress bar of fit and evaluate, in Keras' form. verbose 1: a bar that is redrawn; 2: one line per
// epoch.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "lacuna/training/callback.h"

namespace lacuna {

class Progress {
 public:
  // samples: of an epoch; none if that is not known before it ends.
  Progress(std::optional<int64_t> samples, int verbose);

  void update(int64_t done, const callbacks::Logs& logs);  // Draws at most every 50 ms.
  void finish(const callbacks::Logs& logs);                // The final values, and a line feed.

 private:
  using Clock = std::chrono::steady_clock;
  std::string bar(int64_t done) const;
  void draw(int64_t done, const callbacks::Logs& logs, bool last);

  std::optional<int64_t> samples_;
  int64_t done_ = 0;
  int verbose_;
  Clock::time_point start_ = Clock::now(), drawn_{};
  size_t width_ = 0;  // Of the line as it is shown.
};

}  // namespace lacuna
