#include "actors/cluster/shard_words.hpp"

#include "runtime/base/overload.hpp"

#include <mutex>
#include <set>

namespace tutti::actors {

namespace {

/// A kind of error views a constant. There are as many as the program has; a peer that sends others
/// without end gets none.
std::string_view constant(const std::string& kind) {
  constexpr std::size_t kinds_max = 256;
  static std::mutex lock;
  static std::set<std::string> known;
  if (kind.empty())
    return {};
  const std::lock_guard guard{lock};
  if (auto found = known.find(kind); found != known.end())
    return *found;
  return known.size() < kinds_max ? std::string_view{*known.insert(kind).first}
                                  : std::string_view{};
}

} // namespace

error_carried carried(const error& why) {
  return {why.code, why.message, why.details, std::string{why.kind}};
}

error error_of(error_carried what) {
  return {what.code, std::move(what.message), std::move(what.details), constant(what.kind)};
}

move_ordered ordered(const cluster::move& what) {
  using kind = move_ordered::kind_type;
  return std::visit(overload{
                      [](const cluster::add_learner& x) {
                        return move_ordered{kind::add_learner, x.shard, x.node, 0};
                      },
                      [](const cluster::promote& x) {
                        return move_ordered{kind::promote, x.shard, x.node, x.instead_of};
                      },
                      [](const cluster::remove_replica& x) {
                        return move_ordered{kind::remove, x.shard, x.node, 0};
                      },
                      [](const cluster::transfer_leader& x) {
                        return move_ordered{kind::transfer, x.shard, x.to, 0};
                      },
                    },
                    what);
}

cluster::move move_of(const move_ordered& x) {
  switch (x.kind) {
    case move_ordered::kind_type::add_learner:
      return cluster::add_learner{x.shard, x.node};
    case move_ordered::kind_type::promote:
      return cluster::promote{x.shard, x.node, x.instead_of};
    case move_ordered::kind_type::remove:
      return cluster::remove_replica{x.shard, x.node};
    case move_ordered::kind_type::transfer:
      break;
  }
  return cluster::transfer_leader{x.shard, x.node};
}

shard_seen seen(const cluster::shard_view& what) {
  return {what.shard, what.voters, what.learners, what.caught_up, what.changing, what.load, 0};
}

cluster::shard_view view_of(shard_seen what, cluster::node_no leader) {
  return {what.shard,
          leader,
          std::move(what.voters),
          std::move(what.learners),
          std::move(what.caught_up),
          what.changing,
          what.load};
}

} // namespace tutti::actors
