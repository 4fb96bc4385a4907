#include "actors/worker/process_runner.hpp"

#include "actors/worker/ended_runs.hpp"
#include "actors/worker/job_order.hpp"
#include "actors/worker/log_segments.hpp"
#include "actors/worker/run_folder.hpp"
#include "actors/worker/runner_loop.hpp"
#include "actors/worker/runner_queue.hpp"
#include "runtime/base/log.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <filesystem>

namespace tutti::worker {

namespace fs = std::filesystem;

namespace {

void wake(const runner_queue& queue) {
  const std::uint64_t one = 1;
  // Can only fail if the counter is full, and then the thread is awake anyway.
  [[maybe_unused]] const auto n = ::write(queue.wake.get(), &one, sizeof one);
}

/// @pre the queue's mutex is held
status push(runner_queue& queue, const std::string& step_uuid, runner_command command) {
  if (queue.stopping)
    return error{ec::unavailable, "step " + step_uuid + ": the process runner is stopped", {}};
  if (queue.commands.size() >= runner_queue::command_max)
    return error{ec::overloaded,
                 "step " + step_uuid + ": " + std::to_string(queue.commands.size())
                   + " commands wait for the process runner",
                 {}};
  queue.commands.push_back(std::move(command));
  wake(queue);
  return unit{};
}

/// The folder of an attempt that runs no more.
result<run_folder> ended_folder(const runner_options& options, const std::string& step_uuid) {
  if (auto named = check_uuid(step_uuid); !named)
    return named.error();
  auto folder = run_folder::open(options.runs_dir + "/" + step_uuid);
  // With a result nothing runs, even if the supervisor has not let go of its lock.
  if (!folder || folder->has(file_name::result))
    return folder;
  if (auto lock = folder->lock(); !lock)
    return lock.error();
  return folder;
}

/// The folder of an attempt, ended or not.
std::string path_of(const runner_options& options, const std::string& step_uuid) {
  auto path = options.runs_dir + "/" + step_uuid;
  std::error_code failure;
  if (!fs::exists(path, failure))
    if (auto ended = ended_runs{options.ended_dir}.find(step_uuid))
      return *ended;
  return path;
}

status remove_tree(const std::string& path) {
  std::error_code failure;
  fs::remove_all(path, failure);
  if (failure)
    return error{ec::io, "cannot remove " + path + ": " + failure.message(), {}};
  return unit{};
}

} // namespace

result<std::unique_ptr<process_runner>> process_runner::open(runner_options options,
                                                             event_sink on_event) {
  std::error_code failure;
  options.runs_dir = fs::absolute(options.runs_dir, failure).string();
  if (!failure)
    options.step_binary = fs::absolute(options.step_binary, failure).string();
  if (options.ended_dir.empty())
    options.ended_dir = (fs::path{options.runs_dir}.parent_path() / "ended").string();
  if (!failure)
    options.ended_dir = fs::absolute(options.ended_dir, failure).string();
  if (!failure)
    fs::create_directories(options.runs_dir, failure);
  if (failure)
    return error{ec::io,
                 "cannot use the runs folder '" + options.runs_dir + "': " + failure.message(),
                 {}};
  auto queue = std::make_unique<runner_queue>();
  queue->wake.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!queue->wake)
    return io_error("cannot make an eventfd", errno);
  std::unique_ptr<process_runner> runner{new process_runner{std::move(options), std::move(queue)}};
  auto loop = std::make_unique<runner_loop>(runner->options_, *runner->queue_, std::move(on_event));
  if (auto opened = loop->open(); !opened)
    return opened.error();
  runner->thread_ = std::thread{[own = std::move(loop)]() noexcept { own->run(); }};
  return runner;
}

process_runner::process_runner(runner_options options, std::unique_ptr<runner_queue> queue)
  : options_(std::move(options)),
    queue_(std::move(queue)) {}

process_runner::~process_runner() {
  stop();
}

status process_runner::launch(job_spec spec) {
  if (auto checked = check_job(spec); !checked)
    return checked;
  const std::scoped_lock guard{queue_->mutex};
  auto& active = queue_->active;
  const auto step_uuid = spec.step_uuid;
  std::error_code failure;
  // What has begun already needs no other place.
  if (!active.contains(step_uuid) && active.size() >= options_.running_max
      && !fs::exists(options_.runs_dir + "/" + step_uuid, failure))
    return error{ec::overloaded,
                 "step " + step_uuid + ": " + std::to_string(active.size())
                   + " local jobs run, at most " + std::to_string(options_.running_max)
                   + " are allowed",
                 {}};
  auto pushed = push(*queue_, step_uuid, launch_job{std::move(spec)});
  if (pushed)
    active.insert(step_uuid);
  return pushed;
}

status process_runner::attach(std::string step_uuid) {
  if (auto named = check_uuid(step_uuid); !named)
    return named;
  const std::scoped_lock guard{queue_->mutex};
  auto pushed = push(*queue_, step_uuid, attach_job{step_uuid});
  if (pushed)
    queue_->active.insert(std::move(step_uuid));
  return pushed;
}

bool process_runner::knows(const std::string& step_uuid) const {
  if (!check_uuid(step_uuid))
    return false;
  {
    const std::scoped_lock guard{queue_->mutex};
    if (queue_->active.contains(step_uuid))
      return true;
  }
  std::error_code failure;
  return fs::exists(options_.runs_dir + "/" + step_uuid, failure);
}

status process_runner::terminate(const std::string& step_uuid, std::int64_t grace_ms) {
  const std::scoped_lock guard{queue_->mutex};
  if (!queue_->active.contains(step_uuid))
    return error{ec::not_found, "step " + step_uuid + " has no running job here", {}};
  return push(*queue_, step_uuid, terminate_job{step_uuid, grace_ms});
}

void process_runner::keep_alive() {
  const std::scoped_lock guard{queue_->mutex};
  // A word that finds no room is repeated long before a lease ends.
  if (!queue_->active.empty())
    (void)push(*queue_, {}, keep_jobs{});
}

status process_runner::forget(const std::string& step_uuid) const {
  auto folder = ended_folder(options_, step_uuid);
  if (!folder)
    return folder.error();
  for (const auto* name : {file_name::spec, file_name::params, file_name::script, file_name::ctl,
                           file_name::work, file_name::out})
    if (auto removed = remove_tree(folder->path() + "/" + name); !removed)
      return removed;
  return unit{};
}

status process_runner::put_away(const std::string& step_uuid, std::int64_t day) const {
  std::error_code failure;
  auto path = options_.runs_dir + "/" + step_uuid;
  if (check_uuid(step_uuid) && !fs::exists(path, failure))
    return unit{};
  if (auto ok = forget(step_uuid); !ok)
    return ok;
  return ended_runs{options_.ended_dir}.take(path, step_uuid, day);
}

void process_runner::put_away_left(std::int64_t day) const {
  const auto still = fs::file_time_type::clock::now() - std::chrono::hours{24};
  std::error_code failure;
  for (fs::directory_iterator i{options_.runs_dir, failure}, end; !failure && i != end;
       i.increment(failure)) {
    std::error_code gone;
    const auto changed = fs::last_write_time(i->path() / file_name::result, gone);
    if (gone || changed >= still)
      continue;
    if (auto ok = put_away(i->path().filename().string(), day); !ok)
      log::debug("run-not-put-away", {{"folder", i->path().string()}, {"why", ok.error().message}});
  }
}

result<bool> process_runner::remove_ended_before(std::int64_t day, std::size_t most) const {
  return ended_runs{options_.ended_dir}.remove_before(day, most);
}

status process_runner::erase(const std::string& step_uuid) const {
  if (auto named = check_uuid(step_uuid); !named)
    return named.error();
  std::error_code failure;
  if (!fs::exists(options_.runs_dir + "/" + step_uuid, failure)) {
    auto ended = ended_runs{options_.ended_dir}.find(step_uuid);
    return ended ? remove_tree(*ended) : status{unit{}};
  }
  auto folder = ended_folder(options_, step_uuid);
  if (!folder)
    return folder.error();
  return remove_tree(folder->path());
}

result<log_chunk> process_runner::read_log(const std::string& step_uuid, const std::string& stream,
                                           std::int64_t offset, std::int64_t limit) const {
  if (auto named = check_uuid(step_uuid); !named)
    return named.error();
  if (stream != "stdout" && stream != "stderr")
    return error{ec::bad_request,
                 "log '" + stream + "' of step " + step_uuid
                   + " does not exist, there are stdout and stderr",
                 {}};
  auto folder = run_folder::open(path_of(options_, step_uuid));
  // These words go to users far away, whom no folder of this machine concerns.
  if (!folder && folder.error().code == ec::not_found)
    return error{ec::not_found, "step " + step_uuid + " has no process and no logs here", {}};
  if (!folder)
    return error{folder.error().code, "the logs of step " + step_uuid + " cannot be opened", {}};
  return read_segments(folder->fd(), stream, offset, limit);
}

std::size_t process_runner::running() const {
  const std::scoped_lock guard{queue_->mutex};
  return queue_->active.size();
}

void process_runner::stop() {
  {
    const std::scoped_lock guard{queue_->mutex};
    queue_->stopping = true;
  }
  wake(*queue_);
  if (thread_.joinable())
    thread_.join();
}

} // namespace tutti::worker
