#include "actors/run/executor.hpp"

#include "runtime/base/log.hpp"
#include "runtime/base/overload.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tutti::actors {

namespace {

constexpr auto look_pause = std::chrono::milliseconds{1'000};

/// Looks between two words to supervisors that this node is in touch.
constexpr int looks_per_word = 5;

/// Jobs that this node has denied to have; the oldest are forgotten.
constexpr std::size_t denied_max = 10'000;

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
      [this](const wire::job_asked& x) { on_asked(x); },
      [this](const wire::job_answer& x) { on_answer(x); },
      [this](const wire::job_order& x) { on_order(x); },
      [this](const wire::look_around&) { on_look_around(); },
      [this](const wire::search_confirmed& x) { on_confirmed(x); },
    };
  }

  const char* name() const override { return "executor"; }

  void on_exit() override {
    queue_.clear();
    steps_.clear();
    searches_.clear();
    untold_.clear();
    deps_ = {};
  }

private:
  void on_work(const wire::work& x) {
    std::visit(overload{
                 [&](const engine::launch_job& job) {
                   if (is_in_doubt(job) && !deps_.runner->knows(job.step_uuid))
                     search({x.step, job, x.term});
                   else
                     start_job({x.step, job, x.term});
                 },
                 [&](const engine::terminate_job& job) {
                   spread(wire::job_order::kind_type::terminate, job.step_uuid);
                   end_job(job.step_uuid);
                 },
                 [&](const engine::forget_job& job) {
                   spread(wire::job_order::kind_type::forget, job.step_uuid);
                   forget(job.step_uuid);
                 },
                 [&](const engine::erase_job& job) {
                   spread(wire::job_order::kind_type::erase, job.step_uuid);
                   deps_.erase(job.step_uuid);
                 },
               },
               *x.what);
  }

  static void note(std::string_view what, const std::string& uuid, std::uint64_t term) {
    if (log::enabled(log::level::debug))
      log::debug(what, {{"job", uuid}, {"term", std::to_string(term)}});
  }

  void forget(const std::string& uuid) {
    note("job-forgotten", uuid, 0);
    searches_.erase(uuid);
    steps_.erase(uuid);
    untold_.erase(uuid);
    std::erase_if(queue_, [&](auto& x) { return x.job.step_uuid == uuid; });
    deps_.forget(uuid);
  }

  /// To start a job, from whoever led the shard of its step in that term.
  struct launch_order {
    engine::entity_id step;
    engine::launch_job job;
    std::uint64_t term = 0;
  };

  // -- other nodes --------------------------------------------------------------------------------

  /// A job that was ordered before, maybe by another leader of its shard: nobody starts it until
  /// every member has said that it does not have it. If one of them is gone, the job may have run
  /// there: it is lost, and the step goes on with another attempt. So a job never runs twice, and
  /// what a node says late about an old attempt is nobody's. It ends with the term that ordered it:
  /// what the step recorded since then, the order does not know.
  /// Whoever has it tells the step, as long as that process lives.
  struct search_state {
    launch_order what;
    std::vector<std::uint64_t> awaited;
    std::uint64_t holder = 0; ///< who has it; 0: nobody has said so
    std::uint64_t holder_incarnation = 0;
    bool gone = false; ///< a node that might have it will not answer
    /// Put to a majority, after all have answered; 0: none. Any later word makes it void.
    std::uint64_t question = 0;
  };

  /// A majority was heard of so recently that nobody takes this node for dead. Not so after the
  /// process stood still: an order that waited meanwhile may be carried out elsewhere already.
  bool in_touch() const {
    auto members = deps_.peers->members();
    auto heard = std::count_if(members.begin(), members.end(),
                               [&](auto& x) { return x.unheard_ms < deps_.peers->lease_ms / 2; });
    return 2 * (static_cast<std::size_t>(heard) + 1) > members.size() + 1;
  }

  /// Another node may have it, or may start it.
  bool is_in_doubt(const engine::launch_job& job) const {
    return deps_.peers && !deps_.peers->skip_fence
           && (job.again || denied_.contains(job.step_uuid) || !in_touch());
  }

  /// Whoever was told that it is not here may start it now: an order for it that is still on its
  /// way to this node comes too late.
  void deny(const std::string& uuid) {
    if (auto i = searches_.find(uuid); i != searches_.end())
      i->second.question = 0; // Whoever asked relies on that.
    if (!denied_.insert(uuid).second)
      return;
    denied_order_.push_back(uuid);
    if (denied_order_.size() <= denied_max)
      return;
    denied_.erase(denied_order_.front());
    denied_order_.pop_front();
  }

  /// An order about a job that is not here.
  void spread(wire::job_order::kind_type kind, const std::string& uuid) {
    if (deps_.peers && !deps_.runner->knows(uuid))
      deps_.peers->spread({kind, uuid});
  }

  void search(const launch_order& what) {
    const auto& uuid = what.job.step_uuid;
    note("job-searched", uuid, what.term);
    auto& state = searches_[uuid];
    state = {what, {}, 0, 0, false, 0};
    ask_all(state, deps_.peers->members());
    settle(uuid);
    look_later();
  }

  void ask_all(search_state& state, const std::vector<job_peers::peer>& members) {
    state.holder = 0;
    state.question = 0;
    state.awaited.clear();
    for (auto& peer : members)
      state.awaited.push_back(peer.node);
    ask_again(state);
  }

  void ask_again(const search_state& state) {
    for (auto node : state.awaited)
      deps_.peers->ask(node, {0, state.what.job.step_uuid, state.what.step});
  }

  bool is_settled(const search_state& x) const {
    return x.holder == 0 && x.awaited.empty() && in_touch();
  }

  /// Nobody has it, each said at its time. Meanwhile another node may have led, and may have found
  /// it and recorded its end: only if a majority says now that nobody else has led is that out of
  /// the question.
  void settle(const std::string& uuid) {
    auto i = searches_.find(uuid);
    if (i == searches_.end() || !is_settled(i->second) || i->second.question != 0)
      return;
    auto& state = i->second;
    state.question = ++last_question_;
    deps_.peers->confirm(state.what.step, state.what.term,
                         [to = caf::actor_cast<caf::actor>(this->address()), uuid,
                          question = state.question](bool leads) {
                           caf::anon_send(to, wire::search_confirmed{uuid, question, leads});
                         });
  }

  void on_confirmed(const wire::search_confirmed& x) {
    auto i = searches_.find(x.step_uuid);
    if (i == searches_.end() || i->second.question != x.question)
      return;
    // If it cannot be said now, a look asks again.
    i->second.question = 0;
    if (!x.leads || !is_settled(i->second))
      return;
    auto found = std::move(i->second);
    searches_.erase(i);
    if (!found.gone) {
      start_job(found.what);
      return;
    }
    engine::job_update news;
    news.step_uuid = x.step_uuid;
    news.phase = engine::job_update::phase_type::lost;
    news.time = deps_.now();
    news.message = "the node it may have run on is gone";
    steps_[x.step_uuid] = found.what.step;
    tell(news);
  }

  void on_asked(const wire::job_asked& x) {
    if (log::enabled(log::level::debug))
      log::debug("job-asked", {{"job", x.step_uuid}, {"node", std::to_string(x.node)}});
    auto waits = std::any_of(queue_.begin(), queue_.end(),
                             [&](auto& one) { return one.job.step_uuid == x.step_uuid; });
    auto found = waits || deps_.runner->knows(x.step_uuid);
    if (found) {
      steps_[x.step_uuid] = x.step;
      if (!waits)
        if (auto ok = deps_.runner->attach(x.step_uuid); !ok)
          log::warning("job-not-attached", {{"why", ok.error().message}});
      look_later();
    } else
      deny(x.step_uuid);
    deps_.peers->answer(x.node, {0, x.step_uuid, found});
  }

  void on_answer(const wire::job_answer& x) {
    if (log::enabled(log::level::debug))
      log::debug("job-answer", {{"job", x.step_uuid},
                                {"node", std::to_string(x.node)},
                                {"found", x.found ? "1" : "0"}});
    auto i = searches_.find(x.step_uuid);
    if (i == searches_.end())
      return;
    if (x.found) {
      i->second.holder = x.node;
      i->second.awaited.clear();
      for (auto& peer : deps_.peers->members())
        if (peer.node == x.node)
          i->second.holder_incarnation = peer.incarnation;
    } else {
      std::erase(i->second.awaited, x.node);
      settle(x.step_uuid);
    }
  }

  void on_order(const wire::job_order& x) {
    switch (x.kind) {
      case wire::job_order::kind_type::terminate:
        end_job(x.step_uuid);
        return;
      case wire::job_order::kind_type::forget:
        if (deps_.runner->knows(x.step_uuid))
          forget(x.step_uuid);
        return;
      case wire::job_order::kind_type::erase:
        deps_.erase(x.step_uuid);
    }
  }

  void look_later() {
    if (looking_ || !deps_.peers || (searches_.empty() && steps_.empty() && untold_.empty()))
      return;
    looking_ = true;
    delayed_send(this, look_pause, wire::look_around{});
  }

  void on_look_around() {
    looking_ = false;
    auto members = deps_.peers->members();
    std::vector<std::string> settled;
    auto find = [&](std::uint64_t node) {
      return std::find_if(members.begin(), members.end(), [&](auto& x) { return x.node == node; });
    };
    // Who leads a step next, also if it is this node again, searches for its job himself.
    std::erase_if(searches_, [&](auto& x) {
      return !deps_.peers->leads(x.second.what.step, x.second.what.term);
    });
    for (auto& [uuid, state] : searches_) {
      if (state.holder != 0) {
        // A process that began anew, or is gone, does not know whom to tell.
        auto peer = find(state.holder);
        state.gone = state.gone || peer == members.end();
        if (peer == members.end() || peer->silent_ms > 0
            || peer->incarnation != state.holder_incarnation)
          ask_all(state, members);
        continue;
      }
      auto gone = std::erase_if(state.awaited, [&](auto node) {
        auto peer = find(node);
        return peer == members.end()
               || deps_.peers->agreed_silence_ms(node) > deps_.peers->lease_ms;
      });
      state.gone = state.gone || gone > 0;
      ask_again(state);
      if (state.awaited.empty())
        settled.push_back(uuid);
    }
    for (auto& uuid : settled)
      settle(uuid);
    tell_again();
    if (!in_touch())
      doubt_queue();
    else if (++looks_ % looks_per_word == 0)
      deps_.runner->keep_alive();
    look_later();
  }

  /// Links lose words. The end of a job is told until its step says that it is recorded; more and
  /// more seldom, since that word may have got lost instead.
  void tell_again() {
    constexpr int pause_max = 1800;
    for (auto i = untold_.begin(); i != untold_.end();) {
      auto& end = i->second;
      if (--end.looks_left == 0) {
        tell(end.news);
        end.looks_left = end.pause = 2 * end.pause;
      }
      i = end.pause > pause_max ? untold_.erase(i) : std::next(i);
    }
  }

  /// What waits here may have been given up by its step while nobody heard of this node.
  void doubt_queue() {
    for (auto& one : std::exchange(queue_, {}))
      search(one);
  }

  // -- jobs ---------------------------------------------------------------------------------------

  void start_job(const launch_order& what) {
    const auto& job = what.job;
    note("job-launched", job.step_uuid, what.term);
    steps_[job.step_uuid] = what.step;
    look_later();
    for (auto& waiting : queue_)
      if (waiting.job.step_uuid == job.step_uuid)
        return;
    // One that has begun here needs no place: it has one, or its end is to be told.
    if (queue_.empty() || deps_.runner->knows(job.step_uuid)) {
      auto ok = deps_.runner->launch(spec_of(job));
      if (ok)
        return;
      if (ok.error().code != ec::overloaded) {
        tell(failed_to_start(job.step_uuid, ok.error()));
        return;
      }
    }
    if (queue_.size() < deps_.queue_max) {
      queue_.push_back(what);
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
    if (deps_.peers)
      spec.limits.lease_ms = deps_.peers->lease_ms / 2;
    return spec;
  }

  void end_job(const std::string& uuid) {
    for (auto i = queue_.begin(); i != queue_.end(); ++i)
      if (i->job.step_uuid == uuid) {
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
    if (deps_.peers && steps_.contains(x.step_uuid)) {
      untold_[x.step_uuid] = {x, 1, 1};
      look_later();
    }
    if (deps_.peers && !queue_.empty() && !in_touch())
      doubt_queue();
    start_waiting();
  }

  void start_waiting() {
    while (!queue_.empty()) {
      auto ok = deps_.runner->launch(spec_of(queue_.front().job));
      if (!ok && ok.error().code == ec::overloaded)
        return;
      auto uuid = queue_.front().job.step_uuid;
      queue_.pop_front();
      if (!ok)
        tell(failed_to_start(uuid, ok.error()));
    }
  }

  void tell(const engine::job_update& news) {
    auto i = steps_.find(news.step_uuid);
    if (i == steps_.end())
      return; // Nobody asked yet; whoever resumes the step will.
    auto word = engine::make_message(news);
    if (deps_.peers && deps_.peers->tell_abroad(i->second, word))
      return;
    auto keeper = deps_.peer(engine::shard_of(i->second, deps_.shards));
    send(keeper, wire::request{i->second, std::move(word), 0});
  }

  executor_deps deps_;
  std::unordered_map<std::string, engine::entity_id> steps_;
  std::deque<launch_order> queue_; ///< wait for a place

  /// The end of a job that its step has not recorded yet, as far as this node knows.
  struct untold_end {
    engine::job_update news;
    int pause = 1; ///< in looks
    int looks_left = 1;
  };

  std::map<std::string, search_state> searches_;
  std::uint64_t last_question_ = 0;
  std::map<std::string, untold_end> untold_;
  std::unordered_set<std::string> denied_;
  std::deque<std::string> denied_order_;
  bool looking_ = false;
  int looks_ = 0;
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
