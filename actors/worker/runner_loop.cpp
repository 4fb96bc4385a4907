#include "actors/worker/runner_loop.hpp"

#include "actors/worker/job_order.hpp"
#include "actors/worker/outputs.hpp"
#include "actors/worker/process_tree.hpp"
#include "actors/worker/supervisor_process.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tutti::worker {

using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t wake_id = 0;
constexpr auto first_pause = 2ms;
constexpr auto longest_pause = 500ms;
constexpr auto reap_pause = 10ms;
/// Longer than any line a supervisor sends; such a one is broken.
constexpr std::size_t line_max_bytes = report_max_bytes + 1024;
constexpr int stray_rounds = 50;

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t int_of(const boost::json::object& from, const char* name) {
  const auto* value = from.if_contains(name);
  return value && value->is_int64() ? value->get_int64() : 0;
}

job_report lost_report(std::string why) {
  job_report report;
  report.result.how = job_result::outcome::lost;
  report.result.message = std::move(why);
  report.result.end_time = now_ms();
  return report;
}

/// The last words of a supervisor that could not do its work.
std::string complaint_of(const run_folder& folder) {
  constexpr std::size_t complaint_max_bytes = 64 << 10;
  auto text = folder.read(file_name::supervisor_log, complaint_max_bytes);
  if (!text || text->empty())
    return "its supervisor ended without a word";
  while (!text->empty() && text->back() == '\n')
    text->pop_back();
  return text->substr(text->rfind('\n') + 1);
}

} // namespace

runner_loop::runner_loop(const runner_options& options, runner_queue& queue, event_sink on_event)
  : options_(options),
    queue_(queue),
    on_event_(std::move(on_event)) {}

status runner_loop::open() {
  boot_id_ = read_boot_id();
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = wake_id;
  if (!epoll_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, queue_.wake.get(), &event) != 0)
    return io_error("cannot set up epoll", errno);
  return unit{};
}

void runner_loop::run() {
  std::array<epoll_event, 64> events{};
  for (;;) {
    const auto count = ::epoll_wait(epoll_.get(), events.data(), events.size(), wait_ms());
    bool go_on = true;
    for (int i = 0; i < count; ++i) {
      const auto id = events[static_cast<std::size_t>(i)].data.u64;
      if (id == wake_id)
        go_on = take_commands();
      else if (const auto found = jobs_.find(id); found != jobs_.end())
        hear(found->second);
    }
    look_for_jobs();
    reap_supervisors();
    if (!go_on)
      return;
  }
}

int runner_loop::wait_ms() const {
  auto until = leaving_.empty() ? time_point::max() : clock::now() + reap_pause;
  for (const auto id : unlinked_)
    until = std::min(until, jobs_.at(id).look_at);
  if (until == time_point::max())
    return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(0, left));
}

std::string runner_loop::path_of(const std::string& step_uuid) const {
  return options_.runs_dir + "/" + step_uuid;
}

// -- commands -------------------------------------------------------------------------------------

bool runner_loop::take_commands() {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const auto n = ::read(queue_.wake.get(), &ignored, sizeof ignored);
  std::vector<runner_command> commands;
  bool stopping = false;
  {
    const std::scoped_lock guard{queue_.mutex};
    commands.swap(queue_.commands);
    stopping = queue_.stopping;
  }
  for (auto& command : commands)
    std::visit([this](auto& one) { on(one); }, command);
  return !stopping;
}

void runner_loop::on(launch_job& command) {
  const auto& step_uuid = command.spec.step_uuid;
  if (const auto known = ids_.find(step_uuid); known != ids_.end()) {
    if (const auto pid = jobs_.at(known->second).started_pid)
      on_event_(step_uuid, job_started{*pid});
    return;
  }
  auto& one = remember(step_uuid);
  one.launched = true;
  if (auto begun = begin(one, command.spec); !begun) {
    job_result refused;
    refused.how = job_result::outcome::refused_to_start;
    refused.message = "step " + step_uuid + ": " + begun.error().message;
    refused.end_time = now_ms();
    end(one, std::move(refused));
  }
}

void runner_loop::on(attach_job& command) {
  if (const auto known = ids_.find(command.step_uuid); known != ids_.end()) {
    if (const auto pid = jobs_.at(known->second).started_pid)
      on_event_(command.step_uuid, job_started{*pid});
    return;
  }
  remember(command.step_uuid);
}

void runner_loop::on(terminate_job& command) {
  const auto known = ids_.find(command.step_uuid);
  if (known == ids_.end())
    return;
  auto& one = jobs_.at(known->second);
  one.terminate_grace = command.grace_ms;
  tell_termination(one);
}

void runner_loop::on(keep_jobs&) {
  for (auto& [id, one] : jobs_)
    if (one.link)
      say(one, {{"op", "alive"}});
}

/// The job is looked for unless it gets a link.
runner_loop::job& runner_loop::remember(const std::string& step_uuid) {
  const auto id = next_id_++;
  ids_[step_uuid] = id;
  auto& one = jobs_[id];
  one.step_uuid = step_uuid;
  one.look_at = clock::now();
  one.pause = first_pause;
  unlinked_.push_back(id);
  return one;
}

status runner_loop::begin(job& one, const job_spec& spec) {
  auto folder = run_folder::create(path_of(one.step_uuid));
  if (!folder)
    return folder.error();
  // Somebody started it before; what became of it is found out by looking.
  if (folder->has(file_name::result) || folder->has(file_name::started))
    return unit{};
  if (auto written = write_job(spec, options_, *folder); !written)
    return written;
  auto started = start_supervisor(options_.step_binary, *folder);
  if (!started)
    return started.error();
  one.supervisor = started->pid;
  adopt_link(one, std::move(started->link));
  return unit{};
}

void runner_loop::adopt_link(job& one, unique_fd link) {
  const auto id = ids_.at(one.step_uuid);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = id;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, link.get(), &event) != 0)
    return;
  one.link = std::move(link);
  one.received.clear();
  std::erase(unlinked_, id);
  tell_termination(one);
}

void runner_loop::tell_termination(job& one) {
  if (!one.terminate_grace || !one.link)
    return;
  if (say(one, {{"op", "terminate"}, {"grace_ms", *one.terminate_grace}}))
    one.terminate_grace.reset();
}

/// A short line fits whole or not at all; if not, the caller asks again, or the link breaks.
bool runner_loop::say(const job& one, const boost::json::object& what) {
  const auto line = boost::json::serialize(what) + "\n";
  return ::send(one.link.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
         == static_cast<ssize_t>(line.size());
}

// -- supervisors ----------------------------------------------------------------------------------

void runner_loop::hear(job& one) {
  const auto id = ids_.at(one.step_uuid);
  std::array<char, 16'384> bytes{};
  for (;;) {
    const auto n = ::recv(one.link.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return;
    if (n <= 0 || one.received.size() > line_max_bytes)
      return lose_link(one);
    one.received.append(bytes.data(), static_cast<std::size_t>(n));
    for (auto line = one.received.find('\n'); line != std::string::npos;
         line = one.received.find('\n')) {
      const auto text = one.received.substr(0, line);
      one.received.erase(0, line + 1);
      take_line(one, text);
      if (!jobs_.contains(id))
        return;
    }
  }
}

void runner_loop::take_line(job& one, std::string_view line) {
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code failure;
  const auto value = boost::json::parse({line.data(), line.size()}, failure, {}, options);
  if (failure || !value.is_object())
    return;
  const auto& event = value.get_object();
  const auto* kind = event.if_contains("event");
  if (!kind || !kind->is_string())
    return;
  if (kind->get_string() == "started") {
    one.started_pid = int_of(event, "pid");
    on_event_(one.step_uuid, job_started{*one.started_pid});
  } else if (kind->get_string() == "log") {
    on_event_(one.step_uuid, job_logged{int_of(event, "stdout"), int_of(event, "stderr")});
  } else if (kind->get_string() == "ended") {
    const auto* inline_result = event.if_contains("result");
    take_end(one, inline_result ? boost::json::serialize(*inline_result) : "");
  }
}

/// A result comes with the message only if it could not be stored.
void runner_loop::take_end(job& one, const std::string& unstored) {
  auto folder = run_folder::open(path_of(one.step_uuid));
  if (!folder)
    return;
  auto report = stored_report(*folder);
  if (!report && !unstored.empty())
    if (auto decoded = decode_report(unstored))
      report = std::move(*decoded);
  // Without a report, the end of the link leads to a closer look.
  if (report)
    deliver(one, *folder, *report);
}

void runner_loop::lose_link(job& one) {
  one.link.reset();
  one.received.clear();
  if (one.supervisor > 0)
    leaving_.push_back(one.supervisor);
  // Our own supervisor has ended; another one may prefer another daemon, so no busy loop.
  one.look_at = clock::now() + (one.supervisor > 0 ? 0ms : first_pause);
  one.supervisor = -1;
  one.pause = first_pause;
  unlinked_.push_back(ids_.at(one.step_uuid));
}

void runner_loop::reap_supervisors() {
  std::erase_if(leaving_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

// -- jobs without a supervisor to talk to ---------------------------------------------------------

void runner_loop::look_for_jobs() {
  const auto now = clock::now();
  // A copy, since jobs leave the list while it is walked.
  for (const auto id : std::vector<std::uint64_t>{unlinked_})
    if (auto& one = jobs_.at(id); one.look_at <= now)
      look(one);
}

void runner_loop::look(job& one) {
  // The folder is made if it is missing, so that the verdict can be written down in it.
  auto folder = run_folder::create(path_of(one.step_uuid));
  if (!folder)
    return end(one, lost_report("step " + one.step_uuid + ": " + folder.error().message).result);
  if (const auto report = stored_report(*folder))
    return deliver(one, *folder, *report);
  if (auto link = connect_supervisor(*folder))
    return adopt_link(one, std::move(*link));
  one.look_at = clock::now() + one.pause;
  one.pause = std::min<std::chrono::milliseconds>(one.pause * 2, longest_pause);
  judge(one, *folder);
}

/// Whoever has the lock decides; as long as a supervisor has it, the job is alive.
void runner_loop::judge(job& one, const run_folder& folder) {
  const auto lock = folder.lock();
  if (!lock)
    return;
  if (const auto report = stored_report(folder))
    return deliver(one, folder, *report);
  auto report = deduce(one, folder);
  // If the disk refuses, it also refuses the mark that a supervisor needs to start the job.
  (void)folder.write(file_name::result, encode(report), run_folder::durable::yes);
  deliver(one, folder, report);
}

job_report runner_loop::deduce(const job& one, const run_folder& folder) const {
  const auto text = folder.read(file_name::started, report_max_bytes);
  if (!text && text.error().code == ec::not_found) {
    auto report = lost_report("step " + one.step_uuid + " was never started: "
                              + (one.launched ? complaint_of(folder) : "no trace of a start"));
    if (one.launched)
      report.result.how = job_result::outcome::refused_to_start;
    return report;
  }
  auto report = lost_report("step " + one.step_uuid
                            + " was started, but its supervisor is gone and left no result");
  const auto mark = text ? decode_mark(*text) : result<start_mark>{text.error()};
  if (mark)
    report.result.start_time = mark->time;
  const bool same_boot = !mark || mark->boot_id == boot_id_;
  if (same_boot && !kill_marked(environment_mark(folder), stray_rounds))
    report.result.message += "; some of its processes could not be killed";
  return report;
}

// -- the end --------------------------------------------------------------------------------------

std::optional<job_report> runner_loop::stored_report(const run_folder& folder) {
  auto text = folder.read(file_name::result, report_max_bytes);
  if (!text && text.error().code == ec::not_found)
    return std::nullopt;
  auto report = text ? decode_report(*text) : result<job_report>{text.error()};
  if (!report)
    return lost_report(folder.path() + ": " + report.error().message);
  return std::move(*report);
}

void runner_loop::deliver(job& one, const run_folder& folder, const job_report& report) {
  auto outcome = report.result;
  // Four bytes a character at most, and some blanks around.
  const auto max_bytes = static_cast<std::size_t>(report.output_max_chars) * 4 + 4096;
  auto outputs = merge_outputs(folder.read(file_name::output, max_bytes), report);
  outcome.outputs_json = std::move(outputs.json);
  outcome.outputs_error = std::move(outputs.error);
  end(one, std::move(outcome));
}

void runner_loop::end(job& one, job_result outcome) {
  const auto step_uuid = std::move(one.step_uuid);
  const auto id = ids_.at(step_uuid);
  if (one.supervisor > 0)
    leaving_.push_back(one.supervisor);
  std::erase(unlinked_, id);
  ids_.erase(step_uuid);
  jobs_.erase(id);
  {
    // The place is free before the caller hears of it.
    const std::scoped_lock guard{queue_.mutex};
    queue_.active.erase(step_uuid);
  }
  on_event_(step_uuid, job_ended{std::move(outcome)});
}

} // namespace tutti::worker
