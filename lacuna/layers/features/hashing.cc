// Bins of values by their hashes.
#include "lacuna/layers/features/hashing.h"

#include <algorithm>

#include "lacuna/layers/features/output_mode.h"
#include "lacuna/ops/features/cross_bags.h"
#include "lacuna/ops/features/hash_bins.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna::layers {
namespace {

const std::vector<std::string> kHashingModes{"int", "one_hot", "multi_hot", "count"},
    kCrossingModes{"int", "one_hot", "multi_hot", "count"};

void mask_setting(Settings& s, const char* name, std::variant<std::monostate, std::string, int64_t>& value) {
  if (!s.reads()) {
    if (const auto* word = std::get_if<std::string>(&value)) s.write(name, *word);
    else if (const auto* number = std::get_if<int64_t>(&value)) s.write(name, *number);
    else s.write(name, Setting());
    return;
  }
  const Setting* given = s.find(name);
  if (!given || given->is_none()) return;
  if (const auto* word = given->as<std::string>()) value = *word;
  else if (const auto* number = given->as<int64_t>()) value = *number;
  else s.wrong_type(name, "a string or a whole number", *given);
}

void salt_setting(Settings& s, std::vector<int64_t>& salt) {
  if (s.reads()) {
    const Setting* given = s.find("salt");
    if (given && !given->is_none()) s("salt", salt);
    return;
  }
  if (salt.empty()) s.write("salt", Setting());
  else s("salt", salt);
}

void hashing_list(Settings& s, Dim& num_bins, HashingOptions& o) {
  s("num_bins", num_bins);
  mask_setting(s, "mask_value", o.mask_value);
  salt_setting(s, o.salt);
  s("output_mode", o.output_mode)("sparse", o.sparse);
}

void crossing_list(Settings& s, Dim& num_bins, HashedCrossingOptions& o) {
  s("num_bins", num_bins)("output_mode", o.output_mode)("sparse", o.sparse);
}

const bool hashing_registered =
    known<Hashing>("Hashing", hashing_list) && known<HashedCrossing>("HashedCrossing", crossing_list);

features::Hashing how_of(const char* where, Dim num_bins, const HashingOptions& o) {
  features::Hashing how{.num_bins = num_bins};
  how.validate(where);
  if (const auto* word = std::get_if<std::string>(&o.mask_value)) how.mask_word = *word;
  if (const auto* number = std::get_if<int64_t>(&o.mask_value)) how.mask_number = *number;
  LACUNA_REQUIRE(o.salt.size() <= 2, where,
                 ": salt must be one or two whole numbers. Received: ", o.salt.size(), " of them.");
  if (!o.salt.empty())
    how.salt = {static_cast<uint64_t>(o.salt.front()), static_cast<uint64_t>(o.salt.back())};
  return how;
}

}  // namespace

Hashing::Hashing(Dim num_bins, HashingOptions options)
    : Feature(common(options), "Hashing"),
      num_bins_(num_bins),
      options_(std::make_shared<HashingOptions>(std::move(options))) {
  how_of("Hashing", num_bins, *options_);
  output_mode_of("Hashing", options_->output_mode, kHashingModes);
  state()->fed_dtype = DType::int64;
  describe(hashing_list, num_bins, *options_);
}

Symbol Hashing::call(const Symbol& x) {
  const auto& o = *options_;
  const Symbol ids = hash_bins(as_column(name(), x), how_of("Hashing", num_bins_, o));
  return encoded(name(), ids, output_mode_of("Hashing", o.output_mode, kHashingModes),
                 {.num_tokens = num_bins_, .sparse = o.sparse, .dtype = dtype()});
}

HashedCrossing::HashedCrossing(Dim num_bins, HashedCrossingOptions options)
    : Feature(common(options), "HashedCrossing"),
      num_bins_(num_bins),
      options_(std::make_shared<HashedCrossingOptions>(std::move(options))) {
  features::Hashing{.num_bins = num_bins}.validate("HashedCrossing");
  output_mode_of("HashedCrossing", options_->output_mode, kCrossingModes);
  state()->fed_dtype = DType::int64;
  describe(crossing_list, num_bins, *options_);
}

Symbol HashedCrossing::call(const std::vector<Symbol>& given) {
  const OutputMode mode = output_mode_of("HashedCrossing", options_->output_mode, kCrossingModes);
  std::vector<Symbol> columns;
  if (mode == OutputMode::multi_hot || mode == OutputMode::count) {
    for (const Symbol& x : given) {
      if (x.storage() == Storage::csr) columns.push_back(x);
      else columns.push_back(x.rank() == 1 ? expand_dims(as_column(name(), x)) : as_column(name(), x));
    }
    const Symbol rows = cross_bags(name(), columns, {num_bins_, mode == OutputMode::count, dtype()});
    return options_->sparse ? rows : as_dense(rows);
  }
  for (const Symbol& x : given) {
    LACUNA_REQUIRE(x.rank() == 1 || (x.rank() == 2 && x.shape()[1] == 1), name(),
                   ": each input must be a column, (batch,) or (batch, 1); bags of values need "
                   "output_mode='multi_hot' or 'count'. Received: input=",
                   x.spec(), ".");
    columns.push_back(as_column(name(), x));
  }
  const auto& o = *options_;
  return encoded(name(), cross_bins(columns, num_bins_), mode,
                 {.num_tokens = num_bins_, .sparse = o.sparse, .dtype = dtype()});
}

}  // namespace lacuna::layers
