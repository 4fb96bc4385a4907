#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that was probably meant by `word`, or empty text when none is close.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// `; did you mean 'shards'?`, or empty text. Made to end a sentence about an unknown name.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

} // namespace tutti::config
