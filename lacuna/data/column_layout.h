// Where each column of a source goes: which part of the rows, and which range of its columns.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lacuna/data/columns.h"
#include "lacuna/data/dataset.h"
#include "lacuna/data/divisor.h"

namespace lacuna::data {

// What is done with a value of a column, which is a field of a line in text.
struct FieldUse {
  const Column* column = nullptr;
  Column::Kind kind = Column::Kind::ignored;
  char separator = '\0';
  Dim width = 0;
  Divisor bins{};  // Of a hash.
  size_t part = 0;
  Dim offset = 0;    // Of the column's range in its input.
  size_t place = 0;  // With fields, which id of the row; which of its texts.
  std::unordered_map<std::string_view, int64_t> words{};

  // The number after the transform; not finite where that has no value.
  double transformed(double value) const;
  // The category of a number, before the offset; -1 if the transform has no value there.
  Dim bucket(double value) const;
  // That of a whole number below 10,000.
  Dim bucket_of_small(size_t whole) const { return (*buckets_of_small_)[whole]; }

 private:
  friend class ColumnLayout;
  Dim computed_bucket(double value) const;
  // Those of 0, 1, 2, …, which are the most frequent numbers. Shared by columns of the same settings.
  std::shared_ptr<const std::vector<Dim>> buckets_of_small_{};
};

// The columns of a source, in its order; null for those that are ignored.
using FieldUses = std::vector<const FieldUse*>;

class ColumnLayout {
 public:
  // where: the start of messages. fields: inputs are ids, (rows, fields). delimiter: of a text; 0: there is
  // none. Throws InvalidArgument for columns that do not fit together. It refers to `columns`.
  ColumnLayout(const char* where, const std::vector<Column>& columns, bool fields, char delimiter = '\0');
  ColumnLayout(const ColumnLayout&) = delete;
  ColumnLayout& operator=(const ColumnLayout&) = delete;

  const std::vector<Column>& columns() const { return columns_; }
  bool has_ids() const { return ids_; }  // With fields.
  const Schema& schema() const { return schema_; }
  // How many ids each row of the part has, with fields, or texts; else the most entries without lists.
  size_t fields_of(size_t part) const { return fields_of_[part]; }

  // Whether these fields of a first line are names of columns.
  bool is_header(const std::vector<std::string>& fields) const;
  // Of a source whose columns have these names. Throws InvalidArgument if one is missing. who, place: for
  // errors, "a file's header" and its path; advice: what else to do, "; write …".
  FieldUses by_names(const char* where, const char* who, const std::vector<std::string>& names,
                     const std::string& place, const char* advice = "") const;
  FieldUses in_order() const;

 private:
  void place_feature(const Column& column, FieldUse& use);
  void place_string(const Column& column, FieldUse& use);
  void require_kind(const Column& column, size_t part, bool strings) const;
  void place_small_numbers(const Column& column, FieldUse& use);
  size_t part_of(const std::string& name, Role role, Spec spec);

  const char* where_;
  const std::vector<Column>& columns_;
  const bool ids_;
  const char delimiter_;
  Schema schema_{};
  std::vector<size_t> fields_of_{};
  std::vector<Dim> widths_{};     // Of the parts: all columns, or all different ids.
  std::vector<FieldUse> uses_{};  // In the order of the columns.
  std::unordered_map<std::string_view, size_t> by_name_{};
  const FieldUse* last_number_ = nullptr;  // That has buckets.
};

}  // namespace lacuna::data
