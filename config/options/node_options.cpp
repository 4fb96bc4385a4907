#include "config/options/node_options.hpp"

#include <algorithm>
#include <thread>

namespace tutti::config {

namespace {

using self = node_options;
using lines = std::vector<option<self>>;

constexpr bounds process_slots_bounds{1, 10'000};
constexpr std::int64_t kb = 1LL << 10;
constexpr std::int64_t mb = 1LL << 20;
constexpr std::int64_t gb = 1LL << 30;
constexpr std::int64_t second = 1000;
constexpr std::int64_t hour = 3600 * second;
constexpr std::int64_t day = 24 * hour;

lines top_lines() {
  auto config = path("config", &self::config, "TOML file with options; there is none by default.");
  config.in_file = false;
  return {
    path("data", &self::data, "Folder of everything that must survive a restart. Required."),
    endpoint_at("http", &self::http, "Where the API listens; port 0 picks a free one."),
    std::move(config),
  };
}

lines log_lines() {
  return {
    choice("log-level", &self::log_level, {"error", "warning", "info", "debug"},
           "The least important kind of log line that is written."),
    path("log-file", &self::log_file, "File that log lines go to; empty: standard error."),
  };
}

lines server_lines() {
  return {
    integer("http-threads", &self::http_threads, {1, 64}, "Threads that serve the API."),
    bytes("request-body-max", &self::request_body_max, {64 * kb, gb},
          "Largest request body that is read; a larger one is refused."),
    integer("in-flight-requests-max", &self::in_flight_requests_max, {1, 1'000'000},
            "Requests worked on at a time; more are refused with 'try again'."),
    duration("drain-timeout", &self::drain_timeout_ms, {0, hour},
             "Time that running steps and requests get to end when the node stops."),
  };
}

lines engine_lines() {
  return {
    integer("shards", &self::shards, {1, 1024},
            "Parts that runs are spread over. Fixed once the data folder exists."),
    integer("workers", &self::workers, {0, 1024},
            "Threads of the scheduler; 0: one for each core."),
    integer("steps-max", &self::steps_max, {1, 100'000},
            "Steps of one definition, nested ones counted."),
    bytes("definition-max-bytes", &self::definition_max_bytes, {kb, 64 * mb},
          "Largest definition, written as compact JSON; the request body has a limit of its own."),
    boolean("strict-push", &self::strict_push,
            "Refuse definitions with cycles inside loops or expressions that do not parse, "
            "instead of failing the run."),
    integer("params-max-chars", &self::params_max_chars, {1000, 100'000'000},
            "Characters of all evaluated params of one run."),
    integer("foreach-iterations-max", &self::foreach_iterations_max, {1, 100'000'000},
            "Iterations of one foreach step."),
    integer("foreach-concurrency-max", &self::foreach_concurrency_max, {1, 100'000},
            "Iterations of one foreach step that may run at a time."),
    integer("queued-starts-max", &self::queued_starts_max, {1, 100'000'000},
            "Accepted starts that may wait for their turn; more are refused."),
    integer("leaf-steps-max", &self::leaf_steps_max, {1, 1'000'000'000},
            "Leaf steps in the whole tree of one instance; beyond it the instance is stopped."),
    integer("nesting-depth-max", &self::nesting_depth_max, {2, 100},
            "Levels of loops inside loops."),
    integer("run-params-max", &self::run_params_max, {0, 10'000},
            "Run params of one start or restart request."),
    integer("timers-in-memory", &self::timers_in_memory, {16, 1'000'000},
            "Timers of one shard that are held in memory; later ones stay on disk."),
    integer("entities-in-memory", &self::entities_in_memory, {1000, 10'000'000},
            "Workflows, runs and steps in memory over all shards; idle ones leave over it."),
    duration("passivate-after", &self::passivate_after_ms, {second, day},
             "A run that is idle for this long leaves memory until something happens to it."),
  };
}

lines process_lines() {
  return {
    integer("process-slots", &self::process_slots, process_slots_bounds,
            "Local processes of steps that run at a time; by default two for each core."),
    bytes("step-log-max-bytes", &self::step_log_max_bytes, {64 * kb, 64 * gb},
          "Output kept of one stream of one attempt; what comes after is dropped."),
    duration("step-log-retention", &self::step_log_retention_ms, {day, 3650 * day},
             "Logs and results of ended attempts are removed after this time, in whole days."),
    duration("orphan-grace", &self::orphan_grace_ms, {0, hour},
             "Time that a process runs on without a daemon; then its supervisor ends it."),
  };
}

lines cluster_lines() {
  return {
    integer("node-id", &self::node_id, {1, 1'000'000'000},
            "Number of this node, its own for ever. Fixed once the data folder exists; who joins a "
            "cluster gets one."),
    text("listen", &self::listen, 300,
         "HOST:PORT where other nodes reach this one. With it the node begins a cluster, or joins "
         "one; a data folder remembers it. Empty: the node is alone."),
    text("join", &self::join, 300,
         "HOST:PORT where a member of the cluster listens for nodes; needed once, with 'token'."),
    text("token", &self::token, 200, "What lets this node join; 'tutti node token' makes one."),
    text("cluster-name", &self::cluster_name, 64,
         "Name of the cluster that this node begins: letters, digits and '-'."),
    text("labels", &self::labels, 2000,
         "KEY=VALUE of this node, separated by commas; shown in the list of nodes."),
    boolean("insecure", &self::insecure,
            "Links between nodes in the clear, for nodes of one machine only. Fixed when the "
            "cluster begins."),
    duration("link-silence", &self::link_silence_ms, {200, 100 * second},
             "A node that is silent for so long counts as gone."),
    integer("replicas", &self::replicas, {1, 7},
            "Nodes that keep each shard; an even number counts as one less."),
    duration("dead-after", &self::dead_after_ms, {second, 30 * day},
             "Copies of a node that is silent for so long are made on other nodes."),
    duration("raft-heartbeat", &self::raft_heartbeat_ms, {10, 10 * second},
             "Pause between signs of life of a leader to the other replicas of a shard."),
    duration("raft-election-timeout", &self::raft_election_timeout_ms, {50, 100 * second},
             "Silence of a leader after which another replica tries to lead, at the earliest."),
    integer("raft-log-entries", &self::raft_log_entries, {100, 10'000'000},
            "Entries of a shard that replicas which are behind can still get one by one."),
  };
}

lines storage_lines() {
  return {
    bytes("write-buffer-bytes", &self::write_buffer_bytes, {mb, 64 * gb},
          "Memory for writes that are not yet in a table of the store."),
    bytes("block-cache-bytes", &self::block_cache_bytes, {mb, 1024 * gb},
          "Memory for blocks read from the store."),
    bytes("reserve-disk-bytes", &self::reserve_disk_bytes, {0, 1024 * gb},
          "Free disk space below which the node accepts no new work."),
  };
}

} // namespace

std::int64_t process_slots_of_machine() {
  const auto cores = static_cast<std::int64_t>(std::thread::hardware_concurrency());
  return std::clamp(2 * cores, process_slots_bounds.min, process_slots_bounds.max);
}

const std::vector<option<node_options>>& node_table() {
  static const lines table = [] {
    lines all = top_lines();
    add_section(all, "log", log_lines());
    add_section(all, "server", server_lines());
    add_section(all, "engine", engine_lines());
    add_section(all, "process", process_lines());
    add_section(all, "cluster", cluster_lines());
    add_section(all, "storage", storage_lines());
    return all;
  }();
  return table;
}

status validate(const node_options& options) {
  if (options.data.empty())
    return error{ec::bad_request,
                 "data is not set: name the folder with --data DIR, TUTTI_DATA=DIR or 'data' in "
                 "the file of --config"};
  auto is_place = [](const std::string& text) {
    auto where = read_endpoint(text);
    return where && where->port != 0;
  };
  if (!options.listen.empty() && !is_place(options.listen))
    return error{ec::bad_request, "listen is '" + options.listen
                                    + "', it must be HOST:PORT that other nodes can reach"};
  if (!options.join.empty() && !is_place(options.join))
    return error{ec::bad_request, "join is '" + options.join
                                    + "', it must be HOST:PORT of a member of the cluster, as its "
                                      "'listen' says"};
  if (!options.join.empty() && options.listen.empty())
    return error{ec::bad_request, "join needs 'listen', so that the members can reach this node"};
  if (options.raft_election_timeout_ms < 3 * options.raft_heartbeat_ms)
    return error{ec::bad_request, "raft-election-timeout must be at least three times "
                                  "raft-heartbeat, or a single lost sign of life makes replicas "
                                  "look for a new leader"};
  return unit{};
}

} // namespace tutti::config
