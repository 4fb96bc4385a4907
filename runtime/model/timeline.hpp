#pragma once

#include "runtime/model/instance.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Timelines as the API shows them (spec 04b §14, 05 §2.10).
namespace tutti::model {

/// The events of a run or an attempt. Reading drops an event that equals the one before it, time
/// apart, and keeps the last 32.
struct timeline {
  std::vector<timeline_event> events;

  using own_json = void;

  bool operator==(const timeline&) const = default;

  static constexpr auto fields() {
    using self = timeline;
    return std::make_tuple(field(1, "events", &self::events));
  }
};

/// A change of a workflow.
struct workflow_timeline_event {
  std::optional<user> author;
  std::optional<std::string> log;
  std::int64_t timestamp = 0;

  bool operator==(const workflow_timeline_event&) const = default;

  static constexpr auto fields() {
    using self = workflow_timeline_event;
    return std::make_tuple(field(1, "author", &self::author, emit::always),
                           field(2, "log", &self::log, emit::always),
                           field(3, "timestamp", &self::timestamp, emit::always));
  }
};

/// The changes of a workflow, newest first.
struct workflow_timeline {
  std::string workflow_id;
  std::optional<std::vector<workflow_timeline_event>> timeline_events;

  bool operator==(const workflow_timeline&) const = default;

  static constexpr auto fields() {
    using self = workflow_timeline;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "timeline_events", &self::timeline_events));
  }
};

} // namespace tutti::model
