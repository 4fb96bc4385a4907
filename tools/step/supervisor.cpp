#include "tools/step/supervisor.hpp"

#include "actors/worker/process_tree.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <thread>

namespace tutti::step {

using namespace std::chrono_literals;
using worker::job_result;

namespace {

constexpr auto log_report_interval = 250ms;
/// A killed process that is still there after this waits for a broken disk or worse.
constexpr auto kill_patience = 30s;
constexpr auto kill_interval = 20ms;
constexpr int result_write_max = 60;
constexpr std::size_t read_bytes = 64 << 10;

std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

std::int64_t to_ms(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1000 + time.tv_usec / 1000;
}

worker::unique_fd open_signals() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const auto number : {SIGCHLD, SIGTERM, SIGINT})
    ::sigaddset(&wanted, number);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
  ::sigprocmask(SIG_SETMASK, &wanted, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  return worker::unique_fd{::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
}

} // namespace

supervisor::supervisor(const worker::run_folder& folder, worker::step_order order, int link_fd)
  : folder_(folder),
    order_(std::move(order)),
    link_(link_fd),
    out_log_(folder.fd(), "stdout", order_.limits.segment_bytes, order_.limits.log_max_bytes),
    err_log_(folder.fd(), "stderr", order_.limits.segment_bytes, order_.limits.log_max_bytes),
    scanner_(order_.limits.output_max_chars) {}

bool supervisor::run() {
  if (auto started = start(); !started) {
    refuse(started.error().message);
    return deliver();
  }
  report_start();
  while (!nothing_left_) {
    wait_for_something();
    watch_deadlines();
  }
  complete_result();
  return deliver();
}

status supervisor::start() {
  signals_ = open_signals();
  if (!signals_)
    return worker::io_error("cannot watch signals", errno);
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
    return worker::io_error("cannot become a child subreaper", errno);
  if (auto listening = link_.listen(); !listening)
    return listening;
  result_.start_time = now_ms();
  // From here on nobody else may start the job, not even after power loss.
  if (auto marked
      = folder_.write(worker::file_name::started,
                      encode(worker::start_mark{result_.start_time, worker::read_boot_id()}),
                      worker::run_folder::durable::yes);
      !marked)
    return marked;
  auto job = start_job(order_);
  if (!job)
    return job.error();
  job_ = std::move(*job);
  return unit{};
}

void supervisor::refuse(const std::string& why) {
  result_.how = job_result::outcome::refused_to_start;
  result_.message = "step " + order_.step_uuid + ": " + why;
  result_.end_time = now_ms();
}

template <class Hear>
void supervisor::read_log(worker::unique_fd& from, worker::segment_writer& into, Hear& hear,
                          int rounds) {
  char bytes[read_bytes];
  for (int round = 0; from && round < rounds; ++round) {
    const auto n = ::read(from.get(), bytes, sizeof bytes);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      break;
    if (n <= 0) {
      from.reset();
      break;
    }
    const std::string_view piece{bytes, static_cast<std::size_t>(n)};
    into.append(piece);
    hear.feed(piece);
  }
}

// -- while the job runs ---------------------------------------------------------------------------

void supervisor::wait_for_something() {
  std::array<pollfd, 5> ready{{{signals_.get(), POLLIN, 0},
                               {link_.listener(), POLLIN, 0},
                               {link_.peer(), POLLIN, 0},
                               {job_.out.get(), POLLIN, 0},
                               {job_.err.get(), POLLIN, 0}}};
  if (::poll(ready.data(), ready.size(), wait_ms()) <= 0)
    return;
  if (ready[3].revents)
    read_log(job_.out, out_log_, scanner_, 4);
  if (ready[4].revents)
    read_log(job_.err, err_log_, err_end_, 4);
  if (ready[1].revents && link_.accept_daemon())
    report_start();
  else if (ready[2].revents)
    hear_daemon();
  if (ready[0].revents)
    take_signals();
}

int supervisor::wait_ms() const {
  auto until = time_point::max();
  if (killing_since_)
    until = clock::now() + kill_interval;
  else if (kill_at_)
    until = *kill_at_;
  if (link_.connected() && out_log_.size() + err_log_.size() != logs_reported_bytes_)
    until = std::min(until, logs_reported_at_ + log_report_interval);
  if (!link_.connected() && !result_.terminated)
    until = std::min(until, alone_since_.value_or(clock::now())
                              + std::chrono::milliseconds{order_.limits.orphan_grace_ms});
  if (order_.limits.lease_ms > 0 && !result_.terminated)
    until = std::min(until, kept_alive_ + std::chrono::milliseconds{order_.limits.lease_ms});
  if (until == time_point::max())
    return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void supervisor::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD)
      terminate(-1, "the supervisor was told to stop");
  reap();
}

void supervisor::reap() {
  for (;;) {
    siginfo_t info{};
    // Looked at first: while the first process is a zombie, its group cannot be reused.
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
      nothing_left_ = errno == ECHILD;
      return;
    }
    if (info.si_pid == 0)
      return;
    if (info.si_pid == job_.pid)
      on_first_process_ended();
    int how = 0;
    ::waitpid(info.si_pid, &how, 0);
    if (info.si_pid != job_.pid)
      continue;
    result_.how = WIFSIGNALED(how) ? job_result::outcome::signalled : job_result::outcome::exited;
    result_.exit_code = WIFEXITED(how) ? WEXITSTATUS(how) : 0;
    result_.signal = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
  }
}

void supervisor::on_first_process_ended() {
  first_ended_ = true;
  result_.end_time = now_ms();
  // On the way to a requested end, the others have the rest of the grace to clean up.
  if (kill_at_)
    return;
  ::kill(-job_.pid, SIGKILL);
  kill_at_ = clock::now();
}

void supervisor::hear_daemon() {
  const auto said = link_.receive();
  if (said.alive)
    kept_alive_ = clock::now();
  if (said.terminate)
    terminate(*said.terminate, "");
}

void supervisor::watch_deadlines() {
  const auto now = clock::now();
  if (link_.connected())
    alone_since_.reset();
  else if (!alone_since_)
    alone_since_ = now;
  if (alone_since_ && !result_.terminated
      && now - *alone_since_ >= std::chrono::milliseconds{order_.limits.orphan_grace_ms})
    terminate(-1, "no daemon was connected for " + std::to_string(order_.limits.orphan_grace_ms)
                    + " ms");
  if (order_.limits.lease_ms > 0 && !result_.terminated
      && now - kept_alive_ >= std::chrono::milliseconds{order_.limits.lease_ms}) {
    terminate(-1, "its node has been out of touch with the cluster for "
                    + std::to_string(order_.limits.lease_ms) + " ms");
    out_of_touch_ = result_.terminated;
  }
  report_logs();
  if (kill_at_ && now >= *kill_at_ && !nothing_left_)
    kill_all();
}

void supervisor::terminate(std::int64_t grace_ms, const std::string& why) {
  if (first_ended_ && !result_.terminated)
    return;
  const auto grace = std::chrono::milliseconds{grace_ms < 0 ? order_.grace_ms : grace_ms};
  // A second request may shorten the grace, never extend it.
  const auto deadline = clock::now() + grace;
  kill_at_ = kill_at_ ? std::min(*kill_at_, deadline) : deadline;
  if (result_.terminated)
    return;
  result_.terminated = true;
  result_.message = why;
  // Strays first: they are found through their parents, which may be gone a moment after they
  // were told.
  worker::signal_descendants(SIGTERM, job_.pid);
  ::kill(-job_.pid, SIGTERM);
  // A stopped process hears nothing.
  ::kill(-job_.pid, SIGCONT);
}

void supervisor::kill_all() {
  const auto now = clock::now();
  if (!killing_since_)
    killing_since_ = now;
  worker::signal_descendants(SIGKILL);
  reap();
  if (nothing_left_ || now - *killing_since_ < kill_patience)
    return;
  result_.message += result_.message.empty() ? "" : "; ";
  result_.message += "some processes of the job could not be killed";
  nothing_left_ = true;
}

void supervisor::report_start() {
  boost::json::object event;
  event["event"] = "started";
  event["pid"] = job_.pid;
  link_.send(boost::json::serialize(event), daemon_link::loss::forbidden);
  logs_reported_bytes_ = 0;
}

void supervisor::report_logs() {
  const auto now = clock::now();
  const auto bytes = out_log_.size() + err_log_.size();
  if (!link_.connected() || bytes == logs_reported_bytes_
      || now - logs_reported_at_ < log_report_interval)
    return;
  boost::json::object event;
  event["event"] = "log";
  event["stdout"] = out_log_.size();
  event["stderr"] = err_log_.size();
  link_.send(boost::json::serialize(event), daemon_link::loss::allowed);
  logs_reported_at_ = now;
  logs_reported_bytes_ = bytes;
}

// -- at the end -----------------------------------------------------------------------------------

void supervisor::complete_result() {
  // All writers are gone, so what is in the pipes is all there will be. The bound is for a
  // stranger who got hold of a pipe.
  constexpr int rounds_max = 256;
  read_log(job_.out, out_log_, scanner_, rounds_max);
  read_log(job_.err, err_log_, err_end_, rounds_max);
  const bool failed = result_.exit_code != 0 || result_.signal != 0;
  if (failed && !result_.terminated && result_.message.empty())
    result_.message = err_end_.text();
  rusage used{};
  ::getrusage(RUSAGE_CHILDREN, &used);
  result_.cpu_ms = to_ms(used.ru_utime) + to_ms(used.ru_stime);
  result_.max_rss_bytes = std::int64_t{used.ru_maxrss} * 1024;
  result_.stdout_bytes = out_log_.size();
  result_.stdout_dropped = out_log_.dropped();
  result_.stderr_bytes = err_log_.size();
  result_.stderr_dropped = err_log_.dropped();
  if (!first_ended_)
    result_.end_time = now_ms();
  // Others may take it for lost already, and it is not the job's fault.
  if (out_of_touch_)
    result_.how = job_result::outcome::lost;
}

bool supervisor::deliver() {
  const auto report = encode(worker::job_report{result_, scanner_.text(), scanner_.too_large(),
                                                order_.limits.output_max_chars});
  bool safe = false;
  for (int attempt = 0; attempt < result_write_max && !safe; ++attempt) {
    const auto written = folder_.write(worker::file_name::result, report,
                                       worker::run_folder::durable::yes);
    safe = written.has_value();
    if (!safe && link_.connected()) {
      // A full disk must not lose what a listening daemon can record.
      link_.send(R"({"event":"ended","result":)" + report + "}", daemon_link::loss::forbidden);
      link_.flush(5000);
      return link_.connected();
    }
    if (!safe) {
      std::this_thread::sleep_for(1s);
      link_.accept_daemon();
    }
  }
  link_.close_listener();
  link_.send(R"({"event":"ended"})", daemon_link::loss::forbidden);
  link_.flush(5000);
  return safe;
}

} // namespace tutti::step
