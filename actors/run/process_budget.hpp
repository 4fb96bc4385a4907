#pragma once

#include "runtime/sel/limits.hpp"

#include <chrono>
#include <cstdint>
#include <random>

namespace tutti::actors {

/// What expressions get from a process that does real work: its clock, random numbers that nobody
/// can foresee, and the default limits. All threads may use it.
inline sel::budget process_budget() {
  sel::budget out;
  out.now_ms = [] {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  };
  out.random_bits = [] {
    thread_local std::mt19937_64 source{std::random_device{}()};
    return source();
  };
  return out;
}

} // namespace tutti::actors
