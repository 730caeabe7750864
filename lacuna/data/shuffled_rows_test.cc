// Rows of packed files at random: all of them in the order of arrays, whatever their values and parts; what
// is damaged or cut short is an error.
#include "lacuna/data/shuffled_rows.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <xxhash.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>

#include "lacuna/base/path.h"
#include "lacuna/base/random.h"
#include "lacuna/base/testing.h"
#include "lacuna/base/threads.h"
#include "lacuna/data/batches.h"
#include "lacuna/data/packed_file.h"
#include "lacuna/data/random_rows.h"
#include "lacuna/layers/dense.h"
#include "lacuna/models/sequential.h"
#include "lacuna/optimizers/adam.h"

namespace lacuna {
namespace {

constexpr Dim kShuffledRows = 60'000;
constexpr Dim kWideColumns = Dim{1} << 40;

// A value that tells the row, in another coding in each quarter of the rows.
float value_of(Dim row) {
  switch (row * 4 / kShuffledRows) {
    case 0:
      return 1;
    case 1:
      return static_cast<float>(row % 256);
    case 2:
      return static_cast<float>(row % 30000 - 15000);
    default:
      return static_cast<float>(row) + 0.5f;
  }
}

size_t entries_of(Dim row) { return row % 7 == 3 ? 0 : static_cast<size_t>(row % 5) + 1; }

// Two of each row; many are empty.
std::string text_of(Dim row, Dim which) {
  return row % 3 == which ? std::string()
                          : std::string(static_cast<size_t>(row % 20), 'a') + std::to_string(row);
}

tensor::Dense texts_between(Dim begin, Dim end) {
  std::vector<std::string> texts;
  for (Dim row = begin; row < end; ++row) texts.insert(texts.end(), {text_of(row, 0), text_of(row, 1)});
  tensor::Dense views;
  views.resize({end - begin, 2}, DType::string);
  std::ranges::copy(texts, views.values<std::string_view>().begin());
  return views.copy_of_strings();
}

// Rows [begin, end), with all kinds of parts.
data::LoadedRows rows_between(Dim begin, Dim end) {
  tensor::Csr x, wide;
  size_t entries = 0;
  for (Dim row = begin; row < end; ++row) entries += entries_of(row);
  x.resize(end - begin, 1000, entries, DType::float32);
  wide.resize(end - begin, kWideColumns, static_cast<size_t>(end - begin), DType::float64, DType::int64);
  std::vector<float> y, two, weight;
  std::vector<int64_t> ids, query;
  size_t k = 0;
  x.indptr.as<int32_t>()[0] = 0;
  wide.indptr.as<int64_t>()[0] = 0;
  for (Dim row = begin; row < end; ++row) {
    const auto r = static_cast<size_t>(row - begin);
    for (size_t i = 0; i < entries_of(row); ++i, ++k) {
      x.indices.as<int32_t>()[k] =
          static_cast<int32_t>((row + static_cast<Dim>(i)) % 990 + static_cast<Dim>(i));
      x.values<float>()[k] = value_of(row);
    }
    std::ranges::sort(x.indices.as<int32_t>().subspan(k - entries_of(row), entries_of(row)));
    x.indptr.as<int32_t>()[r + 1] = static_cast<int32_t>(k);
    wide.indices.as<int64_t>()[r] = row * 1'000'003;
    wide.values<double>()[r] = static_cast<double>(row) / 3;
    wide.indptr.as<int64_t>()[r + 1] = static_cast<int64_t>(r + 1);
    y.push_back(static_cast<float>(row % 2));
    two.insert(two.end(), {value_of(row), -value_of(row)});
    ids.push_back(row * 3);
    weight.push_back(static_cast<float>(row % 4) + 1);
    query.push_back(row / 10);
  }
  data::LoadedRows rows;
  rows.x.emplace("x", std::move(x));
  rows.x.emplace("wide", std::move(wide));
  rows.x.emplace("two", tensor::Dense::of<float>({end - begin, 2}, two));
  rows.x.emplace("texts", texts_between(begin, end));
  rows.x.emplace("ids", tensor::Dense::of<int64_t>({end - begin, 1}, ids));
  rows.y.emplace("y", tensor::Dense::of<float>({end - begin}, y));
  rows.sample_weight = tensor::Dense::of<float>({end - begin}, weight);
  rows.query = tensor::Dense::of<int64_t>({end - begin}, query);
  return rows;
}

data::Dataset all_kinds(Dim count) {
  return data::batches(
      [count] {
        return [count, at = Dim{0}]() mutable -> std::optional<data::LoadedRows> {
          if (at == count) return std::nullopt;
          const Dim begin = at;
          at = std::min(count, at + 5000);
          return rows_between(begin, at);
        };
      },
      {});
}

std::string packed_path(const std::string& name) { return temporary_folder() + name; }

// Large enough for the numbers of the rows, and too small for the rows.
size_t bytes_for(Dim rows) { return static_cast<size_t>(rows) * 4; }

std::vector<data::RowBlock> blocks_of(data::RowStream& stream) {
  std::vector<data::RowBlock> blocks;
  for (data::RowBlock block; stream.next(block); block = {}) blocks.push_back(block);
  return blocks;
}

// The rows of a pass by their ids, each part of which is looked at.
std::vector<int64_t> rows_of(const data::Dataset& dataset, const data::RowOrder& order) {
  std::vector<int64_t> rows;
  const auto stream = dataset.open("test", order);
  std::map<std::string, size_t> place;
  for (size_t i = 0; i < dataset.schema().size(); ++i) place.emplace(dataset.schema()[i].name, i);
  for (const data::RowBlock& block : blocks_of(*stream)) {
    const auto part = [&](const char* name) -> const Tensor& { return block.parts[place.at(name)]; };
    const tensor::Csr &x = part("x").csr(), &wide = part("wide").csr();
    size_t k = 0;
    for (size_t r = 0; r < static_cast<size_t>(block.rows); ++r) {
      const int64_t row = part("ids").dense().values<int64_t>()[r] / 3;
      rows.push_back(row);
      EXPECT_EQ(static_cast<size_t>(x.indptr.as<int32_t>()[r + 1]), k + entries_of(row));
      for (size_t i = 0; i < entries_of(row); ++i, ++k) {
        EXPECT_EQ(x.values<float>()[k], value_of(row));
        EXPECT_LT(x.indices.as<int32_t>()[k], 1000);
      }
      EXPECT_EQ(wide.indices.as<int64_t>()[r], row * 1'000'003);
      EXPECT_EQ(wide.values<double>()[r], static_cast<double>(row) / 3);
      EXPECT_EQ(part("y").dense().values<float>()[r], static_cast<float>(row % 2));
      EXPECT_EQ(part("two").dense().values<float>()[2 * r + 1], -value_of(row));
      EXPECT_EQ(part("sample_weight").dense().values<double>()[r], static_cast<double>(row % 4 + 1));
      const auto texts = part("texts").dense().values<std::string_view>();
      for (Dim which : {0, 1}) EXPECT_EQ(texts[2 * r + static_cast<size_t>(which)], text_of(row, which));
      EXPECT_EQ(part("query").dense().values<int64_t>()[r], row / 10);
    }
  }
  return rows;
}

// As fit shuffles arrays.
std::vector<int64_t> shuffled_numbers(std::vector<int64_t> rows, uint64_t key) {
  Generator(key).shuffle(std::span(rows));
  return rows;
}

std::vector<int64_t> numbers_up_to(Dim count) {
  std::vector<int64_t> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

TEST(ShuffledRows, AreAllRowsInTheOrderOfArrays) {
  for (const Dim count : {Dim{1}, Dim{2}, kShuffledRows}) {
    const data::Dataset packed = all_kinds(count).pack(packed_path("all" + std::to_string(count)));
    const data::RowOrder order{.key = 77, .bytes = bytes_for(count)};
    ASSERT_TRUE(packed.shuffles(order));
    EXPECT_FALSE(packed.repeats(order));
    EXPECT_EQ(rows_of(packed, order), shuffled_numbers(numbers_up_to(count), 77));
    EXPECT_EQ(rows_of(packed, {}), numbers_up_to(count));
  }
}

TEST(ShuffledRows, NoRowsAreAPassWithoutAny) {
  const data::Dataset packed = all_kinds(5000).take(0).pack(packed_path("none"));
  EXPECT_EQ(packed.rows(), 0);
  for (const size_t bytes : {0u, 1u, 1000u}) EXPECT_TRUE(rows_of(packed, {.key = 5, .bytes = bytes}).empty());
}

TEST(ShuffledRows, AreChosenByTheirSizesAlone) {
  const data::Dataset packed = all_kinds(kShuffledRows).pack(packed_path("sizes"));
  const size_t file = std::filesystem::file_size(packed_path("sizes"));
  EXPECT_FALSE(packed.shuffles({.key = 5, .bytes = bytes_for(kShuffledRows) - 4}));  // Too many numbers.
  EXPECT_FALSE(packed.shuffles({.key = 0, .bytes = bytes_for(kShuffledRows)}));
  EXPECT_FALSE(packed.shuffles({.key = 5, .bytes = 4 * file}));  // They fit in memory.
  const data::Dataset large =
      all_kinds(100)
          .map([](const data::LoadedRows& rows) {
            data::LoadedRows made;
            made.x.emplace(
                "x", tensor::Dense::of<float>(
                         {rows.query.tensor().rows(), 4096},
                         std::vector<float>(static_cast<size_t>(rows.query.tensor().rows() * 4096), 0.5f)));
            return made;
          })
          .pack(packed_path("large"));
  EXPECT_FALSE(large.shuffles({.key = 5, .bytes = 40'000}));  // 1.6 MB, 40 times that.
  EXPECT_TRUE(large.shuffles({.key = 5, .bytes = 60'000}));
  const data::Dataset compressed =
      all_kinds(kShuffledRows).pack(packed_path("zstd"), {.compression = data::Compression::zstd});
  EXPECT_FALSE(compressed.shuffles({.key = 5, .bytes = bytes_for(kShuffledRows)}));
}

TEST(ShuffledRows, GoOnFromTheirPlaces) {
  const data::Dataset packed = all_kinds(kShuffledRows).pack(packed_path("places"));
  const data::RowOrder order{.key = 3, .bytes = bytes_for(kShuffledRows)};
  const std::vector<int64_t> whole = rows_of(packed, order);
  const auto stream = packed.open("test", order);
  size_t before = 0;
  for (data::RowBlock block; stream->next(block);) {
    before += static_cast<size_t>(block.rows);
    data::RowOrder rest = order;
    rest.from = block.after;
    EXPECT_EQ(rows_of(packed, rest),
              (std::vector<int64_t>(whole.begin() + static_cast<std::ptrdiff_t>(before), whole.end())));
  }
  for (const data::RowPlace& wrong : {data::RowPlace{kShuffledRows + 1}, {-1}, {1, 2}})
    EXPECT_THROW(packed.open("test", {.key = 3, .bytes = order.bytes, .from = wrong}), InvalidArgument);
}

TEST(ShuffledRows, PlacesOfRowsAreUniformOverKeys) {
  constexpr Dim kRows = 40;
  constexpr int kKeys = 4000;
  const data::Dataset packed = all_kinds(kRows).pack(packed_path("uniform"));
  std::vector<double> counts(kRows * kRows);
  for (int key = 1; key <= kKeys; ++key) {
    const auto rows = rows_of(packed, {.key = mix(static_cast<uint64_t>(key)), .bytes = bytes_for(kRows)});
    for (size_t place = 0; place < rows.size(); ++place)
      counts[static_cast<size_t>(rows[place]) * kRows + place] += 1;
  }
  double chi2 = 0;
  constexpr double kExpected = kKeys / static_cast<double>(kRows), kFree = (kRows - 1.0) * (kRows - 1.0);
  for (const double count : counts) chi2 += (count - kExpected) * (count - kExpected) / kExpected;
  EXPECT_LT(std::abs(chi2 - kFree), 4.5 * std::sqrt(2 * kFree));
}

TEST(ShuffledRows, PartsAreShuffledAsIfTheyWereArrays) {
  const data::Dataset packed = all_kinds(kShuffledRows).pack(packed_path("parts"));
  const size_t bytes = bytes_for(kShuffledRows);
  const auto [left, right] = packed.split(0.3, 5);
  const auto [by_key, others] = packed.split(0.5, 5, "query");
  for (const data::Dataset& part :
       {packed.take(100), packed.take(2 * kShuffledRows), packed.skip(50'001), packed.skip(10).take(20'000),
        packed.shard(3, 2), packed.take(0), packed.skip(2 * kShuffledRows), left, right,
        left.shard(2, 1).skip(7), by_key, others, by_key.take(1000)}) {
    ASSERT_TRUE(part.shuffles({.key = 9, .bytes = bytes}));
    const std::vector<int64_t> in_order = rows_of(part, {});
    EXPECT_EQ(rows_of(part, {.key = 9, .bytes = bytes}), shuffled_numbers(in_order, 9));
  }
}

std::vector<float> trained(const std::function<void(Sequential&)>& fit) {
  Sequential model;
  model.add(
      layers::Dense(1, {.activation = "sigmoid", .kernel_initializer = "zeros", .input_shape = Shape{1000}}));
  model.compile({.optimizer = optimizers::Adam{.lr = 0.01}, .loss = "binary_crossentropy"});
  model.trainer().set_random_state({1, 0, 2, 0});
  fit(model);
  const auto kernel = model.get_weights()[0];
  return {kernel.values<float>().begin(), kernel.values<float>().end()};
}

TEST(ShuffledRows, AModelLearnsWhatItLearnsFromArrays) {
  const data::Dataset some = all_kinds(kShuffledRows).map([](const data::LoadedRows& rows) {
    data::LoadedRows made;
    made.x.emplace("x", rows.x.at("x"));
    made.y = rows.y;
    made.sample_weight = rows.sample_weight;
    return made;
  });
  const data::Dataset packed = some.pack(packed_path("model"));
  const data::LoadedRows rows = data::load(packed);
  FitOptions fit{.batch_size = 64, .epochs = 2, .verbose = 0, .shuffle_bytes = bytes_for(kShuffledRows)};
  const auto exact = trained([&](Sequential& model) { model.fit(packed, fit); });
  ASSERT_TRUE(packed.shuffles({.key = 1, .bytes = fit.shuffle_bytes}));
  FitOptions of_arrays = fit;
  of_arrays.sample_weight = rows.sample_weight;
  const auto wanted =
      trained([&](Sequential& model) { model.fit(rows.x.at("x"), rows.y.at("y"), of_arrays); });
  EXPECT_EQ(exact, wanted);
  for (const size_t threads : {1, 3}) {
    const size_t before = num_threads();
    set_num_threads(threads);
    EXPECT_EQ(trained([&](Sequential& model) { model.fit(packed, fit); }), wanted);
    set_num_threads(before);
  }
  fit.shuffle_bytes = 1000;  // In windows.
  EXPECT_NE(trained([&](Sequential& model) { model.fit(packed, fit); }), wanted);
}

// The bytes of a file, and the same file with other ones.
std::string bytes_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(ShuffledRows, ADamagedBlockIsAnError) {
  const std::string path = packed_path("damaged");
  const data::Dataset packed = all_kinds(2000).pack(path);
  const data::RowOrder order{.key = 4, .bytes = bytes_for(2000)};
  const std::string whole = bytes_of_file(path);
  Generator random(6);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = whole;
    bytes[8 + random.below(100'000)] ^= static_cast<char>(1 + random.below(255));
    write_bytes(path, bytes);
    EXPECT_THROW(rows_of(data::open(path), order), InvalidArgument);
  }
}

// Whatever is under a right checksum is refused, or read within its bounds.
TEST(ShuffledRows, DamageUnderARightChecksumIsNoCrash) {
  const std::string path = packed_path("forged");
  all_kinds(300).pack(path);
  const std::string whole = bytes_of_file(path);
  Generator random(7);
  uint64_t foot_begin = 0;
  std::memcpy(&foot_begin, whole.data() + whole.size() - 24, 8);
  const std::string block = whole.substr(8, foot_begin - 8);
  const std::string before = std::to_string(XXH3_64bits(block.data(), block.size()));
  int errors = 0;
  for (int i = 0; i < 500; ++i) {
    std::string changed = block;
    for (uint64_t n = 1 + random.below(3); n > 0; --n)
      changed[random.below(random.below(2) ? 2000 : changed.size())] = static_cast<char>(random.below(256));
    std::string foot = whole.substr(foot_begin, whole.size() - 24 - foot_begin);
    foot.replace(foot.find(before), before.size(),
                 std::to_string(XXH3_64bits(changed.data(), changed.size())));
    const uint64_t checksum = XXH3_64bits(foot.data(), foot.size());
    std::string end(24, '\0');
    std::memcpy(end.data(), &foot_begin, 8);
    std::memcpy(end.data() + 8, &checksum, 8);
    std::memcpy(end.data() + 16, "LACUNAP1", 8);
    write_bytes(path, whole.substr(0, 8) + changed + foot + end);
    const data::Dataset forged = data::open(path);
    const auto outcome = [&](const data::RowOrder& order) {
      try {
        Dim rows = 0;
        for (const data::RowBlock& b : blocks_of(*forged.open("test", order))) rows += b.rows;
        return rows;
      } catch (const InvalidArgument&) {
        return Dim{-1};
      }
    };
    const Dim at_random = outcome({.key = 4, .bytes = bytes_for(300)});
    EXPECT_EQ(at_random, outcome({}));
    errors += at_random < 0;
  }
  EXPECT_GT(errors, 50);
  EXPECT_LT(errors, 500);
}

TEST(ShuffledRows, AFileThatIsCutShortMeanwhileIsAnError) {
  const std::string path = packed_path("short");
  const data::Dataset packed = all_kinds(kShuffledRows).pack(path);
  const auto stream = packed.open("test", {.key = 4, .bytes = bytes_for(kShuffledRows)});
  data::RowBlock block;
  ASSERT_TRUE(stream->next(block));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THROW(while (stream->next(block)){}, FileError);
  EXPECT_THROW(rows_of(packed, {.key = 4, .bytes = bytes_for(kShuffledRows)}), FileError);
}

TEST(ShuffledRows, ABlockThatIsWrittenMeanwhileIsCheckedAgain) {
  const std::string path = packed_path("written");
  const data::Dataset packed = all_kinds(kShuffledRows).pack(path);
  const auto stream = packed.open("test", {.key = 4, .bytes = bytes_for(kShuffledRows)});
  data::RowBlock block;
  ASSERT_TRUE(stream->next(block));
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(5000) << "other bytes";
  std::filesystem::last_write_time(path,
                                   std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_THROW(while (stream->next(block)){}, InvalidArgument);
}

}  // namespace
}  // namespace lacuna
