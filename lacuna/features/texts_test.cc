// Whole ways from texts to ids and to csr: against the answers of scikit-learn 1.9 and of Keras 3.15.1, and
// against the steps one by one.
#include "lacuna/features/texts.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/base/testing.h"
#include "lacuna/features/testing.h"

namespace lacuna::features {
namespace {

using Mode = Encoding::Mode;
using Ints = std::vector<int64_t>;

std::vector<int32_t> indices_of(const tensor::Csr& csr) {
  const auto indices = csr.indices.as<int32_t>();
  return {indices.begin(), indices.end()};
}

struct Given {
  std::vector<std::string> texts;
  std::vector<std::string_view> views{texts.begin(), texts.end()};
};

const Tokenizing kWords{.standardize = Standardize::lower, .split = Split::words};

TEST(Texts, AsTfIdfAreScikitLearns) {
  const Given given{{"The cat sat on the mat.", "The DOG sat; the dog's bone, the bone!",
                     "Über café_au_lait: ÜBER 42 cats", "", "a b c"}};
  const std::vector<std::string_view> words = {"42",  "bone", "café_au_lait", "cat", "cats", "dog",
                                               "mat", "on",   "sat",          "the", "über"};
  Counter counter;
  count_texts("test", given.views, kWords, counter);
  const auto counts = counter.counts();
  ASSERT_EQ(counts.vocabulary.size(), words.size());
  ASSERT_EQ(counts.documents, 5);
  Places places{Vocabulary(words)};
  Ints document_counts;
  for (const std::string_view word : words)
    document_counts.push_back(counts.document_counts[static_cast<size_t>(counts.vocabulary.find(word))]);
  const std::vector<double> idf = idf_of(document_counts, 5, Idf::smooth);
  Encoding how{.num_tokens = 11,
               .mode = Mode::tf_idf,
               .idf = idf,
               .norm = Encoding::Norm::l2,
               .dtype = DType::float64};
  tensor::Csr csr;
  encode_texts("test", given.views, kWords, places, how, csr);
  EXPECT_EQ(indices_of(csr), (std::vector<int32_t>{3, 6, 7, 8, 9, 1, 5, 8, 9, 0, 2, 4, 10}));
  const std::vector<double> l2 = {
      0.39985350771621603, 0.39985350771621603, 0.39985350771621603, 0.3225992923430284, 0.6451985846860568,
      0.525059896640006,   0.525059896640006,   0.2118075092816051,  0.6354225278448153, 0.3779644730092272,
      0.3779644730092272,  0.3779644730092272,  0.7559289460184544};
  for (size_t i = 0; i < l2.size(); ++i) EXPECT_DOUBLE_EQ(csr.values<double>()[i], l2[i]);
  how.norm = Encoding::Norm::none;
  encode_texts("test", given.views, kWords, places, how, csr);
  EXPECT_DOUBLE_EQ(csr.values<double>()[8], 5.079441541679836);
}

TEST(Texts, AreTheColumnsOfHashingVectorizer) {
  const Given given{{"The cat sat on the mat.", "The DOG sat; the dog's bone, the bone!",
                     "Über café_au_lait: ÜBER 42 cats", "", "a b c"}};
  const auto check = [&](const MurmurBins& bins, const Encoding& how, const std::vector<int32_t>& columns,
                         const std::vector<double>& values) {
    tensor::Csr csr;
    encode_texts("test", given.views, kWords, bins, how, csr);
    EXPECT_EQ(indices_of(csr), columns);
    ASSERT_EQ(csr.values<double>().size(), values.size());
    for (size_t i = 0; i < values.size(); ++i) EXPECT_DOUBLE_EQ(csr.values<double>()[i], values[i]);
  };
  const auto how = [](Dim columns, Mode mode, Encoding::Norm norm) {
    return Encoding{.num_tokens = columns, .mode = mode, .norm = norm, .dtype = DType::float64};
  };
  using enum Encoding::Norm;
  check({1 << 20, true}, how(1 << 20, Mode::count, none),
        {122804, 286878, 300839, 312887, 925579, 122804, 286878, 784864, 980517, 137410, 482250, 612564,
         662118},
        {1, -2, 1, -1, -1, 1, -3, 2, -2, -1, -1, -2, -1});
  check({10, true}, how(10, Mode::count, l2), {0, 1, 8, 9, 0, 3, 8, 0, 2, 4},
        {0.4082482904638631, -0.4082482904638631, -0.8164965809277261, 0, 0.4082482904638631,
         -0.8164965809277261, -0.4082482904638631, -0.3333333333333333, -0.6666666666666666,
         -0.6666666666666666});
  check({7, false}, how(7, Mode::multi_hot, none), {2, 4, 5, 6, 1, 5, 6, 1, 2, 4, 6},
        std::vector<double>(11, 1));
  RowsOfIds rows;
  EXPECT_EQ(message_of<InvalidArgument>(
                [&] { ids_of_texts("test", given.views, kWords, MurmurBins{int64_t{1} << 31}, rows); }),
            "test: num_bins must be between 1 and 2^31 - 1. Received: num_bins=2147483648.");
}

// The order of words, their weights and the values that TextVectorization(output_mode="tf_idf") has.
TEST(Texts, AsTfIdfAreKeras) {
  const Given given{{"a b c a", "b b", "c d e e e", "", "a a a"}};
  Counter counter;
  count_texts("test", given.views, {}, counter);
  const auto counts = counter.counts();
  const std::vector<std::string_view> order = {"a", "e", "b", "c", "d"};
  for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(counts.vocabulary.word(i), order[i]);
  std::vector<double> idf = {1.0896027088165283};
  for (const double weight : idf_of(counts.document_counts, counts.documents)) idf.push_back(weight);
  const Given asked{{"c d e e e", "zzz yyy a zzz"}};
  tensor::Csr csr;
  encode_texts("test", asked.views, {}, Places{counts.vocabulary, 1, 0},
               {.num_tokens = 6, .mode = Mode::tf_idf, .idf = idf}, csr);
  EXPECT_EQ(indices_of(csr), (std::vector<int32_t>{2, 4, 5, 0, 1}));
  const std::vector<float> values = {3.758288860321045f, 0.9808292388916016f, 1.2527629137039185f,
                                     3.268808126449585f, 0.9808292388916016f};
  for (size_t i = 0; i < values.size(); ++i) EXPECT_FLOAT_EQ(csr.values<float>()[i], values[i]);
}

std::vector<std::string> random_texts(size_t count) {
  Generator random(10);
  const std::vector<std::string> some = {"a",   "B",  " ",  "  ", "é",  ",", "the ",
                                         "Dog", "日", "x1", "_",  "\n", "'", "."};
  std::vector<std::string> texts(count);
  for (std::string& text : texts)
    for (size_t size = random.below(random.below(300) + 1); size > 0; --size)
      text += some[random.below(some.size())];
  return texts;
}

std::vector<Tokenizing> ways_to_tokenize() {
  std::vector<Tokenizing> all;
  for (const Split split : {Split::none, Split::whitespace, Split::character, Split::words})
    for (const std::vector<int>& ngrams : {std::vector<int>{}, {1, 2}, {3, 1}})
      all.push_back({Standardize::lower_and_strip_punctuation, split, ngrams});
  return all;
}

TEST(Texts, InOneGoAreTheStepsOneByOne) {
  const Given given{random_texts(300)};
  for (const Tokenizing& tokens : ways_to_tokenize()) {
    std::vector<std::string> all;
    Ints indptr = {0};
    for (const std::string& text : given.texts) {
      const auto of_text = tokens_of(text, tokens);
      all.insert(all.end(), of_text->begin(), of_text->end());
      indptr.push_back(static_cast<int64_t>(all.size()));
    }
    const std::vector<std::string_view> seen = views(all);
    Counter counted;
    counted.add(seen, indptr);
    const auto wanted = counted.counts({.max_tokens = 500, .without = {""}});
    const Hashing hashing{.num_bins = 300, .mask_word = "dog"};
    Ints bins(all.size()), places(all.size());
    hash_bins(seen, hashing, bins);
    wanted.vocabulary.find(seen, places);
    for (size_t i = 0; i < all.size(); ++i)
      places[i] = all[i].empty() ? 0 : places[i] < 0 ? 1 : places[i] + 2;
    tensor::Csr csr_wanted, csr;
    const Encoding how{.num_tokens = 502, .mode = Mode::count};
    encode("test", places, indptr, how, csr_wanted);
    for (const size_t threads : {1, 2, 8}) {
      const Threads set(threads);
      Counter counter;
      count_texts("test", given.views, tokens, counter);
      const auto counts = counter.counts({.max_tokens = 500, .without = {""}});
      ASSERT_TRUE(std::ranges::equal(counts.vocabulary.bytes(), wanted.vocabulary.bytes()));
      ASSERT_TRUE(std::ranges::equal(counts.vocabulary.offsets(), wanted.vocabulary.offsets()));
      ASSERT_EQ(counts.counts, wanted.counts);
      ASSERT_EQ(counts.document_counts, wanted.document_counts);
      RowsOfIds rows;
      ids_of_texts("test", given.views, tokens, hashing, rows);
      ASSERT_EQ(rows.ids, bins);
      ASSERT_EQ(rows.indptr, indptr);
      const Places found{wanted.vocabulary, 2, 1, 0};
      ids_of_texts("test", given.views, tokens, found, rows);
      ASSERT_EQ(rows.ids, places);
      encode_texts("test", given.views, tokens, found, how, csr);
      ASSERT_EQ(indices_of(csr), indices_of(csr_wanted));
      ASSERT_TRUE(std::ranges::equal(csr.values<float>(), csr_wanted.values<float>()));
    }
  }
}

TEST(Texts, MayBeSeveralADocument) {
  const Given given{{"a b", "a", "b", "b"}};
  Counter counter;
  count_texts("test", given.views, {}, counter, 2);
  const auto counts = counter.counts();
  EXPECT_EQ(counts.documents, 2);
  EXPECT_EQ(counts.counts, (Ints{3, 2}));  // b and a.
  EXPECT_EQ(counts.document_counts, (Ints{2, 1}));
  EXPECT_NE(message_of<InvalidArgument>([&] { count_texts("test", given.views, {}, counter, 3); }), "");
}

TEST(Texts, LeaveOutTokensWithoutAnId) {
  const Given given{{"a z b", "z z", "b"}};
  const std::vector<std::string_view> words = {"a", "b"};
  RowsOfIds rows;
  ids_of_texts("test", given.views, {}, Places{Vocabulary(words)}, rows);
  EXPECT_EQ(rows.ids, (Ints{0, 1, 1}));
  EXPECT_EQ(rows.indptr, (Ints{0, 2, 2, 3}));
  tensor::Csr csr;
  EXPECT_EQ(message_of<OutOfRange>([&] {
              encode_texts("test", given.views, {}, Places{Vocabulary(words), 1}, {.num_tokens = 2}, csr);
            }),
            "test: num_tokens must be above all ids of tokens. Received: num_tokens=2.");
}

TEST(Texts, NameTheFirstThatIsNotUTF8) {
  std::vector<std::string> texts(500, "fine words");
  texts[301] = "cut \xe2\x82";
  texts[450] = "\xff";
  const Given given{texts};
  const std::string wanted =
      "test: texts must be UTF-8, to be split into characters or words. Received: text 301 = 'cut "
      "\\xe2\\x82'.";
  for (const size_t threads : {1, 8}) {
    const Threads set(threads);
    Counter counter;
    RowsOfIds rows;
    tensor::Csr csr;
    const Hashing how{.num_bins = 10};
    EXPECT_EQ(message_of<InvalidArgument>([&] { count_texts("test", given.views, kWords, counter); }),
              wanted);
    EXPECT_EQ(message_of<InvalidArgument>([&] { ids_of_texts("test", given.views, kWords, how, rows); }),
              wanted);
    EXPECT_EQ(message_of<InvalidArgument>(
                  [&] { encode_texts("test", given.views, kWords, how, {.num_tokens = 10}, csr); }),
              wanted);
    count_texts("test", given.views, {}, counter);  // White space may stand between any bytes.
  }
}

}  // namespace
}  // namespace lacuna::features
