// What the fuzzers run of other datasets: lines of JSON, Vowpal Wabbit's text, .npz and .h5ad files.
#include <zip.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

#include "lacuna/base/message.h"
#include "lacuna/data/h5ad.h"
#include "lacuna/data/jsonl.h"
#include "lacuna/data/npz.h"
#include "lacuna/data/vw.h"
#include "tests/fuzz/rows.h"
#include "tests/fuzz/targets.h"

namespace lacuna::fuzz {
namespace {

void read_jsonl(Bytes bytes) {
  const uint8_t a = bytes[0], b = bytes[1];
  const bool fields = (a & 4) != 0;
  data::JsonlOptions options{.fields = fields, .bad = bad_rows(a)};
  const Dim buckets = fields || (b & 1) ? 7 : 0;
  const char separator = fields ? '\0' : ';';
  options.columns = {
      data::label("y"),
      data::number("n", {.buckets = buckets, .missing = buckets ? std::nullopt : std::optional(1.0)})};
  if (b & 2) options.columns.push_back(data::category("w", {.vocabulary = {"", "a", "b", "ü"}}));
  if (b & 4) options.columns.push_back(data::category("l", {.bins = 5, .separator = separator}));
  if (b & 8) options.columns.push_back(data::sample_weight("s"));
  if (b & 16) options.columns.push_back(data::category("u.z", {.bins = Dim{1} << 33, .input = "other"}));
  if (b & 32) options.columns.push_back(data::query_id("q"));
  if (b & 64) options.columns.push_back(data::ids("u.i", {.n = 9, .separator = separator}));
  const TemporaryFile file(bytes.subspan(2));
  const data::Dataset dataset = data::jsonl({file.path}, options);
  const data::LoadedRows rows = data::load(dataset);
  check_rows(rows, true);
  options.readers = 2;
  std::ranges::reverse(
      options.columns);  // Then columns have other places, and bad rows may have other reasons.
  const data::Dataset other = data::jsonl({file.path}, options);
  const data::LoadedRows again = data::load(other);
  check(dataset.report().bad == other.report().bad, "the same rows are bad");
  for (const auto& [name, array] : rows.y) check_same(array, again.y.at(name));
}

void read_vw(Bytes bytes) {
  const uint8_t a = bytes[0], b = bytes[1];
  data::VwOptions options{.bins = Dim{1} << (b % 40), .bad = bad_rows(a)};
  if (a & 4) options.namespaces = {"", "a", "user"};
  const TemporaryFile file(bytes.subspan(2));
  const data::LoadedRows rows = data::load(data::vw({file.path}, options));
  check_rows(rows, true);
  options.readers = 2;
  const data::LoadedRows again = data::load(data::vw({file.path}, options));
  for (const auto& [name, array] : rows.x) check_same(array, again.x.at(name));
  for (const auto& [name, array] : rows.y) check_same(array, again.y.at(name));
}

// A zip file, with right checksums, of the arrays that the bytes hold, each after its length.
void write_npz(const std::string& path, Bytes bytes) {
  int why = 0;
  zip_t* const made = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &why);
  check(made != nullptr, "a zip file is made");
  for (const char* const name : {"data.npy", "indices.npy", "indptr.npy", "format.npy", "shape.npy"}) {
    if (bytes.size() < 2) break;
    const size_t size = std::min<size_t>(bytes[0] + 256 * bytes[1], bytes.size() - 2);
    zip_source_t* const source = zip_source_buffer(made, bytes.data() + 2, size, 0);
    check(zip_file_add(made, name, source, ZIP_FL_OVERWRITE) >= 0, "an array is added");
    bytes = bytes.subspan(2 + size);
  }
  check(zip_close(made) == 0, "a zip file is written");
}

void read_npz(Bytes bytes) {
  const TemporaryFile file(bytes.subspan(1));
  struct Named {  // The same file by a name that says what it is.
    std::string path;
    ~Named() { std::filesystem::remove(path); }
  } const named{file.path + (bytes[0] % 3 == 0 ? ".npy" : ".npz")};
  if (bytes[0] % 3 == 2) write_npz(named.path, bytes.subspan(1));
  else std::filesystem::copy_file(file.path, named.path);
  const data::Dataset dataset = data::npz({{"x", named.path}});
  const data::LoadedRows rows = data::load(dataset);
  check_rows(rows, true);
  check(*dataset.rows() == rows.x.at("x").tensor().rows(), "rows are counted");
}

void read_cells(Bytes bytes) {
  const TemporaryFile file(bytes.subspan(1));
  const data::Dataset dataset = (bytes[0] & 1)   ? data::h5_10x(file.path)
                                : (bytes[0] & 2) ? data::h5ad(file.path, {{"x", "X"}}, {.y = {{"y", "kind"}}})
                                                 : data::h5ad(file.path);
  const data::LoadedRows rows = data::load(dataset);
  check_rows(rows, true);
  check(*dataset.rows() == rows.x.at("x").tensor().rows(), "rows are counted");
}

}  // namespace

void jsonl(Bytes bytes) {
  set_warning_handler([](const std::string&) {});
  if (bytes.size() >= 2) with_user_errors(read_jsonl, bytes);
}
void vw(Bytes bytes) {
  if (bytes.size() >= 2) with_user_errors(read_vw, bytes);
}
void npz(Bytes bytes) {
  if (!bytes.empty()) with_user_errors(read_npz, bytes);
}
void cells(Bytes bytes) {
  if (!bytes.empty()) with_user_errors(read_cells, bytes);
}

}  // namespace lacuna::fuzz
