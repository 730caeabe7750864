// The bins are those that Keras 3.15.1 with TensorFlow 2.21 gave for the same values.
#include "lacuna/features/hashing.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/base/random.h"
#include "lacuna/base/testing.h"
#include "lacuna/base/threads.h"

namespace lacuna::features {
namespace {

using Bins = std::vector<int64_t>;
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min(),
                  kLargest = std::numeric_limits<int64_t>::max();

// Texts of all the lengths that FarmHash treats in a way of their own.
std::vector<std::string> texts_of_all_lengths() {
  using S = std::string;
  return {"",          "a",          "omar",     "stringer",
          "marlo",     "wire",       S(16, 'x'), S(17, 'x'),
          S(32, 'y'),  S(33, 'y'),   S(64, 'z'), S(65, 'z'),
          S(100, 'q'), "na\u00efve", "日本語",   "Ünïcödé text of more than thirty-two bytes"};
}

template <class Value>
Bins bins_of(const std::vector<Value>& values, const Hashing& how) {
  Bins bins(values.size());
  if constexpr (std::is_same_v<Value, std::string>) {
    hash_bins(std::vector<std::string_view>(values.begin(), values.end()), how, bins);
  } else {
    hash_bins(values, how, bins);
  }
  return bins;
}

TEST(Hashing, OfTextsIsKeras) {
  const auto texts = texts_of_all_lengths();
  EXPECT_EQ(bins_of(texts, {.num_bins = 1000}),
            (Bins{263, 939, 986, 704, 591, 864, 644, 581, 743, 150, 872, 517, 655, 233, 783, 31}));
  EXPECT_EQ(bins_of(texts, {.num_bins = 1 << 20}),
            (Bins{16463, 1013219, 617290, 116720, 937735, 751136, 489500, 77733, 458063, 397054, 107032,
                  515893, 847375, 829025, 833607, 740967}));
  EXPECT_EQ(bins_of(texts, {.num_bins = kMostBins}),
            (Bins{254201053263, 436859794915, 1025477536586, 973795870704, 176012807943, 794510980640,
                  1039331194908, 695575064485, 1067155127631, 984302882558, 897446945304, 273332821813,
                  418531569167, 504940504673, 689260247111, 176897609319}));
  EXPECT_EQ(bins_of(texts, {.num_bins = 1}), Bins(texts.size(), 0));
}

TEST(Hashing, MaskHasBin0) {
  const auto texts = texts_of_all_lengths();
  EXPECT_EQ(bins_of(texts, {.num_bins = 1000, .mask_word = ""}),
            (Bins{0, 958, 237, 783, 961, 164, 225, 647, 401, 829, 777, 806, 818, 88, 681, 947}));
  EXPECT_EQ(bins_of(texts, {.num_bins = 64, .mask_word = "omar"}),
            (Bins{42, 13, 0, 63, 52, 2, 36, 35, 5, 1, 30, 50, 53, 61, 33, 38}));
  EXPECT_EQ(bins_of(texts, {.num_bins = 2, .mask_word = "omar"}),
            (Bins{1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(bins_of(texts, {.num_bins = 1, .mask_word = "omar"}), Bins(texts.size(), 0));
}

TEST(Hashing, SaltIsTheKeyOfSipHash) {
  const auto texts = texts_of_all_lengths();
  EXPECT_EQ(bins_of(texts, {.num_bins = 1000, .salt = {{1337, 1337}}}),
            (Bins{919, 34, 650, 969, 674, 431, 478, 477, 147, 149, 695, 552, 808, 293, 435, 777}));
  EXPECT_EQ(bins_of(texts, {.num_bins = kMostBins, .salt = {{137, 133}}}),
            (Bins{569194535697, 117540310243, 382835956381, 48755196260, 164227920248, 132358446199,
                  861588871266, 497471933661, 684809035098, 964720403586, 236418369934, 88875513451,
                  45668426882, 739361242258, 615378281551, 12457639930}));
  EXPECT_EQ(bins_of(texts, {.num_bins = 100, .mask_word = "wire", .salt = {{137, 133}}}),
            (Bins{93, 80, 86, 14, 34, 0, 50, 41, 84, 86, 66, 76, 2, 23, 77, 20}));
}

TEST(Hashing, OfANumberIsThatOfItsText) {
  const Bins numbers = {0, 1, -1, 42, 1234567890123, kLeast, kLargest};
  EXPECT_EQ(bins_of(numbers, {.num_bins = 1000}), (Bins{735, 849, 430, 736, 114, 112, 319}));
  EXPECT_EQ(bins_of(numbers, {.num_bins = 1000, .mask_number = 42}), (Bins{20, 766, 139, 0, 170, 960, 414}));
  EXPECT_EQ(
      bins_of(numbers, {.num_bins = kMostBins, .salt = {{5, 7}}}),
      (Bins{25850554921, 732356758376, 443700096466, 4052938290, 1067878707321, 910370094587, 441306223580}));
  const std::vector<std::string> texts = {
      "0", "1", "-1", "42", "1234567890123", "-9223372036854775808", "9223372036854775807"};
  EXPECT_EQ(bins_of(numbers, {.num_bins = 1000}), bins_of(texts, {.num_bins = 1000}));
}

TEST(Hashing, OfManyIsThatOfEach) {
  Generator random(1);
  std::vector<std::string> texts(10'000);
  for (std::string& text : texts) text.assign(random.below(50), static_cast<char>(random()));
  const Hashing how{.num_bins = 12'345, .mask_word = ""};
  const Bins together = bins_of(texts, how);
  for (size_t i = 0; i < texts.size(); ++i)
    ASSERT_EQ(bins_of(std::vector{texts[i]}, how)[0], together[i]) << i;
}

TEST(Hashing, RefusesNumbersOfBinsThatAreOutOfRange) {
  const auto message = [](int64_t bins) {
    return message_of<InvalidArgument>([&] { Hashing{.num_bins = bins}.validate("Hashing"); });
  };
  EXPECT_EQ(message(0), "Hashing: num_bins must be between 1 and 2^40. Received: num_bins=0.");
  EXPECT_NE(message(kMostBins + 1), "");
  EXPECT_EQ(message(kMostBins), "");
}

struct Crossed {
  std::vector<std::string> a = {"", "a", "omar", "na\u00efve", std::string(40, 'x')};
  Bins b = {0, 1, -5, 1234567890123, kLeast};
  std::vector<std::string> c = {"b", "c", "", "日本語", "d"};
  std::vector<std::string_view> a_views{a.begin(), a.end()}, c_views{c.begin(), c.end()};

  static Bins bins(const std::vector<Column>& columns, int64_t num_bins) {
    Bins result(5);
    cross_bins(columns, num_bins, result);
    return result;
  }
};

TEST(HashedCrossing, IsKeras) {
  const Crossed given;
  EXPECT_EQ(Crossed::bins({given.a_views, given.b}, 1000), (Bins{600, 485, 617, 817, 656}));
  EXPECT_EQ(Crossed::bins({given.b, given.a_views}, 1000), (Bins{158, 445, 252, 514, 839}));
  EXPECT_EQ(Crossed::bins({given.a_views, given.c_views}, kMostBins),
            (Bins{602275041311, 451396265038, 220741063970, 842899889672, 540720696825}));
  EXPECT_EQ(Crossed::bins({given.b, given.b}, kMostBins),
            (Bins{321171561704, 135583393833, 1041034281069, 238869981590, 953514069829}));
  EXPECT_EQ(Crossed::bins({given.a_views, given.b, given.c_views}, kMostBins),
            (Bins{853925961818, 517025547870, 159533077603, 211156790663, 945367374534}));
}

TEST(HashedCrossing, RefusesColumnsThatDoNotFit) {
  const Crossed given;
  Bins four(4);
  EXPECT_EQ(message_of<InvalidArgument>([&] { Crossed::bins({given.b}, 10); }),
            "HashedCrossing: there must be two columns or more. Received: columns=1.");
  EXPECT_EQ(message_of<InvalidArgument>([&] {
              cross_bins(std::vector<Column>{given.b, given.b}, 10, four);
            }),
            "HashedCrossing: columns must have the same rows. Received: 5 and 4.");
  EXPECT_NE(message_of<InvalidArgument>([&] { Crossed::bins({given.b, given.b}, 0); }), "");
}

TEST(Hashing, BagsAreCrossedValueByValue) {
  const std::vector<std::string_view> words{"a", "b", "c", "", "a", "d"};  // Three a row.
  const std::vector<int64_t> ids{7, 8, 9}, indptr{0, 3, 3};                // Three, and none.
  const std::vector<double> weights{2, 0, 3};
  const std::vector<int64_t> numbers{5, 6};  // One a row.
  const std::vector<Bags> bags{{.values = std::span(words), .a_row = 3},
                               {.values = std::span(ids), .indptr = indptr, .weights = weights},
                               {.values = std::span(numbers)}};
  CrossedBags crossed;
  cross_bags("test", bags, 2, 1000, crossed);
  EXPECT_EQ(crossed.indptr, (std::vector<int64_t>{0, 6, 6}));
  EXPECT_EQ(crossed.weights, (std::vector<double>{2, 3, 2, 3, 2, 3}));
  std::vector<int64_t> wanted;
  for (const std::string_view word : {"a", "b", "c"})
    for (const int64_t id : {7, 9}) {
      const int64_t number = 5;
      const std::vector<Column> columns{std::span(&word, 1), std::span(&id, 1), std::span(&number, 1)};
      int64_t bin = 0;
      cross_bins(columns, 1000, std::span(&bin, 1));
      wanted.push_back(bin);
    }
  EXPECT_EQ(crossed.bins, wanted);
  EXPECT_NE(lacuna::message_of<InvalidArgument>([&] {
              cross_bags("test", bags, 3, 9, crossed);
            }).find("test: columns must have the same rows. Received: 2 and 3."),
            std::string::npos);
  EXPECT_THROW(cross_bags("test", std::span(bags).first(1), 2, 9, crossed), InvalidArgument);
  const std::vector<int64_t> many(3000, 1);
  const std::vector<Bags> large(3, {.values = std::span(many), .a_row = 3000});
  EXPECT_THROW(cross_bags("test", large, 1, 9, crossed), OutOfRange);  // 2.7 · 10^10 of them.
}

}  // namespace
}  // namespace lacuna::features
