#include "actors/link/hub.hpp"
#include "actors/link/join.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include <condition_variable>
#include <ctime>
#include <mutex>

using namespace tutti;
using namespace tutti::link;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 10s;
constexpr frame_kind kind = 20;

/// Certificates are checked against the real clock.
validity around_now() {
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  return {now - 3600, now + 3600};
}

credential new_authority() {
  auto made = make_authority("test", around_now());
  REQUIRE(made);
  return *made;
}

node_identity member(const credential& authority, std::uint64_t node,
                     validity when = around_now()) {
  auto key = make_key_request();
  REQUIRE(key);
  auto made = issue(authority, key->request, {"test", node}, when);
  REQUIRE(made);
  return {{*made, key->key}, authority.certificate};
}

/// A hub and what it has heard.
class node {
public:
  explicit node(std::uint64_t number, std::optional<node_identity> who = {}) {
    options.self = {1, 1, "test", number, 0, ""};
    options.identity = std::move(who);
    options.ping_every = 50ms;
    options.silence_max = 400ms;
    options.redial_max = 100ms;
    options.handshake_max = 500ms;
  }

  ~node() { hub_.reset(); }

  void start() {
    auto made = hub::start(options, handlers());
    REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    hub_ = std::move(*made);
    options.port = hub_->port();
  }

  void stop() { hub_.reset(); }

  hub& at() { return *hub_; }

  member_address address() const {
    return {options.self.node, "127.0.0.1:" + std::to_string(hub_->port())};
  }

  template <class Condition>
  bool wait(Condition until) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, patience, until);
  }

  bool wait_up(std::size_t times = 1) {
    return wait([&] { return ups >= times; });
  }

  /// Until the only peer has a reason why it is not up.
  std::string wait_error() {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
      auto all = hub_->peers();
      if (!all.empty() && !all.front().last_error.empty())
        return all.front().last_error;
      std::this_thread::sleep_for(5ms);
    }
    return {};
  }

  hub_options options;
  std::function<void(const join_request&, join_reply)> on_join;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> frames;
  std::size_t ups = 0;
  std::size_t downs = 0;
  std::function<void()> before_frame;

private:
  void note(const std::function<void()>& what) {
    const std::lock_guard guard{mutex};
    what();
    changed.notify_all();
  }

  hub_handlers handlers() {
    hub_handlers made;
    made.on_frame = [this](node_no, frame_kind, std::string_view x) {
      if (before_frame)
        before_frame();
      note([&] { frames.emplace_back(x); });
    };
    made.on_up = [this](const hello&, std::uint64_t) { note([&] { ++ups; }); };
    made.on_down = [this](node_no, const std::string&) { note([&] { ++downs; }); };
    made.on_join = on_join;
    return made;
  }

  std::unique_ptr<hub> hub_;
};

void connect(node& a, node& b) {
  a.at().set_peers({b.address()});
  b.at().set_peers({a.address()});
}

} // namespace

TEST_CASE("frames arrive in order and in both directions") {
  const auto authority = new_authority();
  node a{1, member(authority, 1)};
  node b{2, member(authority, 2)};
  a.start();
  b.start();
  connect(a, b);
  REQUIRE(a.wait_up());
  REQUIRE(b.wait_up());
  constexpr std::size_t count = 5000;
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(a.at().send(2, lane::normal, kind, "a" + std::to_string(i)));
    REQUIRE(b.at().send(1, lane::normal, kind, "b" + std::to_string(i)));
  }
  CHECK(a.wait([&] { return a.frames.size() == count; }));
  CHECK(b.wait([&] { return b.frames.size() == count; }));
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(a.frames[i] == "b" + std::to_string(i));
    REQUIRE(b.frames[i] == "a" + std::to_string(i));
  }
  CHECK_FALSE(a.at().send(3, lane::normal, kind, "nobody"));
}

TEST_CASE("a large frame arrives whole, one over the bound of the receiver ends the link") {
  const auto authority = new_authority();
  node a{1, member(authority, 1)};
  node b{2, member(authority, 2)};
  b.options.frame_max = 3'000'000;
  a.start();
  b.start();
  connect(a, b);
  REQUIRE(a.wait_up());
  const std::string large(3'000'000, 'x');
  REQUIRE(a.at().send(2, lane::bulk, kind, large));
  REQUIRE(b.wait([&] { return b.frames.size() == 1; }));
  CHECK(b.frames.front() == large);
  REQUIRE(a.at().send(2, lane::bulk, kind, large + "x"));
  CHECK(a.wait([&] { return a.downs == 1; }));
  CHECK(a.wait_up(2));
  CHECK(b.frames.size() == 1);
}

TEST_CASE("an entry as large as consensus allows fits into a frame") {
  constexpr std::size_t entry_max = std::size_t{32} << 20U;
  const auto authority = new_authority();
  node a{1, member(authority, 1)};
  node b{2, member(authority, 2)};
  a.options.silence_max = b.options.silence_max = patience;
  a.start();
  b.start();
  connect(a, b);
  REQUIRE(a.wait_up());
  const std::string large(entry_max + 1000, 'x');
  REQUIRE(a.at().send(2, lane::normal, kind, large));
  REQUIRE(b.wait([&] { return b.frames.size() == 1; }));
  CHECK(b.frames.front() == large);
  CHECK(a.downs == 0);
}

TEST_CASE("links in the clear are for loopback addresses only") {
  node a{1};
  a.options.address = "0.0.0.0";
  auto made = hub::start(a.options, {});
  REQUIRE_FALSE(made);
  CHECK(made.error().message
        == "links without certificates are for one machine only: '0.0.0.0' can be reached by "
           "others");
  node b{1};
  node c{2};
  b.start();
  c.start();
  connect(b, c);
  CHECK(b.wait_up());
  CHECK(b.at().send(2, lane::normal, kind, "x"));
  CHECK(c.wait([&] { return c.frames.size() == 1; }));
}

TEST_CASE("strangers get nothing, and the members hear nothing from them") {
  const auto authority = new_authority();
  const auto foreign = new_authority();
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  node a{1, member(authority, 1)};
  a.start();

  auto expect_nothing = [&](node& stranger) {
    stranger.start();
    a.at().set_peers({stranger.address()});
    stranger.at().set_peers({a.address()});
    CHECK_FALSE(stranger.wait_error().empty());
    CHECK_FALSE(stranger.at().send(1, lane::normal, kind, "let me in"));
    const std::lock_guard guard{a.mutex};
    CHECK(a.frames.empty());
    CHECK(a.ups == 0);
  };

  SUBCASE("without a certificate") {
    node b{2};
    expect_nothing(b);
  }
  SUBCASE("with one of another cluster") {
    node b{2, member(foreign, 2)};
    expect_nothing(b);
  }
  SUBCASE("with one of another cluster that also trusts ours") {
    auto mixed = member(foreign, 2);
    mixed.authority = authority.certificate;
    node b{2, mixed};
    expect_nothing(b);
  }
  SUBCASE("with one that has ended") {
    node b{2, member(authority, 2, {now - 7200, now - 60})};
    expect_nothing(b);
  }
  SUBCASE("with one that speaks for another node") {
    node b{2, member(authority, 3)};
    expect_nothing(b);
  }
}

TEST_CASE("a node that is no member is told so") {
  const auto authority = new_authority();
  node a{1, member(authority, 1)};
  node b{2, member(authority, 2)};
  a.start();
  b.start();
  b.at().set_peers({a.address()});
  CHECK(b.wait_error() == "the other end refused: node 2 is no member of this cluster");
}

TEST_CASE("another node than the one expected at an address is not taken for it") {
  const auto authority = new_authority();
  node a{1, member(authority, 1)};
  node b{2, member(authority, 2)};
  a.start();
  b.start();
  b.at().set_peers({{1, a.address().address}});
  a.at().set_peers({b.address(), {3, b.address().address}});
  REQUIRE(a.wait_up());
  const auto until = std::chrono::steady_clock::now() + patience;
  std::string why;
  while (why.empty() && std::chrono::steady_clock::now() < until) {
    why = a.at().peers().at(1).last_error;
    std::this_thread::sleep_for(5ms);
  }
  CHECK(why == "expected node 3 at this address, found node 2");
}

TEST_CASE("nodes whose protocols do not meet say which they speak") {
  node a{1};
  node b{2};
  a.options.self.protocol_min = 1;
  a.options.self.protocol_max = 2;
  b.options.self.protocol_min = 3;
  b.options.self.protocol_max = 4;
  a.start();
  b.start();
  connect(a, b);
  CHECK(a.wait_error()
        == "the other end refused: the other end speaks the protocol 1 to 2, this one 3 to 4; "
           "upgrade one release at a time");
}

TEST_CASE("a link comes back when its peer does") {
  const auto authority = new_authority();
  node a{1, member(authority, 1)};
  node b{2, member(authority, 2)};
  a.start();
  b.start();
  connect(a, b);
  REQUIRE(a.wait_up());
  b.stop();
  REQUIRE(a.wait([&] { return a.downs == 1; }));
  CHECK_FALSE(a.at().send(2, lane::normal, kind, "x"));
  CHECK(a.at().peers().front().silent_ms > 0);
  b.options.self.incarnation = 7;
  b.start();
  b.at().set_peers({a.address()});
  REQUIRE(a.wait_up(2));
  CHECK(a.at().peers().front().silent_ms == 0);
  CHECK(a.at().peers().front().incarnation == 7);
  CHECK(a.at().send(2, lane::normal, kind, "again"));
  CHECK(b.wait([&] { return b.frames == std::vector<std::string>{"again"}; }));
}

TEST_CASE("a peer that takes nothing fills its lanes, and what was taken arrives in order") {
  node a{1};
  node b{2};
  a.options.queue_bytes_max = {1000, 100'000, 1000};
  a.options.silence_max = b.options.silence_max = 60s;
  std::mutex gate;
  b.before_frame = [&] { const std::lock_guard wait{gate}; };
  a.start();
  b.start();
  connect(a, b);
  REQUIRE(a.wait_up());
  std::size_t sent = 0;
  {
    const std::lock_guard closed{gate};
    const std::string rest(10'000, 'x');
    constexpr std::size_t far_more_than_sockets_hold = 100'000;
    while (sent < far_more_than_sockets_hold
           && a.at().send(2, lane::normal, kind, std::to_string(sent) + rest))
      ++sent;
    CHECK(sent < far_more_than_sockets_hold);
    CHECK(a.at().send(2, lane::urgent, kind, "urgent"));
    CHECK(a.at().peers().front().frames_refused == 1);
  }
  REQUIRE(b.wait([&] { return b.frames.size() == sent + 1; }));
  std::size_t next = 0;
  for (auto& x : b.frames)
    if (x != "urgent")
      REQUIRE(std::stoul(x) == next++);
}

TEST_CASE("a silent peer counts as gone, and a stranger who says nothing is cut") {
  node a{1};
  node b{2};
  std::mutex gate;
  b.before_frame = [&] { const std::lock_guard wait{gate}; };
  a.start();
  b.start();
  connect(a, b);
  REQUIRE(a.wait_up());
  {
    const std::lock_guard closed{gate};
    REQUIRE(a.at().send(2, lane::normal, kind, "x"));
    CHECK(a.wait([&] { return a.downs >= 1; }));
  }
  CHECK(a.wait_up(2));

  boost::asio::io_context context;
  boost::asio::ip::tcp::socket stranger{context};
  stranger.connect({boost::asio::ip::make_address("127.0.0.1"), a.at().port()});
  char byte = 0;
  boost::system::error_code why;
  stranger.read_some(boost::asio::buffer(&byte, 1), why);
  CHECK(why == boost::asio::error::eof);
}

TEST_CASE("a newcomer with the token gets a certificate that the members take") {
  const auto authority = new_authority();
  const join_token token{std::string(32, 'a'), fingerprint_of(authority.certificate).value()};
  node a{1, member(authority, 1)};
  a.on_join = [&](const join_request& asked, const join_reply& answer) {
    join_answer x;
    auto made = issue(authority, asked.key_request, {"test", 2}, around_now());
    if (!same_secret(asked.secret, token.secret) || !made)
      x.refused = "the token is unknown or used up";
    else
      x = {"", "test", 2, *made, {{1, "127.0.0.1:1"}}};
    answer(x);
  };
  a.start();
  const auto where = a.address().address;

  auto got = join_cluster(where, token, "127.0.0.1:9", "0.1", patience);
  REQUIRE_MESSAGE(got, (got ? "" : got.error().message));
  CHECK(got->answer.node == 2);
  CHECK(got->answer.members == std::vector<member_address>{{1, "127.0.0.1:1"}});
  node b{2, got->identity};
  b.start();
  connect(a, b);
  CHECK(b.wait_up());
  CHECK(a.wait_up());

  auto wrong_secret = token;
  wrong_secret.secret.back() = 'b';
  auto refused = join_cluster(where, wrong_secret, "127.0.0.1:9", "0.1", patience);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message
        == "the node at " + where + " refused: the token is unknown or used up");

  auto wrong_cluster = token;
  wrong_cluster.fingerprint.back() = wrong_cluster.fingerprint.back() == '0' ? '1' : '0';
  auto other = join_cluster(where, wrong_cluster, "127.0.0.1:9", "0.1", patience);
  REQUIRE_FALSE(other);
  CHECK(other.error().message.find("does not belong to the cluster of this token")
        != std::string::npos);
}

TEST_CASE("joining ends in time when nobody answers, or when nobody can join there") {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor deaf{context, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  const auto where = "127.0.0.1:" + std::to_string(deaf.local_endpoint().port());
  const join_token token{std::string(32, 'a'), std::string(64, '0')};
  auto silent = join_cluster(where, token, "", "", 200ms);
  REQUIRE_FALSE(silent);
  CHECK(silent.error().message == "cannot make a safe connection to " + where + " in time");
  CHECK(silent.error().code == ec::unavailable);

  const auto authority = new_authority();
  node a{1, member(authority, 1)};
  a.start();
  const join_token right{std::string(32, 'a'), fingerprint_of(authority.certificate).value()};
  auto refused = join_cluster(a.address().address, right, "", "", patience);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("nobody can join at this node") != std::string::npos);
}
