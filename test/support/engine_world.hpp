#pragma once

#include "runtime/engine/cluster_core.hpp"
#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/loop_part_core.hpp"
#include "runtime/engine/purge_core.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/engine/template_core.hpp"
#include "runtime/engine/views.hpp"
#include "runtime/engine/workflow_core.hpp"
#include "runtime/model/json.hpp"
#include "runtime/sel/evaluator.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tutti::test {

/// One shard's rows in a map.
class map_rows : public engine::row_reader {
public:
  std::map<std::string, std::string, std::less<>> items;

  result<std::optional<std::string>> get(std::string_view key) const override {
    auto i = items.find(key);
    return i == items.end() ? std::optional<std::string>{} : std::optional{i->second};
  }

  status scan(std::string_view from, std::string_view to,
              const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    for (auto i = items.lower_bound(from); i != items.end() && i->first < to; ++i)
      if (!visit(i->first, i->second))
        break;
    return unit{};
  }

  status
  scan_back(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    for (auto i = items.lower_bound(to); i != items.begin();) {
      --i;
      if (i->first < from || !visit(i->first, i->second))
        break;
    }
    return unit{};
  }
};

/// The cores without actors: rows are applied at once, messages are delivered in the order of
/// sending. Entities are made from rows for each message, unless their memory is kept.
class engine_world {
public:
  explicit engine_world(engine::shard_no shards = 4) : shards_(shards) { options_.shards = shards; }

  engine_world(const engine_world&) = delete;
  engine_world& operator=(const engine_world&) = delete;
  virtual ~engine_world() = default;

  /// Entities keep their memory until they are at rest, as in a node.
  bool keep_memory = false;
  /// Messages are stored and read again on their way, so the short cuts of memory are lost.
  bool store_messages = false;
  /// Messages that get lost on their way, for looks at what waits.
  std::function<bool(const engine::entity_id& to, const engine::message& what)> hold_back;
  /// Timers and words of executors come twice.
  bool repeat = false;

  /// Limits; set before use.
  engine::engine_options& options() { return options_; }

  /// What expressions are evaluated with: this world's clock, and random numbers with a seed.
  std::shared_ptr<const params::expression_evaluator> language() const { return language_; }

  engine::time_ms now = 1'700'000'000'000;

  engine::shard_reader reader() const {
    return {[this](engine::shard_no n) -> const engine::row_reader& { return shards_.at(n); },
            options_.shards};
  }

  /// Delivers a client's message and all that follows; the answer or refusal.
  result<engine::answer> ask(const engine::entity_id& to, engine::message_ptr what) {
    answer_.reset();
    send({to, std::move(what)}, 1);
    settle();
    return answer_.value_or(error{ec::internal, "nobody answered"});
  }

  template <class T>
  result<engine::answer> ask(const engine::entity_id& to, T what) {
    return ask(to, engine::make_message(std::move(what)));
  }

  /// Delivers what waits, at most `most` messages.
  void settle(std::size_t most = 1'000'000) {
    for (; most > 0 && !mail_.empty(); --most) {
      auto letter = std::move(mail_.front());
      mail_.pop_front();
      deliver(std::move(letter));
    }
  }

  void post(const engine::entity_id& to, engine::message_ptr what) {
    send({to, std::move(what)}, 0);
  }

  /// Moves the clock and fires the timers that are due.
  void pass(std::int64_t ms) {
    auto until = now + ms;
    while (true) {
      auto next = std::min_element(timers_.begin(), timers_.end(),
                                   [](auto& a, auto& b) { return a.what.due < b.what.due; });
      if (next == timers_.end() || next->what.due > until)
        break;
      auto fired = *next;
      timers_.erase(next);
      now = std::max(now, fired.what.due);
      post_news(fired.entity, engine::make_message(fired.what));
      settle();
    }
    now = until;
  }

  /// Jobs that were ordered, by the text of the step; the newest.
  std::map<std::string, engine::launch_job> jobs;

  /// Attempts whose files may go, by uuid.
  std::vector<std::string> erased_jobs;

  /// Ends each ordered job at once with this exit code; unset: jobs wait for `job`.
  std::function<std::int32_t(const engine::entity_id& step)> exit_code_of;
  /// Steps whose jobs `exit_code_of` ended, in order.
  std::vector<engine::entity_id> ended_jobs;

  void job(const engine::entity_id& step, engine::job_update::phase_type phase,
           std::int32_t exit_code = 0, std::string message = {}) {
    engine::job_update news;
    news.step_uuid = jobs.at(to_string(step)).step_uuid;
    news.phase = phase;
    news.time = now;
    news.exit_code = exit_code;
    news.message = std::move(message);
    post_news(step, engine::make_message(std::move(news)));
    settle();
  }

  // -- short cuts ---------------------------------------------------------------------------------

  /// Pushes a definition given as the JSON of the members of `workflow` and a run strategy.
  void push(const std::string& workflow, const std::string& strategy = "sequential") {
    auto read = model::parse_json<model::workflow_create_request>(
      R"({"properties":{"owner":"tester","run_strategy":")" + strategy + R"("},"workflow":)"
      + workflow + "}");
    REQUIRE_MESSAGE(read, (read ? std::string{} : read.error().message));
    auto id = read->workflow.id;
    auto got = ask(engine::workflow_entity(id),
                   engine::push_definition{std::move(*read), {"tester", {}, false}});
    REQUIRE_MESSAGE(got, (got ? std::string{} : got.error().message));
  }

  engine::start_run start_order() {
    engine::start_run order;
    order.version = "latest";
    order.uuid = make_uuid();
    order.request.initiator.user = model::user{"tester", {}, false};
    return order;
  }

  std::int64_t start(const std::string& id) {
    auto got = ask(engine::workflow_entity(id), start_order());
    REQUIRE_MESSAGE(got, (got ? std::string{} : got.error().message));
    return std::get<engine::started>(*got).instance_id;
  }

  std::string make_uuid() {
    auto n = std::to_string(++uuids_);
    return "00000000-0000-4000-8000-" + std::string(12 - n.size(), '0') + n;
  }

protected:
  /// What comes from outside the cores.
  void post_news(const engine::entity_id& to, const engine::message_ptr& what) {
    post(to, what);
    if (repeat)
      post(to, what);
  }

  struct armed {
    engine::entity_id entity;
    engine::timer_fired what;
  };

  /// A row is about to change; `old` is null if it is new.
  virtual void on_row(const engine::row_change&, const std::string* /*old*/) {}

  /// Something leaves for the executor.
  virtual void on_effect(const engine::entity_id& by, const engine::effect& what) {
    if (auto* job = std::get_if<engine::launch_job>(&what)) {
      jobs[to_string(by)] = *job;
      end_at_once(by, *job);
    }
  }

  const std::deque<map_rows>& shards() const { return shards_; }

  const std::vector<armed>& timers() const { return timers_; }

private:
  using memory = std::variant<engine::workflow_memory, engine::instance_memory, engine::step_memory,
                              engine::loop_part_memory, engine::purge_memory,
                              engine::cluster_memory, engine::template_memory>;

  struct letter_of {
    engine::envelope letter;
    std::uint64_t client = 0; ///< who waits for an answer; 0 = nobody
    int tries = 0;
  };

  static constexpr int tries_max = 100;

  void send(engine::envelope letter, std::uint64_t client) {
    if (hold_back && hold_back(letter.to, *letter.what))
      return;
    if (store_messages) {
      auto read = engine::decode_envelope(engine::encode_envelope(letter));
      REQUIRE_MESSAGE(read, (read ? std::string{} : read.error().message));
      letter = std::move(*read);
    }
    mail_.push_back({std::move(letter), client});
  }

  result<memory> load(const engine::envelope& letter) const {
    auto& rows = shards_[engine::shard_of(letter.to, options_.shards)];
    auto wrap = [](auto x) {
      return x ? result<memory>{std::move(*x)} : result<memory>{x.error()};
    };
    switch (letter.to.kind) {
      case engine::entity_kind::workflow:
        return wrap(engine::load_workflow(letter.to.workflow_id, rows));
      case engine::entity_kind::instance:
        return wrap(engine::load_instance(letter.to, rows));
      case engine::entity_kind::loop_part:
        return wrap(engine::load_loop_part(letter.to, rows));
      case engine::entity_kind::job_template:
        return wrap(engine::load_template(letter.to, rows));
      case engine::entity_kind::purge:
        return wrap(engine::load_purge(letter.to, rows));
      case engine::entity_kind::cluster:
        return wrap(engine::load_cluster(rows));
      case engine::entity_kind::step:
        break;
    }
    auto* order = std::get_if<engine::start_step>(letter.what.get());
    auto step = engine::load_step(letter.to, order ? order->run : nullptr, rows);
    if (step && order && keep_memory)
      step->upstream = order->upstream;
    return wrap(std::move(step));
  }

  result<engine::outcome> judge(memory& mem, const letter_of& mail) {
    auto& rows = shards_[engine::shard_of(mail.letter.to, options_.shards)];
    engine::surroundings around{now,         [this] { return make_uuid(); },
                                &options_,   &rows,
                                mail.client, language_.get()};
    return std::visit(
      [&](auto& x) -> result<engine::outcome> {
        auto todo = engine::decide(x, *mail.letter.what, around);
        if (!todo)
          return todo.error();
        if constexpr (std::is_same_v<std::decay_t<decltype(x)>, engine::workflow_memory>)
          return std::move(todo->out);
        else
          return std::move(*todo);
      },
      mem);
  }

  void deliver(letter_of mail) {
    auto name = std::to_string(static_cast<int>(mail.letter.to.kind)) + to_string(mail.letter.to);
    auto kept = memories_.extract(name);
    auto mem = kept ? result<memory>{std::move(kept.mapped())} : load(mail.letter);
    auto out = mem ? judge(*mem, mail) : result<engine::outcome>{mem.error()};
    if (out && out->not_yet) {
      REQUIRE(++mail.tries < tries_max);
      if (keep_memory)
        memories_.emplace(std::move(name), std::move(*mem));
      mail_.push_back(std::move(mail));
      return;
    }
    if (out) {
      if (keep_memory && !out->at_rest)
        memories_.emplace(std::move(name), std::move(*mem));
      apply(mail.letter.to, std::move(*out), mail.client);
      return;
    }
    // Something that it needs is still on its way.
    auto again = out.error().code == ec::unavailable && ++mail.tries < tries_max;
    REQUIRE_MESSAGE(again, out.error().message);
    mail_.push_back(std::move(mail));
  }

  void apply(const engine::entity_id& by, engine::outcome out, std::uint64_t client) {
    auto& rows = shards_[engine::shard_of(by, options_.shards)].items;
    for (auto& x : out.rows) {
      auto old = rows.find(x.key);
      on_row(x, old == rows.end() ? nullptr : &old->second);
      if (x.value)
        rows[x.key] = *x.value;
      else
        rows.erase(x.key);
    }
    for (auto& x : out.timers)
      if (x.arm)
        timers_.push_back({by, {x.kind, x.generation, x.due}});
      else
        std::erase_if(timers_, [&](auto& t) {
          return t.entity == by && t.what.kind == x.kind && t.what.due == x.due;
        });
    for (auto& x : out.effects)
      if (auto* gone = std::get_if<engine::erase_job>(&x))
        erased_jobs.push_back(gone->step_uuid);
      else
        on_effect(by, x);
    for (auto& x : out.sends)
      send(std::move(x), 0);
    if (client == 0 && out.client == 0)
      return;
    if (out.refusal)
      answer_ = *out.refusal;
    else if (out.answer)
      answer_ = *out.answer;
  }

  void end_at_once(const engine::entity_id& step, const engine::launch_job& order) {
    if (!exit_code_of)
      return;
    engine::job_update news;
    news.step_uuid = order.step_uuid;
    news.phase = engine::job_update::phase_type::ended;
    news.time = now;
    news.exit_code = exit_code_of(step);
    ended_jobs.push_back(step);
    post_news(step, engine::make_message(std::move(news)));
  }

  std::deque<map_rows> shards_;
  engine::engine_options options_;
  std::mt19937_64 random_; ///< for expressions; the same in each world
  std::shared_ptr<const params::expression_evaluator> language_
    = sel::make_evaluator({{{}, [this] { return now; }, [this] { return random_(); }, {}}, {}});
  std::deque<letter_of> mail_;
  std::vector<armed> timers_;
  std::map<std::string, memory> memories_;
  std::optional<result<engine::answer>> answer_;
  std::uint64_t uuids_ = 0;
};

} // namespace tutti::test
