#include "runtime/engine/rows.hpp"
#include "runtime/model/stored.hpp"
#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

#include <map>

/// What every scenario implies.
namespace tutti::scenario {

using namespace engine;
namespace json = boost::json;

namespace {

bool has_ended(char table, const std::string& row) {
  if (table == 'i') {
    auto run = model::decode<run_state>(row);
    return run && is_terminal(run->status);
  }
  if (table != 's')
    return false;
  auto step = model::decode<step_state>(row);
  return step && model::is_terminal(step->state.status);
}

/// The timeline of a run that has ended may still be added to (unblock).
bool same_end(char table, const std::string& a, const std::string& b) {
  if (table != 'i')
    return a == b;
  auto x = model::decode<run_state>(a);
  auto y = model::decode<run_state>(b);
  if (!x || !y)
    return false;
  x->timeline.clear();
  y->timeline.clear();
  return model::encode(*x) == model::encode(*y);
}

template <class Visit>
void each_row(const test::map_rows& rows, char table, Visit visit) {
  auto [from, to] = rows::table(table);
  for (auto i = rows.items.lower_bound(from); i != rows.items.end() && i->first < to; ++i)
    visit(i->first);
}

using counts = std::map<std::string, std::int64_t>;

counts counts_of(const json::object& overview) {
  counts out;
  for (auto& x : overview)
    out[x.key()] = x.value().as_object().at("cnt").to_number<std::int64_t>();
  return out;
}

counts counts_of(const views::json_result& steps) {
  counts out;
  if (steps)
    for (auto& x : steps->as_array())
      ++out[std::string{x.as_object().at("runtime_state").as_object().at("status").as_string()}];
  return out;
}

std::string shown(const counts& x) {
  std::string out;
  for (auto& [status, n] : x)
    out += status + ":" + std::to_string(n) + " ";
  return out;
}

} // namespace

void world::on_row(const row_change& change, const std::string* old) {
  auto table = change.key.front();
  if (!old)
    return;
  if (change.value && !same_end(table, *change.value, *old) && has_ended(table, *old))
    broken_.push_back(std::string{"a row of table "} + table + " has ended and yet changed");
  // Only the deletion of a workflow erases them.
  if (!change.value && (table == 'i' || table == 's') && !has_ended(table, *old))
    broken_.push_back(std::string{"a row of table "} + table + " has not ended and yet went");
}

void world::check_laws() const {
  for (auto& x : broken_)
    CHECK_MESSAGE(false, x);
  for (auto& rows : shards()) {
    each_row(rows, 'i', [&](const std::string& key) {
      if (auto name = rows::parse_run_key(key))
        check_run(*name);
    });
    each_row(rows, 'W', [&](const std::string& key) { check_queue(rows::workflow_of(key)); });
  }
  check_timers();
}

/// The overview of a run says what its steps say, and nothing goes on in a run that has ended.
void world::check_run(const rows::run_key& key) const {
  views::run_name name{key.workflow_id, key.instance_id, key.run_id};
  INFO("run [" << key.workflow_id << "][" << key.instance_id << "][" << key.run_id << "]");
  auto run = views::instance(reader(), name, {});
  CHECK(run);
  auto* overview = run ? run->as_object().if_contains("runtime_overview") : nullptr;
  if (!overview)
    return;
  auto steps = counts_of(views::run_steps(reader(), name));
  CHECK(shown(counts_of(overview->as_object().at("step_overview").as_object())) == shown(steps));
  auto& rollup = overview->as_object().at("rollup_overview").as_object();
  std::int64_t leaves = 0;
  if (auto* by_status = rollup.if_contains("overview"))
    for (auto& [status, n] : counts_of(by_status->as_object()))
      leaves += n;
  CHECK(rollup.at("total_leaf_count") == leaves);
  auto status = views::status_of_run(reader(), name);
  if (status && is_terminal(*status))
    for (auto& [text, n] : steps) {
      auto of_step = model::parse_step_status(text);
      CHECK((of_step && model::is_terminal(*of_step) && !model::is_retryable(*of_step)));
    }
}

void world::check_timers() const {
  for (auto& x : timers()) {
    INFO("timer of " << to_string(x.entity));
    views::run_name run{x.entity.workflow_id, x.entity.instance_id, x.entity.run_id};
    auto status = views::status_of_run(reader(), run);
    CHECK((status && !is_terminal(*status)));
    if (x.entity.kind != entity_kind::step)
      continue;
    auto attempt = views::attempt(reader(), run, x.entity.step_id, x.what.generation);
    CHECK(
      (attempt && (!model::is_terminal(attempt->status) || model::is_retryable(attempt->status))));
  }
}

void world::check_queue(const std::string& workflow) const {
  INFO("workflow " << workflow);
  auto read = load_workflow(workflow, reader().of(workflow_entity(workflow)));
  CHECK(read);
  if (!read)
    return;
  CHECK(read->state.queued_count == static_cast<std::int64_t>(read->queue.size()));
  CHECK(read->state.active_count == static_cast<std::int64_t>(read->running.size()));
  for (auto& [instance, number] : read->queue)
    CHECK(run({instance, number, workflow}) == "CREATED");
  for (auto& [instance, number] : read->running)
    CHECK(run({instance, number, workflow}) == "IN_PROGRESS");
}

} // namespace tutti::scenario
