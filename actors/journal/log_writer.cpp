#include "actors/journal/log_writer.hpp"

#include "runtime/base/log.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace tutti::actors {

namespace {

constexpr auto recheck_pause = std::chrono::milliseconds{500};

struct shard_place {
  wire::shard_keeper_actor keeper;
  storage::log_index next = 1;
  storage::term_no term = 0;
  bool new_term = false;
  std::uint64_t refused_epoch = 0;
};

struct waiting {
  wire::proposal what;
  wire::shard_keeper_actor from;
};

class log_writer : public wire::log_actor::base {
public:
  using super = wire::log_actor::base;

  log_writer(caf::actor_config& cfg, log_writer_deps deps) : super(cfg), deps_(std::move(deps)) {}

  behavior_type make_behavior() override {
    set_error_handler([](caf::error&) {
      // An error answer to a plain send is no reason to end.
    });
    return {
      [this](const wire::campaign& x, const wire::shard_keeper_actor& from) {
        on_campaign(x, from);
      },
      [this](wire::proposal& x, const wire::shard_keeper_actor& from) { on_proposal(x, from); },
      [this](const wire::flush&) { on_flush(); },
      [this](const wire::recheck&) { on_recheck(); },
    };
  }

  const char* name() const override { return "log_writer"; }

  void on_exit() override {
    shards_.clear();
    queue_.clear();
    deps_ = {};
  }

private:
  void on_campaign(const wire::campaign& x, const wire::shard_keeper_actor& from) {
    auto at = deps_.store->position(x.shard);
    if (!at) {
      log::error("shard-position-not-readable",
                 {{"shard", std::to_string(x.shard)}, {"why", at.error().message}});
      send(from, wire::step_down{at.error()});
      return;
    }
    auto& place = shards_[x.shard];
    place.keeper = from;
    place.next = at->applied + 1;
    // A term that was refused is not on the disk: it must not come again for that.
    place.term = std::max({at->hard.term, at->applied_term, place.term}) + 1;
    place.new_term = true;
    if (!down_)
      send(from, wire::lead{place.term});
  }

  void on_proposal(wire::proposal& x, const wire::shard_keeper_actor& from) {
    queue_.push_back({std::move(x), from});
    if (queue_.size() == 1)
      send(this, wire::flush{});
  }

  void on_flush() {
    auto todo = std::move(queue_);
    queue_.clear();
    std::vector<storage::shard_write> parts;
    std::vector<waiting*> asked;
    std::uint64_t bytes = 0;
    for (auto& item : todo) {
      auto& place = shards_[item.what.shard];
      // After a refusal nothing of that term may commit: the keeper's memory is ahead of it.
      if (down_ || item.what.epoch != place.term || item.what.epoch <= place.refused_epoch) {
        send(item.from,
             wire::not_committed{item.what.epoch, item.what.batch,
                                 down_.value_or(error{ec::unavailable, "the term is over"})});
        continue;
      }
      parts.push_back(part_of(item.what, place, bytes));
      asked.push_back(&item);
    }
    if (asked.empty())
      return;
    auto begin = deps_.steady_us();
    auto ok = deps_.store->write(parts, true);
    deps_.counters->write_us += deps_.steady_us() - begin;
    if (!ok) {
      fail(ok.error(), asked);
      return;
    }
    ++deps_.counters->commits;
    deps_.counters->bytes += bytes;
    for (auto* item : asked)
      send(item->from, wire::committed{item->what.epoch, item->what.batch});
  }

  /// One voter: what is durable is committed, so the rows are applied in the same write, and the
  /// log needs no copy of them. Replicas get rows by snapshot (see docs/decisions).
  storage::shard_write part_of(wire::proposal& x, shard_place& place, std::uint64_t& bytes) {
    storage::shard_write part;
    part.shard = x.shard;
    part.apply = std::move(x.rows);
    for (auto& row : part.apply)
      bytes += row.key.size() + row.value.size();
    part.applied = place.next;
    part.applied_term = place.term;
    part.truncate_prefix_to = place.next;
    if (place.new_term)
      part.state = storage::hard_state{place.term, 1, place.next};
    place.new_term = false;
    ++place.next;
    return part;
  }

  void fail(const error& why, const std::vector<waiting*>& asked) {
    go_down(why);
    for (auto* item : asked)
      send(item->from, wire::not_committed{item->what.epoch, item->what.batch, *down_});
    for (auto& [shard, place] : shards_)
      place.refused_epoch = place.term;
    tell_shards();
  }

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
  }

  void tell_shards() {
    for (auto& [shard, place] : shards_)
      send(place.keeper, wire::step_down{*down_});
  }

  /// Looks for room with the smallest real write: it erases a row that no table has.
  void on_recheck() {
    if (!down_ || final_ || shards_.empty())
      return;
    storage::shard_write probe;
    probe.shard = shards_.begin()->first;
    probe.apply.push_back(storage::erase_row("~"));
    auto ok = deps_.store->write({probe}, true);
    if (!ok && ok.error().code == ec::unavailable) {
      delayed_send(this, recheck_pause, wire::recheck{});
      return;
    }
    if (!ok) {
      // What was a full disk is a broken one now, and who waits must hear that.
      go_down(ok.error());
      tell_shards();
      return;
    }
    down_.reset();
    log::info("disk-has-room-again");
    deps_.on_health(nullptr);
    for (auto& [shard, place] : shards_)
      on_campaign({shard}, wire::shard_keeper_actor{place.keeper});
  }

  log_writer_deps deps_;
  std::map<storage::shard_id, shard_place> shards_;
  std::vector<waiting> queue_;
  std::optional<error> down_;
  bool final_ = false;
};

} // namespace

wire::log_actor spawn_log_writer(caf::actor_system& system, log_writer_deps deps, bool own_thread) {
  if (own_thread)
    return system.spawn<log_writer, caf::detached>(std::move(deps));
  return system.spawn<log_writer>(std::move(deps));
}

} // namespace tutti::actors
