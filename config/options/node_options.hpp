#pragma once

#include "config/options/option.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::config {

/// Two for each processor core of this machine, within the bounds of `process-slots`.
std::int64_t process_slots_of_machine();

/// What an operator can set for one node, the program `tuttid`. Components get their own
/// small struct from it, never the whole.
struct node_options {
  std::string data;
  endpoint http{"127.0.0.1", 8080};
  std::string config;

  std::string log_level = "info";
  std::string log_file;

  std::int64_t http_threads = 2;
  std::int64_t request_body_max = 4LL << 20;
  std::int64_t in_flight_requests_max = 4096;
  std::int64_t drain_timeout_ms = 30'000;

  std::int64_t shards = 64;
  /// 0: one for each core.
  std::int64_t workers = 0;
  std::int64_t steps_max = 1000;
  std::int64_t definition_max_bytes = 262'144;
  bool strict_push = true;
  std::int64_t params_max_chars = 750'000;
  std::int64_t foreach_iterations_max = 1'000'000;
  std::int64_t foreach_concurrency_max = 1000;
  std::int64_t queued_starts_max = 1'000'000;
  std::int64_t leaf_steps_max = 10'000'000;
  std::int64_t nesting_depth_max = 10;
  std::int64_t run_params_max = 128;
  std::int64_t timers_in_memory = 4096;
  std::int64_t entities_in_memory = 24'000;
  std::int64_t passivate_after_ms = 60'000;

  std::int64_t process_slots = process_slots_of_machine();
  std::int64_t step_log_max_bytes = 16LL << 20;
  std::int64_t step_log_retention_ms = 30LL * 24 * 3600 * 1000;
  std::int64_t orphan_grace_ms = 600'000;

  std::int64_t node_id = 1;
  /// `HOST:PORT` of the links to other nodes; empty: this node is alone, or as it was before.
  std::string listen;
  /// `HOST:PORT` of the links of a member.
  std::string join;
  std::string token;
  std::string cluster_name = "tutti";
  /// `key=value`, separated by commas.
  std::string labels;
  bool insecure = false;
  std::int64_t link_silence_ms = 2'000;
  std::int64_t replicas = 3;
  std::int64_t dead_after_ms = 600'000;
  std::int64_t raft_heartbeat_ms = 100;
  std::int64_t raft_election_timeout_ms = 700;
  std::int64_t raft_log_entries = 10'000;

  std::int64_t write_buffer_bytes = 64LL << 20;
  std::int64_t block_cache_bytes = 64LL << 20;
  std::int64_t reserve_disk_bytes = 256LL << 20;
};

/// Every option of a node, once.
const std::vector<option<node_options>>& node_table();

/// Checks what no single option can check.
status validate(const node_options& options);

} // namespace tutti::config
