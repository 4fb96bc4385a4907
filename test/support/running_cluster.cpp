#include "test/support/running_cluster.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <stdexcept>
#include <thread>

namespace tutti::test {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Below the ports that the system gives to connections: it is free until a node listens there.
std::string free_place() {
  static std::mt19937 random{std::random_device{}()};
  std::uniform_int_distribution<std::uint16_t> ports{15'000, 30'000};
  for (;;) {
    const auto port = ports(random);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto free = ::bind(socket, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
    ::close(socket);
    if (free)
      return "127.0.0.1:" + std::to_string(port);
  }
}

} // namespace

running_cluster::running_cluster(std::size_t nodes, std::vector<std::string> options)
  : options_(std::move(options)) {
  for (std::size_t i = 0; i < nodes; ++i)
    add();
  if (!wait_until_whole(60s))
    throw std::runtime_error("the cluster did not become whole: " + boost::json::serialize(look()));
}

std::vector<std::string> running_cluster::line_of(const seat& x) const {
  std::vector<std::string> line{"--listen", x.place, "--log-file", x.data.path() + "/log"};
  line.insert(line.end(), options_.begin(), options_.end());
  return line;
}

std::size_t running_cluster::add() {
  seat& fresh = seats_.emplace_back();
  fresh.place = free_place();
  auto line = line_of(fresh);
  if (seats_.size() > 1) {
    auto token = call_any("POST", "/api/v3/cluster/tokens", {}, 20s);
    if (token.status != 200)
      throw std::runtime_error("no token: " + token.text);
    line.insert(line.end(), {"--join", seats_.front().place, "--token",
                             std::string{token.body.as_object().at("token").as_string()}});
  }
  fresh.node = std::make_unique<running_node>(fresh.data.path(), line);
  return seats_.size();
}

void running_cluster::kill(std::size_t number) {
  auto& x = seats_.at(number - 1);
  x.node->child().signal(SIGKILL);
  x.node->child().wait();
  x.node.reset();
}

void running_cluster::restart(std::size_t number) {
  auto& x = seats_.at(number - 1);
  x.node = std::make_unique<running_node>(x.data.path(), line_of(x));
}

boost::json::value running_cluster::look() {
  auto got = call_any("GET", "/api/v3/cluster", {}, 20s);
  return got.status == 200 ? got.body : boost::json::value{};
}

bool running_cluster::wait_until_whole(std::chrono::seconds patience) {
  const auto until = clock::now() + patience;
  while (clock::now() < until) {
    auto seen = look();
    if (seen.is_object()) {
      auto& shards = seen.at("shards");
      auto count = [&](const char* name) { return shards.at(name).to_number<std::size_t>(); };
      if (seen.at("nodes").as_array().size() == seats_.size() && count("whole") == count("total")
          && count("moving") == 0)
        return true;
    }
    std::this_thread::sleep_for(100ms);
  }
  return false;
}

std::size_t running_cluster::busiest() {
  std::size_t best = 0;
  std::size_t most = 0;
  auto seen = look();
  for (auto& x : seen.at("nodes").as_array())
    if (auto leads = x.at("leads").to_number<std::size_t>(); best == 0 || leads > most) {
      most = leads;
      best = x.at("node").to_number<std::size_t>();
    }
  return best;
}

running_node::answer running_cluster::call_any(const std::string& method, const std::string& path,
                                               const std::string& body,
                                               std::chrono::seconds patience,
                                               const std::string& content_type) {
  const auto until = clock::now() + patience;
  running_node::answer last;
  while (clock::now() < until) {
    auto& x = seats_.at(next_++ % seats_.size());
    if (!x.node)
      continue;
    last = x.node->call(method, path, body, content_type);
    if (last.status != 0 && last.status != 503 && last.status != 504 && last.status != 429)
      return last;
    std::this_thread::sleep_for(20ms);
  }
  return last;
}

} // namespace tutti::test
