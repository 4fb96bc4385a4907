#include "config/load/environment.hpp"
#include "config/load/manual.hpp"
#include "config/load/setting.hpp"
#include "config/load/toml_file.hpp"
#include "config/options/node_options.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace tutti;
using namespace tutti::config;

TEST_CASE("every default is printable and parses back to itself") {
  for (const auto& x : node_table()) {
    CAPTURE(x.name);
    node_options defaults;
    const auto before = x.print(defaults);
    CHECK(x.assign(defaults, before).has_value());
    CHECK(x.print(defaults) == before);
  }
}

TEST_CASE("every option has a help that is a sentence, and says what is allowed") {
  for (const auto& x : node_table()) {
    CAPTURE(x.name);
    CHECK(x.help.size() > 10);
    CHECK(x.help.back() == '.');
    CHECK_FALSE(x.allowed.empty());
  }
}

TEST_CASE("every option has one name, in lower case with dashes") {
  std::set<std::string_view> names;
  for (const auto& x : node_table()) {
    CAPTURE(x.name);
    CHECK(names.insert(x.name).second);
    CHECK(x.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
  }
}

TEST_CASE("every option refuses nonsense and stays as it was") {
  for (const auto& x : node_table()) {
    CAPTURE(x.name);
    node_options options;
    const auto before = x.print(options);
    CHECK_FALSE(x.assign(options, "\x01nonsense").has_value());
    CHECK(x.print(options) == before);
  }
}

TEST_CASE("the names of all options are far enough from those of the client's variables") {
  for (const auto& x : node_table()) {
    CHECK(variable_name(x.name) != "TUTTI_SERVER");
    CHECK(variable_name(x.name) != "TUTTI_USER");
  }
}

TEST_CASE("the printed configuration loads to the same values") {
  node_options options;
  options.data = "/tmp/with \"quotes\" and \\";
  options.shards = 7;
  options.drain_timeout_ms = 1500;
  options.http = {"::1", 0};
  const auto names = names_of(node_table());
  auto settings = read_toml(names, config_file(printed(node_table(), options)), "printed");
  REQUIRE(settings.has_value());
  node_options read;
  REQUIRE(apply(node_table(), *settings, read).has_value());
  for (const auto& x : node_table()) {
    CAPTURE(x.name);
    CHECK(x.print(read) == x.print(options));
  }
}

TEST_CASE("the manual has flag, default, bounds and variable of every option") {
  const auto page = manual(printed(node_table(), node_options{}));
  for (const auto& x : node_table()) {
    CAPTURE(x.name);
    CHECK(page.find("--" + std::string{x.name}) != std::string::npos);
    CHECK(page.find(x.help) != std::string::npos);
    CHECK(page.find(variable_name(x.name)) != std::string::npos);
  }
  CHECK(page.find("an integer in 1..1024. Default: 64. Variable: TUTTI_SHARDS.")
        != std::string::npos);
}

TEST_CASE("a node without a data folder is refused with the three ways to name one") {
  auto refused = validate(node_options{});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("--data") != std::string::npos);
  CHECK(refused.error().message.find("TUTTI_DATA") != std::string::npos);
}

TEST_CASE("process slots follow the machine within their bounds") {
  CHECK(process_slots_of_machine() >= 1);
  CHECK(process_slots_of_machine() <= 10'000);
}
