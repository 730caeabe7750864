// Against the answers of Keras 3.15.1 with TensorFlow 2.21.
#include "lacuna/layers/features/text_vectorization.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/base/testing.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::layers {
namespace {

using Words = std::vector<std::string>;

Array texts_array(const std::vector<std::string_view>& texts) {
  return Array(Tensor(tensor::Dense::of<std::string_view>({static_cast<Dim>(texts.size())}, texts)));
}
Array adapted_texts() {
  return texts_array({"The cat sat on the mat.", "The DOG sat; the dog's bone!",
                      "Über café-au-lait: ÜBER 42 cats", "", "a b a"});
}
Array asked_texts() {
  return texts_array({"the mat, the unknown MAT", "", "über-cool Dog's bone sat on a mat"});
}

TextVectorization adapted(TextVectorizationOptions options) {
  TextVectorization layer(std::move(options));
  layer.adapt(adapted_texts());
  return layer;
}

std::vector<int64_t> ids_asked(TextVectorization layer) {
  const Tensor ids = layer.values({asked_texts()});
  const auto values = ids.dense().values<int64_t>();
  return {values.begin(), values.end()};
}

std::vector<float> rows_asked(TextVectorization layer) {
  const Tensor rows = layer.values({asked_texts()});
  EXPECT_EQ(rows.storage(), Storage::csr);
  const tensor::Dense dense = to_dense(rows);
  return {dense.values<float>().begin(), dense.values<float>().end()};
}

TEST(TextVectorization, HasTheVocabularyAndIdsOfKeras) {
  const Words vocabulary = {"",     "[UNK]", "the",  "Über", "sat",        "a",    "on", "mat",
                            "dogs", "dog",   "cats", "cat",  "caféaulait", "bone", "b",  "42"};
  TextVectorization layer = adapted({});
  EXPECT_EQ(layer.get_vocabulary(), vocabulary);
  EXPECT_EQ(layer.vocabulary_size(), 16);
  EXPECT_EQ(ids_asked(layer),
            (std::vector<int64_t>{2, 7, 2, 1, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 8, 13, 4, 6, 5, 7}));
  EXPECT_EQ(ids_asked(adapted({.output_sequence_length = 4})),
            (std::vector<int64_t>{2, 7, 2, 1, 0, 0, 0, 0, 1, 8, 13, 4}));
  EXPECT_EQ(ids_asked(adapted({.max_tokens = 8, .output_sequence_length = 9})),
            (std::vector<int64_t>{2, 7, 2, 1, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                  0, 0, 0, 0, 1, 1, 1, 4, 6, 5, 7, 0, 0}));
}

TEST(TextVectorization, HasTheNGramsAndCharactersOfKeras) {
  TextVectorization pairs = adapted({.max_tokens = 12, .ngrams = Dim{2}, .output_mode = "count"});
  EXPECT_EQ(pairs.get_vocabulary(), (Words{"[UNK]", "the", "Über", "sat", "a", "Über caféaulait", "Über 42",
                                           "the mat", "the dogs", "the dog", "the cat", "sat the"}));
  EXPECT_EQ(rows_asked(pairs), (std::vector<float>{6, 2, 0, 0, 0, 0, 0,  1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                                   0, 0, 0, 0, 0, 0, 11, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0}));
  TextVectorization only_pairs = adapted({.standardize = "lower", .ngrams = std::vector<int64_t>{2}});
  EXPECT_EQ(ids_asked(only_pairs),
            (std::vector<int64_t>{1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 9, 1, 1}));
  TextVectorization characters =
      adapted({.max_tokens = 10, .split = "character", .output_mode = "multi_hot"});
  EXPECT_EQ(rows_asked(characters), (std::vector<float>{1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0,
                                                        0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1}));
  TextVectorization whole = adapted({.standardize = "lower", .split = std::nullopt});
  EXPECT_EQ(ids_asked(whole), (std::vector<int64_t>{1, 0, 1}));
  EXPECT_EQ(whole.get_vocabulary(),
            (Words{"", "[UNK]", "Über café-au-lait: Über 42 cats", "the dog sat; the dog's bone!",
                   "the cat sat on the mat.", "a b a"}));
}

TEST(TextVectorization, HasTheTfIdfOfKeras) {
  const std::vector<float> rows = {1.1621183156967163f,
                                   1.9616584777832031f,
                                   0,
                                   0,
                                   0,
                                   0,
                                   2.505525827407837f,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   3.4863548278808594f,
                                   0,
                                   0,
                                   0.9808292388916016f,
                                   1.2527629137039185f,
                                   1.2527629137039185f,
                                   1.2527629137039185f};
  TextVectorization layer = adapted({.max_tokens = 7, .output_mode = "tf_idf", .pad_to_max_tokens = true});
  const std::vector<float> found = rows_asked(layer);
  ASSERT_EQ(found.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_FLOAT_EQ(found[i], rows[i]);
  // The same from words and weights that are given.
  TextVectorization given({.output_mode = "tf_idf",
                           .vocabulary = layer.get_vocabulary(false),
                           .idf_weights = {0.9808292388916016, 1.2527629137039185, 0.9808292388916016,
                                           1.2527629137039185, 1.2527629137039185, 1.2527629137039185}});
  const std::vector<float> again = rows_asked(given);
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_FLOAT_EQ(again[i], rows[i]);
}

TEST(TextVectorization, MayHashInPlaceOfAVocabulary) {
  const std::vector<int64_t> ids = ids_asked(TextVectorization({.num_bins = 1000}));
  EXPECT_EQ(ids.size(), 21);
  EXPECT_EQ(ids[0], ids[2]);  // "the"
  EXPECT_EQ(ids[5], 0);
  EXPECT_NE(ids[0], 0);
  const std::vector<float> rows = rows_asked(TextVectorization({.output_mode = "count", .num_bins = 50}));
  EXPECT_EQ(rows.size(), 150);
  EXPECT_EQ(std::accumulate(rows.begin(), rows.end(), 0.f), 12);
  TextVectorization learns_nothing({.num_bins = 1000});
  EXPECT_NE(message_of<InvalidArgument>([&] { learns_nothing.adapt(adapted_texts()); }), "");
}

TEST(TextVectorization, IsMadeAgainFromItsConfig) {
  TextVectorization layer = adapted({.max_tokens = 9,
                                     .standardize = std::nullopt,
                                     .split = "words",
                                     .ngrams = std::vector<int64_t>{1, 3},
                                     .output_mode = "tf_idf",
                                     .num_oov_indices = 0,
                                     .idf = "smooth",
                                     .sublinear_tf = true,
                                     .norm = "l2"});
  const auto again = from_config("TextVectorization", layer.get_config());
  EXPECT_EQ(again->get_config(), layer.get_config());
  again->state()->feature->restorer(layer.state()->feature->kept())();
  EXPECT_EQ(rows_asked(dynamic_cast<TextVectorization&>(*again)), rows_asked(layer));
  for (const auto& ngrams : {decltype(TextVectorizationOptions::ngrams)(), {Dim{3}}})
    EXPECT_EQ(from_config("TextVectorization", TextVectorization({.ngrams = ngrams}).get_config())
                  ->get_config()
                  .at("ngrams"),
              TextVectorization({.ngrams = ngrams}).get_config().at("ngrams"));
}

TEST(TextVectorization, RefusesWhatDoesNotFit) {
  const auto message = [](TextVectorizationOptions options) {
    return message_of<InvalidArgument>([&] { TextVectorization{std::move(options)}; });
  };
  EXPECT_EQ(
      message({.split = "word"}),
      "TextVectorization: split must be a known one. Received: split='word'; did you mean 'words'? Known: "
      "whitespace, character, words; a function of your own is given anew, to load_model by custom_objects.");
  EXPECT_NE(message({.standardize = "upper"}), "");
  EXPECT_NE(message({.ngrams = Dim{0}}), "");
  EXPECT_NE(message({.ngrams = std::vector<int64_t>{1, -1}}), "");
  EXPECT_NE(message({.output_mode = "one_hot"}), "");
  EXPECT_NE(message({.output_mode = "count", .output_sequence_length = 3}), "");
  EXPECT_NE(message({.pad_to_max_tokens = true}), "");
  EXPECT_NE(message({.max_tokens = 2}), "");
  EXPECT_NE(message({.num_oov_indices = 0}), "");
  EXPECT_NE(message({.norm = "l2"}), "");
  EXPECT_NE(message({.output_mode = "count", .norm = "l3"}), "");
  EXPECT_NE(message({.sublinear_tf = true}), "");
  EXPECT_NE(message({.vocabulary = {"a"}, .num_bins = 10}), "");
  EXPECT_NE(message({.num_bins = 10, .hash = "murmur3"}), "");
  EXPECT_NE(message({.output_mode = "count", .hash = "murmur3"}), "");
  EXPECT_NE(message({.output_mode = "count", .num_bins = 10, .alternate_sign = true}), "");
  EXPECT_NE(message({.output_mode = "count", .num_bins = Dim{1} << 31, .hash = "murmur3"}), "");
  EXPECT_NE(message({.output_mode = "tf_idf", .vocabulary = {"a"}}), "");
  TextVectorization words({.split = "words"});
  EXPECT_EQ(
      message_of<InvalidArgument>([&] {
        words.adapt(texts_array({"good", "\xff"}));
      }),
      "TextVectorization: texts must be UTF-8, to be split into characters or words. Received: text 1 = "
      "'\\xff'.");
}

}  // namespace
}  // namespace lacuna::layers
