// Groups of several nodes, in one process, with a network that loses what the test wants.

#include "test/unit/journal/groups_world.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::actors;
using namespace tutti::actors::test;

TEST_CASE("three nodes elect a leader, and all apply what it commits") {
  world all{7};
  all.add_voters(3);
  all.commit("a", "1");
  all.commit("b", "2");
  CHECK(all.level());
  CHECK(all[2].rows() == "a=1;b=2;");
}

TEST_CASE("the others go on when the leader dies, and it follows when it comes back") {
  world all{8};
  all.add_voters(3);
  all.commit("a", "1");
  auto old = all.elect();
  all[old].crash(1);
  CHECK(all.elect() != old);
  all.commit("b", "2");
  all[old].start(1);
  CHECK(all.level());
  CHECK(all[old].rows() == "a=1;b=2;");
}

TEST_CASE("a leader that is cut off acknowledges nothing and steps down") {
  world all{9};
  all.add_voters(3);
  all.commit("a", "1");
  auto old = all.elect();
  all.cut = {old};
  auto batch = all[old].propose(0, "lost", "1");
  CHECK(all.rounds_until([&] { return !all[old].leads(); }));
  CHECK(!all[old].told.committed[0].contains(batch));
  all.commit("b", "2");
  all.cut.clear();
  CHECK(all.level());
  CHECK(all[old].rows() == "a=1;b=2;");
}

TEST_CASE("a node that was away too long gets the rows by a picture") {
  world all{10};
  all.add_voters(3, 4);
  all.commit("a", "1");
  auto away = all.elect() == 1 ? raft::node_no{2} : raft::node_no{1};
  all[away].crash(1);
  for (auto i = 0; i < 40; ++i)
    all.commit("k" + std::to_string(i), "v");
  CHECK(all.pictures == 0);
  all[away].start(1);
  CHECK(all.level());
  CHECK(all.pictures > 0);
  CHECK(all[away].rows() == all[all.elect()].rows());
}

TEST_CASE("the log of a group keeps what it should, and no more") {
  world all{11};
  all.add_voters(3, 8);
  for (auto i = 0; i < 60; ++i) {
    all.commit("k", std::to_string(i));
    for (raft::node_no id = 1; id <= 3; ++id) {
      auto at = all[id].position();
      CHECK((at.truncated == 1 || at.last - at.truncated >= 8));
      CHECK(at.last - at.truncated <= 20);
    }
  }
}

TEST_CASE("a node alone grows into three, and back to one") {
  world all{12};
  group_settings settings;
  all.add(settings);
  all.commit("a", "1");
  all.commit("b", "2");
  settings.node = 2;
  settings.voters = {1};
  all.add(settings);
  auto change = [&](std::vector<raft::conf_change> what) {
    status last = unit{};
    auto done = all.rounds_until([&] {
      last = all[all.elect()].groups->find(0)->change_members(what);
      return last.has_value();
    });
    REQUIRE_MESSAGE(done, (last ? "" : last.error().message));
  };
  // Batches before and behind the change in one go.
  all[1].propose(0, "c", "3");
  change({{raft::conf_change::kind::add_learner, 2}});
  all[1].propose(0, "d", "4");
  CHECK(all.level());
  CHECK(all[2].rows() == "a=1;b=2;c=3;d=4;");
  settings.node = 3;
  all.add(settings);
  change({{raft::conf_change::kind::add_voter, 2}, {raft::conf_change::kind::add_voter, 3}});
  all.commit("e", "5");
  CHECK(all.level());
  CHECK(all[3].rows() == "a=1;b=2;c=3;d=4;e=5;");
  CHECK(all[1].groups->needs_ticks());
  auto lead = all.elect();
  std::vector<raft::conf_change> others;
  for (raft::node_no id = 1; id <= 3; ++id)
    if (id != lead)
      others.push_back({raft::conf_change::kind::remove, id});
  change(others);
  CHECK(all.rounds_until([&] { return !all[lead].groups->needs_ticks(); }));
  all.commit("f", "6");
  auto at = all[lead].position();
  CHECK(at.last == at.truncated);
  CHECK(all[lead].rows() == "a=1;b=2;c=3;d=4;e=5;f=6;");
}

TEST_CASE("who comes back is not sent entries of which the log has no copy") {
  world all{15};
  group_settings settings;
  all.add(settings);
  all.commit("a", "1");
  settings.node = 2;
  settings.voters = {1};
  all.add(settings);
  auto& one = all[1];
  auto change = [&](raft::conf_change what) {
    REQUIRE(one.groups->find(0)->change_members(std::span{&what, 1}));
  };
  change({raft::conf_change::kind::add_learner, 2});
  one.propose(0, "b", "2");
  CHECK(all.level());
  change({raft::conf_change::kind::remove, 2});
  CHECK(all.rounds_until([&] { return !one.groups->needs_ticks(); }));
  // Node 2 has all of the log. Now comes a batch without a copy, and node 2 again right behind it.
  CHECK(all[2].position().last == one.position().last);
  auto pictures = all.pictures;
  one.propose(0, "c", "3");
  change({raft::conf_change::kind::add_learner, 2});
  one.gather();
  one.write();
  // The change is applied, and the disk is slow: letters go to and fro meanwhile.
  for (auto i = 0; i < 20; ++i) {
    one.groups->tick();
    one.gather();
    all[2].run();
    while (all.deliver())
      all[2].run();
  }
  CHECK(all.level());
  CHECK(all[2].rows() == "a=1;b=2;c=3;");
  CHECK(all.pictures > pictures);
}

TEST_CASE("batches over the limit of what is not committed wait for their turn") {
  world all{13};
  all.add_voters(3);
  auto lead = all.elect();
  std::string large(9 << 20, 'x');
  std::vector<std::uint64_t> batches;
  for (auto i = 0; i < 4; ++i)
    batches.push_back(all[lead].propose(0, "k" + std::to_string(i), large));
  CHECK(all.rounds_until([&] { return all[lead].told.committed[0].size() == 4; }));
  CHECK(all.level());
}

TEST_CASE("a picture that got damaged harms nobody and is sent again") {
  world all{14};
  all.add_voters(3, 4);
  auto away = all.elect() == 1 ? raft::node_no{2} : raft::node_no{1};
  all[away].crash(1);
  for (auto i = 0; i < 40; ++i)
    all.commit("k" + std::to_string(i), "v");
  all[away].start(1);

  // An empty stream in place of the first picture.
  class nothing final : public storage::shard_snapshot {
  public:
    explicit nothing(storage::snapshot_header h) : header_(std::move(h)) {}

    const storage::snapshot_header& header() const override { return header_; }

    result<std::string> next(std::size_t) override { return std::string{}; }

  private:
    storage::snapshot_header header_;
  };

  auto spoiled = false;
  for (auto i = 0; i < 200 && !spoiled; ++i) {
    for (auto& [id, x] : all.nodes) {
      x->groups->tick();
      x->run();
    }
    for (auto& letter : all.mail)
      if (letter.picture) {
        letter.picture = std::make_shared<nothing>(letter.picture->header());
        spoiled = true;
      }
    while (!spoiled && all.deliver()) {
      for (auto& [id, x] : all.nodes)
        x->run();
      for (auto& letter : all.mail)
        if (letter.picture && !spoiled) {
          letter.picture = std::make_shared<nothing>(letter.picture->header());
          spoiled = true;
        }
    }
  }
  REQUIRE(spoiled);
  CHECK(all.level());
  CHECK(all[away].rows() == all[all.elect()].rows());
}

TEST_CASE("random crashes, lost letters and slow disks lose nothing that was acknowledged") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    world all{seed};
    all.add_voters(3, 6);
    all.loss = 20;
    std::set<std::string> acknowledged;
    std::map<std::pair<raft::node_no, std::uint64_t>, std::string> asked;
    auto last = 0;
    auto note = [&] {
      for (auto& [who, key] : asked)
        if (all[who.first].told.committed[0].contains(who.second))
          acknowledged.insert(key);
    };
    for (auto i = 0; i < 1500; ++i) {
      auto& one = all[1 + all.dice(3)];
      auto what = all.dice(100);
      if (!one.up()) {
        if (what < 10)
          one.start(1);
      } else if (what < 1)
        one.crash(all.dice(1000));
      else if (what < 15)
        one.groups->tick();
      else if (what < 25 && one.leads()) {
        auto key = "k" + std::to_string(++last);
        asked[{one.settings.node, one.propose(0, key, "v")}] = key;
      } else if (what < 50)
        one.gather();
      else if (what < 75)
        one.write();
      else
        all.deliver();
      note();
    }
    all.loss = 0;
    for (auto& [id, x] : all.nodes)
      if (!x->up())
        x->start(1);
    REQUIRE(all.level());
    note();
    auto rows = all[1].rows();
    for (auto& key : acknowledged)
      CHECK_MESSAGE(rows.find(key + "=v;") != std::string::npos, key);
  }
}
