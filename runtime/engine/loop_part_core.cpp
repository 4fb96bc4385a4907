#include "runtime/engine/loop_part_core.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/engine/asked_values.hpp"
#include "runtime/engine/build_run.hpp"
#include "runtime/engine/iteration_restart.hpp"
#include "runtime/engine/restart_path.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/stored.hpp"

namespace tutti::engine {

namespace {

/// One call of `decide`.
class judge {
public:
  judge(loop_part_memory& memory, const surroundings& around) : mem_(memory), around_(around) {}

  result<outcome> handle(const message& what) {
    auto ok = std::visit(overload{
                           [&](const run_iterations& x) { return on_run(x); },
                           [&](const run_ended& x) { return on_ended(x); },
                           [&](const report_iterations&) { return on_report(); },
                           [&](const terminate_iterations& x) { return on_terminate(x); },
                           [&](const ask_values& x) { return on_ask(x); },
                           // Nothing else is meant for a part of a loop.
                           [&](const auto&) { return status{unit{}}; },
                         },
                         what);
    if (!ok)
      return ok.error();
    if (changed_)
      out_.rows.push_back(
        {rows::loop_part(mem_.id.workflow_id, mem_.id.instance_id, mem_.id.run_id),
         model::encode(mem_.state)});
    return std::move(out_);
  }

private:
  status on_run(const run_iterations& x) {
    if (!mem_.loop && x.spec) {
      auto body = compile(x.spec->body);
      if (!body)
        return body.error();
      mem_.loop = std::make_shared<const compiled_loop>(compiled_loop{*x.spec, std::move(*body)});
    }
    if (!mem_.loop) {
      auto read = load_loop(mem_.id.workflow_id, mem_.id.run_id, *around_.rows);
      if (!read)
        return read.error();
      mem_.loop = std::move(*read);
    }
    if (x.spec)
      out_.rows.push_back(
        {rows::loop(mem_.id.workflow_id, mem_.id.run_id), model::encode(*x.spec)});
    for (auto i = x.first; i <= x.last; ++i)
      if (auto ok = launch(i, x.values); !ok)
        return ok;
    out_.at_rest = mem_.state.launched == mem_.state.ended && !mem_.state.reporting;
    return unit{};
  }

  status launch(std::int64_t iteration, const model::value_map& values) {
    auto bit = 1ULL << ((iteration - 1) % chunk_size);
    if ((mem_.state.launched & bit) != 0)
      return unit{};
    create_run order;
    order.spec.loop_values = values;
    auto complete = false;
    if (iteration <= mem_.loop->spec.ancestor_iterations) {
      auto before = restart_of_iteration(mem_.loop, iteration, mem_.id.run_id, *around_.rows);
      if (!before)
        return before.error();
      if (*before) {
        complete = (*before)->complete;
        take_over(order.spec, iteration, std::move(**before));
      }
    }
    mem_.state.launched |= bit;
    changed_ = true;
    order.launch = true;
    order.loop = mem_.loop;
    order.spec.workflow_id = mem_.id.workflow_id;
    order.spec.instance_id = iteration;
    order.spec.run_id = mem_.id.run_id;
    order.spec.uuid = around_.make_uuid();
    order.spec.create_time = around_.now;
    order.spec.iteration = true;
    if (complete)
      order.ended_as = model::run_status::succeeded;
    else if (mem_.state.ending)
      order.ended_as = model::run_status::stopped;
    else if (auto ok = set_params(order.spec); !ok) {
      order.ended_as = model::run_status::failed;
      order.note = "The parameters of the restart cannot be used: " + ok.error().message;
    }
    auto ended_as = order.ended_as;
    if (ended_as && !complete)
      mem_.state.unreported.values = order.spec.loop_values;
    out_.sends.push_back({instance_entity(mem_.id.workflow_id, iteration, mem_.id.run_id),
                          make_message(std::move(order))});
    if (ended_as)
      count(iteration, *ended_as, {});
    return unit{};
  }

  /// Gives the new run what earlier runs of the iteration have left.
  void take_over(run_spec& spec, std::int64_t iteration, iteration_restart before) {
    if (auto* restart = restart_for(mem_.loop->spec, iteration)) {
      spec.restart = *restart;
      spec.policy = before.policy;
      spec.baseline_status = before.status;
    }
    mem_.state.unreported.leaves.subtract(before.taken_back);
    // The loop of a while may have the values of another iteration by now.
    if (spec.restart || before.policy != model::run_policy::restart_from_beginning)
      spec.loop_values = std::move(before.loop_values);
    if (before.policy == model::run_policy::restart_from_beginning)
      return;
    spec.partial = true;
    spec.start_steps = std::move(before.start_steps);
    spec.carried = std::move(before.carried);
  }

  /// An iteration that is restarted with parameters has those of its own.
  status set_params(run_spec& spec) const {
    if (!spec.restart || !is_target(*spec.restart) || !spec.restart->restart_params)
      return unit{};
    auto params = restarted_params(run_context{spec, mem_.loop->body, mem_.loop},
                                   *spec.restart->restart_params, around_);
    if (!params)
      return params.error();
    spec.params = std::move(*params);
    return unit{};
  }

  status on_ended(const run_ended& x) {
    if (count(x.instance_id, x.status, x.leaves))
      mem_.state.unreported.values = x.values;
    return unit{};
  }

  /// False if it was counted before.
  bool count(std::int64_t iteration, model::run_status as, const leaf_counts& leaves) {
    auto bit = 1ULL << ((iteration - 1) % chunk_size);
    if ((mem_.state.launched & bit) == 0 || (mem_.state.ended & bit) != 0)
      return false;
    mem_.state.ended |= bit;
    changed_ = true;
    auto& news = mem_.state.unreported;
    news.leaves.add(leaves);
    switch (as) {
      case model::run_status::failed:
        news.failed |= bit;
        break;
      case model::run_status::stopped:
        news.stopped |= bit;
        break;
      case model::run_status::timed_out:
        news.timed_out |= bit;
        break;
      default:
        news.succeeded |= bit;
    }
    if (mem_.state.reporting)
      return true;
    // The word to itself queues behind what already waits, so reports grow under load.
    mem_.state.reporting = true;
    out_.sends.push_back({mem_.id, make_message(report_iterations{})});
    return true;
  }

  status on_report() {
    if (!mem_.state.reporting)
      return unit{};
    if (!mem_.loop) {
      auto read = load_loop(mem_.id.workflow_id, mem_.id.run_id, *around_.rows);
      if (!read)
        return read.error();
      mem_.loop = std::move(*read);
    }
    auto report = std::move(mem_.state.unreported);
    report.chunk = mem_.id.instance_id;
    mem_.state.unreported = {};
    mem_.state.reporting = false;
    changed_ = true;
    out_.sends.push_back({mem_.loop->spec.parent, make_message(std::move(report))});
    out_.at_rest = mem_.state.launched == mem_.state.ended;
    return unit{};
  }

  status on_ask(const ask_values& x) {
    auto values = values_of_part(mem_.id, mem_.state.ended, x, *around_.rows);
    if (!values && values.error().code == ec::unavailable) {
      out_.not_yet = true;
      return unit{};
    }
    if (!values)
      return values.error();
    out_.sends.push_back(told(x, std::move(*values)));
    out_.at_rest = mem_.state.launched == mem_.state.ended && !mem_.state.reporting;
    return unit{};
  }

  status on_terminate(const terminate_iterations& x) {
    mem_.state.ending = x.how;
    changed_ = true;
    for (std::int64_t i = 0; i < chunk_size; ++i) {
      auto bit = 1ULL << i;
      if ((mem_.state.launched & bit) != 0 && (mem_.state.ended & bit) == 0)
        out_.sends.push_back(
          {instance_entity(mem_.id.workflow_id, mem_.id.instance_id * chunk_size + i + 1,
                           mem_.id.run_id),
           make_message(x.how)});
    }
    return unit{};
  }

  loop_part_memory& mem_;
  const surroundings& around_;
  outcome out_;
  bool changed_ = false;
};

} // namespace

result<outcome> decide(loop_part_memory& memory, const message& what, const surroundings& around) {
  return judge{memory, around}.handle(what);
}

result<loop_part_memory> load_loop_part(const entity_id& id, const row_reader& reader) {
  loop_part_memory mem;
  mem.id = id;
  auto row = reader.get(rows::loop_part(id.workflow_id, id.instance_id, id.run_id));
  if (!row)
    return row.error();
  if (!*row)
    return mem;
  auto state = model::decode<loop_part_state>(**row);
  if (!state)
    return error{ec::corrupt, "row of loop part " + to_string(id) + ": " + state.error().message};
  mem.state = std::move(*state);
  return mem;
}

} // namespace tutti::engine
