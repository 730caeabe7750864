// Datasets of Arrow streams, by Arrow's C stream interface; nothing of Arrow is linked.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lacuna/data/columns.h"
#include "lacuna/data/dataset.h"

// The structs of Arrow's C data and C stream interfaces, which never change:
// https://arrow.apache.org/docs/format/CStreamInterface.html. Other headers have them under the same guards.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

extern "C" {
struct ArrowSchema {
  const char *format, *name, *metadata;
  int64_t flags, n_children;
  ArrowSchema **children, *dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length, null_count, offset, n_buffers, n_children;
  const void** buffers;
  ArrowArray **children, *dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};
}
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

extern "C" {
struct ArrowArrayStream {
  int (*get_schema)(ArrowArrayStream*, ArrowSchema* out);
  int (*get_next)(ArrowArrayStream*, ArrowArray* out);
  const char* (*get_last_error)(ArrowArrayStream*);
  void (*release)(ArrowArrayStream*);
  void* private_data;
};
}
#endif

namespace LACUNA_EXPORT lacuna {
namespace data {

struct ArrowOptions {
  std::vector<Column> columns{};  // Found in the stream by their names.
  bool fields = false;            // As in CsvOptions.
  BadRowOptions bad{};
  size_t readers = 0;  // Threads that use the values; 0: half of num_threads(), and none if that is 1.
  // A text that changes when the rows do, for pack. Without it a packed file is always made anew, since a
  // stream does not tell what it is made of.
  std::string version{};
};

// Starts a pass: makes a stream, which the dataset releases. Called at the start of each pass, by any thread.
using ArrowStreams = std::function<void(ArrowArrayStream*)>;

// A dataset of tables. A value means what its text means in CSV, and null is the empty text: numbers are
// columns of booleans, whole numbers, floats or texts; categories and ids are of texts, whole numbers or
// lists of them, and words of a dictionary are hashed once. Lists of int32 that are sorted, in an input of
// their own, become csr without a copy. Throws InvalidArgument for options that do not fit; a pass throws it
// for a column of another type, with the stream's own words for an error of the stream.
Dataset arrow(ArrowStreams streams, ArrowOptions options);

// Of one stream, which is moved out of `stream`. It can be read once: a second pass throws InvalidArgument.
Dataset arrow(ArrowArrayStream* stream, ArrowOptions options);

}  // namespace data
}  // namespace lacuna
