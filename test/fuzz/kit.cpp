#include "test/fuzz/kit.hpp"

#include "runtime/sel/evaluator.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace tutti::fuzz {

void fail(std::string_view what) {
  std::fprintf(stderr, "fuzz: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

void require_same(std::string_view first, std::string_view second, std::string_view what) {
  if (first == second)
    return;
  const auto at = static_cast<std::size_t>(
    std::mismatch(first.begin(), first.end(), second.begin(), second.end()).first - first.begin());
  const auto shown = [at](std::string_view x) {
    return std::string{x.substr(at < 60 ? 0 : at - 60, 200)};
  };
  fail(std::string{what} + " differ at byte " + std::to_string(at) + ":\n  " + shown(first) + "\n  "
       + shown(second));
}

sel::budget small_budget() {
  sel::budget out;
  out.bounds.visits = 100'000;
  out.bounds.memory = 4'000'000;
  out.now_ms = [] { return std::int64_t{1'700'000'000'000}; };
  out.random_bits = [] {
    static std::mt19937_64 source{1};
    return source();
  };
  return out;
}

const params::expression_evaluator& language() {
  static const auto one = sel::make_evaluator({small_budget(), {64, 1 << 20}});
  return *one;
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

} // namespace tutti::fuzz
