// Couriers over real links, in the clear on the loopback.

#include "actors/link/hub.hpp"
#include "storage/raft/raftc.h"
#include "test/unit/cluster/courier_world.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace tutti;
using namespace tutti::actors;
using namespace tutti::actors::test;

namespace {

/// A hub and its courier, wired as a node does it.
class linked_node {
public:
  linked_node(link::node_no number, std::filesystem::path folder) : number_(number) {
    courier_deps deps;
    deps.self = number;
    deps.incarnation = number;
    deps.folder = std::move(folder);
    deps.send = [this](link::node_no to, link::lane on, link::frame_kind kind,
                       std::string_view payload) { return hub_->send(to, on, kind, payload); };
    deps.deliver = [this](wire::raft_mail x) {
      note([&] { heard.mails.push_back(std::move(x)); });
    };
    deps.report = [this](wire::picture_sent x) { note([&] { heard.reports.push_back(x); }); };
    deps.now_ms = [] {
      return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
    };
    picture_limits limits;
    limits.keep_free_bytes = 0;
    courier_ = must(picture_courier::start(std::move(deps), limits));
    start_hub();
  }

  ~linked_node() {
    // Each speaks to the other: the courier falls silent before the hub goes.
    courier_->stop();
    hub_.reset();
  }

  void connect(const linked_node& other) {
    hub_->set_peers({{other.number_, "127.0.0.1:" + std::to_string(other.hub_->port())}});
  }

  void disconnect() { hub_->set_peers({}); }

  bool wait_up(std::size_t times = 1) {
    return heard.wait([&] { return ups_ >= times; });
  }

  picture_courier& courier() { return *courier_; }

  told heard;

private:
  void note(const std::function<void()>& what) {
    const std::lock_guard guard{heard.mutex};
    what();
    heard.changed.notify_all();
  }

  void start_hub() {
    link::hub_options options;
    options.self = {1, 1, "test", number_, 0, ""};
    // The machine may be busy: only the test cuts links.
    options.silence_max = std::chrono::seconds{60};
    link::hub_handlers handlers;
    handlers.on_frame = [this](link::node_no from, link::frame_kind kind, std::string_view x) {
      courier_->on_frame(from, kind, x);
    };
    handlers.on_up = [this](const link::hello&, std::uint64_t) { note([&] { ++ups_; }); };
    handlers.on_down = [this](link::node_no peer, const std::string&) { courier_->on_down(peer); };
    hub_ = must(link::hub::start(options, handlers));
  }

  link::node_no number_;
  std::unique_ptr<picture_courier> courier_;
  std::unique_ptr<link::hub> hub_;
  std::size_t ups_ = 0;
};

} // namespace

TEST_CASE("pictures cross real links in both directions") {
  scratch_folder folder;
  linked_node a{1, folder.path / "1"};
  linked_node b{2, folder.path / "2"};
  a.connect(b);
  b.connect(a);
  REQUIRE(a.wait_up());
  REQUIRE(b.wait_up());
  // 24 MB, and one row that is longer than a frame of a link may be.
  constexpr std::size_t rows = 800;
  a.courier().carry(picture_mail(1, std::make_shared<made_picture>(rows, 30'000)));
  a.courier().carry(picture_mail(2, std::make_shared<made_picture>(1, 20'000'000)));
  auto back = picture_mail(3, std::make_shared<made_picture>(rows, 30'000), 1);
  back.from = 2;
  back.bytes = message(RAFTC_MSG_SNAPSHOT, 2, 1);
  b.courier().carry(std::move(back));
  REQUIRE(a.heard.wait_reports(2));
  REQUIRE(b.heard.wait_reports(1));
  for (auto* x : {&a, &b})
    for (const auto& report : x->heard.reports)
      CHECK(report.delivered);
  REQUIRE(b.heard.mails.size() == 2);
  REQUIRE(a.heard.mails.size() == 1);
  for (const auto& x : b.heard.mails)
    CHECK(must(count_rows(*x.picture)) == (x.shard == 1 ? rows : 1));
  CHECK(must(count_rows(*a.heard.mails.front().picture)) == rows);
}

TEST_CASE("a real link that is cut ends a picture, and the next one comes over the new link") {
  scratch_folder folder;
  linked_node a{1, folder.path / "1"};
  linked_node b{2, folder.path / "2"};
  a.connect(b);
  b.connect(a);
  REQUIRE(a.wait_up());
  REQUIRE(b.wait_up());
  auto cut = std::make_shared<made_picture>(800, 30'000);
  std::promise<void> half_way;
  std::promise<void> go_on;
  cut->pause_at = 12;
  cut->pause = [&] {
    half_way.set_value();
    go_on.get_future().wait();
  };
  a.courier().carry(picture_mail(1, cut));
  half_way.get_future().wait();
  a.disconnect();
  go_on.set_value();
  REQUIRE(a.heard.wait_reports(1));
  CHECK_FALSE(a.heard.reports.front().delivered);
  a.connect(b);
  REQUIRE(a.wait_up(2));
  REQUIRE(b.wait_up(2));
  a.courier().carry(picture_mail(1, std::make_shared<made_picture>(10, 30'000)));
  REQUIRE(a.heard.wait_reports(2));
  CHECK(a.heard.reports.back().delivered);
  REQUIRE(b.heard.mails.size() == 1);
  CHECK(must(count_rows(*b.heard.mails.front().picture)) == 10);
}
