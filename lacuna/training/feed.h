// Matches a user's arrays to a network's inputs and targets, checks them, and packs them batch by batch.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lacuna/data/array.h"
#include "lacuna/data/rows.h"
#include "lacuna/training/class_weight.h"
#include "lacuna/training/compiled.h"

namespace LACUNA_EXPORT lacuna {

class Front;

class Feed {
 public:
  // `where` starts every message, such as "fit". y and sample_weight may be absent (compiled null or the
  // arrays not given). train_on_batch makes a Feed for each batch, so nothing is made here that only an error
  // needs.
  Feed(const char* where, const Network& network, const Compiled* compiled, data::Check check,
       const Arrays& x, const Arrays& y = {}, const Arrays& sample_weight = {},
       const ClassWeights& class_weight = {});
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // From now on batches have also what the front of the network makes of the inputs (network/front.h),
  // between inputs and targets. Worth it where a batch is packed beside the step before.
  void use_front();
  bool has_front() const { return front_ != nullptr; }

  Dim rows() const { return rows_; }
  bool weighted() const { return weighted_; }
  // Throws, and names the argument `steps`, if there are no arrays at all: then nothing tells how many
  // batches there are.
  void require_arrays(const char* steps) const;
  // Storage and dtype of inputs and targets as they will be fed; without shapes.
  const std::vector<Spec>& specs() const { return specs_; }

  // The tensors of these rows, in the order that a Program takes them. They stay valid during the following
  // call, so that a batch can be packed while the one before it is used.
  std::span<const Tensor* const> pack(std::span<const int64_t> rows);
  std::span<const Tensor* const> pack_range(Dim begin, Dim end);
  // About how many entries and values the last batch has: the cost of packing.
  size_t packed() const;
  // Whether packing so many is worth another thread: less is packed faster than that is woken.
  static bool is_slow(size_t packed) { return packed >= size_t{1} << 15; }

 private:
  void add_inputs(const char* where, const Network& network, const Arrays& x);
  void add_targets(const char* where, const Compiled& compiled, const Arrays& y, const Arrays& sample_weight,
                   const ClassWeights& class_weight);
  // Throws unless a batch of so many rows has those that outputs get from a tensor.
  void require_own_rows(Dim rows);

  struct Part {
    data::Rows rows;
    Spec wanted;
    Tensor batches[2]{};
  };
  template <class PackPart>
  std::span<const Tensor* const> packed_parts(const PackPart& pack_part);
  // limit > 0: the values are ids in [least, limit), which are checked in all rows at once, so that a bad one
  // is found before any weight changes.
  void add(Tensor user, std::string argument, Spec wanted, bool ids_only, Dim limit = 0, Dim least = 0);
  void look_at_labels(const CompiledOutput& output);  // Warns of labels that do not fit the loss.
  void add_weights(const char* where, const Compiled& compiled, const Arrays& sample_weight,
                   const ClassWeights& class_weight, size_t first_target);

  const char* where_;
  const Network& network_;
  data::Check check_;
  std::vector<Part> parts_;
  std::unique_ptr<Front> front_{};
  std::vector<const Tensor*> batches_[2];
  size_t turn_ = 0;  // Which of the two batches was packed last.
  std::vector<Spec> specs_;
  Dim rows_ = -1, own_rows_ = None;
  bool one_row_fits_ = false;  // Known to.
  bool weighted_ = false;
};

}  // namespace lacuna
