#pragma once

#include <cstdint>

namespace tutti::wire {

/// A job of a node that a majority has not heard of for so long counts as lost. Its supervisor ends
/// it before that, after half of it.
inline constexpr std::int64_t job_lease_ms = 60'000;

} // namespace tutti::wire
