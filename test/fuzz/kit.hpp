#pragma once

#include "runtime/params/evaluator.hpp"
#include "runtime/sel/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What fuzz targets share. A target reads one input and must come back without a crash, within
/// bounds; what it read must survive being written and read again.
namespace tutti::fuzz {

/// Ends the process, so that whoever drives the target keeps the input.
[[noreturn]] void fail(std::string_view what);

inline void require(bool good, std::string_view what) {
  if (!good)
    fail(what);
}

/// Fails unless both texts are the same.
void require_same(std::string_view first, std::string_view second, std::string_view what);

/// A clock that stands still, random numbers of a seed, and bounds of a few milliseconds.
sel::budget small_budget();

/// The expression language with `small_budget`.
const params::expression_evaluator& language();

/// Takes the text up to the first line break off the front; all of it where there is none.
std::string_view take_line(std::string_view& text);

} // namespace tutti::fuzz

/// The entry point of a target; libFuzzer's name for it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
