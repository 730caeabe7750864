// A user's arrays matched to a network's inputs and targets, checked as a whole, and packed batch by batch.
#pragma once
#include <string>
#include <vector>

#include "lacuna/data/array.h"
#include "lacuna/data/rows.h"
#include "lacuna/training/class_weight.h"
#include "lacuna/training/compiled.h"

namespace lacuna {

class Feed {
 public:
  // `where` starts every message: "fit". y and sample_weight may be absent (compiled null or the arrays not
  // given). Small batches are fed by the million: nothing is made here that only an error needs.
  Feed(const char* where, const Network& network, const Compiled* compiled, data::Check check,
       const Arrays& x, const Arrays& y = {}, const Arrays& sample_weight = {},
       const ClassWeights& class_weight = {});

  Dim rows() const { return rows_; }
  bool weighted() const { return weighted_; }
  // Storage and dtype of inputs and targets as they will be fed; without shapes.
  const std::vector<Spec>& specs() const { return specs_; }

  // The tensors of these rows, in the order that a Program takes them; valid until the call after the next,
  // so that a batch may be packed while the one before it is used.
  std::span<const Tensor* const> pack(std::span<const int64_t> rows);
  std::span<const Tensor* const> pack_range(Dim begin, Dim end);
  // Entries and values of the last batch, about: what packing costs.
  size_t packed() const;

 private:
  struct Part {
    data::Rows rows;
    Spec wanted;
    Tensor batches[2]{};
  };
  template <class PackPart>
  std::span<const Tensor* const> packed_parts(const PackPart& pack_part);
  // ids: in [least, limit), checked in all rows at once, so that a bad one changes no weight; 0 where they
  // are none.
  void add(Tensor user, std::string argument, Spec wanted, bool ids_only, Dim limit = 0, Dim least = 0);
  void look_at_labels(const CompiledOutput& output);  // Of the target that was added last.
  void add_weights(const char* where, const Compiled& compiled, const Arrays& sample_weight,
                   const ClassWeights& class_weight, size_t first_target);

  data::Check check_;
  std::vector<Part> parts_;
  std::vector<const Tensor*> batches_[2];
  size_t turn_ = 0;  // Which of the two batches is packed next.
  std::vector<Spec> specs_;
  Dim rows_ = -1;
  bool weighted_ = false;
};

}  // namespace lacuna
