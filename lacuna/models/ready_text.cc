// Texts that name ready models.
#include "lacuna/models/ready_text.h"

#include <charconv>
#include <string_view>

#include "lacuna/base/error.h"
#include "lacuna/base/names.h"

namespace lacuna::models {
namespace {

constexpr const char* kReadyForms = "'linear', 'fm:16', 'mlp:128,64' or 'wide-deep:128,64:16'";

[[noreturn]] void not_ready(const std::string& given, const std::string& more = {}) {
  throw InvalidArgument("ready_model: a model must be given as ", kReadyForms,
                        ". Received: text=", in_quotes(given), more, ".");
}

std::vector<Dim> ready_numbers(const std::string& given, std::string_view numbers) {
  std::vector<Dim> result;
  const char *at = numbers.data(), *end = at + numbers.size();
  while (true) {
    Dim one = 0;
    const auto [after, error] = std::from_chars(at, end, one);
    if (error != std::errc() || one <= 0) not_ready(given);
    result.push_back(one);
    if (after == end) return result;
    if (*after != ',') not_ready(given);
    at = after + 1;
  }
}

}  // namespace

ReadyText ready_text(const std::string& given) {
  std::vector<std::string_view> parts;
  for (std::string_view rest = given;;) {
    const size_t colon = rest.find(':');
    parts.push_back(rest.substr(0, colon));
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  ReadyText result;
  size_t most = 2;
  if (parts[0] == "linear") {
    most = 1;
  } else if (parts[0] == "fm") {
    result.kind = ReadyText::Kind::fm;
  } else if (parts[0] == "mlp") {
    result.kind = ReadyText::Kind::mlp;
  } else if (parts[0] == "wide-deep") {
    result.kind = ReadyText::Kind::wide_deep;
    most = 3;
  } else {
    not_ready(given, nearest(std::string(parts[0]), {"linear", "fm", "mlp", "wide-deep"}));
  }
  if (parts.size() > most) not_ready(given);
  const bool of_units = result.kind == ReadyText::Kind::mlp || result.kind == ReadyText::Kind::wide_deep;
  result.units = of_units && parts.size() > 1 ? ready_numbers(given, parts[1]) : std::vector<Dim>{128, 64};
  if (parts.size() == most && result.kind != ReadyText::Kind::mlp && most > 1) {
    const std::vector<Dim> one = ready_numbers(given, parts.back());
    if (one.size() != 1) not_ready(given);
    result.factors = one[0];
  }
  return result;
}

}  // namespace lacuna::models
