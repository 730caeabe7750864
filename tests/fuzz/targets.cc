// What the fuzzers run: a libsvm text, a JSON config, a model file.
#include "tests/fuzz/targets.h"

#include <lacuna/lacuna.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>

#include "lacuna/base/seal.h"

namespace lacuna::fuzz {
namespace {

std::string text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// What a reader promises of a csr matrix: indptr covers all entries, and in each row columns ascend and are
// in range.
template <class I>
void check_csr(const tensor::Csr& x) {
  const auto indices = x.indices.as<I>(), indptr = x.indptr.as<I>();
  check(indptr.size() == static_cast<size_t>(x.rows) + 1 && indptr.front() == 0, "indptr begins");
  check(static_cast<size_t>(indptr.back()) == indices.size(), "indptr ends");
  for (size_t r = 0; r + 1 < indptr.size(); ++r) {
    check(indptr[r] <= indptr[r + 1], "indptr ascends");
    for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k) {
      check(indices[k] >= 0 && static_cast<Dim>(indices[k]) < x.columns, "columns are in range");
      check(k == static_cast<size_t>(indptr[r]) || indices[k - 1] < indices[k], "columns ascend");
    }
  }
}

void parse_libsvm_text(Bytes bytes) {
  const uint8_t a = bytes[0], b = bytes[1];
  const data::LibsvmOptions options{.n_features = (a & 1) ? Dim{1} << (b >> 3) : 0,
                                    .dtype = (a & 2) ? DType::float64 : DType::float32,
                                    .multilabel = (a & 4) != 0,
                                    .zero_based = static_cast<data::ZeroBased>(b % 3),
                                    .query_id = (a & 8) != 0};
  const Bytes text = bytes.subspan(2);
  const auto read = [&] {
    if ((a & 48) != 48) return data::parse_libsvm(text_of(text), options);
    return data::load_libsvm(TemporaryFile(text).path, options);
  };
  const data::LibsvmData made = read();
  if (made.x.index == DType::int64) check_csr<int64_t>(made.x);
  else check_csr<int32_t>(made.x);
  if (!options.multilabel) check(made.y.size() == static_cast<size_t>(made.x.rows), "a label for each row");
  if (options.query_id) check(made.qid.size() == static_cast<size_t>(made.x.rows), "a query for each row");
}

void read_config(Bytes bytes) {
  Model model = model_from_json(text_of(bytes));
  check(!model.to_json().empty(), "what is read is written");
}

void read_model_file(Bytes bytes) {
  try {
    load_model(TemporaryFile(bytes).path);
    return;
  } catch (const InvalidArgument& e) {
    if (std::string(e.what()).find("must end with its seal") == std::string::npos) throw;
  }
  std::string file = text_of(bytes);  // HDF5 survived all of it in the child, so that what fails now is ours.
  Checksum sum;
  sum.add(file);
  file += sum.seal();
  load_model_from_bytes(file, true);
}

}  // namespace

TemporaryFile::TemporaryFile(Bytes bytes)
    : path(std::filesystem::temp_directory_path() / "lacuna-fuzz-XXXXXX") {
  const int file = mkstemp(path.data());
  check(file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
        "temporary file");
  close(file);
}
TemporaryFile::~TemporaryFile() { unlink(path.c_str()); }

void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
  std::abort();
}

void with_user_errors(void (*f)(Bytes), Bytes bytes) {
  const auto for_users = [&](const std::exception& e) {
    const std::string said = e.what(), given = text_of(bytes);
    for (const char* wrong : {"std::", "basic_", "json.exception"})
      check(said.find(wrong) == said.npos || given.find(wrong) != said.npos, said.c_str());
    check(said.size() < 4000, "a message is short");
  };
  try {
    f(bytes);
  } catch (const InvalidArgument& e) {
    for_users(e);
  } catch (const OutOfRange& e) {
    for_users(e);
  } catch (const std::bad_alloc&) {  // The input asked for more memory than there is.
  }
}

void libsvm(Bytes bytes) {
  if (bytes.size() >= 2) with_user_errors(parse_libsvm_text, bytes);
}
void config(Bytes bytes) {
  set_warning_handler([](const std::string&) {});
  with_user_errors(read_config, bytes);
}
void model_file(Bytes bytes) {
  set_warning_handler([](const std::string&) {});
  with_user_errors(read_model_file, bytes);
}

}  // namespace lacuna::fuzz
