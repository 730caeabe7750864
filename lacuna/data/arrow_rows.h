// Makes rows of the columns of Arrow tables.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/data/arrow_column.h"
#include "lacuna/data/arrow_stream.h"
#include "lacuna/data/row_writer.h"

namespace lacuna::data {

// The columns of a stream that are used.
class ArrowSchemaUse {
 public:
  // Throws InvalidArgument if a column is missing, or its values cannot be used.
  ArrowSchemaUse(const char* where, const ArrowSchema& schema, const ColumnLayout& layout);

  struct Used {
    size_t place;  // Among the columns of the stream.
    const FieldUse* use;
    ArrowType type;
  };
  const std::vector<Used>& columns() const { return columns_; }
  const ColumnLayout& layout() const { return layout_; }

 private:
  const ColumnLayout& layout_;
  std::vector<Used> columns_{};
};

// The columns of one table. Several threads may read it.
struct ArrowTable {
  struct Column {
    const FieldUse* use;
    ArrowColumn values;
    std::vector<Dim> categories{};  // Of the words of a dictionary, each hashed once; -1 of no text.
    bool has_layout_of_csr = false;
    bool has_ascii_dictionary = false;  // As far as that is known.
  };
  // Both must outlive it; it keeps the batch.
  ArrowTable(const char* where, ArrowBatch batch, const ArrowSchemaUse& schema);

  const char* where;
  ArrowBatch batch;
  std::vector<Column> columns{};

  // How many items the lists of these rows have.
  int64_t list_items(int64_t begin, int64_t end) const;
};

// Some rows of a table.
struct ArrowSlice {
  std::shared_ptr<const ArrowTable> table{};
  int64_t begin = 0, end = 0;
  int64_t number = 1;  // Of its first row in the stream.
};

// Not thread-safe; each thread has its own.
class ArrowRows {
 public:
  explicit ArrowRows(const ColumnLayout& layout) : rows_(layout) {}

  // Makes the rows of the slice; `block` keeps its memory.
  void make(const ArrowSlice& slice, RowBlock& block);

 private:
  void make(const ArrowSlice& slice, RowBlock& block, const std::vector<const ArrowTable::Column*>& columns);
  bool use(const ArrowTable::Column& column, int64_t row);
  template <class T>
  bool use_ids(const FieldUse& use, const ArrowColumn& items, ArrowColumn::Range range);
  bool use_items(const FieldUse& use, const ArrowColumn& items, ArrowColumn::Range range);
  bool use_value(const FieldUse& use, const ArrowColumn& values, int64_t row);

  RowWriter rows_;
  std::vector<const ArrowTable::Column*> viewed_{}, others_{};
};

}  // namespace lacuna::data
