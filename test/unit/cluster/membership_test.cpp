#include "runtime/cluster/membership.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace tutti;
using namespace tutti::cluster;

namespace {

constexpr std::int64_t now = 1'000'000;

node_record node_at(std::string address, std::uint64_t protocol = 1) {
  node_record x;
  x.address = std::move(address);
  x.protocol_min = protocol > 1 ? protocol - 1 : 1;
  x.protocol_max = protocol;
  return x;
}

/// A cluster and what was decided in it.
class history {
public:
  /// The number of the node it is about.
  node_no must(const membership_command& asked, std::int64_t at = now) {
    auto made = decide(state, asked, at);
    REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    for (auto& row : made->rows) {
      REQUIRE(evolve(state, row));
      rows.push_back(row);
    }
    changed = made->rows.size();
    return made->node;
  }

  std::string refusal(const membership_command& asked, std::int64_t at = now) const {
    auto made = decide(state, asked, at);
    REQUIRE_FALSE(made);
    return made.error().message;
  }

  void found() {
    cluster_record cluster;
    cluster.name = "prod";
    cluster.authority_certificate = "PEM";
    CHECK(must(found_cluster{cluster, node_at("a:1")}) == 1);
    must(make_token{{"d", now + 1000, 5, "ann"}});
  }

  membership state;
  std::vector<membership_row> rows;
  std::size_t changed = 0;
};

} // namespace

TEST_CASE("the first node makes the cluster, and only once") {
  history h;
  cluster_record cluster;
  cluster.name = "prod";
  CHECK(h.must(found_cluster{cluster, node_at("a:1")}) == 1);
  CHECK(h.state.nodes.at(1).joined_ms == now);
  h.must(found_cluster{cluster, node_at("a:1")});
  CHECK(h.changed == 0);
  cluster.name = "test";
  CHECK(h.refusal(found_cluster{cluster, node_at("a:1")})
        == "this data folder belongs to the cluster 'prod', not to 'test'");
}

TEST_CASE("rows alone give the same members as the decisions did") {
  history h;
  h.found();
  h.must(join_node{"d", node_at("b:1")});
  h.must(set_mode{2, node_mode::draining});
  membership again;
  for (auto& row : h.rows)
    REQUIRE(evolve(again, row));
  CHECK(again == h.state);
}

TEST_CASE("a token serves as often and as long as it says") {
  history h;
  h.found();
  h.must(make_token{{"two", now + 10, 2, "ann"}});
  CHECK(h.must(join_node{"two", node_at("b:1")}) == 2);
  CHECK(h.must(join_node{"two", node_at("c:1")}) == 3);
  for (auto& text :
       {h.refusal(join_node{"two", node_at("d:1")}), h.refusal(join_node{"other", node_at("d:1")}),
        h.refusal(join_node{"d", node_at("d:1")}, now + 1000)})
    CHECK(text.find("unknown, has ended or is used up") != std::string::npos);
  h.must(revoke_token{"d"});
  CHECK(h.state.tokens.empty());
  CHECK(h.refusal(revoke_token{"d"}) == "there is no such join token");
}

TEST_CASE("tokens that have ended make room for new ones, and their number is bounded") {
  history h;
  h.found();
  for (std::size_t i = 1; i < tokens_max; ++i)
    h.must(make_token{{"t" + std::to_string(i), now + 5, 1, "ann"}});
  CHECK(h.refusal(make_token{{"x", now + 5, 1, "ann"}}).find("there are 100 join tokens") == 0);
  h.must(make_token{{"x", now + 50, 1, "ann"}}, now + 6);
  CHECK(h.state.tokens.size() == 2);
  CHECK_FALSE(decide(h.state, make_token{{"y", now, 1, "ann"}}, now));
  CHECK_FALSE(decide(h.state, make_token{{"y", now + 1, 0, "ann"}}, now));
}

TEST_CASE("numbers of nodes are never used again") {
  history h;
  h.found();
  CHECK(h.must(join_node{"d", node_at("b:1")}) == 2);
  h.must(set_mode{2, node_mode::leaving});
  h.must(forget_node{2, 0});
  CHECK(h.must(join_node{"d", node_at("b:1")}) == 3);
}

TEST_CASE("an address belongs to one node") {
  history h;
  h.found();
  CHECK(h.refusal(join_node{"d", node_at("a:1")})
        == "node 1 has the address a:1 already; if it is gone for ever: tutti node remove 1");
  for (auto bad : {"", "host"})
    CHECK(h.refusal(join_node{"d", node_at(bad)}).find("must be HOST:PORT") != std::string::npos);
  auto labelled = node_at("b:1");
  labelled.labels = {"gpu"};
  CHECK(h.refusal(join_node{"d", labelled}).find("must be KEY=VALUE") != std::string::npos);
}

TEST_CASE("a node that leaves does not come back, and goes when it has nothing any more") {
  history h;
  h.found();
  CHECK(h.refusal(set_mode{1, node_mode::leaving}).find("the last that stays")
        != std::string::npos);
  h.must(join_node{"d", node_at("b:1")});
  CHECK(h.refusal(forget_node{2, 0}) == "node 2 is not leaving; first: tutti node remove 2");
  h.must(set_mode{2, node_mode::leaving});
  CHECK(h.refusal(set_mode{2, node_mode::active}).find("is leaving for ever") != std::string::npos);
  CHECK(h.refusal(set_mode{1, node_mode::leaving}).find("the last that stays")
        != std::string::npos);
  CHECK(h.refusal(forget_node{2, 3}) == "node 2 still has 3 replicas");
  h.must(forget_node{2, 0});
  CHECK(h.state.nodes.size() == 1);
  h.must(forget_node{2, 0});
  CHECK(h.changed == 0);
  CHECK(h.refusal(announce_node{[] {
    auto x = node_at("b:1");
    x.node = 2;
    return x;
  }()}) == "node 2 is no member of this cluster (any more)");
}

TEST_CASE("modes are set once, and of known nodes") {
  history h;
  h.found();
  h.must(set_mode{1, node_mode::draining});
  CHECK(h.changed == 1);
  h.must(set_mode{1, node_mode::draining});
  CHECK(h.changed == 0);
  CHECK(h.refusal(set_mode{9, node_mode::active}) == "there is no node 9 in this cluster");
}

TEST_CASE("the protocol rises when the last node speaks the newer one") {
  history h;
  h.found();
  h.must(join_node{"d", node_at("b:1")});
  h.must(join_node{"d", node_at("c:1", 2)});
  auto upgraded = [](node_no node, std::string address) {
    auto x = node_at(std::move(address), 2);
    x.node = node;
    return announce_node{x};
  };
  h.must(upgraded(1, "a:1"));
  CHECK(h.state.cluster->protocol == 1);
  h.must(upgraded(2, "b:1"));
  CHECK(h.state.cluster->protocol == 2);
  CHECK(h.state.nodes.at(2).mode == node_mode::active);
  h.must(upgraded(2, "b:1"));
  CHECK(h.changed == 0);
  CHECK(h.refusal(join_node{"d", node_at("x:1", 1)})
        == "the cluster writes the protocol 2, this program speaks 1 to 1; install a newer one");
  CHECK(h.refusal(join_node{"d", node_at("x:1", 4)})
        == "the cluster writes the protocol 2, this program speaks 3 to 4; upgrade the other nodes "
           "first, one release at a time");
}

TEST_CASE("the protocol also rises when the last old node is forgotten") {
  history h;
  h.found();
  h.must(join_node{"d", node_at("b:1", 2)});
  h.must(set_mode{1, node_mode::leaving});
  h.must(forget_node{1, 0});
  CHECK(h.state.cluster->protocol == 2);
}

TEST_CASE("rows that are damaged are an error, rows of a newer program are left alone") {
  membership x;
  CHECK_FALSE(evolve(x, {"Kc", "damaged"}));
  CHECK_FALSE(evolve(x, {"X", ""}));
  CHECK(evolve(x, {"Kz", "new"}));
}
