#include "actors/run/executor.hpp"

#include "runtime/base/log.hpp"
#include "runtime/base/overload.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <csignal>
#include <deque>
#include <unordered_map>

namespace tutti::actors {

namespace {

class executor : public wire::executor_actor::base {
public:
  using super = wire::executor_actor::base;

  executor(caf::actor_config& cfg, executor_deps deps) : super(cfg), deps_(std::move(deps)) {}

  behavior_type make_behavior() override {
    set_error_handler([](caf::error&) {
      // An error answer to a plain send is no reason to end.
    });
    return {
      [this](const wire::work& x) { on_work(x); },
      [this](const wire::job_news& x) { on_news(x.what); },
    };
  }

  const char* name() const override { return "executor"; }

  void on_exit() override {
    queue_.clear();
    steps_.clear();
    deps_ = {};
  }

private:
  void on_work(const wire::work& x) {
    std::visit(overload{
                 [&](const engine::launch_job& job) { start_job(x.step, job); },
                 [&](const engine::terminate_job& job) { end_job(job.step_uuid); },
                 [&](const engine::forget_job& job) {
                   steps_.erase(job.step_uuid);
                   deps_.forget(job.step_uuid);
                 },
                 [&](const engine::erase_job& job) { deps_.erase(job.step_uuid); },
               },
               *x.what);
  }

  void start_job(const engine::entity_id& step, const engine::launch_job& job) {
    steps_[job.step_uuid] = step;
    for (auto& waiting : queue_)
      if (waiting.step_uuid == job.step_uuid)
        return;
    auto spec = spec_of(job);
    if (queue_.empty()) {
      auto ok = deps_.runner->launch(spec);
      if (ok)
        return;
      if (ok.error().code != ec::overloaded) {
        tell(failed_to_start(job.step_uuid, ok.error()));
        return;
      }
    }
    if (queue_.size() < deps_.queue_max) {
      queue_.push_back(std::move(spec));
      return;
    }
    engine::job_update news;
    news.step_uuid = job.step_uuid;
    news.phase = engine::job_update::phase_type::refused;
    news.time = deps_.now();
    tell(news);
  }

  engine::job_update failed_to_start(const std::string& uuid, const error& why) const {
    engine::job_update news;
    news.step_uuid = uuid;
    news.phase = engine::job_update::phase_type::failed_to_start;
    news.time = deps_.now();
    news.message = why.message;
    return news;
  }

  worker::job_spec spec_of(const engine::launch_job& job) const {
    worker::job_spec spec;
    spec.step_uuid = job.step_uuid;
    spec.argv = job.argv;
    spec.script = job.script;
    if (!job.interpreter.empty())
      spec.interpreter = job.interpreter;
    for (auto& [name, value] : job.env)
      spec.env.emplace_back(name, value);
    spec.params_json = job.params_json;
    spec.working_dir = job.working_dir;
    spec.grace_ms = deps_.grace_ms;
    spec.limits = deps_.limits;
    return spec;
  }

  void end_job(const std::string& uuid) {
    for (auto i = queue_.begin(); i != queue_.end(); ++i)
      if (i->step_uuid == uuid) {
        queue_.erase(i);
        engine::job_update news;
        news.step_uuid = uuid;
        news.phase = engine::job_update::phase_type::ended;
        news.time = deps_.now();
        news.message = "ended before it was started";
        news.signal = SIGTERM;
        tell(news);
        return;
      }
    // A job that has ended meanwhile reports its end by itself.
    if (auto ok = deps_.runner->terminate(uuid, deps_.grace_ms); !ok)
      log::debug("job-not-terminated", {{"why", ok.error().message}});
  }

  void on_news(const engine::job_update& x) {
    tell(x);
    if (x.phase == engine::job_update::phase_type::started)
      return;
    while (!queue_.empty()) {
      auto ok = deps_.runner->launch(queue_.front());
      if (!ok && ok.error().code == ec::overloaded)
        return;
      auto uuid = queue_.front().step_uuid;
      queue_.pop_front();
      if (!ok)
        tell(failed_to_start(uuid, ok.error()));
    }
  }

  void tell(const engine::job_update& news) {
    auto i = steps_.find(news.step_uuid);
    if (i == steps_.end())
      return; // Nobody asked yet; whoever resumes the step will.
    auto keeper = deps_.peer(engine::shard_of(i->second, deps_.shards));
    send(keeper, wire::request{i->second, engine::make_message(news), 0});
  }

  executor_deps deps_;
  std::unordered_map<std::string, engine::entity_id> steps_;
  std::deque<worker::job_spec> queue_;
};

} // namespace

wire::executor_actor spawn_executor(caf::actor_system& system, executor_deps deps) {
  return system.spawn<executor>(std::move(deps));
}

std::optional<engine::job_update> to_update(const std::string& step_uuid,
                                            const worker::job_event& event, engine::time_ms now) {
  engine::job_update news;
  news.step_uuid = step_uuid;
  news.time = now;
  if (std::holds_alternative<worker::job_logged>(event))
    return std::nullopt;
  auto* ended = std::get_if<worker::job_ended>(&event);
  if (!ended) {
    news.phase = engine::job_update::phase_type::started;
    return news;
  }
  auto& r = ended->result;
  using outcome = worker::job_result::outcome;
  news.phase = r.how == outcome::lost ? engine::job_update::phase_type::lost
               : r.how == outcome::refused_to_start
                 ? engine::job_update::phase_type::failed_to_start
                 : engine::job_update::phase_type::ended;
  news.exit_code = r.exit_code;
  news.signal = r.signal;
  news.outputs_json = r.outputs_json;
  news.message = r.message;
  if (!r.outputs_error.empty() && news.exit_code == 0 && news.signal == 0) {
    // A job whose outputs cannot be read has failed its contract: a user error.
    news.exit_code = 1;
    news.message = "its outputs cannot be used: " + r.outputs_error;
  }
  return news;
}

} // namespace tutti::actors
