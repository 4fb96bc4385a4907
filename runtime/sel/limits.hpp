#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace tutti::sel {

/// What a text and its evaluation may use (spec 03 §10).
struct limits {
  std::size_t length = 10'000;        ///< UTF-16 units of the text, exclusive
  std::uint32_t depth = 1'000;        ///< levels of nesting, of texts and of maps
  std::uint32_t loop = 25'001;        ///< iterations of one loop, exclusive
  std::uint32_t array = 25'001;       ///< items of a new array, exclusive
  std::uint32_t stack = 128;          ///< operands at a time
  std::uint64_t visits = 100'000'000; ///< nodes, exclusive
  std::uint64_t memory = 100'000'000; ///< bytes of all values created, exclusive
  std::int64_t time_ms = 120'000;
};

/// What an evaluation needs from its caller besides names. Functions may be called often.
struct budget {
  limits bounds;
  /// Milliseconds since 1970: for dates, and for `time_ms`. Must not be empty.
  std::function<std::int64_t()> now_ms;
  /// 64 random bits. Must not be empty.
  std::function<std::uint64_t()> random_bits;
  /// Asked from time to time; true ends the evaluation with `ec::timeout`. May be empty.
  std::function<bool()> stop;
};

} // namespace tutti::sel
