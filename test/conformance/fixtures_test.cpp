#include "runtime/model/json_codec.hpp"
#include "test/support/places.hpp"
#include "tools/codec/models.hpp"
#include "tools/codec/roundtrip.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

/// Reads each fixture of the index as the model of its row, writes it again, and compares.
namespace tutti::codec {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path fixtures = test::in_sources("../shared/fixtures/maestro");
constexpr std::int64_t now = 1'700'000'000'000;

struct row {
  fs::path file;
  std::string model;
  std::string expected;
};

std::string read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
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
    if (fs::is_regular_file(fixtures / x.file))
      rows.push_back(std::move(x));
  }
  return rows;
}

const std::vector<row>& rows() {
  static const auto all = read_index();
  return all;
}

bool says(const row& x, std::string_view words) {
  return x.expected.find(words) != std::string::npos;
}

bool is_yaml(const row& x) {
  return x.file.extension() == ".yaml";
}

/// How the value found differs from the one wanted, or an empty text.
class comparison {
public:
  /// The row says that more members may be there.
  bool more_allowed = false;

  std::string different(const json::value& wanted, const json::value& found) {
    compare(wanted, found, "");
    return where_;
  }

  /// Whether the members stand in the same order. Attributes of tags have none.
  std::string out_of_order(const json::value& wanted, const json::value& found) {
    order(wanted, found, "");
    return where_;
  }

private:
  bool fail(std::string why) {
    if (where_.empty())
      where_ = std::move(why);
    return false;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  bool compare(const json::object& wanted, const json::object& found, const std::string& at) {
    for (const auto& member : wanted) {
      std::string name{member.key()};
      const auto* other = found.if_contains(name);
      if (!other)
        return fail(at + "/" + name + " is missing");
      // The time of the reading is filled in.
      if (name != "request_time" && !compare(member.value(), *other, at + "/" + name))
        return false;
    }
    for (const auto& member : found)
      if (!more_allowed && !wanted.contains(member.key()) && member.key() != "request_time")
        return fail(at + "/" + std::string{member.key()} + " is too much");
    return true;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  bool compare(const json::array& wanted, const json::array& found, const std::string& at) {
    if (wanted.size() != found.size())
      return fail(at + ": expected " + std::to_string(wanted.size()) + " items, found "
                  + std::to_string(found.size()));
    auto texts = std::all_of(wanted.begin(), wanted.end(), [](auto& x) { return x.is_string(); });
    if (texts && sorted(wanted) == sorted(found))
      return true; // It may be a set.
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (!compare(wanted[i], found[i], at + "/" + std::to_string(i)))
        return false;
    return true;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  bool compare(const json::value& wanted, const json::value& found, const std::string& at) {
    if (wanted.is_object() && found.is_object())
      return compare(wanted.get_object(), found.get_object(), at);
    if (wanted.is_array() && found.is_array())
      return compare(wanted.get_array(), found.get_array(), at);
    auto left = model::number_text(wanted);
    auto right = model::number_text(found);
    auto equal = left && right ? std::stod(*left) == std::stod(*right) : wanted == found;
    return equal
           || fail(at + ": expected " + model::to_text(wanted) + ", found "
                   + model::to_text(found));
  }

  static std::vector<std::string> sorted(const json::array& items) {
    std::vector<std::string> out;
    for (const auto& x : items)
      out.push_back(model::to_text(x));
    std::sort(out.begin(), out.end());
    return out;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  bool order(const json::value& wanted, const json::value& found, const std::string& at) {
    if (wanted.is_array() && found.is_array())
      for (std::size_t i = 0; i < wanted.get_array().size(); ++i)
        if (!order(wanted.get_array()[i], found.get_array()[i], at + "/" + std::to_string(i)))
          return false;
    if (!wanted.is_object() || !found.is_object() || at.find("/tags/") != std::string::npos)
      return true;
    auto other = found.get_object().begin();
    for (const auto& member : wanted.get_object()) {
      if (other == found.get_object().end() || other->key() != member.key())
        return fail(at + ": expected " + std::string{member.key()} + ", found "
                    + (other == found.get_object().end() ? "nothing" : std::string{other->key()}));
      if (!order(member.value(), other->value(), at + "/" + std::string{member.key()}))
        return false;
      ++other;
    }
    return true;
  }

  std::string where_;
};

/// The member that the model applies to, or the whole.
json::value part_for(const row& x, const json::value& whole) {
  constexpr std::string_view start = "model applies to the member `";
  auto at = x.expected.find(start);
  const auto* members = whole.if_object();
  if (at == std::string::npos || !members)
    return whole;
  at += start.size();
  const auto* part = members->if_contains(x.expected.substr(at, x.expected.find('`', at) - at));
  // Derived files hold the part only.
  return part ? *part : whole;
}

std::string input_of(const row& x) {
  auto text = read_file(fixtures / x.file);
  if (is_yaml(x))
    return text;
  auto whole = model::parse_text(text);
  REQUIRE(whole);
  return model::to_text(part_for(x, *whole));
}

std::optional<fs::path> derived_of(const row& x) {
  auto file = fixtures / "derived/roundtrip" / x.file;
  if (is_yaml(x))
    file += ".json";
  return fs::exists(file) ? std::optional{file} : std::nullopt;
}

void check_value(const row& x, const json::value& found) {
  auto derived = derived_of(x);
  auto text = read_file(derived ? *derived : fixtures / x.file);
  auto wanted = model::parse_text(text);
  REQUIRE(wanted);
  auto part = part_for(x, *wanted);
  comparison values;
  // A row that only says Accept promises no more than what was read.
  values.more_allowed = !derived && says(x, "**Accept**") && !says(x, "Round trip");
  CHECK(values.different(part, found) == "");
  if (derived)
    CHECK(comparison{}.out_of_order(part, found) == "");
}

void check_row(const row& x) {
  auto input = input_of(x);
  auto written = round_trip_text(x.model, input, now);
  if (says(x, "**Reject at parse**")) {
    REQUIRE(!written);
    CHECK(written.error().code == ec::bad_request);
    return;
  }
  REQUIRE_MESSAGE(written, (written ? "" : written.error().message));
  auto found = model::parse_text(*written);
  REQUIRE(found);
  check_value(x, *found);
  auto model = x.model == "DSL" ? "WorkflowCreateRequest" : x.model;
  auto second = round_trip_text(model, *written, now + 1);
  REQUIRE_MESSAGE(second, (second ? "" : second.error().message));
  CHECK(*second == *written);
}

} // namespace

TEST_CASE("a fixture comes back as its row of the index says, and the same way once more") {
  if (!fs::exists(fixtures)) {
    std::cout << "skipped: no conformance fixtures beside the sources\n";
    return;
  }
  for (const auto& x : rows())
    SUBCASE(x.file.c_str()) {
      check_row(x);
    }
}

TEST_CASE("all fixtures of the index are run") {
  if (!fs::exists(fixtures)) {
    std::cout << "skipped: no conformance fixtures beside the sources\n";
    return;
  }
  std::size_t yaml = 0;
  std::size_t derived = 0;
  std::size_t rejected = 0;
  for (const auto& x : rows()) {
    yaml += is_yaml(x) ? 1 : 0;
    derived += derived_of(x) ? 1 : 0;
    rejected += says(x, "**Reject at parse**") ? 1 : 0;
  }
  std::cout << "fixtures: " << rows().size() << " run under both laws, " << derived
            << " of them against a derived file and its order, " << rejected << " to be rejected, "
            << yaml << " in YAML\n";
  CHECK(rows().size() == 184);
}

TEST_CASE("a model that does not exist is told apart from a value that is refused") {
  CHECK(round_trip_text("NoSuch", "{}", 0).error().code == ec::not_found);
  CHECK(round_trip_text("map of NoSuch", "{}", 0).error().code == ec::not_found);
  CHECK(round_trip_text("list of NoSuch", "[", 0).error().code == ec::not_found);
  CHECK(round_trip_text("map of User", "[]", 0).error().code == ec::bad_request);
  CHECK(round_trip_text("User", "{", 0).error().code == ec::bad_request);
  CHECK(round_trip_text("User", "", 0).error().code == ec::bad_request);
  CHECK(*round_trip_text("map of list of Tag", R"({"a":["x"]})", 0) == R"({"a":[{"name":"x"}]})");
}

TEST_CASE("a model of one kind takes that kind only") {
  CHECK(*round_trip_text("LongParameter", R"({"type":"long","value":"5"})", 0)
        == R"({"value":5,"type":"LONG"})");
  CHECK(!round_trip_text("LongParameter", R"({"type":"STRING","value":"5"})", 0));
  CHECK(round_trip_text("ForeachStep", R"({"foreach":{"id":"a"}})", 0));
  CHECK(!round_trip_text("ForeachStep", R"({"while":{"id":"a","condition":"x"}})", 0));
  CHECK(*round_trip_text("RetryArtifact", R"({"type":"retry"})", 0)
        == R"({"retryable":true,"type":"RETRY"})");
  CHECK(!round_trip_text("RetryArtifact", R"({"type":"HTTP"})", 0));
}

} // namespace tutti::codec
