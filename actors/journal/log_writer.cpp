#include "actors/journal/log_writer.hpp"

#include "actors/journal/disk_writer.hpp"
#include "runtime/base/log.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace tutti::actors {

namespace {

constexpr auto recheck_pause = std::chrono::milliseconds{500};

/// Rounds on their way to the disk: one that it works on, and those that gather meanwhile.
constexpr std::size_t rounds_max = 4;

/// Reads of one shard that wait at a time.
constexpr std::size_t readers_max = 10'000;

/// Ticks after which a read asks again, and after which it gives up.
constexpr int read_repeat_ticks = 5;
constexpr int read_ticks_max = 50;

class log_writer : public wire::log_actor::base, public group_listener {
public:
  using super = wire::log_actor::base;

  log_writer(caf::actor_config& cfg, log_writer_deps deps, bool own_thread)
    : super(cfg),
      deps_(std::move(deps)),
      groups_(std::in_place, deps_.store, deps_.groups, *this) {
    if (deps_.disk == disk_mode::beside)
      disk_ = spawn_disk_writer(system(), deps_.store, deps_.steady_us, own_thread);
  }

  behavior_type make_behavior() override {
    set_error_handler([](caf::error&) {
      // An error answer to a plain send is no reason to end.
    });
    return {
      [this](const wire::campaign& x, const wire::shard_keeper_actor& from) {
        keepers_[x.shard] = from;
        groups_->join(x.shard);
        want_flush();
      },
      [this](wire::proposal& x, const wire::shard_keeper_actor&) {
        groups_->propose(std::move(x));
        want_flush();
      },
      [this](const wire::raft_mail& x) {
        groups_->step(x);
        want_flush();
      },
      [this](const wire::picture_sent& x) {
        groups_->report_picture(x);
        want_flush();
      },
      [this](const wire::rest_word& x) {
        groups_->take_rest(x);
        want_flush();
      },
      [this](const wire::peer_seen& x) {
        groups_->see_peer(x.node, x.up);
        want_flush();
      },
      [this](const wire::leads_told& x) {
        groups_->check_leads(x);
        want_flush();
      },
      [this](wire::read_barrier& x) { on_barrier(x); },
      [this](wire::index_asked& x) { on_index_asked(x); },
      [this](const wire::index_told& x) { on_index_told(x); },
      [this](const wire::survey& x) { x.done(groups_->look()); },
      [this](const wire::member_move& x) {
        groups_->move(x.what);
        want_flush();
      },
      [this](const wire::flush&) { on_flush(); },
      [this](const wire::disk_done& x) {
        take(x);
        on_flush();
      },
      [this](const wire::raft_tick&) { on_tick(); },
      [this](const wire::recheck&) { on_recheck(); },
    };
  }

  const char* name() const override { return "log_writer"; }

  void on_exit() override {
    if (disk_)
      anon_send_exit(disk_, caf::exit_reason::user_shutdown);
    disk_ = nullptr;
    keepers_.clear();
    groups_.reset();
    deps_ = {};
  }

private:
  // -- what the groups tell -----------------------------------------------------------------------

  template <class Message>
  void tell(storage::shard_id shard, Message what) {
    if (auto keeper = keepers_.find(shard); keeper != keepers_.end())
      send(keeper->second, std::move(what));
  }

  void on_lead(storage::shard_id shard, storage::term_no term) override {
    tell(shard, wire::lead{term});
    if (deps_.on_lead)
      deps_.on_lead(shard, term);
  }

  void on_read(storage::shard_id shard, const std::string& context) override {
    auto found = readings_.find(shard);
    if (found == readings_.end() || found->second.context != context)
      return;
    auto served = std::move(found->second.asked);
    found->second.asked = std::exchange(found->second.behind, {});
    found->second.context.clear();
    for (auto& answer : served)
      answer(true);
    if (found->second.asked.empty())
      readings_.erase(found);
    else
      ask_index(shard);
  }

  void on_step_down(storage::shard_id shard, const error& why) override {
    tell(shard, wire::step_down{why});
  }

  void on_committed(storage::shard_id shard, std::uint64_t epoch, std::uint64_t batch) override {
    tell(shard, wire::committed{epoch, batch});
  }

  void on_not_committed(storage::shard_id shard, std::uint64_t epoch, std::uint64_t batch,
                        const error& why) override {
    tell(shard, wire::not_committed{epoch, batch, why});
  }

  void on_mail(wire::raft_mail what) override {
    if (deps_.peer_sender)
      deps_.peer_sender(std::move(what));
  }

  void on_rest_word(const wire::rest_word& what) override {
    if (deps_.rest_sender)
      deps_.rest_sender(what);
  }

  // -- reads --------------------------------------------------------------------------------------

  using read_done = std::function<void(result<bool>)>;

  /// Questions of one shard travel together: those that come while one is under way need the next.
  struct reading {
    std::string context; ///< of the question under way; empty: none
    std::vector<read_done> asked;
    std::vector<read_done> behind;
    int ticks = 0;
  };

  void on_barrier(wire::read_barrier& x) {
    auto& at = readings_[x.shard];
    if (at.asked.size() + at.behind.size() >= readers_max) {
      x.done(error{ec::overloaded, "shard " + std::to_string(x.shard) + " has "
                                     + std::to_string(readers_max)
                                     + " reads under way, the most it takes; slow down"});
      return;
    }
    if (!at.asked.empty()) {
      at.behind.push_back(std::move(x.done));
      return;
    }
    at.asked.push_back(std::move(x.done));
    at.ticks = 0;
    ask_index(x.shard);
  }

  void ask_index(storage::shard_id shard) {
    auto& at = readings_[shard];
    at.context = std::to_string(deps_.groups.node) + ":" + std::to_string(++last_read_);
    auto place = groups_->read_index(shard, at.context);
    if (place && *place == node_groups::read_place::later) {
      want_flush();
      return;
    }
    if (place && *place == node_groups::read_place::at_leader) {
      // Without a leader, or if the word gets lost, a tick asks again.
      if (auto leader = groups_->leader_of(shard); leader != 0 && deps_.ask_index)
        deps_.ask_index(leader, shard, at.context);
      plan_tick();
      return;
    }
    at.context.clear();
    if (place)
      finish_reads(shard, *place == node_groups::read_place::here);
    else if (down_ || place.error().code != ec::unavailable)
      finish_reads(shard, place.error());
    else
      plan_tick(); // An election may be on its way.
  }

  /// Another node reads a shard that is led here: it needs the entries that are applied here once a
  /// majority has said that this is still the leader.
  void on_index_asked(wire::index_asked& x) {
    auto* group = groups_->find(x.shard);
    if (!group || !group->leads())
      return x.answer(error{ec::unavailable, "the shard is not led here"});
    wire::read_barrier barrier{x.shard, [this, shard = x.shard,
                                         answer = std::move(x.answer)](const result<bool>& ready) {
                                 auto* led = groups_ ? groups_->find(shard) : nullptr;
                                 if (ready && *ready && led && led->leads())
                                   answer(led->applied());
                                 else
                                   answer(error{ec::unavailable, "the shard is not led here"});
                               }};
    on_barrier(barrier);
  }

  void on_index_told(const wire::index_told& x) {
    if (auto i = readings_.find(x.shard); i != readings_.end() && i->second.context == x.context)
      groups_->wait_applied(x.shard, x.index, x.context);
  }

  void finish_reads(storage::shard_id shard, const result<bool>& how) {
    auto node = readings_.extract(shard);
    for (auto* list : {&node.mapped().asked, &node.mapped().behind})
      for (auto& answer : *list)
        answer(how);
  }

  /// A question may have got lost.
  void repeat_reads() {
    std::vector<storage::shard_id> due;
    for (auto& [shard, at] : readings_)
      if (++at.ticks % read_repeat_ticks == 0 || at.context.empty())
        due.push_back(shard);
    for (auto shard : due) {
      if (readings_[shard].ticks >= read_ticks_max)
        finish_reads(shard, error{ec::unavailable, "shard " + std::to_string(shard)
                                                     + " has no leader that can be reached from "
                                                       "this node; try again"});
      else
        ask_index(shard);
    }
  }

  // -- rounds -------------------------------------------------------------------------------------

  /// The word to oneself queues behind what already waits: that goes into the same round.
  void want_flush() {
    if (flush_sent_)
      return;
    flush_sent_ = true;
    send(this, wire::flush{});
  }

  void on_flush() {
    flush_sent_ = false;
    while (!down_ && rounds_ < rounds_max) {
      auto next = groups_->gather();
      if (!next) {
        go_down(next.error());
        return;
      }
      if (!*next)
        break;
      ++rounds_;
      if (disk_)
        send(disk_, disk_order{std::make_shared<node_groups::round>(std::move(**next))},
             caf::actor_cast<wire::log_actor>(this->address()));
      else
        take(perform_timed(*deps_.store, **next, deps_.steady_us));
    }
    plan_tick();
  }

  void take(const wire::disk_done& x) {
    --rounds_;
    deps_.counters->write_us += x.took_us;
    deps_.counters->bytes += x.row_bytes;
    deps_.counters->commits += x.written && !x.failure ? 1 : 0;
    // What was behind a round that failed fails too, or has nothing to do with it.
    if (x.failure && !down_)
      go_down(*x.failure);
    groups_->written(x.refused);
  }

  void plan_tick() {
    if (tick_planned_ || down_ || (readings_.empty() && !groups_->needs_ticks()))
      return;
    tick_planned_ = true;
    delayed_send(this, deps_.tick, wire::raft_tick{});
  }

  void on_tick() {
    tick_planned_ = false;
    if (down_)
      return;
    groups_->tick();
    repeat_reads();
    on_flush();
  }

  // -- the disk -----------------------------------------------------------------------------------

  void go_down(const error& why) {
    ++deps_.counters->failures;
    down_ = error{ec::unavailable, why.message};
    final_ = why.code != ec::unavailable;
    log::error(final_ ? "disk-failed" : "disk-full", {{"why", why.message}});
    if (final_)
      down_->message += "; this node answers reads only until it is restarted";
    else
      delayed_send(this, recheck_pause, wire::recheck{});
    deps_.on_health(&*down_);
    groups_->halt(*down_);
    while (!readings_.empty())
      finish_reads(readings_.begin()->first, *down_);
    // Those without a lead hear it too: they tell it to their clients.
    for (auto& [shard, keeper] : keepers_)
      send(keeper, wire::step_down{*down_});
  }

  /// Looks for room with the smallest real write: it erases a row that no table has.
  void on_recheck() {
    auto shard = groups_->first_shard();
    if (!down_ || final_ || !shard)
      return;
    if (rounds_ > 0) {
      delayed_send(this, recheck_pause, wire::recheck{});
      return;
    }
    storage::shard_write probe;
    probe.shard = *shard;
    probe.apply.push_back(storage::erase_row("~"));
    auto ok = deps_.store->write({probe}, true);
    if (!ok && ok.error().code == ec::unavailable) {
      delayed_send(this, recheck_pause, wire::recheck{});
      return;
    }
    if (!ok) {
      // What was a full disk is a broken one now, and who waits must hear that.
      go_down(ok.error());
      return;
    }
    down_.reset();
    log::info("disk-has-room-again");
    deps_.on_health(nullptr);
    groups_->resume();
    want_flush();
  }

  log_writer_deps deps_;
  std::optional<node_groups> groups_;
  std::map<storage::shard_id, wire::shard_keeper_actor> keepers_;
  std::map<storage::shard_id, reading> readings_;
  std::uint64_t last_read_ = 0;
  disk_actor disk_;
  std::size_t rounds_ = 0;
  std::optional<error> down_;
  bool final_ = false;
  bool flush_sent_ = false;
  bool tick_planned_ = false;
};

} // namespace

wire::log_actor spawn_log_writer(caf::actor_system& system, log_writer_deps deps, bool own_thread) {
  if (own_thread)
    return system.spawn<log_writer, caf::detached>(std::move(deps), own_thread);
  return system.spawn<log_writer>(std::move(deps), own_thread);
}

} // namespace tutti::actors
