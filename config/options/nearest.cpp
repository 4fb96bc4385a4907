#include "config/options/nearest.hpp"

#include <algorithm>

namespace tutti::config {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto width = b.size() + 1;
  std::vector<std::size_t> cost((a.size() + 1) * width);
  auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return cost[i * width + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i)
    at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j)
    at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t differ = a[i - 1] == b[j - 1] ? 0 : 1;
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + differ});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  return at(a.size(), b.size());
}

namespace {

/// Names are short; anything longer than this is no misspelling of one.
constexpr std::size_t word_length_max = 64;

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

} // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > word_length_max)
    return {};
  const auto allowed = std::max<std::size_t>(1, word.size() / 3);
  const std::string* best = nullptr;
  auto best_distance = allowed + 1;
  for (const auto& x : candidates)
    if (auto distance = edit_distance(word, x); distance < best_distance) {
      best = &x;
      best_distance = distance;
    }
  // A beginning is a good guess too, when only one name begins so.
  if (!best && word.size() >= 3) {
    auto begins = [&](const std::string& x) { return starts_with(x, word); };
    if (std::count_if(candidates.begin(), candidates.end(), begins) == 1)
      best = &*std::find_if(candidates.begin(), candidates.end(), begins);
  }
  return best ? *best : std::string{};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  auto guess = nearest(word, candidates);
  return guess.empty() ? std::string{} : "; did you mean '" + guess + "'?";
}

} // namespace tutti::config
