#include "runtime/sel/evaluator.hpp"

#include "test/unit/sel/support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace tutti;
using model::value;
using sel::test::fixed_budget;

namespace {

class host final : public params::scope {
public:
  explicit host(model::value_map values) : values_(std::move(values)) {}

  result<value> resolve(std::string_view name) override {
    asked += std::string{name} + " ";
    if (const auto* known = values_.find(name))
      return *known;
    return error{ec::not_found, "no " + std::string{name}};
  }

  result<value> call(std::string_view function, const std::vector<std::string>& args) override {
    if (function == "fail")
      return error{ec::conflict, "the host says no"};
    std::string out{function};
    for (const auto& x : args)
      out += "/" + x;
    return value{out};
  }

  std::optional<value> in_params(std::string_view name) override {
    return name == "of_workflow" ? std::optional{shared_} : std::nullopt;
  }

  std::string asked;

private:
  model::value_map values_;
  value shared_{std::int64_t{99}};
};

std::string shown(const result<value>& x) {
  if (x) {
    if (const auto* number = x->as<std::int64_t>())
      return std::to_string(*number);
    if (const auto* text = x->as<std::string>())
      return *text;
    return "#" + std::to_string(x->v.index());
  }
  std::string out = "! " + std::string{to_string(x.error().code)};
  for (const auto& detail : x.error().details)
    out += " " + detail;
  return out;
}

std::string evaluate(std::string_view expression, model::value_map values = {}) {
  const auto language = sel::make_evaluator({fixed_budget(), {}});
  host names{std::move(values)};
  return shown(language->evaluate(expression, names));
}

} // namespace

TEST_CASE("a semicolon is put where the text needs one") {
  CHECK(sel::with_semicolon(" 1 + 1 ") == "1 + 1;");
  CHECK(sel::with_semicolon("1;") == "1;");
  CHECK(sel::with_semicolon("{ 1; }") == "{ 1; }");
  CHECK(sel::with_semicolon("{\"a\"}") == "{\"a\"};");
  CHECK(sel::with_semicolon("") == "");
  CHECK(sel::with_semicolon("1 == 1 // comment") == "1 == 1; // comment");
  CHECK(sel::with_semicolon("1 /* a */ // b") == "1; /* a */ // b");
  CHECK(sel::with_semicolon("'// no comment'") == "'// no comment';");
  CHECK(sel::with_semicolon("'it\\'s' // it") == "'it\\'s'; // it");
  CHECK(sel::with_semicolon("// only") == "// only");
  CHECK(sel::with_semicolon("1 /* open") == "1 /* open;");
}

TEST_CASE("names are resolved once each, before the evaluation") {
  const auto language = sel::make_evaluator({fixed_budget(), {}});
  host names{{{"a", value{std::int64_t{1}}}, {"b", value{std::int64_t{2}}}}};
  CHECK(shown(language->evaluate("false ? a + a : b", names)) == "2");
  CHECK(names.asked == "a b ");
}

TEST_CASE("a name that is given a value first is not asked for") {
  CHECK(evaluate("x = x + 1", {{"x", value{std::int64_t{1}}}}) == "null1");
}

TEST_CASE("params sees names that are mentioned, and what the host shares") {
  CHECK(evaluate("x + params.x", {{"x", value{std::int64_t{4}}}}) == "8");
  CHECK(evaluate("params.x == null ? 'none' : 'some'", {{"x", value{std::int64_t{4}}}}) == "none");
  CHECK(evaluate("params.of_workflow + 1") == "100");
  CHECK(evaluate("params['of_workflow'] + 1") == "100");
  CHECK(evaluate("params.containsKey('of_workflow') ? 1 : 0") == "1");
}

TEST_CASE("functions of the host take up to three strings") {
  CHECK(evaluate("params.f()") == "f");
  CHECK(evaluate("params.f('a', 'b', 'c')") == "f/a/b/c");
  CHECK(evaluate("params.f('a', 'b', 'c', 'd')")
        == "! BAD_REQUEST MaestroInvalidExpressionException UnsupportedOperationException");
  CHECK(evaluate("params.f(1)")
        == "! BAD_REQUEST MaestroInvalidExpressionException UnsupportedOperationException");
}

TEST_CASE("errors of the host are handed on as they are") {
  CHECK(evaluate("params.fail()") == "! CONFLICT");
  CHECK(evaluate("unknown") == "! NOT_FOUND");
}

TEST_CASE("failures have the class of the wrapper and their own") {
  CHECK(evaluate("1 / 0") == "! BAD_REQUEST MaestroInvalidExpressionException ArithmeticException");
  CHECK(evaluate("1 +") == "! BAD_REQUEST MaestroInvalidExpressionException ParseException");
  CHECK(evaluate("throw 'no'") == "! BAD_REQUEST MaestroInvalidExpressionException ERROR");
  CHECK(evaluate("null") == "! BAD_REQUEST MaestroInvalidExpressionException NULL");
  CHECK(evaluate("m = new Map(); m.put('a', null); m")
        == "! INTERNAL_ERROR MaestroInternalError UnsupportedOperationException");
  CHECK(evaluate("m = new Map(); m.put('a', m); m")
        == "! BAD_REQUEST MaestroInvalidExpressionException IllegalStateException");
  CHECK(evaluate("String s; s")
        == "! BAD_REQUEST MaestroInvalidExpressionException NullPointerException");
}

TEST_CASE("messages of thrown errors and wrong results name the text") {
  const auto language = sel::make_evaluator({fixed_budget(), {}});
  host names{{}};
  CHECK(language->evaluate("throw 'boom'", names).error().message
        == "Expression throws an error [ERROR: boom] for expr=[throw 'boom']");
  CHECK(language->evaluate("new DateTime(0)", names).error().message
        == "Invalid return type [DATETIME] for expr=[new DateTime(0)]");
}

TEST_CASE("values of the host become JSON without losing digits") {
  CHECK(evaluate("Util.toJson(x)", {{"x", value{std::int64_t{-3000000000}}}}) == "-3000000000");
  CHECK(evaluate("Util.toJson('a\"b\\n\\u0001')") == "\"a\\\"b\\n\\u0001\"");
  CHECK(evaluate("Util.toJson(new double[]{1.5, 1e10})") == "[1.5,1.0E10]");
  CHECK(evaluate("m = new Map(); m.put('a', new Map()); Util.toJson(m)") == "{\"a\":{}}");
  CHECK(evaluate("Util.toJson(null)") == "null");
}

TEST_CASE("checking and references do not evaluate") {
  const auto language = sel::make_evaluator({fixed_budget(), {}});
  CHECK(language->check("1 / 0"));
  CHECK(!language->check("1 +"));
  const auto names = language->references("params.a + b // c");
  REQUIRE(names);
  CHECK(*names == std::vector<std::string>{"params", "b"});
}

TEST_CASE("random numbers and the time come from the budget alone") {
  const auto draw = [] {
    host names{{}};
    std::mt19937_64 source{7};
    auto with = fixed_budget();
    with.random_bits = [&source] { return source(); };
    const auto language = sel::make_evaluator({with, {}});
    const auto out = language->evaluate(
      "UUID.randomUUID().toString() + Math.random() + System.currentTimeMillis()", names);
    REQUIRE(out);
    return *out->as<std::string>();
  };
  CHECK(draw() == draw());
}

TEST_CASE("the cache keeps the programs used last, within its bounds") {
  sel::program_cache cache{{}, {3, 1 << 20}};
  const auto a = cache.get("1;");
  for (const auto* text : {"2;", "3;", "1;", "4;"})
    REQUIRE(cache.get(text));
  CHECK(cache.size() == 3);
  CHECK(*cache.get("1;") == *a);
  CHECK(!cache.get("1"));
  CHECK(cache.size() == 3);
}

TEST_CASE("the cache is bounded in bytes") {
  sel::program_cache cache{{}, {1000, 20'000}};
  for (int i = 0; i < 200; ++i)
    REQUIRE(cache.get("x = 'a' + b + c + " + std::to_string(i) + "; x;"));
  CHECK(cache.bytes() <= 20'000);
  CHECK(cache.size() > 3);
}

TEST_CASE("threads share programs and zones") {
  const auto language = sel::make_evaluator({fixed_budget(), {8, 1 << 20}});
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        host names{{{"n", value{std::int64_t{i}}}}};
        const auto zone = std::vector{"Asia/Tokyo", "America/New_York", "Europe/Paris",
                                      "Pacific/Auckland"}[static_cast<std::size_t>((i + t) % 4)];
        const auto text = "int y = 1; y += n; d = new DateTime(0, DateTimeZone.forID('"
                          + std::string{zone} + "')); d.plusYears(70 + n % 20).getMillis(); y"
                          + (i % 20 == 0 ? "; // " + std::to_string(i) + "\n y" : "");
        if (shown(language->evaluate(text, names)) != std::to_string(i + 1))
          ++wrong;
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(wrong == 0);
}
