// Owns what comes through Arrow's C stream interface, so that each release is called once.
#pragma once
#include <memory>

#include "lacuna/data/arrow.h"

namespace lacuna::data {

// The columns of some rows. It keeps them alive.
using ArrowBatch = std::shared_ptr<const ArrowArray>;

// Not thread-safe.
class ArrowStream {
 public:
  // Starts a pass. where: the start of messages. Throws InvalidArgument with the producer's words.
  ArrowStream(const char* where, const ArrowStreams& streams);
  ~ArrowStream();
  ArrowStream(const ArrowStream&) = delete;
  ArrowStream& operator=(const ArrowStream&) = delete;

  const ArrowSchema& schema() const { return schema_; }
  // Null at the end. Throws InvalidArgument with the producer's words.
  ArrowBatch next();

 private:
  void require(int error, const char* doing);
  void release();

  const char* where_;
  ArrowArrayStream stream_{};
  ArrowSchema schema_{};
};

}  // namespace lacuna::data
