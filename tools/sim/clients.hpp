#pragma once

#include "runtime/engine/outcome.hpp"
#include "runtime/engine/workflow_core.hpp"
#include "runtime/model/commands.hpp"
#include "storage/journal/node_store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::sim {

using engine::shard_no;
using engine::time_ms;

/// What clients see of the program under test.
class front {
public:
  front() = default;
  front(const front&) = delete;
  front& operator=(const front&) = delete;
  virtual ~front() = default;

  /// `done` is called exactly once, with an error if nobody answers any more.
  virtual void ask(engine::entity_id to, engine::message_ptr what,
                   std::function<void(result<engine::answer>)> done)
    = 0;

  /// The newest applied rows of all shards.
  virtual const storage::read_view& rows() const = 0;

  virtual time_ms now() const = 0;

  virtual std::string make_uuid() = 0;
};

struct client_options {
  shard_no shards = 3;
  int workflows = 3;
  int starts = 8;
  /// The rows of an acknowledged start must be there when its answer comes.
  bool looks_at_once = true;
};

/// A start that a client wants, until it is acknowledged; repeated with the same request id.
struct wish {
  std::string workflow_id;
  std::string uuid;
  bool acknowledged = false;
  time_ms not_before = 0; ///< after a failure
};

/// Clients with random definitions, starts, stops, restarts, changes of properties and deletions,
/// who repeat what failed, and know in the end what must be there.
class clients {
public:
  clients(const client_options& options, front& server, std::mt19937_64& random,
          std::vector<std::string>& violations);

  /// One of them does something; false if nobody wants to now.
  bool act();

  /// All starts are acknowledged and nobody waits for an answer.
  bool content() const;

  std::size_t unacknowledged() const;

  /// Whoever finds everything at rest runs again what has failed; false if there is nothing.
  bool restart_some();

  /// At the very end some workflows go for good; false if none does.
  bool delete_some();

  /// Each acknowledged start has exactly one instance, and there are no others. Gives the number
  /// of runs.
  int check();

  const std::vector<wish>& wishes() const { return wishes_; }

  /// Ever, or perhaps.
  bool deleted(const std::string& workflow_id) const { return deleted_.contains(workflow_id); }

private:
  std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }

  void say(std::string what);
  bool has_row(const engine::entity_id& id, const std::string& key);
  bool may_push(const std::string& id);
  void push(const model::workflow_create_request& definition);
  void start(std::size_t i);
  void on_started(std::size_t i, const result<engine::answer>& x);
  bool stop_one();
  bool change_one();
  bool delete_one(const model::workflow_create_request& definition);
  void forget(const std::string& id);
  model::run_policy random_policy();
  bool restart(model::restart_config wanted, bool from_inline_root);
  void on_restarted(const engine::started& x, const std::string& uuid);
  bool restart_below();
  std::vector<engine::entity_id> all_runs();
  std::vector<std::pair<engine::entity_id, engine::run_summary>> latest_runs();

  client_options options_;
  front& server_;
  std::mt19937_64& random_;
  std::vector<std::string>& violations_;
  std::vector<model::workflow_create_request> definitions_;
  std::vector<wish> wishes_;
  std::set<std::string> known_; ///< workflows whose push was acknowledged
  std::set<std::string> pushed_;
  std::map<std::string, time_ms> push_again_; ///< not before
  std::set<std::string> deleted_;             ///< ever, or perhaps
  std::set<std::string> retired_;             ///< not pushed again
  bool end_deleted_ = false;
  std::set<std::size_t> asked_;
  int stops_left_ = 3;
  int changes_left_ = 4;
  int deletions_left_ = 4;
  int restarts_left_ = 6;
  int steps_left_ = 10;
  int open_ = 0; ///< deletions and restarts that were asked for and not answered
  /// Acknowledged: workflow and uuid of a new run, or an attempt.
  std::vector<std::pair<std::string, std::string>> restarted_;
  std::vector<std::pair<engine::entity_id, std::int64_t>> begun_again_;
};

} // namespace tutti::sim
