#include "runtime/model/json_codec.hpp"
#include "runtime/model/validate.hpp"
#include "test/support/places.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

/// Compares the reading and checking of requests with recorded answers of the original server.
namespace tutti::model {

namespace {

namespace fs = std::filesystem;

const fs::path recordings = test::in_sources("../shared/fixtures/golden");

struct exchange {
  std::string place;
  std::string method;
  std::string path;
  json::value body;
  json::value answer;
  std::string message;
  std::vector<std::string> errors;
  std::int64_t status = 0;
};

std::vector<json::value> read_lines(const fs::path& path) {
  std::vector<json::value> out;
  std::ifstream in{path};
  for (std::string line; std::getline(in, line);)
    if (auto x = parse_text(line))
      out.push_back(std::move(*x));
  return out;
}

std::string text_at(const json::value& x, std::string_view name) {
  const auto* members = x.if_object();
  const auto* text = members ? members->if_contains(name) : nullptr;
  return text && text->is_string() ? std::string{text->get_string()} : std::string{};
}

json::value value_at(const json::value& x, std::string_view name) {
  const auto* members = x.if_object();
  const auto* found = members ? members->if_contains(name) : nullptr;
  return found ? *found : json::value{};
}

exchange make_exchange(const fs::path& folder, const json::value& request,
                       const json::value& answer) {
  exchange x;
  x.method = text_at(request, "method");
  x.path = text_at(request, "path");
  x.body = value_at(request, "body");
  x.answer = value_at(answer, "body");
  x.place = folder.filename().string() + " " + to_text(value_at(request, "seq"));
  x.status = value_at(answer, "status").get_int64();
  x.message = text_at(x.answer, "message");
  auto errors = value_at(x.answer, "errors");
  if (errors.is_array())
    for (const auto& item : errors.get_array())
      x.errors.emplace_back(item.get_string());
  return x;
}

std::vector<exchange> read_recordings() {
  std::vector<exchange> out;
  if (!fs::exists(recordings)) {
    std::cout << "skipped: no recorded answers beside the sources\n";
    return out;
  }
  for (const auto& folder : fs::directory_iterator{recordings}) {
    auto requests = read_lines(folder.path() / "requests.jsonl");
    auto answers = read_lines(folder.path() / "responses.jsonl");
    for (std::size_t i = 0; i < std::min(requests.size(), answers.size()); ++i)
      out.push_back(make_exchange(folder.path(), requests[i], answers[i]));
  }
  return out;
}

/// Time triggers and signals are read and checked by other modules.
bool about_triggers(const std::string& text) {
  for (auto word : {"ignal", "rigger"})
    if (text.find(word) != std::string::npos)
      return text.find("initiator.trigger") == std::string::npos;
  return false;
}

std::vector<std::string> ours_to_check(std::vector<std::string> errors) {
  std::erase_if(errors, about_triggers);
  std::sort(errors.begin(), errors.end());
  return errors;
}

bool is_push(const exchange& x) {
  return (x.method == "POST" && x.path == "/api/v3/workflows")
         || (x.method == "PUT" && x.path == "/api/v3/workflows/actions/validate");
}

bool is_start(const exchange& x) {
  return x.path.ends_with("/actions/start");
}

bool is_restart(const exchange& x) {
  return x.path.ends_with("/actions/restart") && x.path.find("/steps/") == std::string::npos;
}

template <class T>
void check_refusal(const exchange& x) {
  auto read = from_json<T>(x.body);
  if (x.message.starts_with("JSON parse error")) {
    if (!about_triggers(x.message))
      CHECK(!read);
    return;
  }
  if (x.message.find("Validation failure") == std::string::npos || x.errors.empty())
    return;
  REQUIRE((read || !read.error().details.empty()));
  auto found = read ? violations(*read) : read.error().details;
  CHECK(ours_to_check(found) == ours_to_check(x.errors));
}

bool is_part(const std::string& name) {
  return name == "params" || name == "run_params" || name == "timeline";
}

using part_visitor = std::function<void(const std::string&, const json::value&)>;

/// Calls `f(name, value)` for each evaluated param map and timeline within. Signals have params
/// of another form.
void for_each_part(const json::value& x, const part_visitor& f) {
  if (const auto* items = x.if_array())
    for (const auto& item : *items)
      for_each_part(item, f);
  if (const auto* members = x.if_object())
    for (const auto& member : *members) {
      std::string name{member.key()};
      if (name.starts_with("signal_") || name == "initiator" || name == "artifacts")
        continue;
      if (is_part(name))
        f(name, member.value());
      else
        for_each_part(member.value(), f);
    }
}

} // namespace

TEST_CASE("recorded pushes are accepted or refused with the recorded violations") {
  std::size_t count = 0;
  for (const auto& x : read_recordings()) {
    if (!is_push(x))
      continue;
    CAPTURE(x.place);
    ++count;
    if (x.status >= 400) {
      check_refusal<workflow_create_request>(x);
      continue;
    }
    auto read = from_json<workflow_create_request>(x.body);
    REQUIRE_MESSAGE(read, (read ? "" : read.error().message));
    CHECK(violations(*read) == std::vector<std::string>{});
    CHECK(check_graph(read->workflow).has_value());
  }
  std::cout << "recorded pushes: " << count << '\n';
}

TEST_CASE("a recorded push comes back as the recorded workflow, member by member") {
  for (const auto& x : read_recordings()) {
    if (!is_push(x) || x.status != 200 || x.method != "POST")
      continue;
    CAPTURE(x.place);
    auto read = from_json<workflow_create_request>(x.body);
    REQUIRE(read);
    auto expected = value_at(value_at(x.answer, "workflow_definition"), "workflow");
    CHECK(json_text(read->workflow) == to_text(expected));
  }
}

TEST_CASE("recorded starts and restarts are read or refused as recorded") {
  for (const auto& x : read_recordings()) {
    CAPTURE(x.place);
    if (x.body.is_null() || !(is_start(x) || is_restart(x)))
      continue;
    if (x.status >= 400) {
      if (is_start(x))
        check_refusal<workflow_start_request>(x);
      else
        check_refusal<workflow_instance_restart_request>(x);
    } else if (is_start(x))
      CHECK(from_json<workflow_start_request>(x.body).has_value());
    else
      CHECK(from_json<workflow_instance_restart_request>(x.body).has_value());
  }
}

TEST_CASE("recorded params and timelines of instances come back byte by byte") {
  std::size_t count = 0;
  for (const auto& x : read_recordings()) {
    if (x.status != 200 || is_push(x) || !x.path.starts_with("/api/v3/workflows"))
      continue;
    CAPTURE(x.place);
    for_each_part(x.answer, [&](const std::string& name, const json::value& part) {
      ++count;
      auto text = to_text(part);
      if (name == "timeline") {
        auto read = from_json<std::vector<timeline_event>>(part);
        REQUIRE_MESSAGE(read, (read ? "" : read.error().message));
        CHECK(json_text(*read) == text);
        return;
      }
      auto read = from_json<param_map>(part);
      REQUIRE_MESSAGE(read, (read ? "" : read.error().message));
      CHECK(json_text(*read) == text);
    });
  }
  std::cout << "recorded params and timelines: " << count << '\n';
}

} // namespace tutti::model
