#include "actors/cluster/node_links.hpp"
#include "runtime/model/stored.hpp"

#include <caf/send.hpp>

#include <tuple>
#include <utility>

/// Surveys: what every node that answers leads.
namespace tutti::actors {

void node_links::survey(std::chrono::milliseconds patience,
                        std::function<void(std::vector<surveyed_node>)> done) {
  std::uint64_t number = 0;
  std::vector<cluster::node_no> asked;
  std::shared_ptr<const link_targets> here;
  for (auto& peer : peers())
    if (peer.up)
      asked.push_back(peer.node);
  {
    const std::lock_guard guard{lock_};
    here = targets_;
    if (here) {
      number = ++last_survey_;
      auto& state = surveys_[number];
      state.awaited = {asked.begin(), asked.end()};
      state.awaited.insert(settings_.node);
      state.done = std::move(done);
    }
  }
  if (!here) {
    done({});
    return;
  }
  auto self = weak_from_this();
  here->later(patience, [self, number] {
    if (auto links = self.lock())
      links->end_survey(number);
  });
  for (auto node : asked)
    send(node, link::lane::normal, kind_of(shard_word::survey),
         model::encode(survey_wanted{number}));
  look_here(number, [self, number, node = settings_.node](shards_seen x) {
    if (auto links = self.lock())
      links->take_views({node, std::move(x.shards), x.jobs, x.job_slots, x.read_only}, number);
  });
}

void node_links::look_here(std::uint64_t number, std::function<void(shards_seen)> done) {
  const auto here = targets();
  if (!here)
    return;
  wire::survey ask;
  ask.done = [number, here, self = weak_from_this(),
              done = std::move(done)](std::vector<cluster::shard_view> views) {
    auto links = self.lock();
    if (!links)
      return;
    shards_seen out;
    out.number = number;
    for (auto& x : views) {
      // Who does not know yet that another one leads must not speak in the name of its term.
      auto lead = links->leaders_.find(x.shard);
      if (lead.node != links->self())
        continue;
      out.shards.push_back(seen(x));
      out.shards.back().term = lead.term;
    }
    std::tie(out.jobs, out.job_slots) = here->jobs();
    out.read_only = here->read_only();
    done(std::move(out));
  };
  caf::anon_send(here->log, std::move(ask));
}

void node_links::answer_survey(cluster::node_no to, std::uint64_t number) {
  look_here(number, [self = weak_from_this(), to](const shards_seen& x) {
    if (auto links = self.lock())
      links->send(to, link::lane::normal, kind_of(shard_word::views), model::encode(x));
  });
}

void node_links::take_views(surveyed_node what, std::uint64_t number) {
  // Who heard no word of a new leader hears it here.
  for (auto& x : what.shards)
    learn(what.node, x.shard, x.term);
  auto complete = false;
  {
    const std::lock_guard guard{lock_};
    auto i = surveys_.find(number);
    if (i == surveys_.end() || i->second.awaited.erase(what.node) == 0)
      return;
    i->second.answers.push_back(std::move(what));
    complete = i->second.awaited.empty();
  }
  if (complete)
    end_survey(number);
}

void node_links::end_survey(std::uint64_t number) {
  survey_state ended;
  {
    const std::lock_guard guard{lock_};
    auto i = surveys_.find(number);
    if (i == surveys_.end())
      return;
    ended = std::move(i->second);
    surveys_.erase(i);
  }
  ended.done(std::move(ended.answers));
}

} // namespace tutti::actors
