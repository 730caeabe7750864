// Arrow streams in C++: what rows they give, that errors are told, and that everything is released once.
#include "lacuna/data/arrow.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "lacuna/base/testing.h"
#include "lacuna/layers/dense.h"
#include "lacuna/models/sequential.h"

namespace lacuna {
namespace {

int alive_structs = 0;

// Sets the release of a struct of Arrow's, which counts.
template <class T>
void let_go(T& of) {
  ++alive_structs;
  of.release = [](T* given) {
    --alive_structs;
    if constexpr (requires { given->children; })
      for (int64_t i = 0; i < given->n_children; ++i)
        if (given->children[i]->release) given->children[i]->release(given->children[i]);
    given->release = nullptr;
  };
}

// A stream of tables with the columns y (float64, with a null as given) and ids (a list of int32).
struct Producer {
  std::vector<double> y{};
  std::vector<int32_t> ends{}, ids{};
  uint8_t validity[1] = {0xff};
  int tables = 1, gives = 0;
  int fails_at = -1;  // The table in whose place there is an error,
  const char* error = "the well ran dry";

  const char *format_of_y = "g", *format = "+s";
  int64_t length_of_y = -1, offset = 0;
  std::deque<ArrowSchema> schemas{};
  std::deque<ArrowArray> arrays{};
  std::deque<std::vector<const void*>> buffers{};
  std::vector<ArrowSchema*> fields{};
  std::deque<std::vector<ArrowArray*>> columns{};

  ArrowSchema* schema(const char* of, const char* name) {
    ArrowSchema& one = schemas.emplace_back(ArrowSchema{.format = of, .name = name});
    let_go(one);
    return &one;
  }
  ArrowArray* array(int64_t length, std::vector<const void*> of) {
    const std::vector<const void*>& kept = buffers.emplace_back(std::move(of));
    ArrowArray& one = arrays.emplace_back(ArrowArray{.length = length,
                                                     .null_count = -1,
                                                     .n_buffers = static_cast<int64_t>(kept.size()),
                                                     .buffers = const_cast<const void**>(kept.data())});
    let_go(one);
    return &one;
  }

  void start(ArrowArrayStream* to) {
    *to = {
        .get_schema = get_schema, .get_next = get_next, .get_last_error = last_error, .private_data = this};
    let_go(*to);
  }
  static Producer& of(ArrowArrayStream* stream) { return *static_cast<Producer*>(stream->private_data); }

  static int get_schema(ArrowArrayStream* stream, ArrowSchema* to) {
    Producer& p = of(stream);
    if (p.fails_at == 0 && p.tables == 0) return EIO;
    ArrowSchema* const lists = p.schema("+l", "ids");
    p.columns.emplace_back();
    p.fields = {p.schema(p.format_of_y, "y"), lists};
    p.schemas.push_back({.format = "i", .name = "item"});
    let_go(p.schemas.back());
    static ArrowSchema* items[1];
    items[0] = &p.schemas.back();
    lists->children = items;
    lists->n_children = 1;
    *to = {.format = p.format, .n_children = 2, .children = p.fields.data()};
    let_go(*to);
    return 0;
  }

  static int get_next(ArrowArrayStream* stream, ArrowArray* to) {
    Producer& p = of(stream);
    if (p.gives == p.fails_at) return EIO;
    *to = {};
    if (p.gives++ == p.tables) return 0;
    const auto rows = static_cast<int64_t>(p.y.size());
    ArrowArray* const lists = p.array(rows, {nullptr, p.ends.data()});
    ArrowArray* const items = p.array(static_cast<int64_t>(p.ids.size()), {nullptr, p.ids.data()});
    std::vector<ArrowArray*>& one = p.columns.emplace_back(std::vector{items});
    lists->children = one.data();
    lists->n_children = 1;
    ArrowArray* const labels = p.array(p.length_of_y < 0 ? rows : p.length_of_y, {p.validity, p.y.data()});
    std::vector<ArrowArray*>& both = p.columns.emplace_back(std::vector{labels, lists});
    *to = {.length = rows - p.offset, .offset = p.offset, .n_children = 2, .children = both.data()};
    let_go(*to);
    return 0;
  }
  static const char* last_error(ArrowArrayStream* stream) { return of(stream).error; }
};

Producer three_rows() { return {.y = {1, 0, 1}, .ends = {0, 2, 2, 3}, .ids = {1, 4, 0}}; }

data::ArrowOptions arrow_options() { return {.columns = {data::label("y"), data::ids("ids", {.n = 5})}}; }

// The dataset of what the producer gives, which starts anew in each pass.
data::Dataset dataset_of(Producer& producer, const data::ArrowOptions& with = arrow_options()) {
  return data::arrow(
      [&](ArrowArrayStream* to) {
        producer.gives = 0;
        producer.start(to);
      },
      with);
}

TEST(Arrow, TablesBecomeCsrAndAreReleasedOnce) {
  alive_structs = 0;
  {
    Producer producer = three_rows();
    producer.tables = 3;
    const data::Dataset dataset = dataset_of(producer);
    for (int pass = 0; pass < 2; ++pass) {
      const data::LoadedRows rows = data::load(dataset);
      const tensor::Csr& x = rows.x.at("x").tensor().csr();
      EXPECT_EQ(x.rows, 9);
      EXPECT_EQ(x.columns, 5);
      const auto ids = x.indices.as<int32_t>();
      EXPECT_EQ(std::vector<int32_t>(ids.begin(), ids.end()),
                (std::vector<int32_t>{1, 4, 0, 1, 4, 0, 1, 4, 0}));
      EXPECT_EQ(x.values<float>()[8], 1);
      EXPECT_EQ(rows.y.at("y").tensor().dense().values<float>()[4], 0);
    }
    EXPECT_EQ(data::load(dataset.skip(4).take(2)).x.at("x").tensor().csr().rows, 2);
    Sequential model;
    model.add(layers::Dense(1));
    EXPECT_EQ(model.predict_all(dataset)[0].shape(), (Shape{9, 1}));
  }
  EXPECT_EQ(alive_structs, 0);
}

TEST(Arrow, ATableMayBeginWithinItsArrays) {
  for (const int64_t offset : {1, 2, 3}) {
    Producer producer = three_rows();
    producer.offset = offset;
    const data::LoadedRows rows = data::load(dataset_of(producer));
    const tensor::Csr& x = rows.x.at("x").tensor().csr();
    EXPECT_EQ(x.rows, 3 - offset);
    EXPECT_EQ(x.nonzeros(), offset < 3 ? 1 : 0);
    EXPECT_EQ(rows.y.at("y").tensor().dense().size(), 3 - offset);
  }
}

TEST(Arrow, ErrorsAreToldAndEverythingIsReleased) {
  alive_structs = 0;
  struct Case {
    void (*breaks)(Producer&);
    const char* message;
  };
  const Case cases[] = {
      {[](Producer& p) { p.tables = p.fails_at = 0; },
       "tell its columns. Received from it: the well ran dry"},
      {[](Producer& p) { p.fails_at = 0; }, "give its rows. Received from it: the well ran dry"},
      {[](Producer& p) { p.tables = 2, p.fails_at = 1; },
       "give its rows. Received from it: the well ran dry"},
      {[](Producer& p) { p.fails_at = 1, p.error = nullptr; }, std::strerror(EIO)},
      {[](Producer& p) { p.format = "l"; }, "a stream must be of tables"},
      {[](Producer& p) { p.format_of_y = "tsu:"; }, "column 'y' must hold numbers"},
      {[](Producer& p) { p.ids[1] = 5; }, "an id must be a whole number in [0, n), in column 'ids' of row 1"},
      {[](Producer& p) { p.ids[2] = -1; }, "in column 'ids' of row 3: '1,[-1]'"},
      {[](Producer& p) { p.validity[0] = 5; },
       "a label must be a finite number, in column 'y' of row 2: ',[]'"},
      {[](Producer& p) { p.ends[1] = -2; }, "a list must be within its array"},
      {[](Producer& p) { p.ids.resize(9), p.ends[1] = 9; }, "a list must be within its array"},
      {[](Producer& p) { p.ends[3] = 4; }, "a list must be within its array"},
      {[](Producer& p) { p.length_of_y = 2; }, "a column must be as long as its table"},
  };
  for (const Case& one : cases)
    for (const size_t readers : {0, 1, 3}) {
      Producer producer = three_rows();
      one.breaks(producer);
      data::ArrowOptions with = arrow_options();
      with.readers = readers;
      const data::Dataset dataset = dataset_of(producer, with);
      EXPECT_NE(message_of<InvalidArgument>([&] { data::load(dataset); }).find(one.message),
                std::string::npos)
          << one.message << " in " << message_of<InvalidArgument>([&] { data::load(dataset); });
      EXPECT_EQ(alive_structs, 0) << one.message;
    }
}

TEST(Arrow, OneStreamGivesOnePass) {
  alive_structs = 0;
  Producer producer = three_rows();
  ArrowArrayStream stream;
  producer.start(&stream);
  {
    const data::Dataset dataset = data::arrow(&stream, arrow_options());
    EXPECT_EQ(stream.release, nullptr);
    const data::Dataset packed = dataset.pack(temporary_folder() + "stream.pack");
    EXPECT_EQ(packed.rows(), 3);
    EXPECT_NE(message_of<InvalidArgument>([&] { data::load(dataset); }).find("can be read once; pack"),
              std::string::npos);
  }
  EXPECT_EQ(alive_structs, 0);
  producer.start(&stream);
  { const data::Dataset never_read = data::arrow(&stream, arrow_options()); }
  EXPECT_EQ(alive_structs, 0);
}

TEST(Arrow, AVersionTellsWhatAPackedFileIsMadeOf) {
  Producer producer = three_rows();
  data::ArrowOptions with = arrow_options();
  EXPECT_NE(dataset_of(producer, with).fingerprint("pack"), dataset_of(producer, with).fingerprint("pack"));
  with.version = "1";
  EXPECT_EQ(dataset_of(producer, with).fingerprint("pack"), dataset_of(producer, with).fingerprint("pack"));
}

}  // namespace
}  // namespace lacuna
