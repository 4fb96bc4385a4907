#include "actors/journal/shard_keeper.hpp"

#include "actors/journal/shard_book.hpp"
#include "actors/journal/shard_clock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/engine/rows.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <deque>
#include <list>
#include <map>
#include <unordered_map>
#include <utility>

namespace tutti::actors {

namespace {

namespace rows = engine::rows;
using engine::entity_id;
using engine::envelope;
using engine::shard_no;

constexpr int again_max = 200;

/// Where a delivered message came from, which says how it is made durable.
enum class origin : std::uint8_t {
  /// From an entity of this or another shard: a pending row if it is not handled in time.
  letter,
  /// Its timer row is its durable form.
  timer,
  /// A client or executor, who repeats it.
  request,
};

struct tracked {
  envelope letter;
  origin from = origin::letter;
  std::uint64_t client = 0;
  std::string timer_key;
  bool in_rows = false;
  int tries = 0;
};

struct slot {
  entity_id id;
  wire::entity_actor handle;
  std::size_t unhandled = 0;
  std::uint64_t last_batch = 0;
  std::uint64_t commits_seen = 0;
  std::uint64_t commits_applied = 0;
  engine::time_ms used = 0;
  std::list<std::uint64_t>::iterator place;
};

/// A batch on its way: what may leave once it is committed.
struct batch {
  std::uint64_t number = 0;
  std::vector<storage::row_op> rows;
  std::vector<std::pair<shard_no, wire::numbered_envelope>> letters;
  std::vector<std::pair<entity_id, engine::effect>> work;
  std::vector<wire::reply> replies;
  std::vector<std::pair<std::string, rows::stored_timer>> armed;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> commits; ///< slot, commits seen
  std::vector<std::uint64_t> leaving;                           ///< slots at rest
  std::vector<std::uint64_t> again;                             ///< deliveries to repeat

  bool says_nothing() const {
    return letters.empty() && work.empty() && replies.empty() && again.empty();
  }
};

class shard_keeper : public wire::shard_keeper_actor::base {
public:
  using super = wire::shard_keeper_actor::base;

  shard_keeper(caf::actor_config& cfg, keeper_deps deps)
    : super(cfg),
      deps_(std::move(deps)),
      clock_(deps_.limits.timer_window) {
    // nop
  }

  behavior_type make_behavior() override {
    set_error_handler([](caf::error&) {
      // An error answer to a plain send is no reason to end.
    });
    return {
      [this](const wire::begin&) { send(deps_.log, wire::campaign{deps_.shard}, self_handle()); },
      [this](wire::request& x) { on_request(x); },
      [this](wire::commit& x) { on_commit(x); },
      [this](const wire::committed& x) { on_committed(x); },
      [this](const wire::not_committed& x) { on_not_committed(x); },
      [this](const wire::lead& x) { on_lead(x); },
      [this](const wire::step_down& x) { stop_serving(x.why); },
      [this](const wire::letters& x) { on_letters(x); },
      [this](const wire::letters_received& x) { on_letters_received(x); },
      [this](const wire::letters_wanted& x) { resend(x.by); },
      [this](const wire::flush& x) {
        if (x.epoch == epoch_) {
          flush_sent_ = false;
          propose();
        }
      },
      [this](const wire::tick& x) { on_tick(x); },
      [this](const wire::post_check& x) {
        if (x.epoch == epoch_)
          on_post_check();
      },
      [this](const wire::sweep& x) {
        if (x.epoch == epoch_)
          on_sweep();
      },
    };
  }

  const char* name() const override { return "shard_keeper"; }

  void on_exit() override {
    slots_.clear();
    by_id_.clear();
    deps_ = {};
  }

private:
  wire::shard_keeper_actor self_handle() {
    return caf::actor_cast<wire::shard_keeper_actor>(this->address());
  }

  // -- leadership -------------------------------------------------------------------------------

  void on_lead(const wire::lead& x);
  void recover();
  void stop_serving(const error& why);

  // -- deliveries -------------------------------------------------------------------------------

  void on_request(wire::request& x);
  void deliver(envelope letter, origin from, std::uint64_t client, std::string timer_key);
  void hand(std::uint64_t number, tracked& what);
  slot& slot_of(const entity_id& id);
  void drop_slot(std::uint64_t number);
  void drop_some();

  // -- commits ----------------------------------------------------------------------------------

  void on_commit(wire::commit& x);
  void on_failure(const wire::commit& x, tracked& what);
  void settle(std::uint64_t number);
  void take(slot& who, std::uint64_t slot_number, std::uint64_t client, engine::outcome& todo);
  void take_timers(const entity_id& who, const std::vector<engine::timer_change>& timers);
  void post(envelope letter);
  void answer(std::uint64_t client, engine::outcome& todo);
  void refuse(std::uint64_t client, error why, bool not_taken = false);

  // -- batches ----------------------------------------------------------------------------------

  void want_flush();
  void propose();
  void on_committed(const wire::committed& x);
  void on_not_committed(const wire::not_committed& x);
  void release(batch& gone);
  void release_words(batch& gone);

  // -- letters, timers, idleness ----------------------------------------------------------------

  void on_letters(const wire::letters& x);
  void on_letters_received(const wire::letters_received& x);
  void resend(shard_no to);
  void send_letters(shard_no to, wire::letters what);
  void confirm_letters(shard_no to, std::uint64_t seq);
  void plan_post_check();
  void on_post_check();
  void on_tick(const wire::tick& x);
  void plan_tick();
  void on_sweep();

  keeper_deps deps_;
  bool serving_ = false;
  std::string why_not_; ///< why it does not serve, if the log said so
  std::uint64_t epoch_ = 0;
  std::uint64_t last_batch_ = 0;
  std::uint64_t applied_batch_ = 0;
  batch open_;
  std::deque<batch> in_flight_;
  bool flush_sent_ = false;
  bool sweep_planned_ = false;
  bool post_check_planned_ = false;
  /// Shards that were sent again as many letters as go at a time: the last one's number.
  std::map<shard_no, std::uint64_t> more_behind_;
  /// In a cluster, shards that were sent letters: what they had confirmed then.
  std::map<shard_no, std::uint64_t> on_their_way_;

  std::unordered_map<std::uint64_t, slot> slots_;
  std::unordered_map<entity_id, std::uint64_t, engine::entity_hash> by_id_;
  std::list<std::uint64_t> recent_; ///< slots, most recently used first
  std::uint64_t last_slot_ = 0;

  std::unordered_map<std::uint64_t, tracked> underway_;
  std::vector<std::uint64_t> fresh_; ///< letters delivered since the last batch closed
  std::uint64_t last_number_ = 0;

  shard_book book_;
  shard_clock clock_;
  std::uint64_t tick_generation_ = 0;
  engine::time_ms tick_due_ = 0;
};

// -- leadership -----------------------------------------------------------------------------------

/// All that was committed before is applied, and nothing of an older leader can come behind: the
/// log commits an entry of the new term first.
void shard_keeper::on_lead(const wire::lead& x) {
  if (serving_)
    stop_serving({ec::unavailable, "the shard has a new term"});
  epoch_ = x.term;
  last_batch_ = 0;
  applied_batch_ = 0;
  recover();
}

void shard_keeper::recover() {
  auto& disk = *deps_.entity.rows;
  auto letters = book_.load(disk);
  auto timers = deps_.sabotage.forget_timers ? status{unit{}} : clock_.load(disk);
  std::vector<std::pair<std::uint64_t, envelope>> pending;
  auto waiting = load_pending(disk, pending);
  std::vector<entity_id> outside;
  auto external = load_external(disk, outside);
  for (auto* ok : {&letters, &timers, &waiting, &external})
    if (!*ok) {
      log::error("shard-not-readable",
                 {{"shard", std::to_string(deps_.shard)}, {"why", ok->error().message}});
      return;
    }
  serving_ = true;
  why_not_.clear();
  log::debug("shard-led", {{"shard", std::to_string(deps_.shard)},
                           {"term", std::to_string(epoch_)},
                           {"pending", std::to_string(pending.size())}});
  ++deps_.counters->serving;
  for (auto& [number, letter] : pending) {
    last_number_ = std::max(last_number_, number);
    auto& t = underway_[number];
    t.letter = std::move(letter);
    t.in_rows = true;
  }
  for (auto& [number, letter] : pending)
    hand(number, underway_[number]);
  for (auto& id : outside)
    deliver({id, engine::make_message(engine::resume_entity{})}, origin::request, 0, {});
  for (shard_no to = 0; to < deps_.entity.options->shards; ++to) {
    if (to == deps_.shard)
      continue;
    resend(to);
    if (auto peer = deps_.peer(to))
      send(peer, wire::letters_wanted{deps_.shard});
  }
  plan_tick();
}

/// Memory that ran ahead of the log dies here, and with it every actor of the shard.
void shard_keeper::stop_serving(const error& why) {
  if (serving_)
    --deps_.counters->serving;
  serving_ = false;
  why_not_ = why.message;
  error answer{ec::unavailable, why.message};
  std::vector<std::uint64_t> waiting;
  for (auto& [number, t] : underway_)
    if (t.client != 0)
      waiting.push_back(t.client);
  for (auto& b : in_flight_)
    for (auto& x : b.replies)
      waiting.push_back(x.client);
  for (auto& x : open_.replies)
    waiting.push_back(x.client);
  deps_.counters->active -= static_cast<std::int64_t>(slots_.size());
  slots_.clear();
  by_id_.clear();
  recent_.clear();
  underway_.clear();
  fresh_.clear();
  in_flight_.clear();
  open_ = {};
  flush_sent_ = false;
  sweep_planned_ = false;
  post_check_planned_ = false;
  on_their_way_.clear();
  more_behind_.clear();
  book_ = {};
  clock_ = shard_clock{deps_.limits.timer_window};
  ++tick_generation_;
  tick_due_ = 0;
  for (auto client : waiting)
    refuse(client, answer);
}

// -- deliveries -----------------------------------------------------------------------------------

void shard_keeper::on_request(wire::request& x) {
  if (!serving_) {
    refuse(x.client,
           {ec::unavailable, why_not_.empty() ? "shard " + std::to_string(deps_.shard)
                                                  + " does not serve yet; try again"
                                              : why_not_},
           true);
    return;
  }
  if (x.client != 0 && underway_.size() >= deps_.limits.underway_max) {
    refuse(x.client, {ec::overloaded, "shard " + std::to_string(deps_.shard) + " has "
                                        + std::to_string(underway_.size())
                                        + " messages under way, the most it takes; slow down"});
    return;
  }
  deliver({std::move(x.to), std::move(x.what)}, origin::request, x.client, {});
}

void shard_keeper::deliver(envelope letter, origin from, std::uint64_t client,
                           std::string timer_key) {
  auto number = ++last_number_;
  auto& t = underway_[number];
  t.letter = std::move(letter);
  t.from = from;
  t.client = client;
  t.timer_key = std::move(timer_key);
  if (from == origin::letter)
    fresh_.push_back(number);
  hand(number, t);
}

void shard_keeper::hand(std::uint64_t number, tracked& what) {
  auto& to = slot_of(what.letter.to);
  ++to.unhandled;
  ++deps_.counters->deliveries;
  if (log::enabled(log::level::debug))
    log::debug("deliver", {{"shard", std::to_string(deps_.shard)},
                           {"number", std::to_string(number)},
                           {"to", engine::to_string(what.letter.to)},
                           {"what", std::string{name_of(*what.letter.what)}}});
  send(to.handle, wire::deliver{number, what.client, what.letter.what, to.commits_applied});
}

slot& shard_keeper::slot_of(const entity_id& id) {
  auto now = deps_.entity.now();
  if (auto i = by_id_.find(id); i != by_id_.end()) {
    auto& known = slots_[i->second];
    known.used = now;
    recent_.splice(recent_.begin(), recent_, known.place);
    return known;
  }
  if (slots_.size() >= deps_.limits.active_max)
    drop_some();
  auto number = ++last_slot_;
  auto& fresh = slots_[number];
  fresh.id = id;
  fresh.used = now;
  fresh.handle = spawn_entity(system(), deps_.entity, id, epoch_, number, self_handle());
  recent_.push_front(number);
  fresh.place = recent_.begin();
  by_id_.emplace(id, number);
  ++deps_.counters->spawned;
  ++deps_.counters->active;
  if (!sweep_planned_) {
    sweep_planned_ = true;
    delayed_send(this, std::chrono::milliseconds{deps_.limits.passivate_after_ms},
                 wire::sweep{epoch_});
  }
  return fresh;
}

void shard_keeper::drop_slot(std::uint64_t number) {
  auto i = slots_.find(number);
  by_id_.erase(i->second.id);
  recent_.erase(i->second.place);
  slots_.erase(i);
  --deps_.counters->active;
}

/// Makes room: the ones longest idle go, unless something of theirs is still on its way.
void shard_keeper::drop_some() {
  constexpr auto looks = 16;
  auto i = recent_.end();
  for (auto n = 0; n < looks && i != recent_.begin(); ++n) {
    auto number = *--i;
    auto& s = slots_[number];
    if (s.unhandled != 0 || s.last_batch > applied_batch_)
      continue;
    ++i;
    drop_slot(number);
  }
}

// -- commits --------------------------------------------------------------------------------------

void shard_keeper::on_commit(wire::commit& x) {
  auto s = slots_.find(x.slot);
  if (!serving_ || x.epoch != epoch_ || s == slots_.end())
    return;
  --s->second.unhandled;
  auto t = underway_.find(x.number);
  if (t == underway_.end())
    return;
  if (x.again && ++t->second.tries < again_max) {
    open_.again.push_back(x.number);
    want_flush();
    return;
  }
  if (x.failure || x.again) {
    on_failure(x, t->second);
    return;
  }
  settle(x.number);
  take(s->second, x.slot, x.client, x.todo);
  want_flush();
}

/// The message stays pending: it is tried again when the shard is led anew, and until then
/// somebody can look. Nobody else is stopped by it.
void shard_keeper::on_failure(const wire::commit& x, tracked& what) {
  ++deps_.counters->failures;
  auto why = x.failure.value_or(
    error{ec::internal, "rows that " + std::string{name_of(*what.letter.what)} + " to "
                          + engine::to_string(what.letter.to) + " needs do not come"});
  log::error("message-not-handled", {{"entity", engine::to_string(what.letter.to)},
                                     {"message", std::string{name_of(*what.letter.what)}},
                                     {"why", why.message}});
  if (what.from == origin::request) {
    refuse(what.client, std::move(why));
    underway_.erase(x.number);
  }
}

/// The message was handled in the batch that is open now: its durable form goes with it.
void shard_keeper::settle(std::uint64_t number) {
  auto i = underway_.find(number);
  if (i->second.from == origin::timer)
    open_.rows.push_back(storage::erase_row(std::move(i->second.timer_key)));
  else if (i->second.in_rows)
    open_.rows.push_back(storage::erase_row(rows::pending(number)));
  underway_.erase(i);
}

void shard_keeper::take(slot& who, std::uint64_t slot_number, std::uint64_t client,
                        engine::outcome& todo) {
  if (!todo.rows.empty()) {
    ++who.commits_seen;
    if (who.id.kind == engine::entity_kind::workflow)
      open_.commits.emplace_back(slot_number, who.commits_seen);
    for (auto& row : todo.rows)
      open_.rows.push_back(row.value ? storage::put_row(std::move(row.key), std::move(*row.value))
                                     : storage::erase_row(std::move(row.key)));
  }
  // What was handled may come from rows that are not applied yet, even if nothing came of it: an
  // entity that left before they are would be made anew without knowing.
  who.last_batch = open_.rows.empty() ? last_batch_ : last_batch_ + 1;
  take_timers(who.id, todo.timers);
  for (auto& effect : todo.effects)
    open_.work.emplace_back(who.id, std::move(effect));
  answer(client, todo);
  if (todo.at_rest)
    open_.leaving.push_back(slot_number);
  // Last: it may make new slots, which moves `who`.
  for (auto& letter : todo.sends)
    post(std::move(letter));
  if (deps_.sabotage.release_early)
    release_words(open_);
}

void shard_keeper::take_timers(const entity_id& who,
                               const std::vector<engine::timer_change>& timers) {
  for (const auto& x : timers) {
    auto key = rows::timer(x.due, x.kind, who);
    if (!x.arm) {
      clock_.remove(key);
      open_.rows.push_back(storage::erase_row(std::move(key)));
      continue;
    }
    rows::stored_timer timer{who, {x.kind, x.generation, x.due}};
    open_.rows.push_back(storage::put_row(key, encode_timer(timer)));
    clock_.arm(key, timer);
    plan_tick();
    open_.armed.emplace_back(std::move(key), std::move(timer));
  }
}

/// Inside the shard at once, to other shards through the outbox.
void shard_keeper::post(envelope letter) {
  auto to = engine::shard_of(letter.to, deps_.entity.options->shards);
  if (to == deps_.shard) {
    deliver(std::move(letter), origin::letter, 0, {});
    return;
  }
  auto seq = book_.next_seq(to);
  open_.rows.push_back(storage::put_row(rows::outbox(to, seq), engine::encode_envelope(letter)));
  wire::numbered_envelope numbered{seq, std::move(letter)};
  book_.sent(to, numbered);
  open_.letters.emplace_back(to, std::move(numbered));
  ++deps_.counters->letters;
}

void shard_keeper::answer(std::uint64_t client, engine::outcome& todo) {
  for (auto& [who, what] : todo.late_answers)
    open_.replies.push_back(
      {who, std::make_shared<const engine::answer>(std::move(what)), nullptr, false});
  if (todo.client != 0)
    client = todo.client;
  if (client == 0)
    return;
  if (todo.refusal)
    open_.replies.push_back(
      {client, nullptr, std::make_shared<const error>(std::move(*todo.refusal)), false});
  else if (todo.answer)
    open_.replies.push_back(
      {client, std::make_shared<const engine::answer>(std::move(*todo.answer)), nullptr, false});
}

void shard_keeper::refuse(std::uint64_t client, error why, bool not_taken) {
  if (client != 0)
    send(deps_.gateway,
         wire::reply{client, nullptr, std::make_shared<const error>(std::move(why)), not_taken});
}

// -- batches --------------------------------------------------------------------------------------

/// The word to oneself queues behind the commits that already wait, so a batch takes them along;
/// nothing ever waits for a batch to fill.
void shard_keeper::want_flush() {
  if (flush_sent_ || in_flight_.size() >= deps_.limits.window)
    return;
  flush_sent_ = true;
  send(this, wire::flush{epoch_});
}

void shard_keeper::propose() {
  if (!serving_ || in_flight_.size() >= deps_.limits.window)
    return;
  // What was delivered and is not handled yet must survive with its cause.
  for (auto number : fresh_) {
    auto i = underway_.find(number);
    if (i == underway_.end() || i->second.in_rows)
      continue;
    i->second.in_rows = true;
    open_.rows.push_back(
      storage::put_row(rows::pending(number), engine::encode_envelope(i->second.letter)));
    ++deps_.counters->pending_rows;
  }
  fresh_.clear();
  if (!deps_.sabotage.forget_inbox)
    book_.write_inbox(open_.rows);
  if (open_.rows.empty() && open_.says_nothing() && open_.leaving.empty())
    return;
  book_.write_confirmed(open_.rows);
  open_.number = ++last_batch_;
  ++deps_.counters->proposals;
  deps_.counters->rows += open_.rows.size();
  send(deps_.log, wire::proposal{epoch_, open_.number, deps_.shard, std::move(open_.rows)},
       self_handle());
  in_flight_.push_back(std::move(open_));
  open_ = {};
}

void shard_keeper::on_committed(const wire::committed& x) {
  if (x.epoch != epoch_)
    return;
  while (!in_flight_.empty() && in_flight_.front().number <= x.batch) {
    auto first = std::move(in_flight_.front());
    in_flight_.pop_front();
    applied_batch_ = first.number;
    release(first);
  }
  propose();
}

void shard_keeper::on_not_committed(const wire::not_committed& x) {
  if (x.epoch == epoch_)
    stop_serving(x.why);
}

void shard_keeper::release_words(batch& gone) {
  for (auto& x : gone.replies)
    send(deps_.gateway, std::move(x));
  gone.replies.clear();
  for (auto& [who, what] : gone.work)
    send(deps_.executor,
         wire::work{who, std::make_shared<const engine::effect>(std::move(what)), epoch_});
  gone.work.clear();
}

void shard_keeper::release(batch& gone) {
  release_words(gone);
  std::stable_sort(gone.letters.begin(), gone.letters.end(),
                   [](auto& a, auto& b) { return a.first < b.first; });
  for (auto i = gone.letters.begin(); i != gone.letters.end();) {
    auto to = i->first;
    auto items = std::make_shared<std::vector<wire::numbered_envelope>>();
    for (; i != gone.letters.end() && i->first == to; ++i)
      items->push_back(std::move(i->second));
    send_letters(to, {deps_.shard, std::move(items)});
  }
  for (auto [from, seq] : book_.committed_inbox(gone.number))
    confirm_letters(from, seq);
  for (auto [number, seen] : gone.commits)
    if (auto i = slots_.find(number); i != slots_.end())
      i->second.commits_applied = seen;
  for (auto& [key, timer] : gone.armed)
    clock_.settle(std::move(key), std::move(timer));
  for (auto number : gone.leaving)
    if (auto i = slots_.find(number);
        i != slots_.end() && i->second.unhandled == 0 && i->second.last_batch <= applied_batch_)
      drop_slot(number);
  for (auto number : gone.again)
    if (auto i = underway_.find(number); i != underway_.end())
      hand(number, i->second);
  plan_tick();
}

// -- letters --------------------------------------------------------------------------------------

void shard_keeper::on_letters(const wire::letters& x) {
  if (!serving_)
    return; // They are asked for again once we serve.
  auto repeated = true;
  for (const auto& item : *x.items)
    if (book_.accept(x.from, item.seq, last_batch_ + 1)) {
      repeated = false;
      deliver(item.letter, origin::letter, 0, {});
    }
  if (!repeated)
    want_flush();
  else if (auto seq = book_.confirmed_for(x.from); seq != 0)
    confirm_letters(x.from, seq);
}

void shard_keeper::on_letters_received(const wire::letters_received& x) {
  if (!serving_)
    return;
  book_.confirm(x.by, x.seq);
  if (auto i = more_behind_.find(x.by); i != more_behind_.end() && i->second <= x.seq) {
    more_behind_.erase(i);
    resend(x.by);
  }
}

void shard_keeper::resend(shard_no to) {
  if (!serving_)
    return;
  // Only what is committed may leave: letters of batches on their way go with those.
  auto items = book_.unconfirmed(to, [this](std::uint64_t seq, shard_no peer) {
    for (auto* b : {&open_})
      for (auto& [shard, letter] : b->letters)
        if (shard == peer && letter.seq == seq)
          return false;
    for (auto& b : in_flight_)
      for (auto& [shard, letter] : b.letters)
        if (shard == peer && letter.seq == seq)
          return false;
    return true;
  });
  if (items->empty())
    return;
  if (items->size() == shard_book::resend_max)
    more_behind_[to] = items->back().seq;
  send_letters(to, {deps_.shard, std::move(items)});
}

void shard_keeper::send_letters(shard_no to, wire::letters what) {
  // In a cluster the keeper here may not lead the shard, whatever this node has heard.
  if (deps_.letters_abroad) {
    on_their_way_[to] = book_.confirmed_by(to);
    plan_post_check();
    if (deps_.letters_abroad(to, what))
      return;
  }
  if (auto peer = deps_.peer(to))
    send(peer, std::move(what));
}

void shard_keeper::plan_post_check() {
  if (post_check_planned_)
    return;
  post_check_planned_ = true;
  delayed_send(this, std::chrono::milliseconds{deps_.limits.letters_patience_ms},
               wire::post_check{epoch_});
}

void shard_keeper::confirm_letters(shard_no to, std::uint64_t seq) {
  wire::letters_received word{deps_.shard, seq};
  if (deps_.confirm_abroad && deps_.confirm_abroad(to, word))
    return;
  if (auto peer = deps_.peer(to))
    send(peer, word);
}

/// A link may lose letters. Who confirmed something since the last look is alive and asks for the
/// rest by itself, or gets it in order.
void shard_keeper::on_post_check() {
  post_check_planned_ = false;
  auto before = std::exchange(on_their_way_, {});
  for (auto [to, confirmed] : before) {
    if (!book_.waits_for(to))
      continue;
    if (book_.confirmed_by(to) == confirmed)
      resend(to);
    else
      on_their_way_[to] = book_.confirmed_by(to);
  }
  if (!on_their_way_.empty())
    plan_post_check();
}

// -- timers and idleness --------------------------------------------------------------------------

void shard_keeper::on_tick(const wire::tick& x) {
  if (!serving_ || x.generation != tick_generation_)
    return;
  tick_due_ = 0;
  auto now = deps_.entity.now();
  if (auto ok = clock_.refill(*deps_.entity.rows); !ok)
    log::error("timers-not-readable",
               {{"shard", std::to_string(deps_.shard)}, {"why", ok.error().message}});
  while (auto due = clock_.pop(now)) {
    ++deps_.counters->timers_fired;
    deliver({due->second.entity, engine::make_message(due->second.timer)}, origin::timer, 0,
            std::move(due->first));
  }
  if (auto ok = clock_.refill(*deps_.entity.rows); !ok)
    return;
  plan_tick();
}

void shard_keeper::plan_tick() {
  auto next = clock_.next_due();
  if (next == 0 || (tick_due_ != 0 && tick_due_ <= next))
    return;
  tick_due_ = next;
  auto wait = std::max<engine::time_ms>(0, next - deps_.entity.now());
  delayed_send(this, std::chrono::milliseconds{wait}, wire::tick{++tick_generation_});
}

void shard_keeper::on_sweep() {
  sweep_planned_ = false;
  auto limit = deps_.entity.now() - deps_.limits.passivate_after_ms;
  while (!recent_.empty()) {
    auto number = recent_.back();
    auto& s = slots_[number];
    if (s.used > limit || s.unhandled != 0 || s.last_batch > applied_batch_)
      break;
    drop_slot(number);
  }
  if (slots_.empty())
    return;
  sweep_planned_ = true;
  delayed_send(this, std::chrono::milliseconds{deps_.limits.passivate_after_ms},
               wire::sweep{epoch_});
}

} // namespace

wire::shard_keeper_actor spawn_shard_keeper(caf::actor_system& system, keeper_deps deps) {
  return system.spawn<shard_keeper>(std::move(deps));
}

} // namespace tutti::actors
