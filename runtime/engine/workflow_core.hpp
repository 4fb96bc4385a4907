#pragma once

#include "runtime/engine/outcome.hpp"
#include "runtime/engine/store_reader.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// A workflow id: its versions and properties, the numbers of its instances, and which of its
/// runs may go on (spec 04a §3, §5). Owned by the entity `workflow`; lives in one shard.
namespace tutti::engine {

/// A run as the workflow knows it: enough for lists, queues and aggregated status.
struct run_summary {
  std::string uuid;
  model::run_status status = model::run_status::created;
  /// Waits for its turn.
  bool queued = false;
  /// Failed and let pass by `unblock` (RAW FAILED_1) or by a restart (FAILED_2).
  bool unblocked = false;
  std::int64_t version_id = 0;
  std::int64_t create_time = 0;
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  /// How often all failures of the workflow had been cleared when it failed.
  std::int64_t clearings = 0;

  bool operator==(const run_summary&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = run_summary;
    return std::make_tuple(
      field(1, "uuid", &self::uuid), field(2, "status", &self::status),
      field(3, "queued", &self::queued), field(4, "unblocked", &self::unblocked),
      field(5, "version_id", &self::version_id), field(6, "create_time", &self::create_time),
      field(7, "start_time", &self::start_time), field(8, "end_time", &self::end_time),
      field(9, "clearings", &self::clearings));
  }
};

/// Which shards hold a copy of which version already (bit = shard).
struct seeded_version {
  std::int64_t version_id = 0;
  std::vector<std::uint64_t> shards;

  bool operator==(const seeded_version&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "version_id", &seeded_version::version_id),
                           model::field(2, "shards", &seeded_version::shards));
  }
};

/// A workflow that is gone while its rows are being deleted, shard by shard.
struct workflow_deletion {
  std::string author;
  std::int64_t begin_time = 0;
  std::int64_t internal_id = 0;
  std::int64_t next_shard = 0;  ///< the first one that has no order yet
  std::int64_t open_shards = 0; ///< orders that are not answered

  bool operator==(const workflow_deletion&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = workflow_deletion;
    return std::make_tuple(field(1, "author", &self::author),
                           field(2, "begin_time", &self::begin_time),
                           field(3, "internal_id", &self::internal_id),
                           field(4, "next_shard", &self::next_shard),
                           field(5, "open_shards", &self::open_shards));
  }
};

/// The row of a workflow. It stays when the workflow is deleted, for the numbers of instances that
/// go on. Constant size: runs are rows of their own.
struct workflow_state {
  std::string workflow_id;
  std::int64_t internal_id = 0;
  std::int64_t latest_version = 0; ///< 0 = the workflow does not exist
  std::int64_t active_version = 0; ///< 0 = none
  std::int64_t activate_time = 0;
  std::string activated_by;
  std::int64_t modify_time = 0;
  model::properties_snapshot snapshot;
  std::int64_t latest_instance_id = 0;
  std::int64_t queued_count = 0;
  std::int64_t active_count = 0;
  std::int64_t blocking_failures = 0; ///< runs with raw status FAILED
  std::vector<seeded_version> seeded; ///< the newest few versions
  std::int64_t note_count = 0;        ///< entries ever made in the timeline
  /// How often all failures were cleared at once: earlier failures block no more, whatever their
  /// rows say. So unblocking a million runs costs what unblocking one does.
  std::int64_t clearings = 0;
  std::optional<workflow_deletion> deletion;
  /// Instances up to this number belong to deleted workflows of this id.
  std::int64_t deleted_instance_id = 0;

  bool operator==(const workflow_state&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = workflow_state;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id), field(2, "internal_id", &self::internal_id),
      field(3, "latest_version", &self::latest_version),
      field(4, "active_version", &self::active_version),
      field(5, "activate_time", &self::activate_time),
      field(6, "activated_by", &self::activated_by), field(7, "modify_time", &self::modify_time),
      field(8, "snapshot", &self::snapshot),
      field(9, "latest_instance_id", &self::latest_instance_id),
      field(10, "queued_count", &self::queued_count),
      field(11, "active_count", &self::active_count),
      field(12, "blocking_failures", &self::blocking_failures), field(13, "seeded", &self::seeded),
      field(14, "note_count", &self::note_count), field(15, "clearings", &self::clearings),
      field(16, "deletion", &self::deletion),
      field(17, "deleted_instance_id", &self::deleted_instance_id));
  }
};

// -- events ---------------------------------------------------------------------------------------

struct version_pushed {
  model::workflow_version version;
  bool active = false;
};

struct snapshot_taken {
  model::properties_snapshot snapshot;
};

struct activation_changed {
  std::int64_t version = 0;
  std::string by;
};

/// A run got its number; `place` says where it waits or runs.
struct run_admitted {
  enum class place_type : std::uint8_t {
    queued,
    running,
    refused
  };

  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  run_summary summary;
  place_type place = place_type::running;
};

struct run_dequeued {
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  run_summary summary;
};

struct run_progressed {
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  run_summary summary;
  bool was_queued = false;
};

/// A failed run no longer blocks (superseded by a restart, or unblocked by a user).
struct failure_cleared {
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  run_summary summary;
};

/// All failed runs were unblocked at once.
struct failures_cleared {};

/// The workflow is gone; its rows follow.
struct workflow_deleted {
  std::string author;
};

/// The deletion got so far; over when `done`.
struct deletion_progressed {
  workflow_deletion now;
  bool done = false;
};

struct version_seeded {
  std::int64_t version_id = 0;
  shard_no shard = 0;
};

/// An entry of the workflow's timeline. Stored; the newest `notes_kept` stay.
struct workflow_note {
  std::int64_t number = 0; ///< 1, 2, 3 …
  std::int64_t timestamp = 0;
  std::string author;
  std::string log;

  static constexpr auto fields() {
    using model::field;
    using self = workflow_note;
    return std::make_tuple(field(1, "number", &self::number),
                           field(2, "timestamp", &self::timestamp),
                           field(3, "author", &self::author), field(4, "log", &self::log));
  }
};

/// As many as clients are told (spec 05 §2.10).
inline constexpr std::int64_t notes_kept = 300;

using workflow_event
  = std::variant<version_pushed, snapshot_taken, activation_changed, run_admitted, run_dequeued,
                 run_progressed, failure_cleared, version_seeded, workflow_note, failures_cleared,
                 workflow_deleted, deletion_progressed>;

// -- the actor's memory ---------------------------------------------------------------------------

/// What a workflow's actor holds while it is in memory: the row and the short lists around it.
struct workflow_memory {
  workflow_state state;
  /// Queued runs in order (instance, run); rows of table Q.
  std::deque<std::pair<std::int64_t, std::int64_t>> queue;
  /// Running runs; rows of table A.
  std::vector<std::pair<std::int64_t, std::int64_t>> running;
  /// Compiled definitions of recent versions; a cache.
  std::vector<std::pair<std::int64_t, workflow_ptr>> definitions;
};

/// Whether a failed run stands in the way of others (raw status FAILED of the original).
inline bool blocks(const workflow_state& state, const run_summary& run) {
  return run.status == model::run_status::failed && !run.unblocked
         && run.clearings == state.clearings;
}

struct workflow_decision {
  std::vector<workflow_event> events;
  outcome out;
};

/// Judges a message and folds what happened into `memory` as it goes, so that one message may
/// have several consequences. A refusal of a client's request is in `out.refusal`; it changes
/// nothing. An error means that rows cannot be read: `memory` must be made anew.
result<workflow_decision> decide(workflow_memory& memory, const message& what,
                                 const surroundings& around);

/// Folds a fact into the memory. Total.
void evolve(workflow_memory& memory, const workflow_event& event, time_ms now);

/// The rows that events change, after `evolve`.
void persist(const workflow_memory& memory, const std::vector<workflow_event>& events,
             std::vector<row_change>& rows);

/// Makes the memory of a workflow from its rows; an unknown workflow has version 0.
result<workflow_memory> load_workflow(const std::string& workflow_id, const row_reader& rows);

} // namespace tutti::engine
