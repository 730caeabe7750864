// What is in a workspace: the rows that blocks make, and what a thread needs while it makes a block.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "lacuna/features/row_blocks.h"
#include "lacuna/features/row_encoder.h"
#include "lacuna/features/tokenizer.h"
#include "lacuna/features/workspace.h"

namespace lacuna::features {

struct BlockMemory {
  TokenizerMemory tokenizer{};
  RowEncoderMemory encoder{};
  std::vector<int64_t> ids{};             // Of one row,
  std::vector<std::string_view> words{};  // its tokens,
  std::vector<double> signs{};            // and as what they count.
};

struct Workspace::Parts {
  RowBlocks blocks{};

  // Lends memory to a block; there are as many as blocks ran at the same time.
  class Lent {
   public:
    explicit Lent(Parts& parts) : parts_(parts), memory_(parts.take()) {}
    ~Lent() { parts_.give_back(std::move(memory_)); }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    BlockMemory* operator->() { return memory_.get(); }
    BlockMemory& operator*() { return *memory_; }

   private:
    Parts& parts_;
    std::unique_ptr<BlockMemory> memory_;
  };

 private:
  std::unique_ptr<BlockMemory> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      free_.reserve(++made_);  // So that giving back does not allocate.
      return std::make_unique<BlockMemory>();
    }
    auto memory = std::move(free_.back());
    free_.pop_back();
    return memory;
  }
  void give_back(std::unique_ptr<BlockMemory> memory) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(memory));
  }

  std::mutex mutex_{};
  size_t made_ = 0;
  std::vector<std::unique_ptr<BlockMemory>> free_{};
};

// The workspace that was given, or one for this call.
class AnyWorkspace {
 public:
  explicit AnyWorkspace(Workspace* given) : used_(given ? given : &own_.emplace()) {}
  Workspace::Parts& parts() { return used_->parts(); }

 private:
  std::optional<Workspace> own_{};
  Workspace* used_;
};

}  // namespace lacuna::features
