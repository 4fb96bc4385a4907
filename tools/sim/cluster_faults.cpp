#include "runtime/base/log.hpp"
#include "tools/sim/cluster_world.hpp"

/// What goes wrong, and when it is over.
namespace tutti::sim {

bool cluster_world::unharmed() const {
  return unhealed_ == 0 && net_.whole();
}

void cluster_world::break_something() {
  --faults_left_;
  ++found_.faults;
  auto up = nodes_up();
  if (up.empty())
    return;
  auto& n = *up[dice(up.size())];
  switch (dice(9)) {
    case 0:
    case 1:
      crash(n, dice(3) == 0);
      return;
    case 2:
      pause_one();
      return;
    case 3:
    case 4:
      cut_some();
      return;
    case 5: {
      storage::memory_faults faults;
      faults.full = true;
      n.disk->set_faults(faults);
      ++unhealed_;
      later(0, 0, 100 + static_cast<time_ms>(dice(15'000)), [this, &n] {
        --unhealed_;
        n.disk->set_faults({});
      });
      return;
    }
    case 6:
      n.skew += static_cast<time_ms>(dice(1'200'000)) - 600'000;
      n.around.now = now_ + n.skew;
      return;
    case 7:
      for (auto* x : up)
        x->now->hand_over(static_cast<shard_no>(dice(options_.shards)), n.number);
      return;
    default:
      if (removals_left_ > 0 && up.size() >= 4) {
        --removals_left_;
        ++unhealed_;
        order(cluster::set_mode{n.number, cluster::node_mode::leaving},
              [this, number = n.number](const result<engine::answer>& x) {
                if (x)
                  watch_leaving(number);
                else
                  --unhealed_;
              });
      } else if (dice(4) == 0) {
        for (auto* x : up)
          crash(*x, true);
      }
  }
}

void cluster_world::cut_some() {
  auto up = nodes_up();
  auto& n = *up[dice(up.size())];
  std::vector<std::pair<node_no, node_no>> ways;
  auto kind = dice(4);
  for (auto* x : up) {
    if (x == &n)
      continue;
    if (kind != 1)
      ways.emplace_back(n.number, x->number);
    if (kind != 2)
      ways.emplace_back(x->number, n.number);
    if (kind == 3)
      break; // Only one other.
  }
  for (auto [from, to] : ways)
    net_.cut(from, to, true);
  log::debug("sim-cut", {{"node", std::to_string(n.number)}, {"kind", std::to_string(kind)}});
  later(0, 0, 100 + static_cast<time_ms>(dice(dice(4) == 0 ? 80'000 : 8'000)), [this, ways] {
    for (auto [from, to] : ways)
      net_.cut(from, to, false);
    log::debug("sim-healed", {});
  });
}

void cluster_world::pause_one() {
  auto* n = any_up();
  n->paused = true;
  ++unhealed_;
  net_.pause(n->number, true);
  log::debug("sim-pause", {{"node", std::to_string(n->number)}});
  later(0, 0, 50 + static_cast<time_ms>(dice(dice(4) == 0 ? 90'000 : 6'000)),
        [this, n, life_no = n->life_no] {
          if (n->paused && n->life_no == life_no)
            stop_pause(*n);
        });
}

void cluster_world::stop_pause(sim_node& n) {
  n.paused = false;
  --unhealed_;
  net_.pause(n.number, false);
  log::debug("sim-continue", {{"node", std::to_string(n.number)}});
  auto missed = std::exchange(n.missed, 0);
  if (n.now)
    n.now->pass(std::chrono::milliseconds{missed});
}

} // namespace tutti::sim
