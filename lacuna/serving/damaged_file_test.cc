// Damaged files are errors, whatever is damaged, and never the end of the process.
#include <fstream>
#include <iterator>

#include "lacuna/layers/dense.h"
#include "lacuna/layers/features/lookup.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "tests/served.h"

namespace lacuna::serving {
namespace {

using layers::Dense;
using layers::Input;

std::string bytes_at(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::filesystem::remove(path);  // Never into a file that is mapped.
  std::ofstream(path, std::ios::binary) << bytes;
}

// A small file of a table with an index, a dense weight, and a vocabulary.
std::string small_file(const std::string& path) {
  set_random_seed(1);
  const Symbol in = Input({.shape = {100000}, .name = "x", .sparse = true}),
               word = Input({.shape = {1}, .name = "word", .dtype = DType::string});
  const Symbol hot = layers::StringLookup({.vocabulary = {"a", "b"}, .output_mode = "one_hot"})(word);
  Model model({in, word}, {layers::Add()({Dense(1, {.sparse_weight = true})(in), Dense(1)(hot)})});
  const MadeRows x(4, 3, 100000, 1);
  const std::vector<std::string_view> words{"a", "b", "c", ""};
  train_a_little(model, Arrays(std::vector<Array>{x.matrix(), Array(words)}), 4);
  export_model(model.network(), path);
  return bytes_at(path);
}

void use(const Predictor& predictor) {
  const MadeRows x(4, 3, 100000, 1);
  const std::vector<std::string_view> words{"a", "b", "c", ""};
  std::vector<float> now(4);
  const std::vector<PredictorInput> inputs{x.input(), std::span<const std::string_view>(words)};
  const std::array<std::span<float>, 1> outputs{std::span<float>(now)};
  predictor.predict(4, inputs, outputs);
}

TEST(DamagedServedFile, AnyChangedByteIsAnError) {
  const ServedPath path("changed");
  const std::string whole = small_file(path);
  ASSERT_LT(whole.size(), 10000u);
  EXPECT_NO_THROW(use(Predictor(path.str())));
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
    write_bytes(path, changed);
    EXPECT_THROW(Predictor(path.str()), InvalidArgument) << i;
  }
}

TEST(DamagedServedFile, UncheckedItIsAnErrorOrAnotherModel) {
  const ServedPath path("unchecked");
  const std::string whole = small_file(path);
  size_t errors = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ (i % 3 ? 1 << i % 8 : 0xff));
    write_bytes(path, changed);
    try {
      use(Predictor(path.str(), {.check = false, .mapped = i % 2 == 0}));
    } catch (const std::invalid_argument&) {
      ++errors;
    } catch (const std::out_of_range&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, whole.size() / 10);
}

TEST(DamagedServedFile, ACutFileIsAnError) {
  const ServedPath path("cut");
  const std::string whole = small_file(path);
  for (size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 37) {
    write_bytes(path, whole.substr(0, size));
    EXPECT_THROW(Predictor(path.str()), InvalidArgument) << size;
    EXPECT_THROW(Predictor(path.str(), {.check = false}), InvalidArgument) << size;
  }
  write_bytes(path, whole + "more");
  EXPECT_THROW(Predictor(path.str()), InvalidArgument);
  write_bytes(path, std::string(5000, 'x'));
  EXPECT_THROW(Predictor(path.str()), InvalidArgument);
  EXPECT_THROW(Predictor(testing::TempDir()), InvalidArgument);
}

TEST(DamagedServedFile, ACopyDoesNotMindWhatBecomesOfTheFile) {
  const ServedPath path("copy");
  const std::string whole = small_file(path);
  const Predictor predictor(path.str(), {.mapped = false});
  std::filesystem::resize_file(path.str(), 0);
  EXPECT_NO_THROW(use(predictor));
  write_bytes(path, whole);
  const Predictor mapped(path.str());
  small_file(path);  // Replaced: the old file stays for who has mapped it.
  EXPECT_NO_THROW(use(mapped));
}

}  // namespace
}  // namespace lacuna::serving
