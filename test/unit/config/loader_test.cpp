#include "config/load/loader.hpp"
#include "config/load/manual.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <map>

using namespace tutti;
using namespace tutti::config;

namespace {

/// A file that is gone at the end of the test.
class scratch_file {
public:
  explicit scratch_file(const std::string& text) {
    name_ = "options-" + std::to_string(::getpid()) + ".toml";
    std::ofstream{name_} << text;
  }

  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;

  ~scratch_file() { std::remove(name_.c_str()); }

  const std::string& name() const { return name_; }

private:
  std::string name_;
};

using variables = std::map<std::string, std::string>;

environment from(variables values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    auto i = values.find(name);
    return i == values.end() ? std::nullopt : std::optional{i->second};
  };
}

result<loaded<node_options>> load_with(std::vector<std::string> arguments, variables env = {}) {
  std::vector<const char*> argv{"tuttid"};
  for (const auto& x : arguments)
    argv.push_back(x.c_str());
  return load_node_options(static_cast<int>(argv.size()), argv.data(), from(std::move(env)));
}

std::string refusal(std::vector<std::string> arguments, variables env = {}) {
  auto found = load_with(std::move(arguments), std::move(env));
  REQUIRE_FALSE(found.has_value());
  return found.error().message;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

struct switches {
  bool quiet = false;
  std::int64_t depth = 1;
};

const std::vector<option<switches>>& switch_table() {
  static const std::vector<option<switches>> table{
    boolean("quiet", &switches::quiet, "Says less than usual."),
    integer("depth", &switches::depth, {1, 9}, "How deep to look."),
  };
  return table;
}

} // namespace

TEST_CASE("a default holds when nobody speaks") {
  auto found = load_with({"--data", "d"});
  REQUIRE(found.has_value());
  CHECK(found->what == outcome::run);
  CHECK(found->options.shards == 64);
  CHECK(found->options.http == endpoint{"127.0.0.1", 8080});
}

TEST_CASE("the file wins over the default, the variable over the file, the flag over both") {
  scratch_file file{"[engine]\nshards = 2\nsteps-max = 20\nqueued-starts-max = 3\n"};
  auto found = load_with({"--data=d", "--config", file.name(), "--shards", "4"},
                         {{"TUTTI_SHARDS", "3"}, {"TUTTI_STEPS_MAX", "30"}});
  REQUIRE(found.has_value());
  CHECK(found->options.shards == 4);
  CHECK(found->options.steps_max == 30);
  CHECK(found->options.queued_starts_max == 3);
}

TEST_CASE("the file may be named by a variable") {
  scratch_file file{"data = \"there\"\n"};
  auto found = load_with({}, {{"TUTTI_CONFIG", file.name()}});
  REQUIRE(found.has_value());
  CHECK(found->options.data == "there");
}

TEST_CASE("every option can be set by flag and by variable") {
  for (const auto& x : node_table()) {
    CAPTURE(x.name);
    if (x.name == "config")
      continue;
    const auto value = x.name == "data" ? "d" : x.print(node_options{});
    CHECK(load_with({"--data", "d", "--" + std::string{x.name} + "=" + value}).has_value());
    CHECK(load_with({"--data", "d"}, {{variable_name(x.name), value}}).has_value());
  }
}

TEST_CASE("a flag out of range names itself, the value found and the bounds") {
  CHECK(refusal({"--data", "d", "--shards", "4096"})
        == "--shards=4096: must be an integer in 1..1024");
}

TEST_CASE("a variable out of range names itself") {
  CHECK(refusal({"--data", "d"}, {{"TUTTI_SHARDS", "many"}})
        == "TUTTI_SHARDS=many: must be an integer in 1..1024");
}

TEST_CASE("a key out of range names file and line") {
  scratch_file file{"data = \"d\"\n\n[engine]\nshards = 0\n"};
  CHECK(refusal({"--config", file.name()})
        == file.name() + ":4: shards=0: must be an integer in 1..1024");
}

TEST_CASE("a wrong value is refused even when a stronger source overrides it") {
  CHECK(
    contains(refusal({"--data", "d", "--shards", "4"}, {{"TUTTI_SHARDS", "0"}}), "TUTTI_SHARDS=0"));
}

TEST_CASE("an unknown flag is refused with a guess") {
  CHECK(refusal({"--data", "d", "--shard=4"})
        == "unknown flag '--shard'; did you mean '--shards'?");
  CHECK(contains(refusal({"--data", "d", "-x"}), "unknown flag '-x'"));
}

TEST_CASE("a bare argument is refused") {
  CHECK(contains(refusal({"--data", "d", "start"}), "argument 'start' is not expected"));
}

TEST_CASE("a flag without its value is refused") {
  CHECK(contains(refusal({"--data"}), "data"));
}

TEST_CASE("help and version win over everything that is wrong") {
  CHECK(load_with({"--help", "--bogus"})->what == outcome::help);
  CHECK(load_with({"--version"}, {{"TUTTI_SHARDS", "0"}})->what == outcome::version);
}

TEST_CASE("print-config shows what is in force and needs no data folder") {
  auto found = load_with({"--print-config", "--shards", "8"});
  REQUIRE(found.has_value());
  CHECK(found->what == outcome::print_config);
  CHECK(contains(node_config_file(found->options), "shards = 8\n"));
}

TEST_CASE("an unknown key is refused with its line and a guess") {
  auto found = read_toml(names_of(node_table()), "\n[engine]\nshard = 4\n", "a.toml");
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().message == "a.toml:3: unknown key 'shard'; did you mean 'shards'?");
}

TEST_CASE("a key under the wrong section is told where it belongs") {
  auto found = read_toml(names_of(node_table()), "shards = 4\n", "a.toml");
  REQUIRE_FALSE(found.has_value());
  CHECK(contains(found.error().message, "a.toml:1: 'shards' is written in [engine]"));
}

TEST_CASE("an unknown section is refused with a guess") {
  auto found = read_toml(names_of(node_table()), "[egnine]\nshards = 4\n", "a.toml");
  REQUIRE_FALSE(found.has_value());
  CHECK(contains(found.error().message, "a.toml:1: unknown section [egnine]"));
  CHECK(contains(found.error().message, "did you mean 'engine'?"));
}

TEST_CASE("a list, a fraction or a table as a value is refused") {
  for (auto value : {"[1]", "1.5", "{a = 1}"}) {
    CAPTURE(value);
    auto found = read_toml(names_of(node_table()), "[engine]\nshards = " + std::string{value},
                           "a.toml");
    REQUIRE_FALSE(found.has_value());
    CHECK(contains(found.error().message, "a.toml:2: 'shards' must be"));
  }
}

TEST_CASE("a file that is no TOML is refused with line and column") {
  auto found = read_toml(names_of(node_table()), "data = \"d\"\nshards == 4\n", "a.toml");
  REQUIRE_FALSE(found.has_value());
  CHECK(contains(found.error().message, "a.toml:2:"));
}

TEST_CASE("a file cannot name another file") {
  auto found = read_toml(names_of(node_table()), "config = \"b.toml\"\n", "a.toml");
  REQUIRE_FALSE(found.has_value());
  CHECK(contains(found.error().message, "cannot be set in a file"));
}

TEST_CASE("a file that is not there is refused by name") {
  CHECK(refusal({"--data", "d", "--config", "nowhere.toml"})
        == "configuration file 'nowhere.toml' cannot be read");
}

TEST_CASE("an empty file is a configuration") {
  scratch_file file{""};
  CHECK(load_with({"--data", "d", "--config", file.name()}).has_value());
}

TEST_CASE("a boolean flag without a value means true") {
  const char* bare[] = {"tool", "--quiet", "--depth", "3"};
  auto found = load(switch_table(), 4, bare, from({}));
  REQUIRE(found.has_value());
  CHECK(found->options.quiet);
  CHECK(found->options.depth == 3);
  const char* explicit_no[] = {"tool", "--quiet=no"};
  CHECK_FALSE(load(switch_table(), 2, explicit_no, from({{"TUTTI_QUIET", "1"}}))->options.quiet);
}
