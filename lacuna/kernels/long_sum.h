// Accurate sums of many numbers. The numbers of a block are added one after another; the sums of blocks are
// added together with what rounding loses (Knuth's two-sum). So the error is that of one block, however many
// numbers there are, as in NumPy's pairwise sum.
#pragma once
#include <cstddef>

namespace lacuna::kernels {

constexpr size_t kSumBlock = 64;  // Numbers that are added one after another.
// From so many rows on, sums over the rows of a batch are made in double.
constexpr size_t kLongColumn = size_t{1} << 12;

// The sums of blocks are added in double, which for floats is as good as two floats.
template <class T>
class SumOfBlocks {
 public:
  void add(T block) {
    const double x = static_cast<double>(block), sum = sum_ + x, of_x = sum - sum_;
    lost_ += (sum_ - (sum - of_x)) + (x - of_x);
    sum_ = sum;
  }
  // For an infinite sum, lost_ is NaN.
  T value() const { return static_cast<T>(lost_ == lost_ ? sum_ + lost_ : sum_); }

 private:
  double sum_ = 0, lost_ = 0;
};

// Σ f(i) over [begin, end).
template <class T, class F>
T long_sum(size_t begin, size_t end, const F& f) {
  const auto block = [&](size_t from, size_t to) {
    T sum = 0;
    for (size_t i = from; i < to; ++i) sum += f(i);
    return sum;
  };
  if (end - begin <= kSumBlock) [[likely]]
    return block(begin, end);
  SumOfBlocks<T> sum;
  for (; end - begin > kSumBlock; begin += kSumBlock) sum.add(block(begin, begin + kSumBlock));
  sum.add(block(begin, end));
  return sum.value();
}

}  // namespace lacuna::kernels
