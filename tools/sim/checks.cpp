#include "tools/sim/checks.hpp"

#include "actors/run/shard_rows.hpp"
#include "runtime/engine/foreach_core.hpp"
#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/loop_part_core.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/engine/views.hpp"
#include "runtime/engine/workflow_core.hpp"
#include "runtime/model/ids.hpp"
#include "runtime/model/json.hpp"
#include "runtime/model/stored.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>

namespace tutti::sim {

namespace {

namespace rows = engine::rows;

class row_checker {
public:
  row_checker(const storage::read_view& view, shard_no shards, std::vector<std::string>& out)
    : view_(view),
      shards_(shards),
      out_(out) {
    for (shard_no shard = 0; shard < shards; ++shard)
      readers_.push_back(std::make_unique<actors::shard_rows>(
        std::shared_ptr<const storage::read_view>{&view_, [](auto*) {}}, shard));
  }

  void always() {
    for (shard_no shard = 0; shard < shards_; ++shard) {
      each<engine::workflow_state>(shard, 'W', [&](auto, auto& x) { check_counters(shard, x); });
      each<engine::step_state>(shard, 's', [&](auto key, auto& x) { check_step(key, x); });
      each<engine::run_state>(shard, 'i', [](auto, auto&) {});
      each<engine::run_spec>(shard, 'I', [](auto, auto&) {});
      each<engine::loop_part_state>(shard, 'C', [](auto, auto&) {});
    }
  }

  void at_rest() {
    check_deleted();
    for (shard_no shard = 0; shard < shards_; ++shard) {
      empty(shard, 'M', "message pending");
      empty(shard, 'X', "job outside");
      empty(shard, 'G', "answer");
      empty(shard, 'T', "timer");
      empty(shard, 'Z', "deletion");
      empty(shard, 'Q', "queued run");
      empty(shard, 'A', "running run");
      each<engine::run_state>(shard, 'i', [&](auto key, auto& x) { check_run(key, x); });
      each<engine::step_state>(shard, 's', [&](auto key, auto& x) { check_ended(key, x); });
      each<engine::run_summary>(shard, 'S', [&](auto key, auto& x) { check_summary(key, x); });
      each<engine::loop_part_state>(shard, 'C', [&](auto key, auto& x) {
        if (x.launched != x.ended || x.reporting)
          say("loop part " + printable(key) + " has iterations that have not ended");
      });
    }
  }

private:
  void say(std::string what) {
    if (out_.size() < 20)
      out_.push_back(std::move(what));
  }

  static std::string printable(std::string_view key) {
    std::string text;
    for (auto c : key)
      text += c >= ' ' && c < 127 ? c : '.';
    return text;
  }

  template <class T, class F>
  void each(shard_no shard, char table, F visit) {
    auto [from, to] = rows::table(table);
    auto ok = view_.scan(shard, from, to, [&](std::string_view key, std::string_view value) {
      auto x = model::decode<T>(value);
      if (!x)
        say("row " + printable(key) + ": " + x.error().message);
      else
        visit(key, *x);
      return true;
    });
    if (!ok)
      say("table " + std::string(1, table) + ": " + ok.error().message);
  }

  std::int64_t count(shard_no shard, char table, const std::string& workflow_id) {
    std::int64_t n = 0;
    auto [from, to] = rows::range_of_prefix(rows::workflow_prefix(table, workflow_id));
    auto ok = view_.scan(shard, from, to, [&](auto, auto) {
      ++n;
      return true;
    });
    return ok ? n : -1;
  }

  void empty(shard_no shard, char table, const std::string& what) {
    auto [from, to] = rows::table(table);
    auto ok = view_.scan(shard, from, to, [&](std::string_view key, std::string_view) {
      say(what + " left in shard " + std::to_string(shard) + ": " + printable(key));
      return true;
    });
    if (!ok)
      say(ok.error().message);
  }

  /// Of deleted workflows only the row with the numbers of instances is left.
  void check_deleted() {
    std::set<std::string> loops; // the inline ids of what is there begin so
    for (shard_no shard = 0; shard < shards_; ++shard)
      each<engine::workflow_state>(shard, 'W', [&](auto, auto& x) {
        if (x.deletion)
          say("workflow " + x.workflow_id + " is still being deleted");
        deleted_[x.workflow_id] = x.latest_version == 0 ? all_instances : x.deleted_instance_id;
        if (x.latest_version != 0)
          for (auto kind : {"maestro_foreach_", "maestro_while_"})
            loops.insert(kind + model::hash_key(x.internal_id) + "_");
      });
    for (shard_no shard = 0; shard < shards_; ++shard)
      for (auto table : std::string_view{"spiICDLUSVHE"})
        check_gone(shard, table, loops);
  }

  void check_gone(shard_no shard, char table, const std::set<std::string>& loops) {
    auto [from, to] = rows::table(table);
    auto ok = view_.scan(shard, from, to, [&](std::string_view key, auto) {
      auto id = std::string{rows::first_text(key)};
      if (engine::is_inline(id)) {
        if (std::none_of(loops.begin(), loops.end(), [&](auto& x) { return id.starts_with(x); }))
          say("row " + printable(key) + " belongs to a loop of a deleted workflow");
        return true;
      }
      auto run = std::string_view{"iIS"}.find(table) != std::string_view::npos
                   ? rows::parse_run_key(key)
                   : std::nullopt;
      auto until = deleted_.find(id);
      if (until == deleted_.end() || until->second == all_instances
          || (run && run->instance_id <= until->second))
        say("row " + printable(key) + " belongs to a deleted workflow");
      return true;
    });
    if (!ok)
      say(ok.error().message);
  }

  bool is_deleted(const std::string& workflow_id, std::int64_t instance_id) const {
    auto until = deleted_.find(workflow_id);
    return until != deleted_.end() && instance_id <= until->second;
  }

  void check_counters(shard_no shard, const engine::workflow_state& x) {
    auto queued = count(shard, 'Q', x.workflow_id);
    auto active = count(shard, 'A', x.workflow_id);
    if (queued != x.queued_count || active != x.active_count)
      say("workflow " + x.workflow_id + " counts " + std::to_string(x.queued_count) + " queued, "
          + std::to_string(x.active_count) + " running; its rows are " + std::to_string(queued)
          + ", " + std::to_string(active));
  }

  void check_step(std::string_view key, const engine::step_state& x) {
    auto& s = x.state;
    if (x.attempt < 1)
      say("step row " + printable(key) + " without attempt");
    if (model::is_terminal(s.status) != s.end_time.has_value())
      say("step row " + printable(key) + " is " + std::string{to_string(s.status)}
          + " but its end time says otherwise");
    auto times = {s.create_time,  s.initialize_time, s.start_time,
                  s.execute_time, s.finish_time,     s.end_time};
    std::int64_t last = 0;
    for (auto& t : times)
      if (t) {
        if (*t < last)
          say("step row " + printable(key) + ": its times run backwards");
        last = *t;
      }
    if (x.loop) {
      auto done = x.loop->succeeded.count() + x.loop->failed.count() + x.loop->stopped.count()
                  + x.loop->timed_out.count();
      // A restarted loop keeps iterations beyond the next one, so only a fresh one adds up.
      if (x.loop->ancestor_iterations == 0 && done + engine::running_count(*x.loop) != x.loop->next)
        say("foreach row " + printable(key) + " launched " + std::to_string(x.loop->next)
            + " iterations, but ended and running ones are "
            + std::to_string(done + engine::running_count(*x.loop)));
    }
  }

  void check_ended(std::string_view key, const engine::step_state& x) {
    if (!model::is_terminal(x.state.status))
      say("step row " + printable(key)
          + " has not ended: " + std::string{to_string(x.state.status)});
    if (x.child)
      check_child(key, x);
    if (x.repeat)
      check_while(key, x);
    if (!x.loop || x.state.status != model::step_status::succeeded)
      return;
    if (x.loop->succeeded.count() != x.loop->total)
      say("foreach row " + printable(key) + " succeeded with "
          + std::to_string(x.loop->succeeded.count()) + " of " + std::to_string(x.loop->total)
          + " iterations");
    if (x.loop->ancestor_iterations > 0) {
      check_restarted(key, *x.loop);
      return;
    }
    std::int64_t found = 0;
    std::int64_t leaves = 0;
    for (shard_no shard = 0; shard < shards_; ++shard) {
      auto [from, to] = rows::range_of_prefix(rows::workflow_prefix('i', x.loop->inline_id));
      auto ok = view_.scan(shard, from, to, [&](std::string_view k, std::string_view value) {
        auto id = rows::parse_run_key(k);
        auto run = model::decode<engine::run_state>(value);
        if (id && run && id->run_id == x.loop->inline_run) {
          ++found;
          leaves += run->leaves.total();
        }
        return true;
      });
      if (!ok)
        say(ok.error().message);
    }
    if (found != x.loop->total)
      say("foreach row " + printable(key) + " has " + std::to_string(found)
          + " iteration rows, its total is " + std::to_string(x.loop->total));
    if (leaves != x.loop->leaves.total())
      say("foreach row " + printable(key) + " counts " + std::to_string(x.loop->leaves.total())
          + " leaf steps; its iterations have " + std::to_string(leaves));
  }

  /// A child that a step knows exists, and a step that waits for its child ends as that did.
  void check_child(std::string_view key, const engine::step_state& x) {
    auto& child = *x.child;
    auto name = "child of step row " + printable(key);
    if (child.instance_id == 0) {
      say(name + " was never heard of");
      return;
    }
    if (is_deleted(child.workflow_id, child.instance_id))
      return;
    auto id = engine::instance_entity(child.workflow_id, child.instance_id, child.run_id);
    auto& reader = *readers_.at(engine::shard_of(id, shards_));
    auto row = reader.get(rows::run_state(id.workflow_id, id.instance_id, id.run_id));
    auto run = row && *row ? model::decode<engine::run_state>(**row)
                           : result<engine::run_state>{error{ec::not_found, "has no row"}};
    auto spec = engine::load_run(id, reader);
    if (!run || !spec) {
      say(name + ": " + (run ? spec.error().message : run.error().message));
      return;
    }
    if ((*spec)->spec.uuid != child.uuid)
      say(name + " has another uuid than the step knows");
    if (!child.sync)
      return;
    if (!child.ended || *child.ended != run->status)
      say(name + " is " + std::string{to_string(run->status)} + ", the step knows otherwise");
    if (x.state.status == model::step_status::succeeded
        && run->status != model::run_status::succeeded)
      say(name + " is " + std::string{to_string(run->status)} + ", the step has succeeded");
    check_leaves(name, {child.workflow_id, child.instance_id, child.run_id}, child.leaves.total());
  }

  /// What a step counts is what the API tells of the run below it.
  void check_leaves(const std::string& name, const engine::views::run_name& run,
                    std::int64_t counted) {
    engine::shard_reader reader{
      [this](shard_no shard) -> const engine::row_reader& { return *readers_.at(shard); }, shards_};
    auto view = engine::views::instance(reader, run, {true, true});
    if (!view) {
      say(name + ": " + view.error().message);
      return;
    }
    std::int64_t told = 0;
    if (auto* overview = view->as_object().if_contains("runtime_overview"))
      told = overview->at("rollup_overview").at("total_leaf_count").to_number<std::int64_t>();
    if (told != counted)
      say(name + " has " + std::to_string(told) + " leaf steps, counted are "
          + std::to_string(counted));
  }

  /// All iterations but the last have succeeded, in order, and their leaves add up.
  void check_while(std::string_view key, const engine::step_state& x) {
    auto& loop = *x.repeat;
    auto name = "while row " + printable(key);
    if (loop.running)
      say(name + " has an iteration that has not ended");
    if (x.state.status == model::step_status::succeeded && loop.last > 0
        && loop.last_status != model::run_status::succeeded)
      say(name + " succeeded, but not its last iteration");
    engine::shard_reader reader{
      [this](shard_no shard) -> const engine::row_reader& { return *readers_.at(shard); }, shards_};
    std::int64_t leaves = 0;
    for (std::int64_t i = 1; i <= loop.last; ++i) {
      auto run = engine::views::instance(reader, {loop.inline_id, i, 0}, {true, true});
      if (!run) {
        say(name + ", iteration " + std::to_string(i) + ": " + run.error().message);
        return;
      }
      if (run->at("workflow_run_id").as_int64() > loop.inline_run)
        return; // A later restart has gone on with it.
      if (i < loop.last && run->at("status").as_string() != "SUCCEEDED")
        say(name + ": iteration " + std::to_string(i) + " is " + model::to_text(run->at("status")));
      if (auto* overview = run->as_object().if_contains("runtime_overview"))
        leaves += overview->at("rollup_overview").at("total_leaf_count").to_number<std::int64_t>();
    }
    if (leaves != loop.leaves.total())
      say(name + " counts " + std::to_string(loop.leaves.total())
          + " leaf steps; its iterations have " + std::to_string(leaves));
  }

  /// What the loop counts over all its runs is what its iterations add up to for a client.
  void check_restarted(std::string_view key, const engine::foreach_state& loop) {
    engine::shard_reader reader{
      [this](shard_no shard) -> const engine::row_reader& { return *readers_.at(shard); }, shards_};
    std::int64_t leaves = 0;
    for (std::int64_t i = 1; i <= loop.total; ++i) {
      auto run = engine::views::instance(reader, {loop.inline_id, i, 0}, {true, true});
      if (!run) {
        say("foreach row " + printable(key) + ", iteration " + std::to_string(i) + ": "
            + run.error().message);
        return;
      }
      if (run->at("workflow_run_id").as_int64() > loop.inline_run)
        return; // A later restart has gone on with it.
      if (run->at("status").as_string() != "SUCCEEDED")
        say("foreach row " + printable(key) + " succeeded, its iteration " + std::to_string(i)
            + " is " + model::to_text(run->at("status")));
      if (auto* overview = run->as_object().if_contains("runtime_overview"))
        leaves += overview->at("rollup_overview").at("total_leaf_count").as_int64();
      else
        say("iteration without overview: " + model::to_text(*run));
    }
    if (leaves != loop.leaves.total())
      say("restarted foreach row " + printable(key) + " counts "
          + std::to_string(loop.leaves.total()) + " leaf steps; its iterations have "
          + std::to_string(leaves));
  }

  void check_run(std::string_view key, const engine::run_state& x) {
    if (!model::is_terminal(x.status)) {
      say("run " + printable(key) + " has not ended: " + std::string{to_string(x.status)});
      return;
    }
    auto id = rows::parse_run_key(key);
    if (!id || !x.launched)
      return;
    // Overview = rows: what the run remembers of its steps is what their rows say.
    auto name = engine::instance_entity(id->workflow_id, id->instance_id, id->run_id);
    actors::shard_rows reader{std::shared_ptr<const storage::read_view>{&view_, [](auto*) {}},
                              engine::shard_of(name, shards_)};
    auto run = engine::load_run(name, reader);
    if (!run) {
      say("run " + printable(key) + ": " + run.error().message);
      return;
    }
    auto& steps = (*run)->workflow->workflow.steps;
    for (std::size_t i = 0; i < steps.size() && i < x.steps.size(); ++i) {
      auto step = engine::load_step(engine::step_entity(id->workflow_id, id->instance_id,
                                                        id->run_id, steps[i].id),
                                    *run, reader);
      if (!step)
        say("step of " + printable(key) + ": " + step.error().message);
      else if (step->state.state.status != x.steps[i].status
               || step->state.attempt != x.steps[i].attempt)
        say("run " + printable(key) + " remembers " + steps[i].id + " as "
            + std::string{to_string(x.steps[i].status)} + ", its row says "
            + std::string{to_string(step->state.state.status)});
    }
  }

  void check_summary(std::string_view key, const engine::run_summary& x) {
    auto id = rows::parse_run_key(key);
    if (!id)
      return;
    auto name = engine::instance_entity(id->workflow_id, id->instance_id, id->run_id);
    auto row = view_.get(engine::shard_of(name, shards_),
                         rows::run_state(id->workflow_id, id->instance_id, id->run_id));
    if (!row || !*row) {
      say("run " + printable(key) + " was admitted but does not exist");
      return;
    }
    auto state = model::decode<engine::run_state>(**row);
    if (state && state->status != x.status)
      say("run " + printable(key) + " is " + std::string{to_string(state->status)}
          + ", its workflow says " + std::string{to_string(x.status)});
  }

  const storage::read_view& view_;
  shard_no shards_;
  std::vector<std::string>& out_;
  std::vector<std::unique_ptr<engine::row_reader>> readers_;
  static constexpr auto all_instances = std::numeric_limits<std::int64_t>::max();
  /// Up to which instance a workflow is deleted.
  std::map<std::string, std::int64_t> deleted_;
};

} // namespace

void check_rows(const storage::read_view& rows, shard_no shards, std::vector<std::string>& out) {
  row_checker{rows, shards, out}.at_rest();
}

void check_always(const storage::read_view& rows, shard_no shards, std::vector<std::string>& out) {
  row_checker{rows, shards, out}.always();
}

bool rows_at_rest(const storage::read_view& view, shard_no shards) {
  // Between two shards the orders of a deletion are in none of the other tables.
  auto is_being_deleted = [](std::string_view workflow) {
    auto state = model::decode<engine::workflow_state>(workflow);
    return state && state->deletion;
  };
  for (shard_no shard = 0; shard < shards; ++shard)
    for (auto table : {'A', 'Q', 'M', 'T', 'X', 'W'}) {
      auto any = false;
      auto [from, to] = rows::table(table);
      auto ok = view.scan(shard, from, to, [&](auto, std::string_view value) {
        any = table != 'W' || is_being_deleted(value);
        return !any;
      });
      if (!ok || any)
        return false;
    }
  return true;
}

std::string rows_left(const storage::read_view& view, shard_no shards) {
  std::string left;
  for (shard_no shard = 0; shard < shards; ++shard)
    for (auto table : {'A', 'Q', 'M', 'T', 'X'}) {
      auto [from, to] = rows::table(table);
      auto ok = view.scan(shard, from, to, [&](std::string_view key, auto) {
        left += " " + std::to_string(shard) + ":";
        for (auto c : key)
          if (c > ' ' && c < 127)
            left += c;
        return true;
      });
      if (!ok)
        left += ok.error().message;
    }
  return left;
}

} // namespace tutti::sim
