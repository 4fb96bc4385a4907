#include "test/unit/sel/support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using tutti::model::value;
using tutti::model::value_map;
using tutti::sel::test::fixed_budget;
using tutti::sel::test::run;

TEST_CASE("a left operand is read when the operator is applied") {
  CHECK(run("x = 2; x * (x = 3);") == "LONG 9");
  CHECK(run("x = 1; x = x + (x = 10) + x;") == "LONG 30");
  CHECK(run("x = 5; x += x -= 2;") == "LONG 6");
  CHECK(run("a = new int[3]; i = 0; a[i] = i = 2; a;") == "LONG_ARRAY [0,0,2]");
}

TEST_CASE("jumps out of no loop leave only the statement at the top") {
  CHECK(run("break; 5;") == "LONG 5");
  CHECK(run("{ x = 1; break; x = 2; } x;") == "LONG 1");
  CHECK(run("if (true) { break; } x = 3; x;") == "LONG 3");
  CHECK(run("x = 5; break;") == "! RuntimeException");
}

TEST_CASE("operands that statements forget make the end fail") {
  CHECK(run("for (i = 0; i < 2;) { i += 1; int x = 2; } 5;") == "! RuntimeException");
  CHECK(run("for (;;) { break; } 5;") == "LONG 5");
  CHECK(run("for (; false;) 1; return 5;") == "LONG 5");
}

TEST_CASE("keys of maps keep the text of the time they were put") {
  CHECK(run("m = new Map(); k = 'a'; m.put(k, 1); k = 'b'; m;") == "MAP {\"a\":1}");
  CHECK(run("m = new Map(); for (i = 0; i < 3; i += 1) { k = 'k' + i; m.put(k, i + 0); } m;")
        == "MAP {\"k0\":0,\"k1\":1,\"k2\":2}");
}

TEST_CASE("maps are walked in the order of a hash map of Java") {
  CHECK(run("m = new Map(); m.put('zebra', 1); m.put('apple', 2); m.put('mango', 3); m.put('b', 4);"
            "'' + m;")
        == "STRING \"{zebra=1, apple=2, b=4, mango=3}\"");
  CHECK(run("m = new Map(); for (i = 0; i < 14; i += 1) m.put('key' + i, i + 0); '' + m;")
        == "STRING \"{key1=1, key2=2, key0=0, key5=5, key6=6, key3=3, key4=4, key"
           "9=9, key7=7, key8=8, key11=11, key10=10, key13=13, key12=12}\"");
}

TEST_CASE("values within maps look as they do by themselves, except null") {
  CHECK(run("m = new Map(); m.put('a', new int[]{1, 2}); '' + m;") == "STRING \"{a=[1, 2]}\"");
  CHECK(run("m = new Map(); m.put('a', null); '' + m;") == "STRING \"{a=NULL}\"");
  CHECK(run("m = new Map(); m.put('a', new DateTime(0)); '' + m;")
        == "STRING \"{a=1970-01-01T00:00:00.000Z}\"");
  CHECK(run("Map m; 'x' + m;") == "STRING \"xnull\"");
}

TEST_CASE("a map that holds itself can be used but neither returned nor written") {
  CHECK(run("m = new Map(); m.put('self', m); m.size();") == "LONG 1");
  CHECK(run("m = new Map(); m.put('self', m); m;") == "! IllegalStateException");
  CHECK(run("m = new Map(); m.put('self', m); '' + m;") == "! IllegalStateException");
  CHECK(run("m = new Map(); m.put('self', m); String.valueOf(m);") == "! IllegalStateException");
}

TEST_CASE("class objects can be changed within one evaluation only") {
  CHECK(run("Long = 5; Long + 1;") == "LONG 6");
  CHECK(run("Long + 1;") == "LONG 1");
  CHECK(run("String = 'a'; String.valueOf(1);")
        == "! IllegalArgumentException (WrongMethodTypeException)");
  CHECK(run("String.valueOf(1);") == "STRING \"1\"");
}

TEST_CASE("class objects hide inputs of the same name") {
  value_map given{{"Map", value{std::int64_t{5}}}, {"params", value{std::int64_t{6}}}};
  CHECK(run("Map == null;", given) == "! UnsupportedOperationException");
  CHECK(run("params.Map;", given) == "LONG 5");
}

TEST_CASE("a literal is one cell, however often it is reached") {
  CHECK(run("n = 0; for (i = 0; i < 3; i += 1) { int y = 0; y += 1; n = y; } n;") == "LONG 3");
  CHECK(
    run("String s = 'a'; s += 'b'; for (i = 0; i < 2; i += 1) { String t = 'x'; t += 'y'; s = t; }"
        "s;")
    == "STRING \"xyy\"");
}

TEST_CASE("an evaluation leaves its program as it was") {
  const auto program = tutti::sel::compile("int y = 1; y += 1; y;", {});
  REQUIRE(program);
  tutti::sel::test::names none;
  for (int i = 0; i < 3; ++i)
    CHECK(tutti::sel::test::shown((*program)->run(none, fixed_budget())) == "LONG 2");
}

TEST_CASE("values from outside are copies") {
  value_map given{{"a", value{tutti::model::int_seq{{1, 2, 3}}}}};
  CHECK(run("a[1] = 9; '' + (a[1] + params.a[1]);", given) == "STRING \"11\"");
}

TEST_CASE("ranges stay compact until an item is needed") {
  value_map given{{"a", value{tutti::model::int_seq::range(0, 2, 1'000'000)}}};
  CHECK(run("a.length;", given) == "LONG 1000000");
  CHECK(run("a[10] + a[999999];", given) == "LONG 2000018");
  const auto program = tutti::sel::compile("Util.intsBetween(0, 1000000, 1);", {});
  REQUIRE(program);
  tutti::sel::test::names none;
  const auto out = (*program)->evaluate(none, fixed_budget());
  REQUIRE(out);
  REQUIRE(out->as<tutti::model::int_seq>());
  CHECK(out->as<tutti::model::int_seq>()->compact());
}

TEST_CASE("words and mistakes are found in the order of the original") {
  CHECK(run("99999999999999999999 @;") == "! TokenMgrError");
  CHECK(run(") @;") == "! ParseException");
  CHECK(run("1 2; '\\u00';") == "! ParseException");
  CHECK(run("'\\u00';") == "! Error");
  CHECK(run("\\u0031 + 1;") == "LONG 2");
  CHECK(run("'\\\\u0041';") == "STRING \"\\\\u0041\"");
  CHECK(run("a９ = 1;") == "! TokenMgrError");
  CHECK(run("a٣ = 1; a٣;") == "LONG 1");
  CHECK(run("new int[]{,}.length;") == "LONG 0");
}

TEST_CASE("a fraction, an exponent or a suffix makes a number a double") {
  CHECK(run("1.e3;") == "DOUBLE 1000.0");
  CHECK(run("1.f;") == "DOUBLE 1.0");
  CHECK(run("012e1;") == "DOUBLE 120.0");
  CHECK(run("1e;") == "! ParseException");
  CHECK(run("0x;") == "! ParseException");
  CHECK(run("08;") == "! ParseException");
}

TEST_CASE("what a null string can do is little") {
  CHECK(run("String s; s.trim();") == "! IllegalArgumentException (WrongMethodTypeException)");
  CHECK(run("String s; s.escape();") == "! NullPointerException");
  CHECK(run("String s; s.valueOf(5);") == "STRING \"5\"");
  CHECK(run("String s; String.join(s, 'a');") == "! NullPointerException");
  CHECK(run("String s; String.join('-', s, 'a');") == "STRING \"null-a\"");
  CHECK(run("String s; m = new Map(); m.put(s, 1); m.get(s);") == "LONG 1");
}

TEST_CASE("numbers for methods have 32 bits unless they are too large") {
  CHECK(run("'abc'.substring(-4294967295);") == "STRING \"bc\"");
  CHECK(run("'abc'.substring(2147483648);") == "! IllegalArgumentException (ClassCastException)");
  CHECK(run("'abc'.substring(null);") == "! IllegalArgumentException (NullPointerException)");
  CHECK(run("String.format('%d', 2147483648);") == "STRING \"2147483648\"");
  CHECK(run("String.format('%d', -2147483649);") == "STRING \"2147483647\"");
}

TEST_CASE("casts of doubles to numbers saturate") {
  CHECK(run("x = 0.0 / 0; x.longValue();") == "LONG 0");
  CHECK(run("x = -1e300; x.longValue();") == "LONG -9223372036854775808");
  CHECK(run("-9223372036854775807 - 1 / -1;") == "LONG -9223372036854775806");
  CHECK(run("(-9223372036854775807 - 1) / -1;") == "LONG -9223372036854775808");
  CHECK(run("(-9223372036854775807 - 1) % -1;") == "LONG 0");
}

TEST_CASE("names are external by what comes first") {
  const auto names = [](std::string_view text) {
    const auto program = tutti::sel::compile(text, {});
    REQUIRE(program);
    return (*program)->references();
  };
  CHECK(names("a[i] = b; a;") == std::vector<std::string>{"i", "b"});
  CHECK(names("a[i] + a[j];") == std::vector<std::string>{"a", "i", "j"});
  CHECK(names("b = params.x; c;") == std::vector<std::string>{"params", "c"});
}
