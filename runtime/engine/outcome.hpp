#pragma once

#include "runtime/engine/message.hpp"
#include "runtime/engine/store_reader.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tutti::params {

class expression_evaluator;

} // namespace tutti::params

/// What follows from a decision, beside the facts: all of it values, none of it done here.
namespace tutti::engine {

/// Arms or disarms a timer of the deciding entity. A timer is a row; its due time is its key, so
/// disarming needs the time it was armed for.
struct timer_change {
  bool arm = true;
  timer_kind kind = timer_kind::sleep;
  time_ms due = 0;
  std::int64_t generation = 0;
};

/// Orders an executor to run an attempt. Safe to repeat: the uuid names the attempt.
struct launch_job {
  std::string step_uuid;
  std::int64_t attempt = 0;
  std::vector<std::string> argv;
  std::string script;
  std::string interpreter;
  ordered_map<std::string> env;
  std::string params_json;
  std::string working_dir;
  /// The order was given before, maybe to another node: where the attempt runs already, it is
  /// found.
  bool again = false;
};

struct terminate_job {
  std::string step_uuid;
};

/// The end of the job is recorded; the executor may forget it.
struct forget_job {
  std::string step_uuid;
};

/// The attempt is deleted: what its job left may go too, if there is anything.
struct erase_job {
  std::string step_uuid;
};

/// Leaves the shard, so it waits for the commit.
using effect = std::variant<launch_job, terminate_job, forget_job, erase_job>;

// -- answers to clients ---------------------------------------------------------------------------

struct pushed {
  model::properties_snapshot snapshot;
  model::workflow_version version;
  bool is_active = false;
  bool is_default = false;
  std::int64_t activate_time = 0;
  std::string activated_by;
  std::int64_t internal_id = 0;
  std::int64_t modify_time = 0;

  static constexpr auto fields() {
    using self = pushed;
    return std::make_tuple(model::field(1, "snapshot", &self::snapshot),
                           model::field(2, "version", &self::version),
                           model::field(3, "is_active", &self::is_active),
                           model::field(4, "is_default", &self::is_default),
                           model::field(5, "activate_time", &self::activate_time),
                           model::field(6, "activated_by", &self::activated_by),
                           model::field(7, "internal_id", &self::internal_id),
                           model::field(8, "modify_time", &self::modify_time));
  }
};

enum class start_status : std::uint8_t {
  created = 0,
  duplicated = 1,
  stopped = 2
};

struct started {
  std::string workflow_id;
  std::int64_t version_id = 0;
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  std::string uuid;
  start_status status = start_status::created;
  model::timeline_event event;
  std::string step_id{};    ///< begun again while its run goes on
  std::int64_t attempt = 0; ///< of that step

  static constexpr auto fields() {
    using self = started;
    return std::make_tuple(
      model::field(1, "workflow_id", &self::workflow_id),
      model::field(2, "version_id", &self::version_id),
      model::field(3, "instance_id", &self::instance_id), model::field(4, "run_id", &self::run_id),
      model::field(5, "uuid", &self::uuid), model::field(6, "status", &self::status),
      model::field(7, "event", &self::event), model::field(8, "step_id", &self::step_id),
      model::field(9, "attempt", &self::attempt));
  }
};

struct workflow_acted {
  std::string workflow_id;
  std::int64_t version_id = 0;
  model::timeline_event event;

  static constexpr auto fields() {
    using self = workflow_acted;
    return std::make_tuple(model::field(1, "workflow_id", &self::workflow_id),
                           model::field(2, "version_id", &self::version_id),
                           model::field(3, "event", &self::event));
  }
};

struct instance_acted {
  std::string workflow_id;
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  model::run_status status = model::run_status::created;
  bool completed = false;
  model::timeline_event event;
  std::string info{}; ///< empty: follows from `completed`

  static constexpr auto fields() {
    using self = instance_acted;
    return std::make_tuple(
      model::field(1, "workflow_id", &self::workflow_id),
      model::field(2, "instance_id", &self::instance_id), model::field(3, "run_id", &self::run_id),
      model::field(4, "status", &self::status), model::field(5, "completed", &self::completed),
      model::field(6, "event", &self::event), model::field(7, "info", &self::info));
  }
};

/// The properties as they are now.
struct properties_changed {
  model::properties_snapshot snapshot;

  static constexpr auto fields() {
    using self = properties_changed;
    return std::make_tuple(model::field(1, "snapshot", &self::snapshot));
  }
};

struct template_stored {
  model::job_template what;

  static constexpr auto fields() {
    using self = template_stored;
    return std::make_tuple(model::field(1, "what", &self::what));
  }
};

struct templates_removed {
  std::int64_t count = 0;

  static constexpr auto fields() {
    using self = templates_removed;
    return std::make_tuple(model::field(1, "count", &self::count));
  }
};

/// The members of the cluster as they are now.
struct cluster_changed {
  cluster::node_no node = 0; ///< whom the order was about, if it was about one
  cluster::cluster_record whole;
  std::vector<cluster::node_record> nodes;

  static constexpr auto fields() {
    using self = cluster_changed;
    return std::make_tuple(model::field(1, "node", &self::node),
                           model::field(2, "whole", &self::whole),
                           model::field(3, "nodes", &self::nodes));
  }
};

// Sent between nodes: append members and alternatives only.
using answer = std::variant<pushed, started, workflow_acted, instance_acted, properties_changed,
                            template_stored, templates_removed, cluster_changed>;

/// A change of a row, by full key (see rows.hpp).
struct row_change {
  std::string key;
  std::optional<std::string> value; ///< none = erase
};

struct outcome {
  std::vector<row_change> rows;
  std::vector<envelope> sends;
  std::vector<timer_change> timers;
  std::vector<effect> effects;
  std::optional<engine::answer> answer;
  /// The request is refused: goes back to the client; changes nothing.
  std::optional<error> refusal;
  /// Who gets the answer or refusal; 0 = whoever sent the message that is being handled.
  std::uint64_t client = 0;
  /// Answers to clients who asked earlier.
  std::vector<std::pair<std::uint64_t, engine::answer>> late_answers;
  /// A row that it takes is on its way: the message must come again a little later. Nothing else
  /// was decided, and the memory is as it was.
  bool not_yet = false;
  /// Nothing more will happen here soon: the entity may leave memory at once.
  bool at_rest = false;
};

// -- surroundings ---------------------------------------------------------------------------------

/// Limits an operator can set; see config/options.
struct engine_options {
  std::int64_t foreach_iterations_max = 1'000'000;
  std::int64_t foreach_concurrency_max = 1000;
  std::int64_t default_concurrency = 20; ///< C of spec 01 §3.2
  std::int64_t queued_starts_max = 1'000'000;
  std::int64_t params_max_chars = 750'000;
  std::int64_t depth_max = 10;
  std::int64_t leaf_steps_max = 10'000'000;
  std::int64_t run_params_max = 128;
  std::int64_t group_info = 3;
  /// A deleted workflow can still be read for this long.
  std::int64_t deletion_delay_ms = 2000;
  /// Rows that a deletion removes at a time, and the pause between two times.
  std::int64_t deletion_rows_max = 250;
  std::int64_t deletion_pause_ms = 25;
  shard_no shards = 64;
};

/// What a decision may ask: the time, fresh uuids, limits, rows, the language of expressions with
/// its clock and random numbers. All of it is an argument.
struct surroundings {
  time_ms now = 0;
  std::function<std::string()> make_uuid;
  const engine_options* options = nullptr;
  /// The applied rows of the shard, and, for a workflow, its own rows on their way there.
  const row_reader* rows = nullptr;
  /// Who sent the request that is being handled (0 = nobody waits).
  std::uint64_t client = 0;
  /// Null = the part of the language that `params::basic_evaluator` knows.
  const params::expression_evaluator* language = nullptr;
};

} // namespace tutti::engine
