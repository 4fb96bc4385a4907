#include "tools/sim/machine.hpp"

#include <algorithm>
#include <csignal>

namespace tutti::sim {

using outcome = worker::job_result::outcome;

namespace {

const error no_daemon{ec::unavailable, "the daemon is dead"};

worker::job_result signalled() {
  worker::job_result how;
  how.how = outcome::signalled;
  how.signal = SIGTERM;
  how.terminated = true;
  return how;
}

worker::job_result lost() {
  worker::job_result how;
  how.how = outcome::lost;
  return how;
}

} // namespace

status machine::launch(worker::job_spec spec) {
  if (!daemon_)
    return no_daemon;
  // As in the real runner, jobs of an earlier daemon take no place until they are found again.
  auto holds_place = [&](auto& x) { return watched_.contains(x); };
  auto all = running();
  if (!processes_.contains(spec.step_uuid)
      && static_cast<std::size_t>(std::count_if(all.begin(), all.end(), holds_place)) >= slots)
    return error{ec::overloaded, "no place for another job"};
  watched_.insert(spec.step_uuid);
  auto [at, fresh] = processes_.try_emplace(spec.step_uuid);
  if (fresh) {
    at->second.lease_ms = spec.limits.lease_ms;
    at->second.kept = told_.now();
    told_.on_start(spec.step_uuid);
  }
  report(spec.step_uuid, at->second);
  return unit{};
}

status machine::attach(std::string step_uuid) {
  if (!daemon_)
    return no_daemon;
  watched_.insert(step_uuid);
  auto [at, fresh] = processes_.try_emplace(step_uuid);
  if (fresh)
    at->second.runs = false; // Lost, and never started any more.
  report(step_uuid, at->second);
  return unit{};
}

bool machine::knows(const std::string& step_uuid) const {
  return processes_.contains(step_uuid);
}

status machine::terminate(const std::string& step_uuid, std::int64_t) {
  if (!daemon_)
    return no_daemon;
  auto at = processes_.find(step_uuid);
  if (at == processes_.end() || !at->second.runs || !watched_.contains(step_uuid))
    return error{ec::not_found, "no such job runs"};
  finish(step_uuid, at->second, signalled());
  return unit{};
}

void machine::forget(const std::string& step_uuid) {
  if (!daemon_)
    return;
  auto at = processes_.find(step_uuid);
  // One that runs keeps its place, and its end is told all the same.
  if (at != processes_.end() && at->second.runs)
    return;
  if (at != processes_.end())
    processes_.erase(at);
  watched_.erase(step_uuid);
}

void machine::end(const std::string& uuid, int exit_code) {
  auto at = processes_.find(uuid);
  if (at == processes_.end() || !at->second.runs)
    return;
  worker::job_result how;
  how.how = exit_code < 0 ? outcome::lost : outcome::exited;
  how.exit_code = exit_code < 0 ? 0 : exit_code;
  finish(uuid, at->second, how);
}

void machine::lose_all() {
  for (auto& [uuid, at] : processes_)
    if (at.runs)
      finish(uuid, at, lost());
}

void machine::keep_alive() {
  if (!daemon_)
    return;
  for (auto& uuid : watched_)
    if (auto at = processes_.find(uuid); at != processes_.end())
      at->second.kept = told_.now();
}

void machine::end_unkept() {
  for (auto& [uuid, at] : processes_)
    if (at.runs && at.lease_ms > 0 && told_.now() - at.kept >= at.lease_ms)
      finish(uuid, at, lost());
}

std::vector<std::string> machine::running() const {
  std::vector<std::string> out;
  for (auto& [uuid, at] : processes_)
    if (at.runs)
      out.push_back(uuid);
  return out;
}

bool machine::runs(const std::string& uuid) const {
  auto at = processes_.find(uuid);
  return at != processes_.end() && at->second.runs;
}

void machine::report(const std::string& uuid, const process& at) {
  if (at.runs)
    told_.on_event(uuid, worker::job_started{});
  else
    told_.on_event(uuid, worker::job_ended{at.result});
}

void machine::finish(const std::string& uuid, process& at, worker::job_result how) {
  at.runs = false;
  at.result = std::move(how);
  if (daemon_ && watched_.contains(uuid))
    report(uuid, at);
}

} // namespace tutti::sim
