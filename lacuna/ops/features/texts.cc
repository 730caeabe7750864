// ids_of_texts, encode_texts: texts are split and their tokens looked up, or hashed, in one go.
#include "lacuna/ops/features/texts.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;
using features::RowsOfIds;

std::string key_of(const TextIds& how) {
  std::string result = text(static_cast<int>(how.tokens.standardize), static_cast<int>(how.tokens.split));
  for (const int length : how.tokens.ngrams) result += text(' ', length);
  result +=
      text(' ', how.table.get(), ' ', how.first, ' ', how.unknown, ' ', how.empty, ' ', how.hashing.num_bins);
  if (how.tokens.own_standardize) result += text(" standardize ", how.tokens.own_standardize.id());
  if (how.tokens.own_split) result += text(" split ", how.tokens.own_split.id());
  if (how.murmur) result += text(" murmur ", how.murmur->num_bins, how.murmur->alternate_sign);
  if (how.hashing.mask_word) result += text(" mask ", *how.hashing.mask_word);
  if (how.hashing.salt) result += text(" salt ", (*how.hashing.salt)[0], ' ', (*how.hashing.salt)[1]);
  return result;
}

features::Ids bins_of(const TextIds& how) {
  return how.murmur ? features::Ids(*how.murmur) : features::Ids(how.hashing);
}

// How ids are made in a run: by these bins, or from the words that the table holds now.
const features::Ids& ids_now(const std::string& where, const TextIds& how, const features::Ids& bins,
                             features::Ids& places) {
  if (!how.table) return bins;
  const auto table = how.table->get();
  LACUNA_REQUIRE(table != nullptr, where,
                 ": there must be a vocabulary: call adapt, or give `vocabulary`. Received: none.");
  return places = features::Places{table->words, how.first, how.unknown, how.empty};
}

// What a node keeps from run to run.
struct KeptByTexts {
  features::Workspace workspace{};
  RowsOfIds rows{};
  tensor::Csr csr{};
};

Dim texts_a_row(const Shape& shape) { return shape.size() == 2 ? shape[1] : 1; }

// Joins the ids of the texts of a row.
void join_rows(RowsOfIds& rows, size_t texts_a_row) {
  if (texts_a_row == 1) return;
  size_t kept = 0;
  for (size_t i = 0; i < rows.indptr.size(); i += texts_a_row) rows.indptr[kept++] = rows.indptr[i];
  rows.indptr.resize(kept);
}

Shape shape_of_rows(const std::string& where, const TextIds& how, const Spec& x, Dim columns) {
  const bool whole = how.tokens.split == features::Split::none;
  const bool fits = x.shape.size() == 1 || (x.shape.size() == 2 && x.shape[1] != None && x.shape[1] > 0 &&
                                            (whole || x.shape[1] == 1));
  LACUNA_REQUIRE(
      x.dtype == DType::string && fits, where,
      ": the input must be strings, (batch,) or (batch, 1), or (batch, k) with split=None. Received: input=",
      x, ".");
  return {x.shape[0], columns};
}

struct IdsOfTexts final : Flat<> {
  IdsOfTexts(std::string w, TextIds h, std::optional<Dim> l)
      : where(std::move(w)), how(std::move(h)), bins(bins_of(how)), length(l) {}
  const std::string where;
  const TextIds how;
  const features::Ids bins;
  const std::optional<Dim> length;

  std::string_view name() const override { return "ids_of_texts"; }
  bool takes_strings() const override { return true; }
  std::string key() const override {
    return text(name(), ' ', where, ' ', length.value_or(None), ' ', key_of(how));
  }

  static void run(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const IdsOfTexts&>(op);
    const tensor::Dense& x = in[0]->dense();
    auto& kept = context.scratch.state<KeptByTexts>();
    RowsOfIds& rows = kept.rows;
    features::Ids places;
    features::ids_of_texts(self.where.c_str(), x.values<std::string_view>(), self.how.tokens,
                           ids_now(self.where, self.how, self.bins, places), rows, &kept.workspace);
    join_rows(rows, static_cast<size_t>(texts_a_row(x.shape)));
    Dim columns = self.length.value_or(0);
    if (!self.length)
      for (size_t r = 0; r + 1 < rows.indptr.size(); ++r)
        columns = std::max<Dim>(columns, rows.indptr[r + 1] - rows.indptr[r]);
    tensor::Dense& y = out[0]->dense();
    y.resize({x.shape[0], columns}, DType::int64);
    auto to = y.values<int64_t>().begin();
    for (size_t r = 0; r + 1 < rows.indptr.size(); ++r, to += columns) {
      const auto first = rows.ids.begin() + rows.indptr[r];
      const Dim count = std::min(columns, rows.indptr[r + 1] - rows.indptr[r]);
      std::fill(std::copy(first, first + count, to), to + columns, 0);
    }
  }

  std::string_view cost(const Rule&) const override { return "bytes of texts + elements of the result"; }
  const Rules& rules() const override {
    static const Rules all{{{{Storage::dense}, {Storage::dense}, run}}};
    return all;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Storage storage = rule_for(*this, in).out[0];
    return {{shape_of_rows(where, how, in[0], length.value_or(None)), DType::int64, storage}};
  }
};

struct EncodeTextsOp final : Flat<> {
  EncodeTextsOp(std::string w, TextIds h, EncodeTexts e)
      : where(std::move(w)), how(std::move(h)), bins(bins_of(how)), encoding(std::move(e)) {}
  const std::string where;
  const TextIds how;
  const features::Ids bins;
  const EncodeTexts encoding;

  std::string_view name() const override { return "encode_texts"; }
  bool takes_strings() const override { return true; }
  std::string key() const override {
    const EncodeTexts& e = encoding;
    return text(name(), ' ', where, ' ', e.num_tokens, ' ', static_cast<int>(e.mode), e.sublinear_tf,
                static_cast<int>(e.norm), e.sparse, ' ', e.dtype, ' ', e.idf.get(), ' ', key_of(how));
  }

  static void run(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const EncodeTextsOp&>(op);
    const EncodeTexts& e = self.encoding;
    const tensor::Dense& x = in[0]->dense();
    const auto idf = e.idf ? e.idf->get() : nullptr;
    const features::Encoding encoding{.num_tokens = e.num_tokens,
                                      .mode = e.mode,
                                      .idf = idf ? std::span<const double>(*idf) : std::span<const double>(),
                                      .sublinear_tf = e.sublinear_tf,
                                      .norm = e.norm,
                                      .dtype = e.dtype};
    auto& kept = context.scratch.state<KeptByTexts>();
    tensor::Csr& csr = e.sparse ? out[0]->csr() : kept.csr;
    features::Ids places;
    const features::Ids& ids = ids_now(self.where, self.how, self.bins, places);
    const auto texts = x.values<std::string_view>();
    const auto k = static_cast<size_t>(texts_a_row(x.shape));
    const char* const where = self.where.c_str();
    if (k == 1) {
      features::encode_texts(where, texts, self.how.tokens, ids, encoding, csr, &kept.workspace);
    } else {
      features::ids_of_texts(where, texts, self.how.tokens, ids, kept.rows, &kept.workspace);
      join_rows(kept.rows, k);
      const std::span<const int64_t> indptr = kept.rows.indptr;
      features::encode(where, kept.rows.ids, indptr, encoding, csr, {}, &kept.workspace);
    }
    if (!e.sparse) csr_to_dense(csr, out[0]->dense());
  }

  std::string_view cost(const Rule& rule) const override {
    return rule.out[0] == Storage::csr ? "bytes of texts" : "bytes of texts + elements of the result";
  }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules to_csr{{{{dense}, {csr}, run}}}, to_dense{{{{dense}, {dense}, run}}};
    return encoding.sparse ? to_csr : to_dense;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Storage storage = rule_for(*this, in).out[0];
    return {{shape_of_rows(where, how, in[0], encoding.num_tokens), encoding.dtype, storage}};
  }
};

TextIds example_ids() {
  auto table = std::make_shared<features::Learned<features::LookupTable>>();
  const std::string_view words[] = {"word", "3", "word 3", "ä"};
  table->set({.words = features::Vocabulary(words), .numbers = {}});
  return {.tokens = {.ngrams = {1, 2}}, .table = table, .first = 2, .unknown = 1, .empty = 0};
}

TextIds example_bins(features::Split split) {
  return {.tokens = {.split = split}, .hashing = {.num_bins = 7, .mask_word = ""}};
}

const Example::Input kTexts{{None}, DType::string, Values::ids, 9},
    kColumn{{None, 1}, DType::string, Values::ids, 9}, kThree{{None, 3}, DType::string, Values::ids, 9};

const bool ids_of_texts_registered = register_op("ids_of_texts", [] {
  const auto made = [](TextIds how, std::optional<Dim> length) {
    return std::make_shared<IdsOfTexts>("ids_of_texts", std::move(how), length);
  };
  return std::vector<Example>{{made(example_ids(), {}), {kTexts}},
                              {made(example_ids(), 2), {kColumn}},
                              {made(example_bins(features::Split::character), 5), {kTexts}},
                              {made(example_bins(features::Split::none), {}), {kThree}}};
});

const bool encode_texts_registered = register_op("encode_texts", [] {
  using enum features::Encoding::Mode;
  const auto idf = std::make_shared<features::Learned<std::vector<double>>>();
  idf->set({1, 0.5, 2, 3, 0.25, 1});
  const auto made = [](TextIds how, EncodeTexts e) {
    return std::make_shared<EncodeTextsOp>("encode_texts", std::move(how), std::move(e));
  };
  std::vector<Example> examples;
  for (const bool sparse : {true, false}) {
    examples.push_back({made(example_ids(), {.num_tokens = 6, .mode = count, .sparse = sparse}), {kTexts}});
    examples.push_back({made(example_ids(), {.num_tokens = 6,
                                             .mode = tf_idf,
                                             .sublinear_tf = true,
                                             .norm = features::Encoding::Norm::l2,
                                             .sparse = sparse,
                                             .dtype = DType::float64,
                                             .idf = idf}),
                        {kColumn}});
    examples.push_back(
        {made(example_bins(features::Split::none), {.num_tokens = 7, .sparse = sparse}), {kThree}});
  }
  const TextIds murmur{.tokens = {.split = features::Split::words},
                       .murmur = features::MurmurBins{.num_bins = 5, .alternate_sign = true}};
  examples.push_back({made(murmur, {.num_tokens = 5, .mode = count}), {kTexts}});
  examples.push_back({made(example_bins(features::Split::words), {.num_tokens = Dim{1} << 33}), {kTexts}});
  return examples;
});

void check_ids(const std::string& where, const TextIds& how) {
  if (how.table) return;
  if (how.murmur) how.murmur->validate(where.c_str());
  else how.hashing.validate(where.c_str());
}

}  // namespace

Symbol ids_of_texts(const std::string& where, const Symbol& x, const TextIds& how,
                    std::optional<Dim> length) {
  how.tokens.validate(where.c_str());
  check_ids(where, how);
  LACUNA_REQUIRE(!length || *length > 0, where,
                 ": the length must be positive. Received: length=", length.value_or(0), ".");
  return lacuna::apply(std::make_shared<IdsOfTexts>(where, how, length), {x});
}

Symbol encode_texts(const std::string& where, const Symbol& x, const TextIds& how,
                    const EncodeTexts& encoding) {
  how.tokens.validate(where.c_str());
  check_ids(where, how);
  LACUNA_REQUIRE(encoding.num_tokens > 0, where,
                 ": there must be columns. Received: num_tokens=", encoding.num_tokens, ".");
  return lacuna::apply(std::make_shared<EncodeTextsOp>(where, how, encoding), {x});
}

}  // namespace lacuna
