// Windows of rows: the same whether they are read ahead or not, and from any of them on; rows that fit in one
// are read once.
#include "lacuna/training/row_windows.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <thread>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"

namespace lacuna {
namespace {

// Rows that are numbered, in blocks of ten or another number that divides them; values are 1, or the number
// of the row.
class NumberedRows final : public data::RowSource {
 public:
  NumberedRows(Dim rows, bool ones, Dim of_block = 10) : rows_(rows), ones_(ones), of_block_(of_block) {}

  const data::Schema& schema() const override { return schema_; }
  std::unique_ptr<data::RowStream> open(const char*, const data::RowOrder& order) const override {
    ++opened;
    return std::make_unique<Stream>(*this, order.from.empty() ? 0 : order.from[0]);
  }
  data::Fingerprint fingerprint(const char*) const override { return {{"version", text(version)}}; }
  bool is_read_anywhere() const override { return anywhere; }
  bool repeats(const data::RowOrder&) const override { return anywhere; }
  bool exceeds(size_t bytes) const override { return bytes < known_bytes; }

  mutable int opened = 0;
  mutable Dim read = 0;                         // Rows of all passes.
  mutable std::set<std::thread::id> readers{};  // The threads that read them.
  int version = 1;
  bool anywhere = true;
  size_t known_bytes = 0;
  Dim fails_at = -1;

 private:
  class Stream final : public data::RowStream {
   public:
    Stream(const NumberedRows& from, Dim at) : from_(from), at_(at) {}
    bool next(data::RowBlock& block) override {
      LACUNA_REQUIRE(at_ != from_.fails_at, "rows: must be read. Received: row ", at_, ".");
      if (at_ == from_.rows_) return false;
      const Dim rows = from_.of_block_;
      tensor::Csr x;
      x.resize(rows, 1000, static_cast<size_t>(rows), DType::float32);
      for (Dim r = 0; r < rows; ++r) {
        x.indices.as<int32_t>()[static_cast<size_t>(r)] = static_cast<int32_t>(at_ + r);
        x.values<float>()[static_cast<size_t>(r)] = from_.ones_ ? 1 : static_cast<float>(at_ + r);
      }
      std::iota(x.indptr.as<int32_t>().begin(), x.indptr.as<int32_t>().end(), 0);
      block.parts.assign(1, Tensor(std::move(x)));
      block.rows = rows;
      block.after = {at_ += rows};
      from_.read += rows;
      from_.readers.insert(std::this_thread::get_id());
      return true;
    }

   private:
    const NumberedRows& from_;
    Dim at_;
  };

  const data::Schema schema_{{"x", data::Role::input, {{None, 1000}, DType::float32, Storage::csr}}};
  const Dim rows_;
  const bool ones_;
  const Dim of_block_;
};

constexpr Dim kRowsOfBatch = 7;

// The rows of a pass as batches take them: the columns in order of each window.
std::vector<int32_t> pass(RowWindows& windows, uint64_t key, bool ahead, bool ones,
                          std::vector<int64_t> place = {}) {
  std::vector<int32_t> rows;
  windows.begin(key);
  if (!place.empty()) windows.go_to(place);
  while (!windows.current().last) {
    windows.next();
    if (ahead) windows.read_ahead();
    const RowWindow& window = windows.current();
    const tensor::Csr& x = window.parts[0].csr();
    EXPECT_TRUE(window.last || window.rows % kRowsOfBatch == 0);
    for (Dim i = 0; i < window.rows; ++i) {
      const auto k = static_cast<size_t>(window.order.empty() ? i : window.order[static_cast<size_t>(i)]);
      rows.push_back(x.indices.as<int32_t>()[k]);
      EXPECT_EQ(x.values<float>()[k], ones ? 1 : static_cast<float>(rows.back()));
    }
  }
  EXPECT_EQ(windows.rows(),
            (place.empty() ? 0 : place.back() * kRowsOfBatch) + static_cast<Dim>(rows.size()));
  return rows;
}

struct Threads {
  explicit Threads(size_t count) { set_num_threads(count); }
  ~Threads() { set_num_threads(before); }
  size_t before = num_threads();
};

TEST(RowWindows, AreTheSameReadAheadOrNot) {
  const Threads two(2);
  for (const bool ones : {true, false}) {
    const data::Dataset dataset(std::make_shared<NumberedRows>(500, ones));
    RowWindows windows("test", dataset, kRowsOfBatch, 1000);
    const std::vector<int32_t> wanted = pass(windows, 5, false, ones);
    EXPECT_EQ(pass(windows, 5, true, ones), wanted);
    EXPECT_NE(pass(windows, 6, true, ones), wanted);
    std::vector<int32_t> sorted = wanted, all(500);
    std::ranges::sort(sorted);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(sorted, all);
    EXPECT_NE(wanted, all);
    EXPECT_EQ(pass(windows, 0, true, ones), all);
  }
}

TEST(RowWindows, AreTheSameFromTheirPlaceAndWhateverTheBlocks) {
  const Threads two(2);
  for (const size_t known_bytes : {0, 8000}) {
    const auto source = std::make_shared<NumberedRows>(500, false);
    source->known_bytes = known_bytes;
    const data::Dataset dataset(source);
    RowWindows windows("test", dataset, kRowsOfBatch, 1000);
    const std::vector<int32_t> wanted = pass(windows, 5, true, false);
    for (const Dim of_block : {1, 4, 25, 100, 500}) {
      const auto other = std::make_shared<NumberedRows>(500, false, of_block);
      other->known_bytes = known_bytes;
      const data::Dataset of_others(other);
      RowWindows others("test", of_others, kRowsOfBatch, 1000);
      EXPECT_EQ(pass(others, 5, true, false), wanted);
    }
    int places = 0;
    for (windows.begin(5); !windows.current().last; ++places) {
      windows.next();
      const auto before = static_cast<Dim>(windows.current().batch) * kRowsOfBatch;
      ASSERT_FALSE(windows.current().place.empty());
      RowWindows again("test", dataset, kRowsOfBatch, 1000);
      source->read = 0;
      EXPECT_EQ(pass(again, 5, true, false, windows.current().place),
                std::vector<int32_t>(wanted.begin() + before, wanted.end()));
      EXPECT_EQ(source->read, 500 - before / 10 * 10);  // From the block on that the window begins in.
    }
    EXPECT_GT(places, 5);
  }
}

TEST(RowWindows, TheFirstOnesAreSmallWhereMoreAreKnownToFollow) {
  const auto source = std::make_shared<NumberedRows>(500, true);
  source->known_bytes = 8000;
  const data::Dataset dataset(source);
  RowWindows windows("test", dataset, kRowsOfBatch, 2000);  // A row takes 16 bytes, so 125 fill a window.
  std::vector<Dim> rows;
  for (windows.begin(5); !windows.current().last;) {
    windows.next();
    rows.push_back(windows.current().rows);
  }
  EXPECT_EQ(rows, (std::vector<Dim>{14, 28, 63, 119, 119, 119, 38}));
  windows.begin(0);  // Rows in order need no large windows.
  windows.next();
  EXPECT_EQ(windows.current().rows, 500);
}

TEST(RowWindows, OnlyTheThreadThatAsksReadsWhatIsNotReadAnywhere) {
  const Threads two(2);
  const auto source = std::make_shared<NumberedRows>(500, true);
  source->anywhere = false;
  const data::Dataset cached = data::Dataset(source).cache();
  RowWindows windows("test", cached, kRowsOfBatch, 1000);
  const std::vector<int32_t> first = pass(windows, 5, true, true);
  EXPECT_EQ(source->readers, std::set{std::this_thread::get_id()});
  EXPECT_EQ(pass(windows, 5, true, true), first);  // From the cache, and read ahead.
  EXPECT_EQ(source->opened, 1);
  source->anywhere = true;
  const data::Dataset dataset(source);
  RowWindows others("test", dataset, kRowsOfBatch, 1000);
  EXPECT_EQ(pass(others, 5, true, true), first);
  EXPECT_GT(source->readers.size(), 1u);
}

TEST(RowWindows, RowsThatFitInOneAreReadOnceUnlessTheirSourceChanges) {
  const auto source = std::make_shared<NumberedRows>(50, true);
  const data::Dataset dataset(source);
  RowWindows windows("test", dataset, kRowsOfBatch, 1 << 20);
  const std::vector<int32_t> first = pass(windows, 5, false, true);
  EXPECT_NE(pass(windows, 6, false, true), first);
  EXPECT_EQ(pass(windows, 5, false, true), first);
  EXPECT_EQ(source->opened, 1);
  source->version = 2;
  EXPECT_EQ(pass(windows, 5, false, true), first);
  EXPECT_EQ(source->opened, 2);
}

TEST(RowWindows, AnErrorComesWithItsWindow) {
  const Threads two(2);
  const auto source = std::make_shared<NumberedRows>(500, true);
  source->fails_at = 150;
  const data::Dataset dataset(source);
  RowWindows windows("test", dataset, kRowsOfBatch, 1000);
  windows.begin(5);
  windows.next();
  windows.read_ahead();
  EXPECT_NO_THROW(windows.next());
  windows.read_ahead();
  EXPECT_THROW(windows.next(), InvalidArgument);
  source->fails_at = -1;
  EXPECT_EQ(pass(windows, 5, true, true).size(), 500u);
}

}  // namespace
}  // namespace lacuna
