#include "test/unit/journal/groups_world.hpp"

#include <doctest/doctest.h>

namespace tutti::actors::test {

namespace {

/// Rows on their way between nodes.
class parcel final : public storage::shard_snapshot {
public:
  explicit parcel(storage::shard_snapshot& from) : header_(from.header()) {
    for (;;) {
      auto chunk = from.next(200);
      if (!chunk || chunk->empty())
        return;
      chunks_.push_back(std::move(*chunk));
    }
  }

  const storage::snapshot_header& header() const override { return header_; }

  result<std::string> next(std::size_t) override {
    return at_ < chunks_.size() ? chunks_[at_++] : std::string{};
  }

private:
  storage::snapshot_header header_;
  std::vector<std::string> chunks_;
  std::size_t at_ = 0;
};

} // namespace

// -- listener -------------------------------------------------------------------------------------

void listener::on_lead(storage::shard_id shard, storage::term_no term) {
  // A term that is led twice would mix up what was proposed in each.
  CHECK(term > last_term[shard]);
  last_term[shard] = term;
  leads[shard] = term;
}

void listener::on_step_down(storage::shard_id shard, const error& why) {
  leads.erase(shard);
  why_down[shard] = why.message;
}

void listener::on_committed(storage::shard_id shard, std::uint64_t epoch, std::uint64_t batch) {
  CHECK(leads[shard] == epoch);
  CHECK(readable(shard, batch));
  committed[shard].insert(batch);
}

void listener::on_not_committed(storage::shard_id shard, std::uint64_t, std::uint64_t batch,
                                const error& why) {
  refused[shard].insert(batch);
  why_down[shard] = why.message;
}

void listener::on_read(storage::shard_id, const std::string& context) {
  readable_now.insert(context);
}

void listener::on_mail(wire::raft_mail what) {
  if (what.picture) {
    what.picture = std::make_shared<parcel>(*what.picture);
    ++world_.pictures;
  }
  ++world_.letters;
  world_.mail.push_back(std::move(what));
}

void listener::on_rest_word(const wire::rest_word& what) {
  world_.rests.push_back(what);
}

// -- node -----------------------------------------------------------------------------------------

node::node(world& around, group_settings how) : settings(std::move(how)), told(around) {
  told.readable = [this](storage::shard_id shard, std::uint64_t batch) {
    auto key = keys.find(batch);
    if (key == keys.end())
      return true;
    auto row = store->get(shard, key->second);
    return row && row->has_value();
  };
}

void node::start(storage::shard_id shards) {
  auto opened = storage::open_memory_store(disk);
  REQUIRE(opened);
  store = std::move(*opened);
  groups.emplace(store, settings, told);
  for (storage::shard_id shard = 0; shard < shards; ++shard)
    groups->join(shard);
}

void node::crash(std::uint64_t seed) {
  groups.reset();
  rounds.clear();
  told.leads.clear();
  disk->crash(seed);
  store.reset();
  down.reset();
}

std::uint64_t node::propose(storage::shard_id shard, const std::string& key,
                            const std::string& value) {
  auto batch = ++last_batch;
  keys[batch] = key;
  auto term = told.leads.contains(shard) ? told.leads[shard] : 0;
  groups->propose({term, batch, shard, {storage::put_row(key, value)}});
  return batch;
}

void node::fail(const error& why) {
  down = why;
  groups->halt(why);
}

bool node::gather() {
  if (down)
    return false;
  auto next = groups->gather();
  if (!next) {
    fail(next.error());
    return false;
  }
  if (!*next)
    return false;
  rounds.push_back(std::move(**next));
  return true;
}

bool node::write() {
  if (rounds.empty())
    return false;
  auto round = std::move(rounds.front());
  rounds.pop_front();
  std::vector<storage::shard_id> refused;
  if (down) {
    groups->written(refused);
    return true;
  }
  if (auto ok = perform(*store, round.work, refused); !ok)
    fail(ok.error());
  groups->written(refused);
  return true;
}

void node::run() {
  while (gather() || write()) {
  }
}

std::string node::rows(storage::shard_id shard) const {
  std::string out;
  auto ok = store->scan(shard, "", "", [&](std::string_view key, std::string_view value) {
    out.append(key).append("=").append(value).append(";");
    return true;
  });
  REQUIRE(ok);
  return out;
}

storage::shard_position node::position(storage::shard_id shard) const {
  auto at = store->position(shard);
  REQUIRE(at);
  return *at;
}

// -- world ----------------------------------------------------------------------------------------

node& world::add(group_settings settings) {
  auto id = settings.node;
  auto& made = nodes[id] = std::make_unique<node>(*this, std::move(settings));
  made->start(1);
  return *made;
}

void world::add_voters(raft::node_no count, storage::log_index log_keep) {
  group_settings settings;
  settings.log_keep = log_keep;
  settings.voters.clear();
  for (raft::node_no id = 1; id <= count; ++id)
    settings.voters.push_back(id);
  for (settings.node = 1; settings.node <= count; ++settings.node)
    add(settings);
}

bool world::deliver() {
  if (mail.empty())
    return false;
  auto pick = mail.begin() + static_cast<std::ptrdiff_t>(dice(mail.size()));
  auto letter = std::move(*pick);
  mail.erase(pick);
  auto to = nodes.find(letter.to);
  auto from = nodes.find(letter.from);
  auto lost = cut.contains(letter.to) != cut.contains(letter.from) || dice(1000) < loss
              || to == nodes.end() || !to->second->up();
  if (!lost)
    to->second->groups->step(letter);
  if (letter.picture && from->second->up())
    from->second->groups->report_picture({letter.shard, letter.to, !lost});
  return true;
}

void world::round() {
  for (auto& [id, x] : nodes)
    if (x->up())
      x->groups->tick();
  for (auto busy = true; busy;) {
    busy = false;
    for (auto& [id, x] : nodes)
      if (x->up())
        x->run();
    for (auto n = mail.size(); n > 0; --n)
      busy = deliver() || busy;
    for (auto& word : std::exchange(rests, {}))
      if (!lose_rests && !cut.contains(word.from) && nodes.at(word.to)->up()) {
        nodes.at(word.to)->groups->take_rest(word);
        busy = true;
      }
  }
  if (auto now = leader(); now != 0) {
    auto term = nodes[now]->told.leads[0];
    auto [reign, fresh] = reigns.emplace(term, now);
    CHECK(reign->second == now);
  }
}

void world::see(raft::node_no who, bool up) {
  for (auto& [id, x] : nodes) {
    if (id == who)
      continue;
    if (x->up())
      x->groups->see_peer(who, up);
    if (nodes.at(who)->up() && x->up())
      nodes.at(who)->groups->see_peer(id, up);
  }
}

bool world::rest() {
  for (auto& [id, x] : nodes)
    see(id, true);
  std::uint64_t before = 0;
  auto silent = 0;
  return rounds_until([&] {
    silent = std::exchange(before, letters) == letters ? silent + 1 : 0;
    return silent > 5;
  });
}

bool world::rounds_until(const std::function<bool()>& done, int max) {
  for (auto i = 0; i < max; ++i) {
    if (done())
      return true;
    round();
  }
  return done();
}

raft::node_no world::leader() const {
  raft::node_no found = 0;
  storage::term_no newest = 0;
  for (auto& [id, x] : nodes)
    if (x->up() && x->leads() && x->told.leads.at(0) > newest) {
      found = id;
      newest = x->told.leads.at(0);
    }
  return found;
}

raft::node_no world::elect() {
  REQUIRE(rounds_until([&] { return leader() != 0 && !cut.contains(leader()); }));
  return leader();
}

void world::commit(const std::string& key, const std::string& value) {
  auto& at = *nodes[elect()];
  auto batch = at.propose(0, key, value);
  REQUIRE(rounds_until([&] { return at.told.committed[0].contains(batch); }));
}

bool world::level() {
  return rounds_until([&] {
    std::set<std::string> rows;
    std::set<storage::log_index> applied;
    for (auto& [id, x] : nodes)
      if (x->up()) {
        rows.insert(x->rows());
        applied.insert(x->position().applied);
      }
    return leader() != 0 && rows.size() == 1 && applied.size() == 1;
  });
}

} // namespace tutti::actors::test
