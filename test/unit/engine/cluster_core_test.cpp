#include "runtime/engine/cluster_core.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace tutti;
using namespace tutti::engine;

namespace {

/// Rows of a shard in memory.
class kept_rows : public row_reader {
public:
  std::map<std::string, std::string, std::less<>> all;

  void take(const outcome& x) {
    for (auto& row : x.rows)
      if (row.value)
        all[row.key] = *row.value;
      else
        all.erase(row.key);
  }

  result<std::optional<std::string>> get(std::string_view key) const override {
    auto i = all.find(key);
    return i == all.end() ? std::nullopt : std::optional{i->second};
  }

  status scan(std::string_view from, std::string_view to,
              const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    for (auto i = all.lower_bound(from); i != all.end() && (to.empty() || i->first < to); ++i)
      if (!visit(i->first, i->second))
        break;
    return unit{};
  }

  status scan_back(std::string_view, std::string_view,
                   const std::function<bool(std::string_view, std::string_view)>&) const override {
    return unit{};
  }
};

cluster::node_record record(const std::string& address) {
  cluster::node_record out;
  out.address = address;
  return out;
}

} // namespace

TEST_CASE("the members are rows, and come back from them") {
  kept_rows rows;
  rows.all["J someone else"] = "x";
  cluster_memory memory;
  surroundings around;
  around.now = 1000;
  auto ask = [&](cluster::membership_command what) {
    auto out = decide(memory, message{cluster_order{std::move(what)}}, around);
    REQUIRE(out);
    rows.take(*out);
    auto again = load_cluster(rows);
    REQUIRE(again);
    CHECK(again->members == memory.members);
    return std::move(*out);
  };
  auto early = ask(cluster::join_node{"digest", record("b:1")});
  CHECK(early.refusal);
  CHECK(early.rows.empty());

  cluster::found_cluster found;
  found.cluster.name = "c";
  found.cluster.authority_certificate = "PEM";
  found.first = record("a:1");
  auto begun = ask(found);
  REQUIRE(begun.answer);
  CHECK(std::get<cluster_changed>(*begun.answer).node == 1);

  CHECK_FALSE(ask(cluster::make_token{{"digest", 5000, 1, "me"}}).refusal);
  auto joined = ask(cluster::join_node{"digest", record("b:1")});
  REQUIRE(joined.answer);
  auto& now = std::get<cluster_changed>(*joined.answer);
  CHECK(now.node == 2);
  CHECK(now.whole.authority_certificate == "PEM");
  REQUIRE(now.nodes.size() == 2);
  CHECK(now.nodes[1].address == "b:1");
  // The token was good for one.
  CHECK(ask(cluster::join_node{"digest", record("c:1")}).refusal);

  auto shown = ask(cluster::show_members{});
  CHECK(shown.rows.empty());
  CHECK(std::get<cluster_changed>(*shown.answer).nodes == now.nodes);
}

TEST_CASE("where links are in the clear nodes join without a token") {
  cluster_memory memory;
  surroundings around;
  cluster::found_cluster found;
  found.cluster.name = "c";
  found.first = record("a:1");
  REQUIRE(decide(memory, message{cluster_order{found}}, around));
  auto out = decide(memory, message{cluster_order{cluster::join_node{"", record("b:1")}}}, around);
  REQUIRE(out);
  CHECK_FALSE(out->refusal);
  CHECK(memory.members.nodes.size() == 2);
}
