// What the fuzzers run of datasets: CSV text, libsvm text in blocks, packed files.
#include <xxhash.h>

#include <cstring>
#include <string>

#include "lacuna/data/csv.h"
#include "lacuna/data/libsvm.h"
#include "lacuna/data/libsvm_dataset.h"
#include "lacuna/data/packed_file.h"
#include "lacuna/data/packed_foot.h"
#include "lacuna/data/row_coding.h"
#include "tests/fuzz/rows.h"
#include "tests/fuzz/targets.h"

namespace lacuna::fuzz {

bool same_bytes(const Buffer& a, const Buffer& b) {
  return a.bytes() == b.bytes() && (a.bytes() == 0 || std::memcmp(a.data(), b.data(), a.bytes()) == 0);
}

void check_same(const Array& a, const Array& b) {
  check(a.given() == b.given() && a.tensor().storage() == b.tensor().storage(), "the same parts");
  if (a.tensor().storage() == Storage::csr) {
    const tensor::Csr &x = a.tensor().csr(), &y = b.tensor().csr();
    check(same_bytes(x.data, y.data) && same_bytes(x.indices, y.indices) && same_bytes(x.indptr, y.indptr),
          "the same csr");
  } else {
    check(same_bytes(a.tensor().dense().data, b.tensor().dense().data), "the same values");
  }
}

void check_rows(const data::LoadedRows& rows, bool ascend) {
  Dim count = -1;
  const auto look = [&](const Array& array) {
    if (!array.given()) return;
    const Tensor& tensor = array.tensor();
    if (tensor.storage() == Storage::csr) check(tensor.csr().validate("fuzz") || !ascend, "columns ascend");
    check(count < 0 || count == tensor.rows(), "all parts have the same rows");
    count = tensor.rows();
  };
  for (const auto& [name, array] : rows.x) look(array);
  for (const auto& [name, array] : rows.y) look(array);
  look(rows.sample_weight);
  look(rows.query);
}

data::BadRowOptions bad_rows(uint8_t a) {
  return {.on_bad = (a & 1) ? data::OnBad::skip : data::OnBad::raise, .max_bad = (a & 2) ? 1.0 : 0.0};
}

namespace {

void read_csv(Bytes bytes) {
  const uint8_t a = bytes[0], b = bytes[1];
  const bool fields = (a & 4) != 0;
  data::CsvOptions options{
      .delimiter = (a & 8) ? '\t' : ',', .quote = (a & 16) ? '\0' : '"', .fields = fields};
  options.bad = bad_rows(a);
  const Dim buckets = fields || (b & 1) ? 7 : 0;
  options.columns = {data::label("y"),
                     data::number("n", {.transform = data::Transform::log1p, .buckets = buckets})};
  if (b & 2) options.columns.push_back(data::category("w", {.vocabulary = {"", "a", "b", "ü"}}));
  if (b & 4) options.columns.push_back(data::category("l", {.bins = 5, .separator = fields ? '\0' : ';'}));
  if (b & 8) options.columns.push_back(data::sample_weight("s"));
  if (b & 16) options.columns.push_back(data::category("z", {.bins = Dim{1} << 33, .input = "other"}));
  if (b & 32) options.columns.push_back(data::query_id("q"));
  if (b & 64) options.columns.push_back(data::ignored("i"));
  const TemporaryFile file(bytes.subspan(2));
  const data::LoadedRows rows = data::load(data::csv({file.path}, options));
  check_rows(rows, true);
  options.readers = 2;
  const data::LoadedRows again = data::load(data::csv({file.path}, options));
  for (const auto& [name, array] : rows.x) check_same(array, again.x.at(name));
  for (const auto& [name, array] : rows.y) check_same(array, again.y.at(name));
}

void read_libsvm_blocks(Bytes bytes) {
  const uint8_t a = bytes[0], b = bytes[1];
  data::LibsvmDatasetOptions options{.n_features = (a & 4) ? Dim{1} << (b >> 3) : 0,
                                     .zero_based = static_cast<data::ZeroBased>(b % 3),
                                     .query_id = (a & 8) != 0,
                                     .bad = bad_rows(a)};
  const TemporaryFile file(bytes.subspan(2));
  const data::Dataset dataset = data::libsvm({file.path}, options);
  const data::LoadedRows rows = data::load(dataset);
  check_rows(rows, true);
  if (dataset.rows()) check(*dataset.rows() == rows.x.at("x").tensor().rows(), "rows are counted");
  if (dataset.report().bad > 0) return;
  const data::LibsvmData whole = data::load_libsvm(
      file.path,
      {.n_features = options.n_features, .zero_based = options.zero_based, .query_id = options.query_id});
  check(same_bytes(whole.x.data, rows.x.at("x").tensor().csr().data), "the values of load_libsvm");
  check(same_bytes(whole.y.data, rows.y.at("y").tensor().dense().data), "the labels of load_libsvm");
}

// A packed file whose foot has the right checksum, so that the reader gets past it.
std::string signed_file(std::string_view foot) {
  std::string file(data::kPackedMagic, 8);
  const uint64_t begin = file.size(), checksum = XXH3_64bits(foot.data(), foot.size());
  file += foot;
  file.append(reinterpret_cast<const char*>(&begin), 8);
  file.append(reinterpret_cast<const char*>(&checksum), 8);
  return file.append(data::kPackedMagic, 8);
}

// From the mapped file, if it is not compressed.
void read_at_random(const data::Dataset& dataset) {
  const Dim count = dataset.rows().value_or(0);
  const data::RowOrder order{.key = 1, .bytes = static_cast<size_t>(count) * sizeof(uint32_t)};
  if (!dataset.shuffles(order)) return;
  Dim rows = 0;
  const auto stream = dataset.open("fuzz", order);
  for (data::RowBlock block; stream->next(block);) rows += block.rows;
  check(rows == count, "each row comes once");
}

void read_packed(Bytes bytes) {
  const uint8_t a = bytes[0];
  const std::string given(reinterpret_cast<const char*>(bytes.data()) + 2, bytes.size() - 2);
  if (a % 3 == 2) {
    const data::Schema schema{
        {"x", data::Role::input, {{None, (a & 4) ? Dim{1} << 33 : 9}, DType::float32, Storage::csr}},
        {"y", data::Role::target, {{None, 1}, DType::float32, Storage::dense}},
        {"q", data::Role::query, {{None}, DType::int64, Storage::dense}}};
    data::RowBlock block;
    if (!data::decode_rows(schema, bytes[1], given, block)) return;
    check(block.rows == bytes[1], "all rows are decoded");
    block.parts[0].csr().validate("fuzz");
    std::vector<char> again;
    data::encode_rows(schema, block, again);
    data::RowBlock other;
    check(data::decode_rows(schema, block.rows, {again.data(), again.size()}, other),
          "what is written is read");
    check(same_bytes(block.parts[0].csr().indices, other.parts[0].csr().indices), "the same columns");
    return;
  }
  const std::string file = a % 3 == 1 ? signed_file(given) : given;
  const TemporaryFile kept({reinterpret_cast<const uint8_t*>(file.data()), file.size()});
  const data::Dataset rows = data::open(kept.path);
  try {
    read_at_random(rows);
  } catch (const InvalidArgument&) {  // The pass in order says more.
  }
  check_rows(data::load(rows), false);  // Columns in any order are allowed.
}

}  // namespace

void csv(Bytes bytes) {
  if (bytes.size() >= 2) with_user_errors(read_csv, bytes);
}
void libsvm_blocks(Bytes bytes) {
  if (bytes.size() >= 2) with_user_errors(read_libsvm_blocks, bytes);
}
void packed(Bytes bytes) {
  if (bytes.size() >= 2) with_user_errors(read_packed, bytes);
}

}  // namespace lacuna::fuzz
