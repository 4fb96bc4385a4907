#include "runtime/model/json.hpp"
#include "test/support/places.hpp"
#include "tools/codec/roundtrip.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>

/// Reads each recorded answer of the original server as its model and writes it again: the bytes
/// must be the same.
namespace tutti::codec {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path recordings = test::in_sources("../shared/fixtures/golden");

struct answer_model {
  const char* method;
  const char* path; ///< behind `/api/v3`; `*` is one segment
  const char* model;
};

constexpr std::string_view page_of = "page of ";

constexpr answer_model answer_models[] = {
  {"GET", "/workflows/(steps/)?instances/action-map", ""},
  {"GET", "/workflows/*/instances/*/runs/*/steps/*/attempts/*", "StepInstance"},
  {"GET", "/workflows/*/instances/*/runs/*/steps", "list of StepInstance"},
  {"GET", "/workflows/*/instances/*/steps/*", "StepInstance"},
  {"GET", "/workflows/*/instances/*/steps", "list of StepInstance"},
  {"GET", "/workflows/*/instances/*/runs/*", "WorkflowInstance"},
  {"GET", "/workflows/*/instances/*/runs", "page of WorkflowInstance"},
  {"GET", "/workflows/*/instances/*/inline-path", "list of UpstreamInitiator.Info"},
  {"GET", "/workflows/*/instances/*", "WorkflowInstance"},
  {"GET", "/workflows/*/instances", "page of WorkflowInstance"},
  {"GET", "/workflows/*/versions/pagination", "page of WorkflowDefinition"},
  {"GET", "/workflows/*/versions/*", "WorkflowDefinition"},
  {"POST", "/workflows(/yaml)?", "WorkflowCreateResponse"},
  {"POST", "/workflows/*/versions/*/actions/start", "WorkflowStartResponse"},
  {"GET", "/workflows/*/overview", "WorkflowOverviewResponse"},
  {"GET", "/workflows/*/timeline", "WorkflowTimeline"},
  {"PUT", "/workflows/actions/validate(/yaml)?", "TimelineActionEvent"},
  {"POST", "/workflows/*/instances/*/actions/restart", "WorkflowInstanceRestartResponse"},
  {"POST", "/workflows/*/instances/*/steps/*/actions/restart", "StepInstanceRestartResponse"},
  {"PUT", "/workflows/*/instances/*/steps/*/actions/*", "StepInstanceActionResponse"},
  {"PUT", "/workflows/steps/breakpoints/.*/actions/resume", "StepInstanceActionResponse"},
  {"GET", "/workflows/*/properties-snapshot/*", "PropertiesSnapshot"},
  {"POST", "/workflows/*/properties(/tag)?", "PropertiesSnapshot"},
  {"DELETE", "/workflows/*/properties/tag/*", "PropertiesSnapshot"},
  {"PUT", "/workflows/*/actions/(kill|stop|unblock)", "TimelineActionEvent"},
  {"PUT", "/workflows/*(/versions/*)?/actions/(de)?activate", "WorkflowActionResponse"},
  {"PUT", "/workflows/*/instances/*(/runs/*)?/actions/(kill|stop|unblock)",
   "WorkflowInstanceActionResponse"},
  {"POST", "/signals", "SignalInstance"},
  {"GET", "/signals/*/instances/*", "SignalInstance"},
  {"POST", "/workflows/steps/breakpoints", "StepBreakpoint"},
  {"GET", "/workflows/steps/breakpoints", "list of StepBreakpoint"},
  {"DELETE", "/workflows/steps/breakpoints", "StepBreakpointDeleteResponse"},
  {"GET", "/workflows/steps/breakpoints/paused-step-attempts", "list of PausedStepAttempt"},
  {"POST", "/job-templates(/yaml)?", "JobTemplate"},
  {"GET", "/job-templates/*", "JobTemplate"},
  {"GET", "/job-templates", "list of JobTemplate"},
  {"GET", "/tag-permits/*", "TagPermit"},
  {"DELETE", "/workflows/*", "TimelineLogEvent"},
};

std::regex pattern_of(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i)
    if (path[i] == '*' && (i == 0 || path[i - 1] != '.'))
      out += "[^/]+";
    else
      out += path[i];
  return std::regex{out};
}

struct compiled_model {
  std::string_view method;
  std::regex path;
  std::string_view model;
};

std::optional<std::string> model_of(const std::string& method, const std::string& path) {
  static const auto all = [] {
    std::vector<compiled_model> out;
    for (const auto& x : answer_models)
      out.push_back({x.method, pattern_of(x.path), x.model});
    return out;
  }();
  for (const auto& x : all)
    if (x.method == method && std::regex_match(path, x.path))
      return std::string{x.model};
  return std::nullopt;
}

std::vector<json::value> read_lines(const fs::path& path) {
  std::vector<json::value> out;
  std::ifstream in{path};
  for (std::string line; std::getline(in, line);)
    if (auto x = model::parse_text(line))
      out.push_back(std::move(*x));
  return out;
}

/// The path of a request behind the base path, without its query.
std::string path_of(const json::object& request) {
  constexpr std::string_view base = "/api/v3";
  std::string path{request.at("path").as_string()};
  if (path.starts_with(base))
    path.erase(0, base.size());
  return path.substr(0, path.find('?'));
}

std::size_t checked = 0;

void check_same(const std::string& model, const json::value& body) {
  CAPTURE(model);
  auto text = model::to_text(body);
  auto again = round_trip_text(model, text, 0);
  REQUIRE_MESSAGE(again, (again ? "" : again.error().message));
  auto [found, wanted] = std::mismatch(again->begin(), again->end(), text.begin(), text.end());
  CHECK(std::string(found, again->end()).substr(0, 100)
        == std::string(wanted, text.end()).substr(0, 100));
  ++checked;
}

void check_answer(const json::object& request, const json::object& answer) {
  const auto* body = answer.if_contains("body");
  if (!body || !(body->is_object() || body->is_array()))
    return;
  if (answer.at("status").to_number<int>() >= 400) {
    // The answers of the web framework have other shapes.
    const auto* status = body->as_object().if_contains("status");
    if (status && status->is_string())
      check_same("Details", *body);
    return;
  }
  auto path = path_of(request);
  CAPTURE(path);
  auto model = model_of(std::string{request.at("method").as_string()}, path);
  REQUIRE(model);
  if (model->starts_with(page_of)) {
    check_same("PaginationResult", *body);
    check_same("list of " + model->substr(page_of.size()), body->at("elements"));
  } else if (!model->empty())
    check_same(*model, *body);
}

} // namespace

TEST_CASE("recorded answers come back byte by byte") {
  if (!fs::exists(recordings)) {
    std::cout << "skipped: no recorded answers beside the sources\n";
    return;
  }
  for (const auto& folder : fs::directory_iterator{recordings}) {
    auto name = folder.path().filename().string();
    CAPTURE(name);
    auto requests = read_lines(folder.path() / "requests.jsonl");
    auto answers = read_lines(folder.path() / "responses.jsonl");
    for (std::size_t i = 0; i < std::min(requests.size(), answers.size()); ++i)
      check_answer(requests[i].as_object(), answers[i].as_object());
  }
  std::cout << "recorded answers: " << checked << " came back byte by byte\n";
  CHECK(checked > 2000);
}

} // namespace tutti::codec
