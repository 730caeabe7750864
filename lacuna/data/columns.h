// The columns of a source and what each of them is for: targets, numbers, categories, ids, texts, weights.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/tensor/spec.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// log1p: ln(1 + x), where x must be above -1. signed_log1p: sign(x) ln(1 + |x|).
enum class Transform : uint8_t { none, log1p, signed_log1p };

// Not finite where the transform has no value.
double transformed(Transform transform, double value);

struct Column {
  enum class Kind : uint8_t { label, number, category, sample_weight, query_id, ignored, ids, string };

  std::string name;
  Kind kind;
  std::string input = "x";  // Of features: the input of the model that they are a part of.

  // Numbers. buckets 0 and no boundaries: one column with the value; else a category for each bucket.
  Transform transform = Transform::none;
  Dim buckets = 0;
  std::vector<double> boundaries{};
  std::optional<double>
      missing{};  // What a missing number counts as; without it, it has a bucket, or is bad.

  // Categories: bins by hash, or the words of a vocabulary. Ids: as many bins as ids. separator: between
  // several in one field; 0: there is one.
  Dim bins = 0;
  std::vector<std::string> vocabulary{};
  char separator = '\0';

  // How many columns of a csr input it has.
  Dim width() const;
};

// All settings of a column but its name, as a text.
std::string settings_of(const Column& column);

// y, a number. Several labels are several targets.
Column label(std::string name);
// The weight of a row, 0 or more.
Column sample_weight(std::string name);
// A whole number, the same in all rows of a group.
Column query_id(std::string name);
Column ignored(std::string name);

struct NumberOptions {
  // After the transform, x becomes one of `buckets` categories: 0 if it is missing, else 1 + ⌊x⌋, at least 1
  // and below `buckets`; or, of boundaries, 1 + how many of them are ≤ x.
  Transform transform = Transform::none;
  Dim buckets = 0;
  std::vector<double> boundaries{};
  std::optional<double> missing{};
  std::string input = "x";
};
Column number(std::string name, const NumberOptions& options = {});

struct CategoryOptions {
  // Of a text: its FarmHash fingerprint mod bins, as Keras' Hashing has it; a missing one is the empty text.
  Dim bins = 0;
  // Or the place of the text among these words, from 1; 0 for all other texts, as Keras' StringLookup has it.
  std::vector<std::string> vocabulary{};
  char separator = '\0';
  std::string input = "x";
};
Column category(std::string name, const CategoryOptions& options);

struct IdsOptions {
  Dim n = 0;  // An id is a whole number in [0, n), and is its column as it is.
  char separator = '\0';
  std::string input = "x";
};
Column ids(std::string name, const IdsOptions& options);

struct StringOptions {
  std::string input = "x";
};
// The text as it is, valid UTF-8, for a model whose layers take strings; a missing one is the empty text. The
// input is dense, of dtype string, with a column for each that names it, and has nothing else.
Column string(std::string name, const StringOptions& options = {});

// Columns of the same settings, named by a pattern: "I{1..13}" is I1, …, I13.
std::vector<Column> numbers(const std::string& pattern, const NumberOptions& options = {});
std::vector<Column> categories(const std::string& pattern, const CategoryOptions& options);
std::vector<Column> strings(const std::string& pattern, const StringOptions& options = {});

}  // namespace data
}  // namespace lacuna
