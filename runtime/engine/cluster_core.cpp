#include "runtime/engine/cluster_core.hpp"

#include "runtime/engine/rows.hpp"

namespace tutti::engine {

namespace {

cluster_changed answer_of(const cluster::membership& now, cluster::node_no about) {
  cluster_changed out{about, now.cluster.value_or(cluster::cluster_record{}), {}};
  for (auto& [number, node] : now.nodes)
    out.nodes.push_back(node);
  return out;
}

} // namespace

result<outcome> decide(cluster_memory& memory, const message& what, const surroundings& around) {
  outcome out;
  auto* order = std::get_if<cluster_order>(&what);
  if (!order)
    return out;
  auto change = cluster::decide(memory.members, order->what, around.now);
  if (!change) {
    out.refusal = change.error();
    return out;
  }
  for (auto& row : change->rows) {
    if (auto ok = cluster::evolve(memory.members, row); !ok)
      return ok.error();
    out.rows.push_back({std::move(row.key), std::move(row.value)});
  }
  out.answer = answer_of(memory.members, change->node);
  return out;
}

result<cluster_memory> load_cluster(const row_reader& rows) {
  cluster_memory out;
  status read{unit{}};
  auto [first, last] = rows::table(cluster::membership_table);
  auto ok = rows.scan(first, last, [&](std::string_view key, std::string_view value) {
    read = cluster::evolve(out.members, {std::string{key}, std::string{value}});
    return read.has_value();
  });
  if (!ok)
    return ok.error();
  if (!read)
    return read.error();
  return out;
}

} // namespace tutti::engine
