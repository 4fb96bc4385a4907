#include "actors/run/process_budget.hpp"
#include "runtime/sel/evaluator.hpp"
#include "tools/sel_bench/yardstick.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// How long typical expressions take, compiled before: nanoseconds for each evaluation through the
/// port, with names resolved and results converted.

namespace {

using namespace tutti;

struct example {
  std::string_view sel;
  std::string_view lua; ///< the same; empty where it cannot be said
};

constexpr example examples[] = {
  {"1 + 1 == 2", "return 1 + 1 == 2"},
  {"x + 1", "return x + 1"},
  {"x > 3 && x < 10 || y == 'abc'", "return x > 3 and x < 10 or y == 'abc'"},
  {"y + '-' + x", "return y .. '-' .. x"},
  {"x > 3 ? y : 'none'", "if x > 3 then return y else return 'none' end"},
  {"params.getFromStep('a') == 'getFromStep'", ""},
  {"step__status == 'OK' && x != 0", "return step__status == 'OK' and x ~= 0"},
  {"return new int[]{x, 2, 3};", "return {x, 2, 3}"},
  {"y.substring(0, 2).toUpperCase()", "return y:sub(1, 2):upper()"},
  {"Util.dateIntToTs(20190101)", ""},
  {"Util.incrementDateInt(d, 1)", ""},
  {"new DateTime(0).plusDays(x).toString('yyyyMMdd')", ""},
  {"DateTimeFormat.forPattern('yyyyMMdd').withZone(DateTimeZone.forID('US/Pacific')).print(0)", ""},
  {"y.split(',').length", ""},
  {"s = 0; for (i = 0; i < 1000; i += 1) s += i; s",
   "local s = 0; for i = 0, 999 do s = s + i end; return s"},
};

class names final : public params::scope {
public:
  result<model::value> resolve(std::string_view name) override {
    if (name == "x")
      return model::value{std::int64_t{7}};
    if (name == "y")
      return model::value{std::string{"abc,def"}};
    if (name == "d")
      return model::value{std::string{"20190131"}};
    return model::value{std::string{"OK"}};
  }

  result<model::value> call(std::string_view function, const std::vector<std::string>&) override {
    return model::value{std::string{function}};
  }
};

template <class F>
double nanoseconds_each(F once) {
  using clock = std::chrono::steady_clock;
  constexpr int rounds = 5;
  double best = 1e12;
  for (int round = 0; round < rounds; ++round) {
    int count = 0;
    const auto start = clock::now();
    auto spent = clock::duration{};
    do {
      for (int i = 0; i < 64; ++i)
        once();
      count += 64;
      spent = clock::now() - start;
    } while (spent < std::chrono::milliseconds{40});
    best = std::min(best, std::chrono::duration<double, std::nano>(spent).count() / count);
  }
  return best;
}

} // namespace

int main() {
  const auto made = sel::make_evaluator({actors::process_budget(), {}});
  const auto& language = *made;
  names given;
  bench::yardstick lua;
  std::printf("%10s %10s  expression\n", "sel ns", lua.present() ? "lua ns" : "");
  for (const auto& x : examples) {
    const auto first = language.evaluate(x.sel, given);
    if (!first) {
      std::fprintf(stderr, "%s: %s\n", std::string{x.sel}.c_str(), first.error().message.c_str());
      return EXIT_FAILURE;
    }
    const auto own = nanoseconds_each([&] {
      if (!language.evaluate(x.sel, given))
        std::abort();
    });
    std::printf("%10.0f", own);
    if (lua.present() && !x.lua.empty() && lua.load(x.lua))
      std::printf(" %10.0f", nanoseconds_each([&] { lua.run(); }));
    else
      std::printf(" %10s", "");
    std::printf("  %s\n", std::string{x.sel}.c_str());
  }
  return EXIT_SUCCESS;
}
