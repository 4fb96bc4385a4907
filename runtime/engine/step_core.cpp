#include "runtime/engine/step_core.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/restart_path.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_judge.hpp"
#include "runtime/model/stored.hpp"

#include <cassert>

namespace tutti::engine {

using model::step_status;

bool step_state::operator==(const step_state&) const = default;

leaf_counts leaves_of(const step_state& attempt) {
  if (attempt.loop && attempt.loop->next > 0)
    return attempt.loop->leaves;
  if (attempt.repeat && attempt.repeat->last > 0)
    return attempt.repeat->leaves;
  if (attempt.child && attempt.child->leaves.total() > 0)
    return attempt.child->leaves;
  leaf_counts itself;
  itself.add(attempt.state.status, 1);
  return itself;
}

const model::step& step_memory::definition() const {
  auto at = run->workflow->position(id.step_id);
  assert(at != compiled_workflow::npos);
  return run->workflow->workflow.steps[at];
}

namespace {

const model::param* find_upstream(const step_params* known, const row_reader& reader,
                                  const entity_id& run, std::string_view step,
                                  std::string_view name) {
  if (known)
    for (auto& x : *known)
      if (x.step_id == step)
        return x.params ? x.params->find(name) : nullptr;
  // Not carried along: the step is on disk (see foreach and restart), its latest attempt counts.
  auto id = step_entity(run.workflow_id, run.instance_id, run.run_id, std::string{step});
  thread_local model::param_map read;
  auto found = load_step_params(id, reader);
  read = found ? std::move(*found) : model::param_map{};
  return read.find(name);
}

} // namespace

outcome step_judge::handle(const message& what) {
  std::visit(overload{
               [&](const start_step& x) { on_start(x); },
               [&](const terminate_step& x) { on_terminate(x.how); },
               [&](const timer_fired& x) { on_timer(x); },
               [&](const job_update& x) { on_job(x); },
               [&](const iterations_ended& x) { on_iterations(x); },
               [&](const child_news& x) { on_child(x); },
               [&](const ask_values& x) { on_ask(x); },
               [&](const values_told& x) { on_values(x); },
               [&](const resume_entity&) { on_resume(); },
               // Nothing else is meant for a step.
               [&](const auto&) {},
             },
             what);
  return std::move(out_);
}

void step_judge::move(step_status to) {
  assert(is_legal_step(mem_.state.state.status, to));
  stamp(mem_.state.state, to, around_.now);
  changed_ = true;
}

void step_judge::note(model::log_level level, std::string text) {
  model::append_timeline(mem_.state.timeline,
                         model::log_event(around_.now, level, std::move(text)));
  changed_ = true;
}

void step_judge::detail(const error& why, std::string headline) {
  model::timeline_event event;
  event.timestamp = around_.now;
  event.type = model::timeline_type::details;
  event.status = to_string(ec::internal);
  event.message = std::move(headline);
  auto kind = why.kind.empty() ? std::string_view{"MaestroInternalError"} : why.kind;
  event.errors = std::vector{std::string{kind} + ": " + why.message};
  for (auto& x : why.details)
    if (x != kind && x != "ERROR")
      event.errors->push_back(x);
  event.retryable = false;
  model::append_timeline(mem_.state.timeline, std::move(event));
  changed_ = true;
}

step_scope step_judge::scope() const {
  auto upstream = mem_.upstream;
  auto reader = around_.rows;
  auto run = run_of(mem_.id);
  auto context = mem_.run;
  return {mem_.run.get(),
          &mem_.definition(),
          [upstream, reader, run, context](std::string_view step, std::string_view name) {
            // A step that a restarted run does not repeat lies in the run that did it.
            auto from = run;
            for (auto& x : context->spec.carried)
              if (x.step_id == step && x.run_id != 0 && model::is_complete(x.status)
                  && !is_in_dag(*context, step))
                from.run_id = x.run_id;
            return find_upstream(upstream.get(), *reader, from, step, name);
          },
          mem_.state.attempt,
          &mem_.state.step_uuid,
          around_.now,
          around_.options->params_max_chars,
          around_.language,
          around_.rows,
          nullptr,
          mem_.state.again && !mem_.state.again->run_params.empty() ? &mem_.state.again->run_params
                                                                    : nullptr,
          step_restart_params(*mem_.run, mem_.state.again, mem_.id.step_id)};
}

result<outcome> decide(step_memory& mem, const message& what, const surroundings& around) {
  auto external_before = mem.state.external;
  auto attempt_before = mem.state.attempt;
  step_judge j{mem, around};
  auto out = j.handle(what);
  if (j.broken())
    return *j.broken();
  if (!j.changed())
    return out;
  out.rows.push_back({rows::step(mem.id, mem.state.attempt), model::encode(mem.state)});
  if (j.params_changed() && mem.params)
    out.rows.push_back({rows::step_params(mem.id, mem.state.attempt), model::encode(*mem.params)});
  if (mem.state.external != external_before || attempt_before != mem.state.attempt) {
    if (mem.state.external)
      out.rows.push_back({rows::external(mem.id), model::encode(mem.id)});
    else if (external_before)
      out.rows.push_back({rows::external(mem.id), std::nullopt});
  }
  return out;
}

result<model::param_map> load_step_params(const entity_id& step, const row_reader& reader) {
  result<model::param_map> read{model::param_map{}};
  auto [from, to] = rows::range_of_prefix(rows::attempt_params_prefix(step));
  auto ok = reader.scan_back(from, to, [&](std::string_view, std::string_view value) {
    read = model::decode<model::param_map>(value);
    return false;
  });
  if (!ok)
    return ok.error();
  return read;
}

namespace {

status load_answers(step_memory& mem, const row_reader& reader) {
  std::optional<error> broken;
  auto [from, to] = rows::range_of_prefix(rows::answers_prefix(mem.id));
  auto ok = reader.scan(from, to, [&](std::string_view key, std::string_view value) {
    auto part = model::decode<std::vector<model::param>>(value);
    if (!part)
      broken = error{ec::corrupt,
                     "answer for step " + to_string(mem.id) + ": " + part.error().message};
    else
      mem.answers[rows::answer_numbers(key)] = std::move(*part);
    return part.has_value();
  });
  if (!ok)
    return ok.error();
  return broken ? status{*broken} : status{unit{}};
}

} // namespace

result<step_memory> load_step(const entity_id& id, run_ptr run, const row_reader& reader) {
  step_memory mem;
  mem.id = id;
  if (!run) {
    auto read = load_run(run_of(id), reader);
    if (!read)
      return read.error();
    run = std::move(*read);
  }
  mem.run = std::move(run);
  if (mem.run && mem.run->workflow->position(id.step_id) == compiled_workflow::npos)
    return error{ec::corrupt, "step " + to_string(id) + " is not in the definition of its run"};
  std::optional<error> broken;
  auto [from, to] = rows::range_of_prefix(rows::attempts_prefix(id));
  auto ok = reader.scan_back(from, to, [&](std::string_view, std::string_view value) {
    auto state = model::decode<step_state>(value);
    if (state)
      mem.state = std::move(*state);
    else
      broken = error{ec::corrupt, "row of step " + to_string(id) + ": " + state.error().message};
    return false;
  });
  if (!ok)
    return ok.error();
  if (broken)
    return *broken;
  if (!mem.state.questions.empty())
    if (auto answers = load_answers(mem, reader); !answers)
      return answers.error();
  if (mem.state.has_params) {
    auto row = reader.get(rows::step_params(id, mem.state.attempt));
    if (!row)
      return row.error();
    if (*row) {
      auto params = model::decode<model::param_map>(**row);
      if (!params)
        return params.error();
      mem.params = std::make_shared<const model::param_map>(std::move(*params));
    }
  }
  return mem;
}

std::optional<outcome> decide_without_step(const message& what) {
  auto* news = std::get_if<job_update>(&what);
  if (!news)
    return std::nullopt;
  outcome out;
  if (news->phase != job_update::phase_type::started)
    out.effects.emplace_back(forget_job{news->step_uuid});
  return out;
}

} // namespace tutti::engine
