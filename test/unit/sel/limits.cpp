#include "runtime/sel/evaluator.hpp"
#include "test/unit/sel/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using tutti::ec;
using tutti::sel::limits;
using tutti::sel::test::fixed_budget;
using tutti::sel::test::run;

namespace {

std::string repeated(std::string_view x, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += x;
  return out;
}

limits with_length(std::size_t length) {
  limits out;
  out.length = length;
  return out;
}

limits with_memory(std::uint64_t bytes) {
  limits out;
  out.memory = bytes;
  return out;
}

double seconds_of(auto f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

TEST_CASE("a million levels of anything end with the depth limit") {
  const auto huge = with_length(20'000'000);
  for (const auto* opening : {"(", "a[", "!", "- ", "{", "if (true) ", "while (true) ",
                              "x = ", "true ? ", "true ? 1 : ", "'a'.substring(", "new String(",
                              "new int[", "new int[]{", "for (;;) ", "else ", "return ", "a[a["}) {
    INFO(opening);
    const auto out = run(repeated(opening, 1'000'000), huge);
    CHECK((out == "! IllegalStateException" || out == "! ParseException"));
  }
  CHECK(run(repeated("(", 1'000'000), huge) == "! IllegalStateException");
  CHECK(run(repeated("!", 1'000'000), huge) == "! IllegalStateException");
}

TEST_CASE("long texts without depth are only long") {
  const auto huge = with_length(20'000'000);
  CHECK(run("1" + repeated(" + 1", 200'000) + ";", huge) == "LONG 200001");
  CHECK(run("x = 0;" + repeated("x += 1;", 200'000) + "x;", huge) == "LONG 200000");
  CHECK(run("'a'" + repeated(".trim()", 200'000) + ";", huge) == "STRING \"a\"");
}

TEST_CASE("depth up to the limit is fine, whatever nests") {
  CHECK(run(repeated("(", 999) + "1" + repeated(")", 999) + ";") == "LONG 1");
  CHECK(run(repeated("(", 1001) + "1" + repeated(")", 1001) + ";") == "! IllegalStateException");
  CHECK(run(repeated("!", 998) + "true;") == "BOOLEAN true");
  CHECK(run(repeated("{", 999) + "1;" + repeated("}", 999)) == "LONG 1");
  CHECK(run(repeated("{", 1001) + "1;" + repeated("}", 1001)) == "! IllegalStateException");
}

TEST_CASE("operands that wait are bounded by the stack limit") {
  CHECK(run(repeated("1 + (", 126) + "1" + repeated(")", 126) + ";") == "LONG 127");
  CHECK(run(repeated("1 + (", 128) + "1" + repeated(")", 128) + ";")
        == "! ArrayIndexOutOfBoundsException");
}

TEST_CASE("loops end with the loop limit and do not multiply without the visit limit") {
  CHECK(run("while (true) 1;") == "! IllegalStateException");
  CHECK(run("for (;;) {}") == "! IllegalStateException");
  limits few;
  few.visits = 1'000'000;
  CHECK(run("for (i = 0; i < 25000; i += 1) for (j = 0; j < 25000; j += 1) x = i;", few)
        == "! IllegalStateException");
  CHECK(run("for (i = 0; i < 24999; i += 1) 1; i;") == "LONG 24999");
}

TEST_CASE("strings that double end with the memory limit") {
  CHECK(run("s = 'a'; for (;;) s = s + s;") == "! IllegalStateException");
  CHECK(run("s = 'a'; for (;;) s += s;") == "! IllegalStateException");
  CHECK(run("s = 'ab'; for (;;) s = s.replace('a', s);") == "! IllegalStateException");
  CHECK(run("s = 'ab'; for (;;) s = s.replaceAll('a', 'aa$0b');") == "! IllegalStateException");
  CHECK(run("s = 'ab'; for (;;) s = String.join(s, s, s);") == "! IllegalStateException");
  CHECK(run("s = 'ab'; for (;;) s = String.format('%s%s', s, s);") == "! IllegalStateException");
  CHECK(run("s = 'ab\\\\'; for (;;) s = s.escape();") == "! IllegalStateException");
  CHECK(run("String.format('%2000000000d', 1);") == "! IllegalStateException");
  CHECK(run("String.format('%.2000000000f', 1.5);") == "! IllegalStateException");
  CHECK(run("String.format('%02000000000d', 1);") == "! IllegalStateException");
}

TEST_CASE("maps that share contents cannot grow into endless results") {
  const std::string grow
    = "m = new Map(); for (i = 0; i < 60; i += 1) { n = new Map(); n.put('a', m);"
      "n.put('b', m); m = new Map(); m.put('n', n); m.put('o', n); }";
  CHECK(run(grow + "m;") == "! IllegalStateException");
  CHECK(run(grow + "'' + m;") == "! IllegalStateException");
  CHECK(run(grow + "String.valueOf(m);") == "! IllegalStateException");
  CHECK(run(grow + "m.size();") == "LONG 2");
}

TEST_CASE("lists that do not end are memory errors") {
  CHECK(run("Util.intsBetween(5, 0, 0);") == "! IllegalStateException");
  CHECK(run("Util.intsBetween(2147483640, 2147483647, 5);") == "! IllegalStateException");
  CHECK(run("Util.intsBetween(0, 2147483647, 1);") == "! IllegalStateException");
  CHECK(run("Util.intsBetween(0, 3000000, 1).length;") == "LONG 3000000");
  CHECK(run("Util.intsBetween(4294967296, 4294967299, 1);") == "LONG_ARRAY [0,1,2]");
}

TEST_CASE("memory is counted per value and per character") {
  CHECK(run("1 + 1;", with_memory(33)) == "LONG 2");
  CHECK(run("1 + 1;", with_memory(32)) == "! IllegalStateException");
  CHECK(run("'ab' + 'c';", with_memory(39)) == "STRING \"abc\"");
  CHECK(run("'ab' + 'c';", with_memory(38)) == "! IllegalStateException");
  CHECK(run("new int[2];", with_memory(97)) == "LONG_ARRAY [0,0]");
  CHECK(run("new int[2];", with_memory(96)) == "! IllegalStateException");
  CHECK(run("s = 'a'; s += 'bcdefghijklmnopqrstuvwxyz'; s.length();", with_memory(65))
        == "LONG 26");
  CHECK(run("1 + 2.5;", with_memory(65)) == "DOUBLE 3.5");
  CHECK(run("1 + 2.5;", with_memory(64)) == "! IllegalStateException");
}

TEST_CASE("a regular expression that backtracks for ever ends when the time is up") {
  auto with = fixed_budget();
  std::int64_t now = 0;
  with.now_ms = [&] { return now += 10'000; };
  CHECK(run("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'.replaceAll('(a+)+$', 'x');", with)
        == "! REQUEST_TIMEOUT");
  CHECK(run("x = 0; for (;;) { for (i = 0; i < 25000; i += 1) x += 1; }", with)
        == "! REQUEST_TIMEOUT");
}

TEST_CASE("an evaluation ends when it is told to stop") {
  auto with = fixed_budget();
  int asked = 0;
  with.stop = [&] { return ++asked > 3; };
  CHECK(run("for (;;) { for (i = 0; i < 25000; i += 1) x = 1; }", with) == "! REQUEST_TIMEOUT");
  CHECK(asked == 4);
}

TEST_CASE("nested patterns and classes are bounded") {
  const auto huge = with_length(20'000'000);
  for (const auto* opening :
       {"(", "[", "(?=", "(?:", "(a|", "[a&&", "a{2}", "(?i)", "\\\\Q", "(?<=a"}) {
    INFO(opening);
    const auto out = run("'a'.split('" + repeated(opening, 100'000) + "');", huge);
    CHECK(out.size() < 100);
  }
}

TEST_CASE("keys with the same hash do not make maps slow for long") {
  limits wide;
  auto with = fixed_budget(wide);
  std::int64_t now = 0;
  with.now_ms = [&] { return now += 1'000; };
  const auto spent = seconds_of([&] {
    run("m = new Map(); s = new String[]{'Aa', 'BB'}; for (i = 0; i < 20000; i += 1) { k = '';"
        "n = i; for (j = 0; j < 15; j += 1) { k = k + s[n % 2]; n = n / 2; } m.put(k, i + 0); }"
        "for (i = 0; i < 20000; i += 1) for (j = 0; j < 20000; j += 1) m.containsKey("
        "'AaAaAaAaAaAaAaAaAaAaAaAaAaAaAB');",
        with);
  });
  CHECK(spent < 20);
}

TEST_CASE("the time that an evaluation takes before it is stopped is short") {
  tutti::sel::budget with = fixed_budget();
  with.bounds.time_ms = 50;
  with.now_ms = [] {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
  };
  for (const auto* text :
       {"for (;;) { for (i = 0; i < 25000; i += 1) x = i; }",
        "s = 'a'; for (i = 0; i < 20; i += 1) s += s; for (;;) { for (j = 0; j < 25000; j += 1) { "
        "t = ''; t += s; t.contains('b'); } }",
        "s = 'a'; for (i = 0; i < 15; i += 1) s += s; s.replaceAll('(a*)*b', 'x');",
        "s = 'a'; for (i = 0; i < 15; i += 1) s += s; s.split('(?<=a{0,20000})b');",
        "s = 'a'; for (i = 0; i < 15; i += 1) s += s; for (;;) s.compareTo(s);"}) {
    INFO(text);
    CHECK(seconds_of([&] { CHECK(run(text, with).starts_with("!")); }) < 3);
  }
}
