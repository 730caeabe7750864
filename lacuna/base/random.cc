// Philox4x32-10, the draws of weights, and the seed of the process.
#include "lacuna/base/random.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <mutex>
#include <numbers>
#include <random>

#include "lacuna/base/forks.h"
#include "lacuna/base/keys_aside.h"

namespace lacuna {
namespace {

constexpr double kTo01 = 0x1p-32;

// Box–Muller on two of the words; u1 is never 0.
double normal_of(uint32_t a, uint32_t b) {
  const double u1 = (a + 0.5) * kTo01, u2 = (b + 0.5) * kTo01;
  return std::sqrt(-2 * std::log(u1)) * std::cos(2 * std::numbers::pi * u2);
}

template <class T>
void draw_row(const Draw& draw, int64_t r, std::span<T> values) {
  const auto high = static_cast<uint64_t>(r);
  const size_t n = values.size();
  switch (draw.kind) {
    case Draw::Kind::constant:
      for (T& v : values) v = static_cast<T>(draw.a);
      return;
    case Draw::Kind::identity:
      // The key is the size of a block, where blocks are repeated; 0: there is one.
      for (size_t j = 0; j < n; ++j)
        values[j] = static_cast<T>((draw.key ? j % draw.key == high % draw.key : j == high) ? draw.a : 0);
      return;
    case Draw::Kind::uniform:
      for (size_t j = 0; j < n; j += 4) {
        const auto bits = philox(draw.key, high, j / 4);
        for (size_t i = 0; i < 4 && j + i < n; ++i)
          values[j + i] = static_cast<T>(draw.a + (draw.b - draw.a) * (bits[i] * kTo01));
      }
      return;
    case Draw::Kind::normal:
      for (size_t j = 0; j < n; j += 2) {
        const auto bits = philox(draw.key, high, j / 2);
        values[j] = static_cast<T>(draw.a + draw.b * normal_of(bits[0], bits[1]));
        if (j + 1 < n) values[j + 1] = static_cast<T>(draw.a + draw.b * normal_of(bits[2], bits[3]));
      }
      return;
    case Draw::Kind::truncated_normal:
      for (size_t j = 0; j < n; ++j)
        for (uint64_t attempt = 0;; ++attempt) {  // Values beyond two standard deviations are drawn again.
          const auto bits = philox(draw.key + attempt * 0x9E3779B97F4A7C15u, high, j);
          const double z = normal_of(bits[0], bits[1]);
          if (std::abs(z) > 2) continue;
          values[j] = static_cast<T>(draw.a + draw.b * z);
          break;
        }
      return;
  }
}

std::mutex seed_mutex;
uint64_t generation = 0, forks = 0;
uint64_t seed_state = (static_cast<uint64_t>(std::random_device{}()) << 32) ^ std::random_device{}();
bool seed_is_set = false;

// A fork copies the state, so that parent and child would draw the same. If no seed was set, the child makes
// a state of its own. No call here may fail, or take a lock that another thread held at the fork.
void begin_child() {
  if (!seed_is_set) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    seed_state = mix(mix(seed_state + static_cast<uint64_t>(getpid())) + static_cast<uint64_t>(now));
    ++generation;
    ++forks;
  }
  seed_mutex.unlock();
}
[[maybe_unused]] const int watched =
    pthread_atfork([] { seed_mutex.lock(); }, [] { seed_mutex.unlock(); }, begin_child);

}  // namespace

std::array<uint32_t, 4> philox(uint64_t key, uint64_t counter_high, uint64_t counter_low) {
  constexpr uint64_t kM0 = 0xD2511F53, kM1 = 0xCD9E8D57;
  auto k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  std::array<uint32_t, 4> c{static_cast<uint32_t>(counter_low), static_cast<uint32_t>(counter_low >> 32),
                            static_cast<uint32_t>(counter_high), static_cast<uint32_t>(counter_high >> 32)};
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = kM0 * c[0], p1 = kM1 * c[2];
    c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<uint32_t>(p1),
         static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<uint32_t>(p0)};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return c;
}

void set_random_seed(uint64_t seed) {
  const std::lock_guard lock(seed_mutex);
  seed_state = mix(seed);
  seed_is_set = true;
  ++generation;
}

namespace {

thread_local uint64_t* keys_aside = nullptr;

}  // namespace

KeysAside::KeysAside() : before_(std::exchange(keys_aside, &next_)) {}
KeysAside::KeysAside(uint64_t seed) : next_(mix(seed)), before_(std::exchange(keys_aside, &next_)) {}
KeysAside::~KeysAside() { keys_aside = before_; }

uint64_t next_key() {
  if (keys_aside) return mix((*keys_aside)++);
  const std::lock_guard lock(seed_mutex);
  return mix(seed_state++);
}

uint64_t forks_without_seed() {
  const std::lock_guard lock(seed_mutex);
  return forks;
}

uint64_t seed_generation() {
  const std::lock_guard lock(seed_mutex);
  return generation;
}

void Draw::row(int64_t r, std::span<float> values) const { draw_row(*this, r, values); }
void Draw::row(int64_t r, std::span<double> values) const { draw_row(*this, r, values); }

double Generator::normal() {
  const uint64_t bits = (*this)();
  return normal_of(static_cast<uint32_t>(bits), static_cast<uint32_t>(bits >> 32));
}

}  // namespace lacuna
