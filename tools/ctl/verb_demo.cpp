#include "config/options/values.hpp"
#include "tools/ctl/embedded_node.hpp"
#include "tools/ctl/follow.hpp"
#include "tools/ctl/locate.hpp"
#include "tools/ctl/start_run.hpp"
#include "tools/ctl/verb.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tutti::ctl {

namespace {

constexpr std::int64_t start_timeout_ms = 30'000;
constexpr auto fill_patience = std::chrono::seconds{120};
constexpr auto look_pause = std::chrono::milliseconds{250};

std::string definition(std::int64_t iterations) {
  return R"({"properties": {"owner": "demo"}, "workflow": {
  "id": "demo_backfill", "name": "A backfill over every node",
  "params": {"parts": {"type": "LONG", "value": )"
         + std::to_string(iterations) + R"(}},
  "steps": [
    {"step": {"id": "prepare", "type": "NoOp", "transition": {"successors": {"load": "true"}}}},
    {"foreach": {"id": "load", "concurrency": 100,
      "params": {"loop_params": {"type": "MAP", "value": {
        "part": {"type": "LONG_ARRAY", "expression": "return Util.intsBetween(1, parts + 1, 1);"}}}},
      "steps": [
        {"step": {"id": "wait", "type": "Sleep",
          "params": {"sleep_seconds": {"type": "LONG", "value": 1}},
          "transition": {"successors": {"write": "true"}}}},
        {"step": {"id": "write", "type": "NoOp"}}],
      "transition": {"successors": {"check": "true"}}}},
    {"step": {"id": "check", "type": "NoOp"}}]}})";
}

/// A port that was free a moment ago.
result<std::uint16_t> free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  const auto good = socket >= 0
                    && ::bind(socket, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0
                    && ::getsockname(socket, reinterpret_cast<sockaddr*>(&where), &size) == 0;
  if (socket >= 0)
    ::close(socket);
  if (!good)
    return error{ec::io, "no free port on this machine"};
  return ntohs(where.sin_port);
}

class demo {
public:
  demo(const invocation& call, std::int64_t nodes, std::string data)
    : call_(call),
      count_(nodes),
      data_(std::move(data)) {}

  ~demo() { stop(); }

  status start() {
    for (std::int64_t i = 0; i < count_; ++i)
      if (auto ok = add(); !ok)
        return ok;
    return wait_until_whole();
  }

  void stop() {
    for (auto& x : nodes_)
      x->stop();
  }

  void clean() {
    for (auto& x : nodes_)
      x->remove_temporary_folder();
  }

  server_link link() const { return server_link{nodes_.front()->url(), call_.user}; }

private:
  status add() {
    auto port = free_port();
    if (!port)
      return port.error();
    const auto place = "127.0.0.1:" + std::to_string(*port);
    std::vector<std::string> more{"--listen", place, "--cluster-name", "demo"};
    if (call_.given.has("insecure"))
      more.emplace_back("--insecure");
    if (!nodes_.empty()) {
      more.insert(more.end(), {"--join", first_place_});
      if (!call_.given.has("insecure")) {
        auto token = link().send_again("POST", "/api/v3/cluster/tokens", {}, {});
        if (!token)
          return token.error();
        more.insert(more.end(), {"--token", text_of(*token, "token")});
      }
    } else
      first_place_ = place;
    auto node = std::make_unique<embedded_node>();
    const auto folder = data_.empty() ? std::string{}
                                      : data_ + "/node" + std::to_string(nodes_.size() + 1);
    nodes_.push_back(std::move(node));
    auto ok = nodes_.back()->start(call_.around.program_folder + "/tuttid", folder,
                                   start_timeout_ms, more);
    if (ok)
      call_.err() << "tutti: node " << nodes_.size() << " of " << count_ << ": "
                  << nodes_.back()->url() << ", process " << nodes_.back()->process()
                  << ", data in " << nodes_.back()->data_folder() << "\n"
                  << std::flush;
    return ok;
  }

  status wait_until_whole() {
    const auto until = std::chrono::steady_clock::now() + fill_patience;
    std::int64_t shown = -1;
    while (std::chrono::steady_clock::now() < until) {
      auto answer = link().get("/api/v3/cluster");
      if (answer) {
        const auto& shards = member(*answer, "shards");
        const auto whole = number_of(shards, "whole");
        const auto total = number_of(shards, "total");
        const auto known = static_cast<std::int64_t>(elements_of(*answer, "nodes").size());
        if (whole != shown && known == count_)
          call_.err() << "tutti: " << whole << " of " << counted(total, "shard") << " copied to "
                      << counted(number_of(*answer, "replicas_wanted"), "node") << "\n"
                      << std::flush;
        shown = whole;
        if (known == count_ && whole == total && number_of(shards, "moving") == 0)
          return unit{};
      }
      std::this_thread::sleep_for(look_pause);
    }
    return error{ec::timeout, "the cluster is not complete after "
                                + duration_text(std::chrono::milliseconds{fill_patience}.count())};
  }

  const invocation& call_;
  std::int64_t count_;
  std::string data_;
  std::string first_place_;
  std::vector<std::unique_ptr<embedded_node>> nodes_;
};

} // namespace

exit_code demo_verb(const invocation& call) {
  std::int64_t nodes = 3;
  std::int64_t iterations = 10'000;
  if (call.given.has("nodes")) {
    auto asked = config::read_integer(call.given.text("nodes"), {1, 5});
    if (!asked)
      return report_usage(call.err(), "demo", "--nodes: " + asked.error().message);
    nodes = *asked;
  }
  if (call.given.has("iterations")) {
    auto asked = config::read_integer(call.given.text("iterations"), {1, 1'000'000});
    if (!asked)
      return report_usage(call.err(), "demo", "--iterations: " + asked.error().message);
    iterations = *asked;
  }
  demo show{call, nodes, call.given.text("data")};
  call.around.interrupts.set([&show] {
    show.stop();
    show.clean();
  });
  auto end = [&](exit_code code) {
    call.around.interrupts.clear();
    show.stop();
    show.clean();
    return code;
  };
  if (auto ok = show.start(); !ok)
    return end(report(call, ok.error(), "look at the files tuttid.log in the folders above"));
  const auto link = show.link();
  auto pushed = link.send("POST", "/api/v3/workflows", definition(iterations), "application/json");
  if (!pushed)
    return end(report(call, pushed.error()));
  auto answer = start_run(link, {"demo_backfill", "latest"}, {}, new_uuid());
  if (!answer)
    return end(report(call, answer.error()));
  const auto run = started_run(*answer);
  call.err() << "tutti: try, in another terminal: tutti -s " << link.url()
             << " cluster status; then kill a process from the list\n"
             << std::flush;
  live_view view{call.out(), call.how};
  audience tell;
  tell.see = [&](const run_progress& now, const json_value&) { view.show(now); };
  tell.tick = [&](std::chrono::milliseconds since) { view.tick(since); };
  tell.miss = [&](const error& why) { view.miss(why); };
  auto last = follow(link, run, tell);
  if (!last)
    return end(report(call, last.error()));
  view.close();
  for (const auto& x : summary_lines(*last, call.how))
    call.out() << x << "\n";
  call.out() << std::flush;
  if (!call.given.has("once")) {
    call.err() << "tutti: the cluster runs on; Ctrl-C ends it\n" << std::flush;
    std::mutex lock;
    std::condition_variable never;
    std::unique_lock guard{lock};
    never.wait(guard, [] { return false; });
  }
  return end(exit_code_of_run(last->status));
}

} // namespace tutti::ctl
