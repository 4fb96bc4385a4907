#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"
#include "runtime/model/instance.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tutti::bench {

/// What a node used for the work, from its own counters; differences of two readings.
struct usage {
  std::int64_t processor_ms = 0;
  std::int64_t resident_bytes = 0;
  std::int64_t commits = 0;
  std::int64_t row_bytes = 0;
  std::int64_t written_bytes = 0;
  std::int64_t deliveries = 0;
  std::int64_t letters = 0;
};

/// How a run came to its end.
using ended = std::function<void(result<model::run_status>)>;

/// The node under load. `run` starts a run and tells when it has ended; it never waits.
class target {
public:
  virtual ~target() = default;

  virtual status push(const model::workflow_create_request& definition) = 0;

  /// Starts the workflow and calls back once, from any thread, when the run has ended.
  virtual void run(const std::string& workflow_id, ended tell) = 0;

  /// Starts the workflow; calls back when the start is acknowledged.
  virtual void start(const std::string& workflow_id, std::function<void(status)> tell) = 0;

  virtual result<usage> used() = 0;
};

/// A node of this process on a folder, spoken to through the actor API.
result<std::unique_ptr<target>> open_actor_target(const std::string& data_folder);

/// A server, spoken to through the REST API over `connections` connections.
result<std::unique_ptr<target>> open_rest_target(const std::string& url, std::size_t connections);

} // namespace tutti::bench
