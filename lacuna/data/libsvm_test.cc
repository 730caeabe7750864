// Parses libsvm text and compares with the values it was written from; each error names its line.
#include "lacuna/data/libsvm.h"

#include <bzlib.h>
#include <gtest/gtest.h>
#include <lzma.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "lacuna/base/error.h"
#include "lacuna/base/random.h"

namespace lacuna::data {
namespace {

template <class T>
std::vector<T> values(const Buffer& buffer) {
  const auto all = buffer.as<T>();
  return {all.begin(), all.end()};
}

using Floats = std::vector<float>;
using Ints = std::vector<int32_t>;
using Longs = std::vector<int64_t>;

std::string message_of_lines(std::string_view lines, const LibsvmOptions& options = {}) {
  try {
    parse_libsvm(lines, options, "f.svm");
  } catch (const InvalidArgument& e) {
    return e.what();
  }
  return "no error";
}

class File {
 public:
  explicit File(const std::string& bytes) {
    static int made = 0;
    path_ = std::filesystem::temp_directory_path() / text("lacuna_libsvm_", ::getpid(), "_", ++made);
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~File() { std::filesystem::remove(path_); }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string gz(const std::string& bytes) {
  std::string result(compressBound(bytes.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

std::string xz(const std::string& bytes) {
  std::string result(lzma_stream_buffer_bound(bytes.size()), '\0');
  size_t size = 0;
  EXPECT_EQ(
      lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const uint8_t*>(bytes.data()),
                              bytes.size(), reinterpret_cast<uint8_t*>(result.data()), &size, result.size()),
      LZMA_OK);
  return result.substr(0, size);
}

std::string bz2(const std::string& bytes) {
  auto size = static_cast<unsigned>(bytes.size() + bytes.size() / 50 + 600);
  std::string result(size, '\0');
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(result.data(), &size, const_cast<char*>(bytes.data()),
                                     static_cast<unsigned>(bytes.size()), 9, 0, 0),
            BZ_OK);
  return result.substr(0, size);
}

using Pack = std::string (*)(const std::string&);
constexpr Pack kPacks[] = {gz, xz, bz2};

std::string message_of_file(const std::string& path) {
  try {
    load_libsvm(path);
  } catch (const InvalidArgument& e) {
    return e.what();
  }
  return "no error";
}

TEST(Libsvm, ReadsWhatTheFormatAllows) {
  const auto a = parse_libsvm(
      "# a comment: first\r\n"
      "\n"
      "+1 qid:3 1:0.5 4:-2e-1 # 9:9\r\n"
      "-1.5\t2:1\t \n"
      "   \n"
      "0#1:1\n"
      "2e0 5:.25 3:7. 1:1E2",
      {});
  EXPECT_EQ(a.x.rows, 4);
  EXPECT_EQ(a.x.columns, 5);
  EXPECT_EQ(a.x.index, DType::int32);
  EXPECT_EQ(values<int32_t>(a.x.indptr), (Ints{0, 2, 3, 3, 6}));
  EXPECT_EQ(values<int32_t>(a.x.indices), (Ints{0, 3, 1, 0, 2, 4}));
  EXPECT_EQ(values<float>(a.x.data), (Floats{0.5f, -0.2f, 1, 100, 7, 0.25f}));
  EXPECT_EQ(a.y.shape, Shape{4});
  EXPECT_EQ(values<float>(a.y.data), (Floats{1, -1.5f, 0, 2}));
  EXPECT_EQ(a.qid.shape, Shape{0});
  EXPECT_TRUE(a.x.validate("x"));
}

TEST(Libsvm, NothingGivesNoRows) {
  for (const char* lines : {"", "\n", "\n\r\n# 1:1\n"}) {
    const auto a = parse_libsvm(lines, {.n_features = 7});
    EXPECT_EQ(a.x.rows, 0);
    EXPECT_EQ(a.x.columns, 7);
    EXPECT_EQ(a.y.shape, Shape{0});
    EXPECT_TRUE(a.x.validate("x"));
  }
  const auto a = parse_libsvm("1\n2\n");
  EXPECT_EQ(a.x.rows, 2);
  EXPECT_EQ(a.x.columns, 0);
}

TEST(Libsvm, ZeroOrOneBased) {
  const auto indices = [](const char* lines, ZeroBased zero_based, Dim columns) {
    const auto a = parse_libsvm(lines, {.zero_based = zero_based});
    EXPECT_EQ(a.x.columns, columns);
    return values<int32_t>(a.x.indices);
  };
  EXPECT_EQ(indices("1 1:1\n1 3:1", ZeroBased::automatic, 3), (Ints{0, 2}));
  EXPECT_EQ(indices("1 1:1\n1 0:1", ZeroBased::automatic, 2), (Ints{1, 0}));
  EXPECT_EQ(indices("1 1:1\n1 3:1", ZeroBased::yes, 4), (Ints{1, 3}));
  EXPECT_EQ(indices("1 1:1\n1 3:1", ZeroBased::no, 3), (Ints{0, 2}));
  EXPECT_EQ(parse_libsvm("1 3:1", {.n_features = 3}).x.columns, 3);
  EXPECT_EQ(
      message_of_lines("1 1:1\n1 0:1", {.zero_based = ZeroBased::no}),
      "parse_libsvm: columns must be 1 or more, since zero_based is no. Received: '0:1' in line 2 of f.svm.");
  EXPECT_EQ(message_of_lines("1 1:1\n1 4:1", {.n_features = 3}),
            "parse_libsvm: columns must be within n_features. Received: column 4 in line 2 of f.svm, "
            "n_features=3, and "
            "the first column is 1.");
  EXPECT_NE(message_of_lines("1 0:1\n1 3:1", {.n_features = 3}), "no error");
}

TEST(Libsvm, Queries) {
  const auto a = parse_libsvm("1 qid:7 1:1\n0 qid:-9000000000 2:1\n", {.query_id = true});
  EXPECT_EQ(a.qid.shape, Shape{2});
  EXPECT_EQ(values<int64_t>(a.qid.data), (Longs{7, -9000000000}));
  EXPECT_EQ(message_of_lines("1 qid:7 1:1\n0 2:1\n", {.query_id = true}),
            "parse_libsvm: a line must have a qid behind its label, since query_id is set. Received: '2:1' "
            "in line 2 of "
            "f.svm.");
  EXPECT_EQ(message_of_lines("1 qid:7a 1:1\n"),
            "parse_libsvm: a qid must be a whole number. Received: 'qid:7a' in line 1 of f.svm.");
  EXPECT_NE(message_of_lines("1 1:1 qid:7\n"), "no error");
}

TEST(Libsvm, SeveralLabels) {
  const auto a = parse_libsvm("3,1 1:1\n 2:1 # no label\n7\n2,5,4 qid:1\n", {.multilabel = true});
  EXPECT_EQ(a.x.rows, 4);
  EXPECT_EQ(values<float>(a.labels.data), (Floats{3, 1, 7, 2, 5, 4}));
  EXPECT_EQ(values<int64_t>(a.label_ptr.data), (Longs{0, 2, 2, 3, 6}));
  EXPECT_EQ(a.labels.shape, Shape{6});
  EXPECT_EQ(a.y.shape, Shape{0});
  EXPECT_EQ(message_of_lines("1 1:1\n\n3,1 1:1"),
            "parse_libsvm: a line must start with one label, unless multilabel is set. Received: '3,1' in "
            "line 3 of "
            "f.svm.");
  for (const char* lines : {"1,,2 1:1", "1, 1:1", ",1 1:1", "1;2 1:1", "a 1:1"})
    EXPECT_NE(message_of_lines(lines, {.multilabel = true}), "no error") << lines;
}

TEST(Libsvm, WideColumns) {
  const auto a = parse_libsvm("1 1:1 2:1\n1 9223372036854775806:2\n");
  EXPECT_EQ(a.x.index, DType::int64);
  EXPECT_EQ(a.x.columns, 9223372036854775806);
  EXPECT_EQ(values<int64_t>(a.x.indices), (Longs{0, 1, 9223372036854775805}));
  EXPECT_EQ(values<int64_t>(a.x.indptr), (Longs{0, 2, 3}));
  EXPECT_NE(message_of_lines("1 9223372036854775807:2"), "no error");
  EXPECT_NE(message_of_lines("1 18446744073709551617:2"), "no error");
  for (const Dim n : {(Dim{1} << 31) - 1, Dim{1} << 31, Dim{1} << 40}) {
    EXPECT_EQ(parse_libsvm("1 1:1", {.n_features = n}).x.index,
              n < Dim{1} << 31 ? DType::int32 : DType::int64);
    const auto b = parse_libsvm("1 0:1 " + std::to_string(n - 1) + ":1");
    EXPECT_EQ(b.x.columns, n);
    EXPECT_EQ(b.x.index, n < Dim{1} << 31 ? DType::int32 : DType::int64);
  }
}

TEST(Libsvm, NumbersAreTheNearest) {
  for (const char* number :
       {"0", "-0.0", "1", "007", "0.1", "123456.789", "9007199254740993", "3.141592653589793238462643",
        "1e22", "1e-5", "2.2250738585072014e-308", "1.7976931348623157e308", "4.9e-324",
        "0.00000000000000000000000001", "12345678901234567890123", "+.5e+1"}) {
    const auto a = parse_libsvm(std::string(number) + " 1:" + number, {.dtype = DType::float64});
    const double expected = std::strtod(number, nullptr);
    EXPECT_EQ(a.x.values<double>()[0], expected) << number;
    EXPECT_EQ(a.y.values<double>()[0], expected) << number;
    EXPECT_EQ(std::signbit(a.x.values<double>()[0]), std::signbit(expected));
  }
  const std::string zeros(400, '0'), nines(25, '9');
  for (const std::string& tiny :
       {std::string("1e-400"), "0." + zeros + "1", "-0." + zeros + "1e5", "1e-" + nines, "0.0001e-" + nines,
        "0" + zeros + ".0e9", "0e" + nines, "1" + zeros + "e-9000"})
    EXPECT_EQ(parse_libsvm("1 1:" + tiny).x.values<float>()[0], 0) << tiny;
  for (const std::string& one : {"1" + zeros + "e-400", "0." + zeros + "1e+401", zeros + "1", "1." + zeros})
    EXPECT_EQ(parse_libsvm("1 1:" + one).x.values<float>()[0], 1) << one;
  for (const std::string& huge : {"1" + zeros, "1e" + nines, "0." + zeros + "1e+800", std::string("-1e400"),
                                  "1" + zeros + "e-9", std::string("3.4028236e38")})
    EXPECT_NE(message_of_lines("1 1:" + huge).find("must be a finite number"), std::string::npos) << huge;
  EXPECT_EQ(parse_libsvm("1 1:3.4028235e+38").x.values<float>()[0], std::numeric_limits<float>::max());
  EXPECT_EQ(parse_libsvm("1 1:1e-60").x.values<float>()[0], 0);
  EXPECT_EQ(
      message_of_lines("1 1:1e39"),
      "parse_libsvm: a value must be a finite number in float32. Received: '1:1e39' in line 1 of f.svm.");
  EXPECT_EQ(message_of_lines("1 1:1e39", {.dtype = DType::float64}), "no error");
}

TEST(Libsvm, ErrorsNameTheLine) {
  EXPECT_EQ(
      message_of_lines("1 1:1\n\n# x\n1 2:abc 3:1\n"),
      "parse_libsvm: a value must be a finite number in float32. Received: '2:abc' in line 4 of f.svm.");
  EXPECT_EQ(message_of_lines("1 1:1\n1 7:2 9:1 7:3"),
            "parse_libsvm: a column must not be named twice in a line. Received: '7' in line 2 of f.svm.");
  EXPECT_EQ(
      message_of_lines("1 1:1\nx 7:2"),
      "parse_libsvm: a line must start with a label, a finite number. Received: 'x' in line 2 of f.svm.");
  for (const char* beyond : {"9223372036854775807", "9223372036854775808", "100000000000000000000"})
    EXPECT_EQ(message_of_lines(text("1 1:1\n1 ", beyond, ":1")),
              text("parse_libsvm: a column must be below 2^63 - 1. Received: '", beyond,
                   ":1' in line 2 of f.svm."));
  EXPECT_EQ(parse_libsvm("1 9223372036854775806:1").x.columns, 9223372036854775806);
  EXPECT_EQ(parse_libsvm("1 " + std::string(30, '0') + "7:1").x.columns, 7);
  EXPECT_EQ(message_of_lines("1 qid:9223372036854775808 1:1"),
            "parse_libsvm: a qid must fit 64 bits. Received: 'qid:9223372036854775808' in line 1 of f.svm.");
  EXPECT_EQ(message_of_lines("1 -1:1"),
            "parse_libsvm: a feature must be column:value with a column that is a whole number. Received: "
            "'-1:1' in line "
            "1 of f.svm.");
  for (const char* line :
       {"1:1",     "1 1",     "1 1:",     "1 :1",     "1 1: 1",  "1 1 :1", "1 1:1:1",  "1 1:1x",
        "1 1.5:1", "1 1:nan", "1 1:inf",  "1 1:-inf", "nan 1:1", "inf",    "1 1:1e",   "1 1:1e400",
        "1 1:.",   "1 1:--1", "1 1:0x10", "1 1:1,5",  "- 1:1",   "1 a:1",  "1 1:1 1:1"})
    EXPECT_NE(message_of_lines(std::string("1 1:1\n") + line).find("in line 2 of f.svm."), std::string::npos)
        << line;
  EXPECT_EQ(
      message_of_lines("1 1:1\n\x01\xff\n"),
      "parse_libsvm: a line must start with a label, a finite number. Received: '?\?' in line 2 of f.svm.");
  EXPECT_NE(message_of_lines("1", {.n_features = -1}), "no error");
  EXPECT_NE(message_of_lines("1", {.dtype = DType::int32}), "no error");
}

TEST(Libsvm, ReadsBackRandomText) {
  Generator random(3);
  for (const bool zero_based : {false, true}) {
    std::string lines;
    Floats data, y;
    Ints indices, indptr{0};
    for (int r = 0; r < 6000; ++r) {  // More than one block of reading.
      y.push_back(static_cast<float>(random.normal()));
      char word[64];
      std::snprintf(word, sizeof word, r % 3 ? "%.9g" : "%.9e", static_cast<double>(y.back()));
      lines += word;
      int column = r == 0 ? 0 : static_cast<int>(random.below(100));
      for (auto n = r == 0 ? 1 : random.below(20); n > 0; --n) {
        data.push_back(static_cast<float>(random.normal() * std::pow(10, random.uniform() * 20 - 10)));
        indices.push_back(column);
        std::snprintf(word, sizeof word, " %d:%.9g", column + !zero_based, static_cast<double>(data.back()));
        lines += word;
        column += 1 + static_cast<int>(random.below(1000));
      }
      lines += r % 2 ? "\n" : "\r\n";
      indptr.push_back(static_cast<int32_t>(data.size()));
    }
    for (const Pack pack : {Pack(nullptr), gz, xz, bz2}) {
      const File file(pack ? pack(lines) : lines);
      const auto a = load_libsvm(file.path());
      EXPECT_EQ(values<float>(a.y.data), y);
      EXPECT_EQ(values<float>(a.x.data), data);
      EXPECT_EQ(values<int32_t>(a.x.indices), indices);
      EXPECT_EQ(values<int32_t>(a.x.indptr), indptr);
      EXPECT_EQ(a.x.columns, 1 + *std::max_element(indices.begin(), indices.end()));
    }
  }
}

// Long enough for large pages, and grown while it is read; the first lines are unlike the others.
TEST(Libsvm, ManyEntries) {
  std::string lines(20000, '\n');
  const int rows = 30000, each = 50;
  for (int r = 0; r < rows; ++r) {
    lines += std::to_string(r % 7);
    for (int k = 0; k < each; ++k)
      lines += ' ' + std::to_string(k * 1000 + r % 997 + 1) + ":" + (k % 2 ? "1" : "-2.5");
    lines += '\n';
  }
  for (int way = 0; way < 3; ++way) {
    const File file(way == 2 ? gz(lines) : lines);
    const auto a = way == 0 ? parse_libsvm(lines) : load_libsvm(file.path());
    ASSERT_EQ(a.x.rows, rows);
    ASSERT_EQ(a.x.nonzeros(), static_cast<size_t>(rows) * each);
    EXPECT_TRUE(a.x.validate("x"));
    const auto indices = a.x.indices.as<int32_t>();
    const auto data = a.x.values<float>(), y = a.y.values<float>();
    size_t wrong = 0;
    for (int r = 0, i = 0; r < rows; ++r) {
      wrong += y[static_cast<size_t>(r)] != static_cast<float>(r % 7);
      for (int k = 0; k < each; ++k, ++i)
        wrong += indices[static_cast<size_t>(i)] != k * 1000 + r % 997 ||
                 data[static_cast<size_t>(i)] != (k % 2 ? 1.0f : -2.5f);
    }
    EXPECT_EQ(wrong, 0u);
  }
}

// Texts that are truncated at every byte or randomly damaged give an error or a valid result, and no byte is
// read beyond the text.
TEST(Libsvm, DamagedText) {
  const std::string good = "1,2 qid:12 3:4.5e-1 7:.5 # c\r\n-1 qid:1 1:1e5 12:-3\n";
  Generator random(9);
  for (size_t i = 0; i < 20000; ++i) {
    std::string lines = good.substr(0, i % (good.size() + 1));
    for (auto n = random.below(3); n > 0 && !lines.empty() && i > good.size(); --n)
      lines[random.below(lines.size())] = good[random.below(good.size())];
    const std::vector<char> bytes(lines.begin(), lines.end());  // Without a terminating 0.
    try {
      const auto a = parse_libsvm({bytes.data(), bytes.size()},
                                  {.multilabel = i % 2 == 0, .query_id = random.below(2) == 0}, "f.svm");
      EXPECT_TRUE(a.x.validate("x")) << lines;
    } catch (const InvalidArgument&) {
    }
  }
}

TEST(Libsvm, Files) {
  EXPECT_EQ(message_of_file("/nowhere/at/all"),
            "load_libsvm: the file must be readable. Received: path='/nowhere/at/all', No such file or "
            "directory.");
  EXPECT_NE(message_of_file(std::filesystem::temp_directory_path()), "no error");
  EXPECT_EQ(load_libsvm(File("").path()).x.rows, 0);
  for (const Pack pack : kPacks) {
    const File file(pack("1 1:1\n") + pack("2 2:1\n"));  // Two members make one text.
    EXPECT_EQ(values<float>(load_libsvm(file.path()).y.data), (Floats{1, 2}));
    EXPECT_EQ(load_libsvm(File(pack("")).path()).x.rows, 0);
  }
  std::string lines;
  Generator random(1);
  for (int r = 0; r < 20000; ++r) lines += "1 " + std::to_string(1 + random.below(100000)) + ":0.5\n";
  for (const Pack pack : kPacks) {
    const std::string whole = pack(lines);
    ASSERT_GT(whole.size(), size_t{1} << 15);
    for (const size_t size : {whole.size() - 1, whole.size() - 9, whole.size() / 2, size_t{12}, size_t{6}}) {
      const File file(whole.substr(0, size));
      const std::string message = message_of_file(file.path());
      EXPECT_NE(message.find("the file must be whole and readable. Received: path='" + file.path()),
                std::string::npos)
          << size << ": " << message;
    }
    std::string spoilt = whole;
    spoilt[whole.size() - 6] = static_cast<char>(spoilt[whole.size() - 6] ^ 1);  // Within a checksum.
    EXPECT_NE(message_of_file(File(spoilt).path()), "no error");
  }
}

TEST(Libsvm, SeveralFilesAreOne) {
  const File a("1 1:1\n2 3:2"), b(gz("3 0:3\n")), none(""), wide("1 1:1\n4 3000000000:4\n");
  const LibsvmData all = load_libsvm_files({a.path(), none.path(), b.path()});
  EXPECT_EQ(values<float>(all.y.data), (Floats{1, 2, 3}));
  EXPECT_EQ(values<int32_t>(all.x.indices), (Ints{1, 3, 0}));  // The first column is 0 in all of them.
  EXPECT_EQ(all.x.columns, 4);
  const LibsvmData large = load_libsvm_files({a.path(), wide.path(), a.path()});  // int64 from its middle on.
  EXPECT_EQ(values<int64_t>(large.x.indices), (Longs{0, 2, 0, 2999999999, 0, 2}));
  EXPECT_EQ(load_libsvm_files({a.path(), a.path()}, {.n_features = Dim{1} << 40}).x.columns, Dim{1} << 40);
  const auto message = [](const std::vector<std::string>& paths, const LibsvmOptions& options = {}) {
    try {
      load_libsvm_files(paths, options);
    } catch (const InvalidArgument& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  const File bad("1 1:1\n1 2:x\n");
  EXPECT_NE(message({a.path(), bad.path()}).find("in line 2 of " + bad.path()), std::string::npos);
  EXPECT_NE(
      message({b.path(), a.path(), b.path()}, {.n_features = 2}).find("column 3 in line 2 of " + a.path()),
      std::string::npos);
  EXPECT_EQ(message({}), "load_libsvm: there must be a file. Received: paths=[].");
}

}  // namespace
}  // namespace lacuna::data
