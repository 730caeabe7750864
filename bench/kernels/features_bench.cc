// Benchmarks of hashing, vocabularies, counting (items: values) and texts (bytes: those of the texts). The
// texts are made, or those of the file that the environment variable LACUNA_BENCH_TEXTS names, in which each
// ends with a NUL.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/features/counter.h"
#include "lacuna/features/hashing.h"
#include "lacuna/features/texts.h"
#include "lacuna/features/vocabulary.h"

namespace lacuna::bench {
namespace {

using features::Vocabulary;

// Different words of about six letters.
std::vector<std::string> made_words(size_t count) {
  std::vector<std::string> words(count);
  for (size_t i = 0; i < count; ++i) {
    for (uint64_t rest = mix(i) % 300'000'000 + 1; rest; rest /= 26)
      words[i] += static_cast<char>('a' + rest % 26);
    words[i] += std::to_string(i);
  }
  return words;
}

// Draws of these words: word i about as often as 1 / (i + 1).
std::vector<std::string_view> drawn(const std::vector<std::string>& words, size_t count) {
  Generator random(1);
  std::vector<std::string_view> result(count);
  const double log_of_all = std::log(static_cast<double>(words.size()));
  for (std::string_view& word : result)
    word = words[static_cast<size_t>(std::exp(random.uniform() * log_of_all)) - 1];
  return result;
}

constexpr size_t kDrawn = 1 << 20;

void set_items(benchmark::State& state, size_t items) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(items));
}

void hash_words(benchmark::State& state) {
  const std::vector<std::string> words = made_words(10'000);
  const std::vector<std::string_view> values = drawn(words, kDrawn);
  std::vector<int64_t> bins(kDrawn);
  features::Hashing how{.num_bins = state.range(0)};
  if (state.range(1)) how.salt = {{1, 2}};
  for (auto _ : state) features::hash_bins(values, how, bins);
  set_items(state, kDrawn);
}
BENCHMARK(hash_words)
    ->ArgNames({"bins", "salt"})
    ->Args({1 << 20, 0})
    ->Args({1'000'000, 0})
    ->Args({1'000'000, 1});

void hash_numbers(benchmark::State& state) {
  std::vector<int64_t> values(kDrawn), bins(kDrawn);
  for (size_t i = 0; i < kDrawn; ++i) values[i] = static_cast<int64_t>(mix(i) % 1'000'000);
  for (auto _ : state) features::hash_bins(values, {.num_bins = 1'000'000}, bins);
  set_items(state, kDrawn);
}
BENCHMARK(hash_numbers);

void find_words(benchmark::State& state) {
  const std::vector<std::string> words = made_words(static_cast<size_t>(state.range(0)));
  const Vocabulary vocabulary(std::vector<std::string_view>(words.begin(), words.end()));
  const std::vector<std::string_view> values = drawn(words, kDrawn);
  std::vector<int64_t> places(kDrawn);
  for (auto _ : state) vocabulary.find(values, places);
  set_items(state, kDrawn);
}
BENCHMARK(find_words)->ArgName("words")->Arg(1000)->Arg(100'000)->Arg(1'000'000);

void load_vocabulary(benchmark::State& state) {
  const std::vector<std::string> words = made_words(static_cast<size_t>(state.range(0)));
  const Vocabulary vocabulary(std::vector<std::string_view>(words.begin(), words.end()));
  for (auto _ : state)
    Vocabulary({vocabulary.bytes().begin(), vocabulary.bytes().end()},
               {vocabulary.offsets().begin(), vocabulary.offsets().end()});
  set_items(state, words.size());
}
BENCHMARK(load_vocabulary)->ArgName("words")->Arg(10'000'000)->Unit(benchmark::kMillisecond);

void count_words(benchmark::State& state) {
  const std::vector<std::string> words = made_words(static_cast<size_t>(state.range(0)));
  const std::vector<std::string_view> values = drawn(words, kDrawn);
  for (auto _ : state) {
    features::Counter counter;
    counter.add(values);
    benchmark::DoNotOptimize(counter.counts());
  }
  set_items(state, kDrawn);
}
BENCHMARK(count_words)->ArgName("words")->Arg(1000)->Arg(100'000);

void count_numbers(benchmark::State& state) {
  std::vector<int64_t> values(kDrawn);
  for (size_t i = 0; i < kDrawn; ++i)
    values[i] = static_cast<int64_t>(mix(i) % static_cast<uint64_t>(state.range(0)));
  for (auto _ : state) {
    features::IntegerCounter counter;
    counter.add(values);
    benchmark::DoNotOptimize(counter.counts());
  }
  set_items(state, kDrawn);
}
BENCHMARK(count_numbers)->ArgName("numbers")->Arg(1000)->Arg(100'000);

struct Texts {
  std::string bytes{};
  std::vector<std::string_view> texts{};

  Texts() {
    if (const char* const path = std::getenv("LACUNA_BENCH_TEXTS")) {
      std::ifstream file(path, std::ios::binary);
      bytes.assign(std::istreambuf_iterator<char>(file), {});
    } else {
      const std::vector<std::string> words = made_words(100'000);
      size_t count = 0;
      for (const std::string_view word : drawn(words, 2'000'000))
        (bytes += word) += ++count % 300 ? ' ' : '\0';
    }
    const std::string_view all = bytes;
    for (size_t at = 0; at < all.size();) {
      const size_t end = std::min(all.find('\0', at), all.size());
      texts.push_back(all.substr(at, end - at));
      at = end + 1;
    }
  }
};

const Texts& texts() {
  static const Texts kTexts;
  return kTexts;
}

void set_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(texts().bytes.size()));
}

// Words as scikit-learn has them, or split at white space as Keras has them, and pairs or not.
features::Tokenizing tokenizing(const benchmark::State& state) {
  features::Tokenizing how;
  if (state.range(1)) how.split = features::Split::words;
  if (state.range(0) == 2) how.ngrams = {1, 2};
  return how;
}

void hash_texts(benchmark::State& state) {
  constexpr Dim kBins = 1 << 20;
  tensor::Csr to;
  for (auto _ : state)
    features::encode_texts("bench", texts().texts, tokenizing(state), features::Hashing{.num_bins = kBins},
                           {.num_tokens = kBins, .mode = features::Encoding::Mode::count}, to);
  set_bytes(state);
}

void fit_texts(benchmark::State& state) {
  for (auto _ : state) {
    features::Counter counter;
    features::count_texts("bench", texts().texts, tokenizing(state), counter);
    benchmark::DoNotOptimize(counter.counts());
  }
  set_bytes(state);
}

void tf_idf_of_texts(benchmark::State& state) {
  features::Counter counter;
  features::count_texts("bench", texts().texts, tokenizing(state), counter);
  const auto counts = counter.counts();
  const std::vector<double> idf = features::idf_of(counts.document_counts, counts.documents);
  tensor::Csr to;
  for (auto _ : state)
    features::encode_texts("bench", texts().texts, tokenizing(state), features::Places{counts.vocabulary},
                           {.num_tokens = static_cast<Dim>(idf.size()),
                            .mode = features::Encoding::Mode::tf_idf,
                            .idf = idf,
                            .norm = features::Encoding::Norm::l2},
                           to);
  set_bytes(state);
}

void ids_of_texts(benchmark::State& state) {
  features::Counter counter;
  features::count_texts("bench", texts().texts, tokenizing(state), counter);
  const features::Places places{counter.counts().vocabulary, 2, 1};
  features::RowsOfIds to;
  for (auto _ : state) features::ids_of_texts("bench", texts().texts, tokenizing(state), places, to);
  set_bytes(state);
}

void of_tokens(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"ngrams", "words"})->ArgsProduct({{1, 2}, {0, 1}})->Unit(benchmark::kMillisecond);
}
BENCHMARK(hash_texts)->Apply(of_tokens);
BENCHMARK(fit_texts)->Apply(of_tokens);
BENCHMARK(tf_idf_of_texts)->Apply(of_tokens);
BENCHMARK(ids_of_texts)->Apply(of_tokens);

}  // namespace
}  // namespace lacuna::bench
