#include "actors/journal/log_writer.hpp"

#include "runtime/base/log.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <optional>

namespace tutti::actors {

namespace {

constexpr auto recheck_pause = std::chrono::milliseconds{500};

std::uint64_t row_bytes(const disk_work& work) {
  std::uint64_t out = 0;
  for (const auto& part : work.parts)
    for (const auto& row : part.apply)
      out += row.key.size() + row.value.size();
  return out;
}

class log_writer : public wire::log_actor::base, public group_listener {
public:
  using super = wire::log_actor::base;

  log_writer(caf::actor_config& cfg, log_writer_deps deps)
    : super(cfg),
      deps_(std::move(deps)),
      groups_(std::in_place, deps_.store, deps_.groups, *this) {}

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
      [this](const wire::flush&) { on_flush(); },
      [this](const wire::raft_tick&) { on_tick(); },
      [this](const wire::recheck&) { on_recheck(); },
    };
  }

  const char* name() const override { return "log_writer"; }

  void on_exit() override {
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
    while (!down_) {
      auto next = groups_->gather();
      if (!next) {
        go_down(next.error());
        return;
      }
      if (!*next)
        break;
      std::vector<storage::shard_id> refused;
      if (auto ok = write((*next)->work, refused); !ok)
        go_down(ok.error());
      groups_->written(refused);
    }
    plan_tick();
  }

  status write(disk_work& work, std::vector<storage::shard_id>& refused) {
    if (work.parts.empty() && work.pictures.empty())
      return unit{};
    auto begin = deps_.steady_us();
    auto ok = perform(*deps_.store, work, refused);
    deps_.counters->write_us += deps_.steady_us() - begin;
    if (!ok)
      return ok;
    ++deps_.counters->commits;
    deps_.counters->bytes += row_bytes(work);
    return unit{};
  }

  void plan_tick() {
    if (tick_planned_ || down_ || !groups_->needs_ticks())
      return;
    tick_planned_ = true;
    delayed_send(this, deps_.tick, wire::raft_tick{});
  }

  void on_tick() {
    tick_planned_ = false;
    if (down_)
      return;
    groups_->tick();
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
    // Those without a lead hear it too: they tell it to their clients.
    for (auto& [shard, keeper] : keepers_)
      send(keeper, wire::step_down{*down_});
  }

  /// Looks for room with the smallest real write: it erases a row that no table has.
  void on_recheck() {
    auto shard = groups_->first_shard();
    if (!down_ || final_ || !shard)
      return;
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
  std::optional<error> down_;
  bool final_ = false;
  bool flush_sent_ = false;
  bool tick_planned_ = false;
};

} // namespace

wire::log_actor spawn_log_writer(caf::actor_system& system, log_writer_deps deps, bool own_thread) {
  if (own_thread)
    return system.spawn<log_writer, caf::detached>(std::move(deps));
  return system.spawn<log_writer>(std::move(deps));
}

} // namespace tutti::actors
