// Functions of one's own on texts: in place of a standardization, or of a split.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

// Returns a result for each of many texts. Copies share the function, which several threads may call at a
// time.
template <class Result>
class TextFunction {
 public:
  using Texts = std::span<const std::string_view>;
  using Function = std::function<std::vector<Result>(Texts)>;

  TextFunction() = default;
  template <class F>
  requires std::is_invocable_r_v < std::vector<Result>,
  const F&,
      Texts > TextFunction(F function) : function_(std::make_shared<const Function>(std::move(function))) {}

  explicit operator bool() const { return function_ != nullptr; }
  std::vector<Result> operator()(Texts texts) const { return (*function_)(texts); }
  const void* id() const { return function_.get(); }  // The same for copies alone.

 private:
  std::shared_ptr<const Function> function_{};
};

// For each text another one.
using StandardizeFunction = TextFunction<std::string>;
// For each text its tokens.
using SplitFunction = TextFunction<std::vector<std::string>>;

}  // namespace features
}  // namespace lacuna
