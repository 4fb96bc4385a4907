#pragma once

#include "runtime/engine/address.hpp"
#include "runtime/engine/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// The layout of a shard's applied state. On disk for ever: a table is one letter, text parts end
/// with a zero byte, numbers are eight bytes big-endian, so that byte order is the natural order.
namespace tutti::engine::rows {

std::string workflow(std::string_view workflow_id);                      ///< W: workflow_state
std::string version(std::string_view workflow_id, std::int64_t version); ///< V: workflow_version
std::string snapshot(std::string_view workflow_id, std::int64_t create_time); ///< H
std::string note(std::string_view workflow_id, std::int64_t slot);            ///< E: workflow_note
std::string request(std::string_view workflow_id, std::string_view uuid);     ///< U: run_reference
std::string summary(std::string_view workflow_id, std::int64_t instance, std::int64_t run); ///< S
std::string queued(std::string_view workflow_id, std::int64_t instance, std::int64_t run);  ///< Q
std::string active(std::string_view workflow_id, std::int64_t instance, std::int64_t run);  ///< A
/// D: a copy of a definition for the runs of this shard.
std::string definition(std::string_view workflow_id, std::int64_t internal_id,
                       std::int64_t version);
std::string loop(std::string_view inline_id, std::int64_t run); ///< L: loop_spec
std::string run_spec(std::string_view workflow_id, std::int64_t instance, std::int64_t run);  ///< I
std::string run_state(std::string_view workflow_id, std::int64_t instance, std::int64_t run); ///< i
std::string loop_part(std::string_view inline_id, std::int64_t chunk, std::int64_t run);      ///< C
std::string step(const entity_id& step, std::int64_t attempt);        ///< s: step_state
std::string step_params(const entity_id& step, std::int64_t attempt); ///< p: param_map
/// G: values that a step asked for and still needs, vector of param
std::string answer(const entity_id& step, std::int64_t question, std::int64_t part);
std::string timer(time_ms due, timer_kind kind, const entity_id& entity); ///< T: stored_timer
std::string outbox(shard_no to, std::uint64_t seq);                       ///< O: envelope
std::string inbox(shard_no from);                ///< N: highest sequence applied
std::string pending(std::uint64_t number);       ///< M: envelope of a message not yet handled
std::string purge(std::string_view workflow_id); ///< Z: purge_state
/// J: job_template, in the shard of its job type, and copied to all others.
std::string job_template(std::string_view job_type, std::string_view version);
std::string external(const entity_id& entity); ///< X: has work outside; resumed after a restart

/// All keys of a table, or of a prefix made by the functions below: [first, second).
std::pair<std::string, std::string> table(char letter);
std::pair<std::string, std::string> range_of_prefix(std::string prefix);

/// Prefixes for scans.
std::string workflow_prefix(char letter, std::string_view workflow_id); ///< V, H, E, S, Q, A
std::string runs_prefix(char letter, std::string_view workflow_id,
                        std::int64_t instance); ///< S, I, i
std::string steps_prefix(std::string_view workflow_id, std::int64_t instance, std::int64_t run);
std::string job_template_prefix(std::string_view job_type);
std::string attempts_prefix(const entity_id& step);
std::string attempt_params_prefix(const entity_id& step);
std::string answers_prefix(const entity_id& step);

/// Question and part of a key of G.
std::pair<std::int64_t, std::int64_t> answer_numbers(std::string_view key);

/// The parts of a key of S, Q, A, I or i behind the workflow id; nothing if it is no such key.
struct run_key {
  std::string workflow_id;
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
};

std::optional<run_key> parse_run_key(std::string_view key);

/// The first text of a key: the workflow or inline id where a table has one.
std::string_view first_text(std::string_view key);

/// The workflow id of a key of table W.
std::string workflow_of(std::string_view key);

/// The number in a key of O (sequence, with the shard), N (shard) or M (number).
std::uint64_t number_of(std::string_view key);
shard_no outbox_shard(std::string_view key);
time_ms timer_due(std::string_view key);

/// Value of a timer row.
struct stored_timer {
  entity_id entity;
  timer_fired timer;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "entity", &stored_timer::entity),
                           model::field(2, "timer", &stored_timer::timer));
  }
};

/// Value of a request row.
struct run_reference {
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "instance_id", &run_reference::instance_id),
                           model::field(2, "run_id", &run_reference::run_id));
  }
};

} // namespace tutti::engine::rows
