#pragma once

#include "actors/worker/job_runner.hpp"
#include "runtime/engine/address.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::sim {

using engine::time_ms;

/// The processes of one machine: they outlive the daemon that started them.
class machine final : public worker::job_runner {
public:
  /// Jobs at a time: few, so that some wait.
  static constexpr std::size_t slots = 1;

  struct hooks {
    /// A process begins: the first and only time for its uuid on this machine.
    std::function<void(const std::string& uuid)> on_start;
    /// News for the daemon of now.
    std::function<void(const std::string& uuid, worker::job_event)> on_event;
    std::function<time_ms()> now; ///< of a steady clock
  };

  explicit machine(hooks told) : told_(std::move(told)) {}

  // -- for the daemon -----------------------------------------------------------------------------

  status launch(worker::job_spec spec) override;
  status attach(std::string step_uuid) override;
  bool knows(const std::string& step_uuid) const override;
  status terminate(const std::string& step_uuid, std::int64_t grace_ms) override;
  void keep_alive() override;

  void forget(const std::string& step_uuid);

  // -- for the world ------------------------------------------------------------------------------

  /// Another daemon: it has heard of nothing yet.
  void daemon_begins() {
    watched_.clear();
    daemon_ = true;
  }

  /// What a dying daemon still orders reaches nobody.
  void daemon_ends() { daemon_ = false; }

  bool has_daemon() const { return daemon_; }

  /// A process ends by itself, with that exit code, or nobody knows how (negative).
  void end(const std::string& uuid, int exit_code);

  /// The machine loses its power.
  void lose_all();

  /// Ends what nobody has kept alive for too long.
  void end_unkept();

  std::vector<std::string> running() const;
  bool runs(const std::string& uuid) const;

private:
  struct process {
    bool runs = true;
    std::int64_t lease_ms = 0;
    time_ms kept = 0; ///< when the daemon said last that it may go on
    worker::job_result result;
  };

  void report(const std::string& uuid, const process& at);
  void finish(const std::string& uuid, process& at, worker::job_result how);

  hooks told_;
  std::map<std::string, process> processes_;
  std::set<std::string> watched_; ///< by the daemon of now
  bool daemon_ = false;
};

} // namespace tutti::sim
