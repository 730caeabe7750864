// Batches of a feed, each packed beside the work on the one before it.
#pragma once
#include <exception>
#include <optional>
#include <utility>

#include "lacuna/base/threads.h"
#include "lacuna/training/feed.h"

namespace lacuna {

// pack(begin) packs the batch that starts at row `begin` with `feed`.
template <class Pack>
class PackAhead {
 public:
  PackAhead(const Feed& feed, Pack pack) : feed_(feed), pack_(std::move(pack)) {}

  // Calls work(feeds) with the batch at `begin`, and meanwhile packs the one at `following`, with which the
  // next call must begin; without it nothing. What its packing throws is thrown by that call.
  template <class Work>
  void run(Dim begin, std::optional<Dim> following, const Work& work) {
    if (error_) std::rethrow_exception(error_);
    const auto feeds = next_.empty() ? pack_(begin) : std::exchange(next_, {});
    constexpr size_t kWorthwhile = size_t{1} << 15;  // Less is packed quicker than handed over.
    if (!following || feed_.packed() < kWorthwhile) return work(feeds);
    beside([&] { work(feeds); },
           [&] {
             try {
               next_ = pack_(*following);
             } catch (...) {
               error_ = std::current_exception();
             }
           });
  }

 private:
  const Feed& feed_;
  Pack pack_;
  std::span<const Tensor* const> next_{};
  std::exception_ptr error_{};
};

}  // namespace lacuna
