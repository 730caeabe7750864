// Cuts row updates into blocks for threads, and dispatches them to the best instruction set.
#pragma once
#include <algorithm>
#include <type_traits>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/row_cuts.h"
#include "lacuna/kernels/update.h"

namespace lacuna::kernels {

// Rows whose gradients are sums. Blocks have whole rows: with strips of columns more of the batch would stay
// in a cache, but the weights take far more memory than the batch, and whole rows are read faster, one after
// another.
template <class T, class Rows>
void summed_blocks(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Rows& some_rows) {
  constexpr size_t kUpdate = 4;  // The work of an update, in entries.
  const RowCuts cuts(from.place ? nullptr : from.sums.start, from.count, kUpdate,
                     (size_t{1} << 17) / std::max<size_t>(1, to.width));
  parallel_for(cuts.parts(), 1, [&](size_t begin, size_t end) {
    for (size_t part = begin; part < end; ++part) some_rows(to, from, cuts.first(part), cuts.first(part + 1));
  });
}

// `cut`: a row may be updated in parts.
template <class T, class Rows>
void blocks(const UpdateRows<T>& to, const UpdateGradient<T>& from, bool cut, const Rows& some_rows) {
  if (!from.gradient) return summed_blocks(to, from, some_rows);
  constexpr size_t kValues = size_t{1} << 15;  // A block: some tens of microseconds.
  if (cut && !from.ids && !from.place && !from.some_named && to.stride == to.width) {  // All are contiguous.
    const size_t n = from.count * to.width;
    parallel_for(n, kValues, [&](size_t begin, size_t end) {
      const UpdateRows<T> part{to.weight + begin,
                               {to.state[0] + begin, to.state[1] + begin, to.state[2] + begin},
                               end - begin,
                               end - begin,
                               end - begin};
      some_rows(part, UpdateGradient<T>{nullptr, nullptr, from.gradient + begin, 1}, 0, 1);
    });
    return;
  }
  constexpr size_t kRows = size_t{1} << 12;  // Each row waits for memory.
  const size_t rows = kValues / std::max<size_t>(1, to.width);
  parallel_for(from.count, std::max<size_t>(1, from.ids ? std::min(rows, kRows) : rows),
               [&](size_t begin, size_t end) { some_rows(to, from, begin, end); });
}

}  // namespace lacuna::kernels

// To be used in namespace lacuna::kernels, in the part of a file that is compiled once.
#define LACUNA_UPDATE_DISPATCH(Rule)                                                                         \
  HWY_EXPORT(Rule##_f32);                                                                                    \
  HWY_EXPORT(Rule##_f64);                                                                                    \
  void update(const UpdateRows<float>& to, const UpdateGradient<float>& from, const Clip<float>& clip,       \
              const Rule<float>& rule) {                                                                     \
    blocks(to, from, !kWholeRows<Rule<float>>, [&](const auto& t, const auto& f, size_t begin, size_t end) { \
      HWY_DYNAMIC_DISPATCH(Rule##_f32)(t, f, clip, rule, begin, end);                                        \
    });                                                                                                      \
  }                                                                                                          \
  void update(const UpdateRows<double>& to, const UpdateGradient<double>& from, const Clip<double>& clip,    \
              const Rule<double>& rule) {                                                                    \
    blocks(to, from, !kWholeRows<Rule<double>>,                                                              \
           [&](const auto& t, const auto& f, size_t begin, size_t end) {                                     \
             HWY_DYNAMIC_DISPATCH(Rule##_f64)(t, f, clip, rule, begin, end);                                 \
           });                                                                                               \
  }
