#include "runtime/model/json.hpp"
#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

#include <algorithm>

/// What the API tells, made short.
namespace tutti::scenario {

using namespace engine;
namespace json = boost::json;

namespace {

std::string word(const json::value& x) {
  return std::string{x.as_string()};
}

json::object object(const views::json_result& x) {
  REQUIRE_MESSAGE(x, (x ? std::string{} : x.error().message));
  return x->as_object();
}

bool tells_of(const json::object& view, std::string_view part) {
  auto* timeline = view.if_contains("timeline");
  return timeline && std::ranges::any_of(timeline->as_array(), [&](auto& x) {
           auto* message = x.as_object().if_contains("message");
           auto* errors = x.as_object().if_contains("errors");
           return (message && word(*message).find(part) != std::string::npos)
                  || (errors && model::to_text(*errors).find(part) != std::string::npos);
         });
}

std::int64_t number(const json::object& of, const char* member) {
  auto* found = of.if_contains(member);
  return found ? found->to_number<std::int64_t>() : 0;
}

void add_to(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : ", ") + item;
}

} // namespace

run_at world::resolved(const run_at& of) const {
  if (of.run != 0)
    return of;
  auto latest = views::latest_run(reader(), of.workflow, of.instance);
  REQUIRE(latest);
  return {of.instance, *latest, of.workflow};
}

json::object world::view(const run_at& of, bool aggregated) const {
  return object(views::instance(reader(), {of.workflow, of.instance, of.run}, {false, aggregated}));
}

std::string world::run(const run_at& of) const {
  auto status = views::status_of_run(reader(), {of.workflow, of.instance, of.run});
  return status ? std::string{model::to_string(*status)} : "NC";
}

std::string world::runs(std::int64_t n) const {
  std::string out;
  for (std::int64_t i = 1; i <= n; ++i)
    out += (i == 1 ? "" : " ") + run({i, 1});
  return out;
}

std::int64_t world::time(const char* member, const run_at& of) const {
  return number(view(of), member);
}

std::string world::steps(const run_at& of) const {
  auto name = resolved(of);
  std::map<std::string, std::string> created;
  if (auto list = views::run_steps(reader(), {name.workflow, name.instance, name.run}))
    for (auto& x : list->as_array()) {
      auto& step = x.as_object();
      created[word(step.at("step_id"))]
        = "#" + std::to_string(step.at("step_attempt_id").as_int64()) + " "
          + word(step.at("runtime_state").as_object().at("status"));
    }
  std::string out;
  auto run = view(name);
  for (auto& x : run.at("runtime_dag").as_object()) {
    auto found = created.find(x.key());
    add_to(out, std::string{x.key()} + (found == created.end() ? " NC" : found->second));
  }
  return out;
}

std::string world::step_overview(const run_at& of) const {
  return model::to_text(view(of).at("runtime_overview").as_object().at("step_overview"));
}

std::int64_t world::leaf_count(const run_at& of) const {
  return view(of)
    .at("runtime_overview")
    .as_object()
    .at("rollup_overview")
    .as_object()
    .at("total_leaf_count")
    .to_number<std::int64_t>();
}

std::string world::aggregate(const run_at& of) const {
  auto all = view(of, true).at("aggregated_info").as_object();
  std::string out;
  for (auto& x : all.at("step_aggregated_views").as_object()) {
    auto& step = x.value().as_object();
    add_to(out, std::string{x.key()} + " " + std::to_string(number(step, "workflow_run_id")) + " "
                  + word(step.at("status")));
  }
  return out;
}

bool world::tells(std::string_view part, const run_at& of) const {
  return tells_of(view(of), part);
}

// -- steps ----------------------------------------------------------------------------------------

json::object world::step_view(const std::string& step, std::int64_t attempt,
                              const run_at& of) const {
  auto run = resolved(of);
  return object(views::step(reader(), {run.workflow, run.instance, run.run}, step, attempt, false));
}

bool world::step_tells(const std::string& step, std::string_view part, const run_at& of) const {
  return tells_of(step_view(step, 0, of), part);
}

std::string world::attempts(const std::string& step, const run_at& of) const {
  auto run = resolved(of);
  std::string out;
  for (std::int64_t n = 1;; ++n) {
    auto found = views::attempt(reader(), {run.workflow, run.instance, run.run}, step, n);
    if (!found)
      return out;
    add_to(out, "#" + std::to_string(n) + " " + std::string{model::to_string(found->status)});
  }
}

std::int64_t world::step_time(const std::string& step, const char* member, std::int64_t attempt,
                              const run_at& of) const {
  return number(step_view(step, attempt, of).at("runtime_state").as_object(), member);
}

std::int64_t world::step_retry(const std::string& step, const char* member,
                               const run_at& of) const {
  return number(step_view(step, 0, of).at("step_retry").as_object(), member);
}

std::string world::step_param(const std::string& step, const std::string& name,
                              const run_at& of) const {
  auto params = step_view(step, 0, of).at("params").as_object();
  auto* found = params.if_contains(name);
  return found ? model::to_text(found->as_object().at("evaluated_result")) : "none";
}

json::object world::artifact(const std::string& step, const char* name, const run_at& of) const {
  return step_view(step, 0, of).at("artifacts").as_object().at(name).as_object();
}

// -- loops ----------------------------------------------------------------------------------------

json::object world::loop(const std::string& step, const run_at& of) const {
  return artifact(step, "maestro_foreach", of);
}

run_at world::iteration(const std::string& step, std::int64_t iteration, const run_at& of) const {
  auto artifact = loop(step, of);
  return {iteration, number(artifact, "foreach_run_id"), word(artifact.at("foreach_workflow_id"))};
}

std::string world::details(const std::string& step, const run_at& of) const {
  return model::to_text(loop(step, of).at("foreach_overview").as_object().at("details"));
}

std::int64_t world::running(const std::string& step, const run_at& of) const {
  auto artifact = loop(step, of);
  std::int64_t n = 0;
  if (auto* stats = artifact.at("foreach_overview").as_object().if_contains("running_stats"))
    for (auto& x : stats->as_object())
      n += x.value().to_number<std::int64_t>();
  return n;
}

std::size_t world::row_count() const {
  std::size_t n = 0;
  for (auto& x : shards())
    n += x.items.size();
  return n;
}

std::size_t world::rows_of(char table) const {
  std::size_t n = 0;
  auto [from, to] = rows::table(table);
  for (auto& x : shards())
    n += static_cast<std::size_t>(
      std::distance(x.items.lower_bound(from), x.items.lower_bound(to)));
  return n;
}

} // namespace tutti::scenario
