// Writes served files.
#include "lacuna/serving/export.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <sstream>

#include "lacuna/base/path.h"
#include "lacuna/saving/json.h"
#include "lacuna/serving/rebuilt.h"
#include "lacuna/serving/served_config.h"
#include "lacuna/serving/served_file.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

using serving::Coding;

constexpr const char* kExport = "export";
constexpr size_t kFewValues = 8;  // Of a row: a scale beside fewer takes more room than bfloat16 does.

Coding wanted_coding(const std::string& precision) {
  if (precision == "bfloat16") return Coding::bfloat16;
  if (precision == "int8") return Coding::int8;
  LACUNA_REQUIRE(precision == "float32",
                 "export: precision must be 'float32', 'bfloat16' or 'int8'. Received: precision='",
                 precision, "'.");
  return Coding::exact;
}

size_t values_of_row(const Shape& shape) {
  size_t width = 1;
  for (size_t i = 1; i < shape.size(); ++i) width *= static_cast<size_t>(shape[i]);
  return width;
}

Coding coding_for(Coding wanted, const Spec& spec, std::span<const float> values) {
  if (spec.shape.size() < 2 || spec.dtype != DType::float32) return Coding::exact;
  if (wanted != Coding::int8) return wanted;
  const bool finite = std::ranges::all_of(values, [](float v) { return std::isfinite(v); });
  return values_of_row(spec.shape) >= kFewValues && finite ? Coding::int8 : Coding::bfloat16;
}

// What a weight loses if its rows are coded so.
void measure(std::span<const float> values, size_t width, Coding coding, Exported::Weight& into) {
  std::vector<std::byte> coded(serving::row_bytes(coding, DType::float32, width));
  std::vector<float> again(width);
  double squares = 0, errors = 0;
  for (size_t i = 0; width > 0 && i + width <= values.size(); i += width) {
    const auto row = values.subspan(i, width);
    if (coding != Coding::exact) {
      serving::encode_row(coding, row.data(), width, coded.data());
      serving::decode_row(coding, coded.data(), width, again.data());
    }
    for (size_t k = 0; k < width; ++k) {
      const double value = row[k];
      into.largest = std::max(into.largest, std::abs(value));
      squares += value * value;
      if (coding == Coding::exact || value == static_cast<double>(again[k])) continue;
      const double error = static_cast<double>(again[k]) - value;
      into.largest_error = std::max(into.largest_error, std::abs(error));
      errors += error * error;
    }
  }
  if (errors > 0) into.relative_error = std::sqrt(errors / squares);
}

// Copies of all weights at one time.
struct WeightCopy {
  VariablePtr variable;
  Tensor value;
  Draw draw{};
};
std::vector<WeightCopy> copies_of(const std::vector<VariablePtr>& variables) {
  std::vector<WeightCopy> result;
  for (const VariablePtr& v : variables) {
    LACUNA_REQUIRE(v->spec().storage != Storage::csr, "export: weights must be dense or tables. Received: '",
                   v->name(), "' ", v->spec(), ".");
    WeightCopy& copy = result.emplace_back(WeightCopy{.variable = v, .value = v->copy()});
    if (v->is_table()) copy.draw = v->value().table().draw();
  }
  return result;
}

serving::ServedWeight write_weight(serving::ServedFileWriter& file, const WeightCopy& copy, Coding wanted,
                                   Exported::Weight& into) {
  const Spec& spec = copy.variable->spec();
  serving::ServedWeight result{.name = copy.variable->name(), .spec = spec};
  const bool is_table = spec.storage == Storage::row_table;
  std::span<const float> values;
  if (spec.dtype == DType::float32)
    values = is_table ? copy.value.row_sparse().values<float>() : copy.value.dense().values<float>();
  const Coding coding = coding_for(wanted, spec, values);
  const size_t width =
      spec.shape.size() < 2 ? static_cast<size_t>(size_of(spec.shape)) : values_of_row(spec.shape);
  measure(values, width, coding, into);
  if (is_table) {
    result.place = serving::write_rows(file, copy.value.row_sparse(), copy.draw, coding);
    into.rows = static_cast<int64_t>(copy.value.row_sparse().row_ids().size());
  } else {
    into.rows = spec.shape.size() < 2 ? 1 : spec.shape[0];
    result.place.coding = coding;
    const Buffer& bytes = copy.value.dense().data;
    if (coding == Coding::exact) {
      result.place.rows = file.section({bytes.data(), bytes.bytes()});
    } else {
      std::vector<std::byte> coded(serving::row_bytes(coding, spec.dtype, width));
      file.begin();
      for (size_t i = 0; i < values.size(); i += width) {
        serving::encode_row(coding, values.data() + i, width, coded.data());
        file.add(coded);
      }
      result.place.rows = file.end();
    }
  }
  into.name = result.name;
  into.shape = spec.shape;
  into.kept_as = coding == Coding::bfloat16 ? "bfloat16"
                 : coding == Coding::int8   ? "int8"
                                            : name_of(spec.dtype);
  into.bytes = result.place.rows.bytes + result.place.index.bytes;
  return result;
}

void require_servable(const Network& network) {
  LACUNA_REQUIRE(network.fed_inputs().size() == network.inputs().size() && !network.fed_inputs().empty(),
                 "export: inputs must be fed. Received: an input that is a tensor.");
  for (size_t i = 0; i < network.outputs().size(); ++i) {
    const Spec& spec = network.outputs()[i].spec();
    const bool open = spec.shape.empty() || std::count(spec.shape.begin() + 1, spec.shape.end(), None);
    LACUNA_REQUIRE(spec.storage == Storage::dense && spec.dtype <= DType::int64 && !open,
                   "export: outputs must be dense numbers, in rows of a known shape. Received: output '",
                   network.output_names()[i], "' ", spec, ".");
  }
}

}  // namespace

Exported export_model(const Network& network, const std::string& path, const ExportOptions& options) {
  const Coding coding = wanted_coding(options.precision);
  std::error_code none;
  if (!options.overwrite && std::filesystem::exists(checked_path(kExport, path), none))
    path_failed(kExport, "the file must not be there unless overwrite is True", path, EEXIST);
  require_servable(network);
  // As a predictor will read it.
  serving::ServedConfig config{.network = from_json(kExport, to_json(network.config()))};
  const std::vector<Symbol> outputs = serving::predicted(network);
  const serving::Rebuilt again = serving::rebuilt(kExport, config.network);
  serving::require_same(kExport, outputs, again.outputs);
  const auto features = serving::features_of(network.layers());
  LACUNA_REQUIRE(features.size() == serving::features_of(again.layers).size(),
                 "export: layers that learn features must be made again from their configs. Received: ",
                 features.size(), " such layers.");
  std::vector<WeightCopy> copies;
  std::vector<layers::FeatureState::Kept> learned;
  {
    const auto turn = network.turn().take();
    copies = copies_of(serving::variables_of(outputs));
    for (const layers::FeatureState* feature : features) learned.push_back(feature->kept());
  }
  serving::ServedFileWriter file(kExport, path);
  Exported result;
  for (const WeightCopy& copy : copies)
    config.weights.push_back(write_weight(file, copy, coding, result.weights.emplace_back()));
  for (const auto& kept : learned) {
    auto& arrays = config.learned.emplace_back();
    for (const auto& [name, values] : kept)
      arrays.push_back({name, values.dtype, file.section({values.data.data(), values.data.bytes()})});
  }
  result.bytes = file.finish(serving::to_json(config));
  return result;
}

std::string Exported::text() const {
  std::ostringstream out;
  size_t longest = 6;
  for (const Weight& w : weights) longest = std::max(longest, w.name.size());
  out << std::left << std::setw(static_cast<int>(longest)) << "weight"
      << "  kept as   rows        bytes         "
      << "largest    error      relative\n";
  for (const Weight& w : weights)
    out << std::setw(static_cast<int>(longest)) << w.name << "  " << std::setw(8) << w.kept_as << "  "
        << std::setw(10) << w.rows << "  " << std::setw(12) << w.bytes << "  " << std::setprecision(3)
        << std::setw(9) << w.largest << "  " << std::setw(9) << w.largest_error << "  " << w.relative_error
        << "\n";
  out << "bytes of the file: " << bytes << "\n";
  return out.str();
}

}  // namespace lacuna
