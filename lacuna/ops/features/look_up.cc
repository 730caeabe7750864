// look_up: values as indices of a vocabulary. words_of, numbers_of: the other way round.
#include "lacuna/ops/features/look_up.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/features/values.h"
#include "lacuna/ops/parts/ids.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;
using features::LookupRule;

std::string key_of(const LookupRule& rule) {
  std::string result = text(' ', rule.num_oov_indices, rule.bags, rule.hash_numbers, rule.ignores_oov);
  if (rule.salt) result += text(" salt ", (*rule.salt)[0], ' ', (*rule.salt)[1]);
  if (rule.mask_number) result += text(" mask ", *rule.mask_number);
  if (rule.mask_word) result += text(" mask word ", *rule.mask_word);
  return result;
}

std::shared_ptr<const features::LookupTable> held(const SharedTable& table) {
  auto content = table->get();
  LACUNA_REQUIRE(content != nullptr,
                 "look_up: there must be a vocabulary: call adapt, or give `vocabulary`. Received: none.");
  return content;
}

struct LookUp final : Flat<> {
  LookUp(SharedTable t, LookupRule r) : table(std::move(t)), rule(std::move(r)) {}
  const SharedTable table;
  const LookupRule rule;

  std::string_view name() const override { return "look_up"; }
  bool takes_strings() const override { return true; }
  std::string key() const override { return text(name(), ' ', table.get(), key_of(rule)); }

  static void run(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const LookUp&>(op);
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    y.resize(x.shape, DType::int64);
    const auto table = held(self.table);
    if (x.dtype == DType::string)
      features::look_up("StringLookup", x.values<std::string_view>(), table->words, self.rule,
                        y.values<int64_t>());
    else
      features::look_up("IntegerLookup", whole_numbers(x, context.scratch, 0), table->numbers, self.rule,
                        y.values<int64_t>());
  }

  std::string_view cost(const Rule&) const override { return "elements + bytes of strings"; }
  const Rules& rules() const override {
    static const Rules all{{{{Storage::dense}, {Storage::dense}, run}}};
    return all;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    require_column(name(), "x", in[0]);
    return {{in[0].shape, DType::int64, rule_for(*this, in).out[0]}};
  }
};

// Value: std::string or int64_t, of the vocabulary and of `masked` and `unknown`.
template <class Value>
struct Inverse final : Flat<> {
  using Item = std::conditional_t<std::is_same_v<Value, std::string>, std::string_view, int64_t>;
  static constexpr DType kDType = dtype_of<Item>();

  Inverse(SharedTable t, LookupRule r, Value m, Value u)
      : table(std::move(t)), rule(std::move(r)), masked(std::move(m)), unknown(std::move(u)) {}
  const SharedTable table;
  const LookupRule rule;
  const Value masked, unknown;

  std::string_view name() const override { return kDType == DType::string ? "words_of" : "numbers_of"; }
  std::string key() const override {
    return text(name(), ' ', table.get(), key_of(rule), " unknown ", unknown);
  }

  static Item at(const features::LookupTable& table, size_t place) {
    if constexpr (kDType == DType::string) return table.words.word(place);
    else return table.numbers.numbers()[place];
  }

  static void run(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const Inverse&>(op);
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    y.resize(x.shape, kDType);
    // Kept until the next run, since the words in the result are views of it.
    auto& table = context.scratch.state<std::shared_ptr<const features::LookupTable>>();
    table = held(self.table);
    const auto known = static_cast<uint64_t>(self.rule.first_known());
    const auto to = y.template values<Item>();
    with_ids("words_of", x, [&](auto ids) {
      for (size_t i = 0; i < ids.size(); ++i) {
        const uint64_t place = static_cast<uint64_t>(ids[i]) - known;
        if (place < table->size()) to[i] = at(*table, place);
        else to[i] = self.rule.masks() && ids[i] == 0 ? Item(self.masked) : Item(self.unknown);
      }
    });
  }

  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    static const Rules all{{{{Storage::dense}, {Storage::dense}, run}}};
    return all;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].dtype == DType::int32 || in[0].dtype == DType::int64, name(),
                   ": indices must be int32 or int64. Received: indices=", in[0], ".");
    return {{in[0].shape, kDType, rule_for(*this, in).out[0]}};
  }
};

SharedTable example_table() {
  auto table = std::make_shared<features::Learned<features::LookupTable>>();
  const std::string_view words[] = {"word 3", "", "word 5"};
  table->set({.words = features::Vocabulary(words), .numbers = {}});
  return table;
}
SharedTable example_numbers() {
  auto table = std::make_shared<features::Learned<features::LookupTable>>();
  table->set({.words = {}, .numbers = features::IntegerVocabulary({3, 7, 0})});
  return table;
}

const Example::Input kIndices{{None, 3}, DType::int64, Values::ids, 9};

const bool look_up_registered = register_op("look_up", [] {
  const Example::Input words{{None, 3}, DType::string, Values::ids, 9};
  return std::vector<Example>{
      {std::make_shared<LookUp>(example_table(), LookupRule{}), {words}},
      {std::make_shared<LookUp>(example_table(), LookupRule{.num_oov_indices = 3, .mask_word = ""}), {words}},
      {std::make_shared<LookUp>(example_numbers(),
                                LookupRule{.num_oov_indices = 2, .mask_number = 0, .bags = true}),
       {kIndices}}};
});
const bool words_of_registered = register_op("words_of", [] {
  return std::vector<Example>{
      {std::make_shared<Inverse<std::string>>(example_table(), LookupRule{.mask_word = ""}, "", "[UNK]"),
       {kIndices}}};
});
const bool numbers_of_registered = register_op("numbers_of", [] {
  return std::vector<Example>{
      {std::make_shared<Inverse<int64_t>>(example_numbers(), LookupRule{}, 0, -1), {kIndices}}};
});

}  // namespace

Symbol look_up(const Symbol& x, const SharedTable& table, const LookupRule& rule) {
  return apply(std::make_shared<LookUp>(table, rule), {x});
}

Symbol words_of(const Symbol& indices, const SharedTable& table, const LookupRule& rule,
                const std::string& unknown) {
  return apply(std::make_shared<Inverse<std::string>>(table, rule, rule.mask_word.value_or(""), unknown),
               {indices});
}

Symbol numbers_of(const Symbol& indices, const SharedTable& table, const LookupRule& rule, int64_t unknown) {
  return apply(std::make_shared<Inverse<int64_t>>(table, rule, rule.mask_number.value_or(0), unknown),
               {indices});
}

}  // namespace lacuna
