#include "runtime/model/json_codec.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>

/// Reads each fixture of the index as the model of its row, writes it again, and compares.
namespace tutti::model {

namespace {

namespace fs = std::filesystem;

const fs::path fixtures = TUTTI_SOURCE_DIR "/../shared/fixtures/maestro";

struct workflow_definition_extras {
  std::optional<param_map> workflow_params;
  std::optional<ordered_map<param_map>> step_params;
  std::optional<std::int64_t> next_execution_time;
  std::optional<std::vector<std::int64_t>> next_execution_times;

  static constexpr auto fields() {
    using self = workflow_definition_extras;
    return std::make_tuple(field(1, "workflow_params", &self::workflow_params),
                           field(2, "step_params", &self::step_params),
                           field(3, "next_execution_time", &self::next_execution_time),
                           field(4, "next_execution_times", &self::next_execution_times));
  }
};

/// The answer of the API for a version of a workflow.
struct workflow_definition {
  std::optional<model::properties_snapshot> properties_snapshot;
  std::optional<model::metadata> metadata;
  model::workflow workflow;
  bool is_active = true;
  std::optional<std::int64_t> activate_time;
  std::optional<user> activated_by;
  std::optional<bool> is_latest;
  std::optional<bool> is_default;
  std::optional<std::int64_t> internal_id;
  std::optional<workflow_definition_extras> enriched_extras;
  std::optional<std::int64_t> modify_time;

  static constexpr auto fields() {
    using self = workflow_definition;
    return std::make_tuple(
      field(1, "properties_snapshot", &self::properties_snapshot),
      field(2, "metadata", &self::metadata), field(3, "workflow", &self::workflow),
      field(4, "is_active", &self::is_active), field(5, "activate_time", &self::activate_time),
      field(6, "activated_by", &self::activated_by), field(7, "is_latest", &self::is_latest),
      field(8, "is_default", &self::is_default), field(9, "internal_id", &self::internal_id),
      field(10, "enriched_extras", &self::enriched_extras),
      field(11, "modify_time", &self::modify_time));
  }
};

struct workflow_create_response {
  model::workflow_definition workflow_definition;

  static constexpr auto fields() {
    return std::make_tuple(
      field(1, "workflow_definition", &workflow_create_response::workflow_definition));
  }
};

struct row {
  fs::path file;
  std::string model;
  std::string expected;
};

std::string read_file(const fs::path& path) {
  std::ifstream in{path};
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<row> read_index() {
  std::vector<row> rows;
  std::ifstream in{fixtures / "INDEX.md"};
  fs::path folder;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## "))
      folder = line.substr(3);
    if (!line.starts_with("| ") || line.starts_with("| file") || line.starts_with("| code"))
      continue;
    auto first = line.find(" | ");
    auto second = line.find(" | ", first + 3);
    row x{folder / line.substr(2, first - 2), line.substr(first + 3, second - first - 3),
          line.substr(second + 3)};
    if (fs::exists(fixtures / x.file))
      rows.push_back(std::move(x));
  }
  return rows;
}

/// Reads and writes: the text, or the error.
using round_trip = std::function<result<std::string>(const json::value&)>;

template <class T>
result<std::string> through(const json::value& x) {
  auto read = from_json<T>(x);
  if (!read)
    return read.error();
  return json_text(*read);
}

const std::map<std::string, round_trip>& models() {
  static const std::map<std::string, round_trip> all{
    {"WorkflowCreateRequest", through<workflow_create_request>},
    {"WorkflowCreateResponse", through<workflow_create_response>},
    {"WorkflowDefinition", through<workflow_definition>},
    {"WorkflowDefinitionExtras", through<workflow_definition_extras>},
    {"WorkflowStartRequest", through<workflow_start_request>},
    {"WorkflowInstanceRestartRequest", through<workflow_instance_restart_request>},
    {"map of Initiator", through<ordered_map<initiator>>},
    {"map of ParamDefinition", through<param_map>},
    {"map of ParsableLong", through<ordered_map<parsable_long>>},
    {"RetryPolicy", through<retry_policy>},
    {"Step", through<step>},
    {"GitInfo", through<git_info>},
    {"Metadata", through<metadata>},
    {"Properties", through<properties>},
    {"Tag", through<tag>},
    {"User", through<user>},
  };
  return all;
}

bool same(const json::value& a, const json::value& b, const std::string& at, std::string& where);

bool same_members(const json::object& a, const json::object& b, const std::string& at,
                  std::string& where) {
  for (const auto& member : a) {
    std::string name{member.key()};
    const auto* other = b.if_contains(name);
    // The time of the reading is filled in by the server.
    if (name == "request_time" && !other)
      continue;
    if (!other) {
      where = at + "/" + name + " is missing";
      return false;
    }
    if (!same(member.value(), *other, at + "/" + name, where))
      return false;
  }
  for (const auto& member : b)
    if (!a.contains(member.key())) {
      where = at + "/" + std::string{member.key()} + " is too much";
      return false;
    }
  return true;
}

/// Whether the expected value `a` and the found `b` are the same JSON, 1 and 1.0 being equal.
bool same(const json::value& a, const json::value& b, const std::string& at, std::string& where) {
  if (a.is_object() && b.is_object())
    return same_members(a.get_object(), b.get_object(), at, where);
  if (a.is_array() && b.is_array() && a.get_array().size() == b.get_array().size()) {
    for (std::size_t i = 0; i < a.get_array().size(); ++i)
      if (!same(a.get_array()[i], b.get_array()[i], at + "/" + std::to_string(i), where))
        return false;
    return true;
  }
  auto left = number_text(a);
  auto right = number_text(b);
  auto equal = left && right ? std::stod(*left) == std::stod(*right) : a == b;
  if (!equal)
    where = at + ": expected " + to_text(a) + ", found " + to_text(b);
  return equal;
}

/// The member that the model applies to, or the whole.
json::value part_for(const row& x, const json::value& whole) {
  constexpr std::string_view start = "model applies to the member `";
  auto at = x.expected.find(start);
  if (at == std::string::npos)
    return whole;
  at += start.size();
  const auto* members = whole.if_object();
  const auto* part = members
                       ? members->if_contains(x.expected.substr(at, x.expected.find('`', at) - at))
                       : nullptr;
  // Derived files hold the part only.
  return part ? *part : whole;
}

void check_round_trip(const row& x, const round_trip& go) {
  auto derived = fixtures / "derived/roundtrip" / x.file;
  auto input = parse_text(read_file(fixtures / x.file));
  auto expected = parse_text(read_file(fs::exists(derived) ? derived : fixtures / x.file));
  REQUIRE(input);
  REQUIRE(expected);
  auto written = go(part_for(x, *input));
  if (x.expected.find("**Reject at parse**") != std::string::npos) {
    CHECK(!written);
    return;
  }
  REQUIRE_MESSAGE(written, (written ? "" : written.error().message));
  auto again = parse_text(*written);
  REQUIRE(again);
  std::string where;
  CHECK_MESSAGE(same(part_for(x, *expected), *again, "", where), where);
  auto second = go(*again);
  REQUIRE(second);
  CHECK(*second == *written);
}

} // namespace

TEST_CASE("every fixture of a known model comes back as its row of the index says") {
  if (!fs::exists(fixtures)) {
    std::cout << "skipped: no conformance fixtures beside the sources\n";
    return;
  }
  std::size_t covered = 0;
  std::map<std::string, int> missing;
  auto rows = read_index();
  for (const auto& x : rows) {
    CAPTURE(x.file.string());
    auto model = models().find(x.model);
    if (model == models().end()) {
      ++missing[x.model];
      continue;
    }
    ++covered;
    check_round_trip(x, model->second);
  }
  std::cout << "fixtures: " << covered << " of " << rows.size() << " covered; not yet:";
  for (const auto& [name, n] : missing)
    std::cout << ' ' << name << " (" << n << ")";
  std::cout << '\n';
  CHECK(covered > 0);
}

TEST_CASE("the written members of a fixture stand in the order of the derived file") {
  if (!fs::exists(fixtures)) {
    std::cout << "skipped: no conformance fixtures beside the sources\n";
    return;
  }
  // Members that are kept as they came have the order of the input.
  const auto whole
    = {"common/workflows/request/sample-dag-test-1-wf.json",
       "server/samples/sample-dag-test-9.json", "server/samples/sample-large-foreach-wf.json",
       "server/samples/sample-notebook-git-wf.json", "common/parameters/sample-wf-notebook.json"};
  for (const auto* file : whole) {
    CAPTURE(file);
    auto expected = parse_text(read_file(fixtures / "derived/roundtrip" / file));
    auto input = parse_text(read_file(fixtures / file));
    REQUIRE(expected);
    REQUIRE(input);
    auto is_definition = std::string_view{file}.find("parameters") != std::string_view::npos;
    auto written = is_definition ? through<workflow_definition>(*input)
                                 : through<workflow_create_request>(*input);
    REQUIRE(written);
    auto text = to_text(*expected);
    auto [found, wanted] = std::mismatch(written->begin(), written->end(), text.begin(),
                                         text.end());
    CHECK(std::string(found, written->end()) == std::string(wanted, text.end()));
  }
}

} // namespace tutti::model
