// Layers that add zeros around each sample, cut its ends off, or make it larger.
#include "lacuna/layers/padding.h"

#include "lacuna/layers/window_settings.h"
#include "lacuna/ops/convolution/resize.h"
#include "lacuna/ops/shape/pad.h"
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna::layers {
namespace {

// Keras' forms: a number for all ends, two numbers (the ends of one axis) or a number for each of several
// axes, or a pair for each axis.
Ends ends_from(const Settings& s, const char* name, const Setting& given, size_t spatial) {
  const auto wrong = [&]() {
    s.wrong_value(
        name, text("a whole number, ", spatial == 1 ? "or two" : text(spatial, " of them or pairs")), given);
  };
  const auto whole = [&](const Setting& one) {
    const auto* number = one.as<int64_t>();
    if (!number || *number < 0) wrong();
    return *number;
  };
  if (given.as<int64_t>()) return Ends(spatial, {whole(given), whole(given)});
  const auto* list = given.as<SettingList>();
  if (!list) wrong();
  if (spatial == 1 && list->size() == 2) return {{whole((*list)[0]), whole((*list)[1])}};
  if (list->size() != spatial) wrong();
  Ends ends;
  for (const Setting& item : *list) {
    const auto* pair = item.as<SettingList>();
    if (pair && pair->size() != 2) wrong();
    if (pair) ends.emplace_back(whole((*pair)[0]), whole((*pair)[1]));
    else ends.emplace_back(whole(item), whole(item));
  }
  return ends;
}

void ends_setting(Settings& s, const char* name, Ends& ends, size_t spatial, Dim otherwise = 1) {
  if (s.reads()) {
    if (const Setting* given = s.find(name)) ends = ends_from(s, name, *given, spatial);
    else ends.assign(spatial, {otherwise, otherwise});
    return;
  }
  SettingList pairs;
  for (const auto& [before, after] : ends) pairs.emplace_back(SettingList{before, after});
  s.write(name, ends.size() == 1 ? pairs[0] : Setting(pairs));
}

template <size_t kSpatial>
void padding_list(Settings& s, Ends& ends, PaddingOptions& o) {
  ends_setting(s, "padding", ends, kSpatial);
  if (kSpatial > 1) data_format_setting(s, o.data_format);
}
template <size_t kSpatial>
void cropping_list(Settings& s, Ends& ends, PaddingOptions& o) {
  ends_setting(s, "cropping", ends, kSpatial, kSpatial == 2 ? 0 : 1);
  if (kSpatial > 1) data_format_setting(s, o.data_format);
}
template <size_t kSpatial>
void upsampling_list(Settings& s, Shape& size, UpSamplingOptions& o) {
  if (kSpatial == 1 && !s.reads()) s.write("size", size.empty() ? Setting() : size[0]);
  else s("size", size);
  if (kSpatial > 1) data_format_setting(s, o.data_format);
  if (kSpatial == 2) s("interpolation", o.interpolation);
}

const bool padding_registered = known<ZeroPadding1D>("ZeroPadding1D", padding_list<1>) &&
                                known<ZeroPadding2D>("ZeroPadding2D", padding_list<2>) &&
                                known<ZeroPadding3D>("ZeroPadding3D", padding_list<3>) &&
                                known<Cropping1D>("Cropping1D", cropping_list<1>) &&
                                known<Cropping2D>("Cropping2D", cropping_list<2>) &&
                                known<Cropping3D>("Cropping3D", cropping_list<3>) &&
                                known<UpSampling1D>("UpSampling1D", upsampling_list<1>) &&
                                known<UpSampling2D>("UpSampling2D", upsampling_list<2>) &&
                                known<UpSampling3D>("UpSampling3D", upsampling_list<3>);

}  // namespace

PadsOrCrops::PadsOrCrops(const char* class_name, bool crops, size_t spatial, const Ends& ends,
                         const PaddingOptions& options)
    : Layer(common(options), class_name),
      crops_(crops),
      channels_first_(is_channels_first(class_name, options.data_format)),
      ends_(ends) {
  bool fits = ends.size() == spatial;
  for (const auto& [before, after] : ends) fits = fits && before >= 0 && after >= 0;
  LACUNA_REQUIRE(fits, class_name, ": there must be two numbers, not negative, for each of ", spatial,
                 " spatial axes. Received: ", ends.size(), " pairs.");
}

Symbol PadsOrCrops::call(const Symbol& x) {
  require_spatial(name(), x.spec(), ends_.size());
  std::vector<Dim> before(x.rank()), after(x.rank());
  for (size_t i = 0; i < ends_.size(); ++i) {
    const size_t axis = i + (channels_first_ ? 2 : 1);
    before[axis] = crops_ ? -ends_[i].first : ends_[i].first;
    after[axis] = crops_ ? -ends_[i].second : ends_[i].second;
  }
  return pad(x, before, after);
}

ZeroPadding1D::ZeroPadding1D(const Ends& padding, const PaddingOptions& options)
    : PadsOrCrops("ZeroPadding1D", false, 1, padding, options) {
  describe(padding_list<1>, padding, options);
}
ZeroPadding2D::ZeroPadding2D(const Ends& padding, const PaddingOptions& options)
    : PadsOrCrops("ZeroPadding2D", false, 2, padding, options) {
  describe(padding_list<2>, padding, options);
}
ZeroPadding3D::ZeroPadding3D(const Ends& padding, const PaddingOptions& options)
    : PadsOrCrops("ZeroPadding3D", false, 3, padding, options) {
  describe(padding_list<3>, padding, options);
}
Cropping1D::Cropping1D(const Ends& cropping, const PaddingOptions& options)
    : PadsOrCrops("Cropping1D", true, 1, cropping, options) {
  describe(cropping_list<1>, cropping, options);
}
Cropping2D::Cropping2D(const Ends& cropping, const PaddingOptions& options)
    : PadsOrCrops("Cropping2D", true, 2, cropping, options) {
  describe(cropping_list<2>, cropping, options);
}
Cropping3D::Cropping3D(const Ends& cropping, const PaddingOptions& options)
    : PadsOrCrops("Cropping3D", true, 3, cropping, options) {
  describe(cropping_list<3>, cropping, options);
}

UpSampling::UpSampling(const char* class_name, size_t spatial, Shape size, const UpSamplingOptions& options)
    : Layer(common(options), class_name), size_(std::move(size)), options_(options) {
  spread_over_axes(class_name, "size", size_, spatial, 2);
  is_channels_first(class_name, options.data_format);
  const std::string& how = options.interpolation;
  LACUNA_REQUIRE(how == "nearest" || (how == "bilinear" && spatial == 2), class_name,
                 ": interpolation must be 'nearest'", spatial == 2 ? " or 'bilinear'" : "",
                 ". Received: interpolation='", how, "'.");
}

Symbol UpSampling::call(const Symbol& x) {
  require_spatial(name(), x.spec(), size_.size());
  for (size_t i = 0, first = is_channels_first(name(), options_.data_format) ? 2 : 1; i < size_.size(); ++i)
    if (const Dim of_x = x.shape()[first + i]; of_x != None) checked_product(name(), of_x, size_[i]);
  return upsample(x, size_, is_channels_first(name(), options_.data_format),
                  options_.interpolation == "bilinear" ? Interpolation::bilinear : Interpolation::nearest);
}

UpSampling1D::UpSampling1D(Shape size, const UpSamplingOptions& options)
    : UpSampling("UpSampling1D", 1, std::move(size), options) {
  describe(upsampling_list<1>, size_, options_);
}
UpSampling2D::UpSampling2D(Shape size, const UpSamplingOptions& options)
    : UpSampling("UpSampling2D", 2, std::move(size), options) {
  describe(upsampling_list<2>, size_, options_);
}
UpSampling3D::UpSampling3D(Shape size, const UpSamplingOptions& options)
    : UpSampling("UpSampling3D", 3, std::move(size), options) {
  describe(upsampling_list<3>, size_, options_);
}

}  // namespace lacuna::layers
