// Calls a producer of Arrow data, and tells its errors.
#include "lacuna/data/arrow_stream.h"

#include <cstring>
#include <string_view>

#include "lacuna/base/error.h"

namespace lacuna::data {

ArrowStream::ArrowStream(const char* where, const ArrowStreams& streams) : where_(where) {
  streams(&stream_);
  LACUNA_REQUIRE(stream_.release, where_,
                 ": a stream must be given that was not released. Received: one that was.");
  try {
    require(stream_.get_schema(&stream_, &schema_), "tell its columns");
    LACUNA_REQUIRE(
        schema_.release && std::string_view(schema_.format) == "+s", where_,
        ": a stream must be of tables; write to_frame(), or put the column in a table. Received: a column "
        "of the format '",
        schema_.release ? schema_.format : "", "'.");
  } catch (...) {
    release();
    throw;
  }
}

ArrowStream::~ArrowStream() { release(); }

void ArrowStream::release() {
  if (schema_.release) schema_.release(&schema_);
  if (stream_.release) stream_.release(&stream_);
  schema_.release = nullptr;
  stream_.release = nullptr;
}

void ArrowStream::require(int error, const char* doing) {
  if (error == 0) return;
  const char* const message = stream_.get_last_error(&stream_);
  throw InvalidArgument(where_, ": the stream must ", doing,
                        ". Received from it: ", message ? message : std::strerror(error), ".");
}

ArrowBatch ArrowStream::next() {
  const std::shared_ptr<ArrowArray> batch(new ArrowArray{}, [](ArrowArray* array) {
    if (array->release) array->release(array);
    delete array;
  });
  require(stream_.get_next(&stream_, batch.get()), "give its rows");
  if (!batch->release) return nullptr;
  LACUNA_REQUIRE(batch->n_children == schema_.n_children, where_,
                 ": each table must have the columns of the stream. Received: ", batch->n_children,
                 " columns in place of ", schema_.n_children, ".");
  LACUNA_REQUIRE(batch->null_count == 0 || batch->n_buffers == 0 || !batch->buffers[0], where_,
                 ": the rows of a table must not be null as a whole. Received: some that are.");
  return batch;
}

}  // namespace lacuna::data
