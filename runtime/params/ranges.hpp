#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"

/// `Util.intsBetween` and `Util.dateIntsBetween` (spec 03 §8), as ranges that are never expanded.
namespace tutti::params {

/// The largest list these functions give: what the memory limit of the language allows.
inline constexpr std::uint64_t range_size_max = 3'124'999;

/// Arithmetic of 32 bits; `from` inclusive, `to` exclusive; counts down unless `step` > 0.
result<model::int_seq> ints_between(const model::value& from, const model::value& to,
                                    const model::value& step);

/// Days as yyyymmdd. A negative step swaps the ends, which makes `to` inclusive.
result<model::int_seq> date_ints_between(const model::value& from, const model::value& to,
                                         const model::value& step);

} // namespace tutti::params
