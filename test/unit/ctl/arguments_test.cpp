#include "tools/ctl/arguments.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::ctl;

namespace {

const std::vector<flag> flags{{"param", 'p', "NAME=VALUE", "a param"},
                              {"all", 'a', "", "everything"},
                              {"server", 's', "URL", "where"}};

using words = std::vector<std::string>;

} // namespace

TEST_CASE("flags and words may come in any order") {
  auto given = parse_arguments(flags, {"one", "-a", "two", "--server", "u", "three"});
  REQUIRE(given.has_value());
  CHECK(given->words == words{"one", "two", "three"});
  CHECK(given->has("all"));
  CHECK(given->text("server") == "u");
}

TEST_CASE("a flag may be repeated, and commas in its value are left alone") {
  auto given = parse_arguments(flags, {"-p", "a=[1,2]", "--param=b=c", "-p", "d="});
  REQUIRE(given.has_value());
  CHECK(given->all("param") == words{"a=[1,2]", "b=c", "d="});
}

TEST_CASE("what follows two dashes is words") {
  auto given = parse_arguments(flags, {"-a", "--", "--server", "-x"});
  REQUIRE(given.has_value());
  CHECK(given->words == words{"--server", "-x"});
}

TEST_CASE("a single dash is a word") {
  CHECK(parse_arguments(flags, {"-"})->words == words{"-"});
}

TEST_CASE("an unknown flag is refused with a guess") {
  CHECK(parse_arguments(flags, {"--sever", "u"}).error().message
        == "unknown option '--sever'; did you mean '--server'?");
  CHECK_FALSE(parse_arguments(flags, {"-x"}).has_value());
}

TEST_CASE("a flag without its value is refused") {
  CHECK_FALSE(parse_arguments(flags, {"--server"}).has_value());
}

TEST_CASE("flags before the verb belong to it") {
  auto asked = split_command(flags, {"--server", "u", "-a", "ps", "x", "-p", "y=1"});
  CHECK(asked.verb == "ps");
  CHECK(asked.rest == words{"--server", "u", "-a", "x", "-p", "y=1"});
  CHECK(split_command(flags, {"--server=u", "ps"}).verb == "ps");
  CHECK(split_command(flags, {"-a"}).verb.empty());
  CHECK(split_command(flags, {}).verb.empty());
}
