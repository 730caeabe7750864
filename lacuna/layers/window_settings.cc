// Settings that layers of convolution and pooling share.
#include "lacuna/layers/window_settings.h"

#include <algorithm>
#include <optional>

namespace lacuna::layers {

bool is_channels_first(const std::string& where, const std::string& data_format) {
  LACUNA_REQUIRE(data_format == "channels_last" || data_format == "channels_first", where,
                 ": data_format must be 'channels_last' or 'channels_first'. Received: data_format='",
                 data_format, "'.");
  return data_format == "channels_first";
}

void data_format_setting(Settings& s, std::string& data_format) {
  std::optional<std::string> given = data_format;
  s("data_format", given);
  data_format = given.value_or("channels_last");
}

void spread_over_axes(const std::string& where, const char* name, Shape& list, size_t rank, Dim otherwise) {
  if (list.empty()) list.assign(rank, otherwise);
  if (list.size() == 1) list.assign(rank, list[0]);
  LACUNA_REQUIRE(list.size() == rank && std::ranges::all_of(list, [](Dim d) { return d > 0; }), where, ": ",
                 name, " must be a positive whole number, or ", rank, " of them. Received: ", name, "=",
                 to_string(list), ".");
}

namespace {

std::string must_be_spatial(size_t spatial) {
  return text(": the input must be dense and have rank ", spatial + 2, ": batch, ",
              spatial == 1 ? "steps" : "spatial axes",
              " and channels; to_dense(x), and Reshape, make one of csr. Received: ");
}

}  // namespace

void require_rank(const std::string& where, const Shape& x, size_t spatial) {
  LACUNA_REQUIRE(x.size() == spatial + 2, where, must_be_spatial(spatial), "shape=", to_string(x), ".");
}

void require_spatial(const std::string& where, const Spec& x, size_t spatial) {
  LACUNA_REQUIRE(x.storage == Storage::dense && x.shape.size() == spatial + 2, where,
                 must_be_spatial(spatial), "input=", x, ".");
}

}  // namespace lacuna::layers
