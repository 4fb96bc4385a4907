#pragma once

#include "runtime/engine/address.hpp"
#include "runtime/model/definition.hpp"
#include "runtime/model/instance.hpp"
#include "runtime/model/requests.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// Changes of a workflow that are no runs: properties, tags, unblocking, deletion. Part of
/// `message` (message.hpp), whose rules hold here too.
namespace tutti::engine {

/// A client's change of properties (spec 05 §2.3).
struct change_properties {
  model::workflow_properties_update_request request;
  model::user author;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "request", &change_properties::request),
                           field(2, "author", &change_properties::author));
  }
};

/// Adds or replaces a tag of the properties, or removes one (spec 05 §2.4, §2.5).
struct change_tag {
  std::optional<model::tag> tag; ///< none: the one called `name` goes
  std::string name;
  model::user author;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "tag", &change_tag::tag), field(2, "name", &change_tag::name),
                           field(3, "author", &change_tag::author));
  }
};

/// Failed runs stand in nobody's way any more (spec 04d §7).
struct unblock_runs {
  std::int64_t instance_id = 0; ///< 0 = all failed runs of the workflow
  std::int64_t run_id = 0;      ///< 0 = the latest
  std::string caller;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "instance_id", &unblock_runs::instance_id),
                           field(2, "run_id", &unblock_runs::run_id),
                           field(3, "caller", &unblock_runs::caller));
  }
};

/// To a run: an entry for its timeline.
struct note_run {
  model::timeline_event event;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "event", &note_run::event));
  }
};

/// A client's order to delete a workflow with everything that belongs to it (spec 05 §2.6).
struct delete_workflow {
  std::string caller;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "caller", &delete_workflow::caller));
  }
};

/// The workflow orders its rows in one shard to be deleted.
struct purge_shard {
  std::int64_t internal_id = 0; ///< of the workflow that is gone: part of its inline ids

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "internal_id", &purge_shard::internal_id));
  }
};

/// Nothing of the workflow is left in the shard.
struct shard_purged {
  std::int64_t internal_id = 0;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "internal_id", &shard_purged::internal_id));
  }
};

} // namespace tutti::engine
