// A column of Arrow data: its type, and its values as numbers, texts or lists.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lacuna/data/arrow.h"

namespace lacuna::data {

// What the values of a column are.
class ArrowType {
 public:
  enum class Family : uint8_t { missing, boolean, whole, real, text, list, other };

  explicit ArrowType(const ArrowSchema& schema);

  Family family() const { return family_; }  // Of the words, if there is a dictionary.
  const std::string& format() const { return format_; }
  // In words, for errors: "timestamp".
  std::string name() const;
  const ArrowType* items() const { return items_.get(); }            // Of a list.
  const ArrowType* dictionary() const { return dictionary_.get(); }  // Else null.

 private:
  Family family_ = Family::other;
  std::string format_;
  std::unique_ptr<const ArrowType> items_{}, dictionary_{};
};

// Some rows of a column. The array and the type must outlive it. No buffer is checked against its size, which
// the interface does not tell; places that values name are checked.
class ArrowColumn {
 public:
  // Rows count from `begin` of the array. where, name: for errors.
  ArrowColumn(const char* where, const std::string& name, const ArrowType& type, const ArrowArray& array,
              int64_t begin);

  const ArrowType& type() const { return type_; }
  bool is_null(int64_t row) const {
    const int64_t at = begin_ + row;
    return all_null_ || (validity_ && !(validity_[at / 8] >> (at % 8) & 1));
  }
  bool may_have_nulls() const { return all_null_ || validity_; }
  // Each of a column of its family, of a row that is not null.
  std::string_view text(int64_t row) const;
  // Whether the texts of rows [begin, end) are known to be ASCII, which is seen of all at once.
  bool are_ascii(int64_t begin, int64_t end) const;
  double number(int64_t row) const;  // Also of booleans and whole numbers.
  int64_t whole(int64_t row) const;
  bool is_beyond_int64(int64_t row) const { return letter_ == 'L' && whole(row) < 0; }
  // The items of a list, which are rows of items().
  struct Range {
    int64_t begin, end;
  };
  Range list(int64_t row) const;
  const ArrowColumn& items() const { return *child_; }
  // The place of its word in a dictionary, whose rows are the words.
  int64_t code(int64_t row) const;
  const ArrowColumn* dictionary() const { return type_.dictionary() ? child_.get() : nullptr; }

  int64_t length() const { return length_; }
  // The values from row 0 on, where they are of the type T.
  template <class T>
  const T* values() const {
    return static_cast<const T*>(values_) + begin_;
  }

 private:
  template <class T>
  T at(int64_t row) const {
    return values<T>()[row];
  }
  [[noreturn]] void fail(const char* what) const;

  const char* where_;
  const std::string& name_;
  const ArrowType& type_;
  char letter_ = 0;  // Of the format; 'w' of a list of one size.
  bool all_null_ = false;
  int64_t begin_, length_;
  int64_t list_size_ = 0;
  const uint8_t* validity_ = nullptr;
  const void* values_ = nullptr;  // Or the offsets of texts and lists, or the views of texts.
  const char* bytes_ = nullptr;
  const void* const* views_ = nullptr;  // Buffers that views of texts refer to.
  int64_t view_buffers_ = 0;
  std::unique_ptr<const ArrowColumn> child_{};
};

}  // namespace lacuna::data
