// Σ g² over blocks whose sums are added in order.
#include <vector>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/update.h"

namespace lacuna::kernels {
namespace {

template <class T>
double squares(const T* values, size_t n) {
  constexpr size_t kBlock = size_t{1} << 16;
  thread_local std::vector<double> parts;
  std::vector<double>& sums = parts;  // Of the calling thread, for all blocks.
  sums.assign((n + kBlock - 1) / kBlock, 0.0);
  parallel_for(n, kBlock, [&](size_t begin, size_t end) {
    double sum[4] = {};
    size_t i = begin;
    for (; i + 4 <= end; i += 4)
      for (size_t j = 0; j < 4; ++j)
        sum[j] += static_cast<double>(values[i + j]) * static_cast<double>(values[i + j]);
    for (; i < end; ++i) sum[0] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    sums[begin / kBlock] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  });
  double total = 0;
  for (const double s : sums) total += s;
  return total;
}

}  // namespace

double sum_of_squares(const float* values, size_t n) { return squares(values, n); }
double sum_of_squares(const double* values, size_t n) { return squares(values, n); }

}  // namespace lacuna::kernels
