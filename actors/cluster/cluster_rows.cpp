#include "actors/cluster/cluster_rows.hpp"

#include "runtime/base/log.hpp"
#include "runtime/model/stored.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <future>
#include <tuple>

namespace tutti::actors {

namespace {

constexpr auto log_patience = std::chrono::seconds{8};
constexpr auto peer_patience = std::chrono::seconds{10};
constexpr std::size_t queue_max = 1000;
constexpr std::size_t page_bytes = std::size_t{1} << 20U;

// -- words ----------------------------------------------------------------------------------------

struct row_carried {
  std::string key;
  std::string value;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "key", &row_carried::key),
                           model::field(2, "value", &row_carried::value));
  }
};

struct rows_asked {
  std::uint64_t number = 0;
  engine::shard_no shard = 0;
  std::string from;
  std::string to;
  bool single = false;
  bool backwards = false;

  static constexpr auto fields() {
    using self = rows_asked;
    return std::make_tuple(model::field(1, "number", &self::number),
                           model::field(2, "shard", &self::shard),
                           model::field(3, "from", &self::from), model::field(4, "to", &self::to),
                           model::field(5, "single", &self::single),
                           model::field(6, "backwards", &self::backwards));
  }
};

struct rows_answered {
  std::uint64_t number = 0;
  std::vector<row_carried> rows;
  bool more = false;
  std::optional<error_carried> bad;

  static constexpr auto fields() {
    using self = rows_answered;
    return std::make_tuple(model::field(1, "number", &self::number),
                           model::field(2, "rows", &self::rows),
                           model::field(3, "more", &self::more),
                           model::field(4, "bad", &self::bad));
  }
};

// -- sessions -------------------------------------------------------------------------------------

struct session {
  int depth = 0;
  std::map<engine::shard_no, bool> passed;
};

session& of_thread() {
  thread_local session one;
  return one;
}

error no_leader(engine::shard_no shard) {
  return {ec::unavailable,
          "shard " + std::to_string(shard) + " has no leader that this node can reach; try again"};
}

} // namespace

struct cluster_rows::question {
  cluster::node_no node = 0;
  std::promise<result<page>> answer;
};

// -- reader ---------------------------------------------------------------------------------------

class cluster_rows::reader final : public engine::row_reader {
public:
  reader(cluster_rows& of, engine::shard_no shard) : of_(of), shard_(shard) {}

  result<std::optional<std::string>> get(std::string_view key) const override {
    auto here = of_.pass(shard_);
    if (!here)
      return here.error();
    if (*here)
      return of_.store().get(shard_, key);
    auto got = of_.fetch(shard_, {std::string{key}, {}, true, false});
    if (!got)
      return got.error();
    if (got->rows.empty())
      return std::optional<std::string>{};
    return std::optional{std::move(got->rows.front().second)};
  }

  status scan(std::string_view from, std::string_view to,
              const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    auto here = of_.pass(shard_);
    if (!here)
      return here.error();
    return *here ? of_.store().scan(shard_, from, to, visit) : pages({from, to, false}, visit);
  }

  status
  scan_back(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    auto here = of_.pass(shard_);
    if (!here)
      return here.error();
    return *here ? of_.store().scan_back(shard_, from, to, visit) : pages({from, to, true}, visit);
  }

private:
  struct stretch {
    std::string_view from;
    std::string_view to;
    bool backwards;
  };

  status pages(stretch what,
               const std::function<bool(std::string_view, std::string_view)>& visit) const {
    range left{std::string{what.from}, std::string{what.to}, false, what.backwards};
    for (;;) {
      auto got = of_.fetch(shard_, left);
      if (!got)
        return got.error();
      for (auto& [key, value] : got->rows)
        if (!visit(key, value))
          return unit{};
      if (!got->more || got->rows.empty())
        return unit{};
      if (what.backwards)
        left.to = got->rows.back().first;
      else
        left.from = got->rows.back().first + '\0';
    }
  }

  cluster_rows& of_;
  engine::shard_no shard_;
};

// -- life -----------------------------------------------------------------------------------------

cluster_rows::cluster_rows(std::shared_ptr<const storage::read_view> store,
                           std::shared_ptr<node_links> links, wire::log_actor log,
                           engine::shard_no shards)
  : store_(std::move(store)),
    links_(std::move(links)),
    log_(std::move(log)) {
  for (engine::shard_no shard = 0; shard < shards; ++shard)
    readers_.push_back(std::make_unique<reader>(*this, shard));
  thread_ = std::thread{[this] { serve(); }};
}

cluster_rows::~cluster_rows() {
  stop();
}

void cluster_rows::stop() {
  std::map<std::uint64_t, std::shared_ptr<question>> open;
  {
    const std::lock_guard guard{lock_};
    stopping_ = true;
    open.swap(questions_);
  }
  for (auto& [number, x] : open)
    x->answer.set_value(error{ec::unavailable, "this node is shutting down"});
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
  const std::lock_guard guard{lock_};
  log_ = nullptr;
}

void cluster_rows::begin_session() {
  auto& mine = of_thread();
  if (mine.depth++ == 0)
    mine.passed.clear();
}

void cluster_rows::end_session() {
  --of_thread().depth;
}

const engine::row_reader& cluster_rows::rows(engine::shard_no shard) const {
  return *readers_.at(shard);
}

// -- the newest rows ------------------------------------------------------------------------------

result<bool> cluster_rows::pass(engine::shard_no shard) {
  auto& mine = of_thread();
  if (mine.depth == 0)
    return wait_at_log(shard);
  if (auto known = mine.passed.find(shard); known != mine.passed.end())
    return known->second;
  auto here = wait_at_log(shard);
  if (here)
    mine.passed.emplace(shard, *here);
  return here;
}

result<bool> cluster_rows::wait_at_log(engine::shard_no shard) {
  wire::log_actor log;
  {
    const std::lock_guard guard{lock_};
    log = log_;
  }
  if (!log)
    return error{ec::unavailable, "this node is shutting down"};
  auto answer = std::make_shared<std::promise<result<bool>>>();
  auto later = answer->get_future();
  caf::anon_send(log, wire::read_barrier{shard, [answer](result<bool> x) {
                                           answer->set_value(std::move(x));
                                         }});
  // The log must be the last to hold it, so that its end is noticed.
  answer.reset();
  if (later.wait_for(log_patience) != std::future_status::ready)
    return no_leader(shard);
  try {
    return later.get();
  } catch (const std::future_error&) {
    return error{ec::unavailable, "this node is shutting down"};
  }
}

// -- rows of others -------------------------------------------------------------------------------

result<cluster_rows::page> cluster_rows::fetch(engine::shard_no shard, const range& what) {
  auto asked = std::make_shared<question>();
  asked->node = links_->elsewhere(shard);
  if (asked->node == 0)
    return no_leader(shard);
  std::uint64_t number = 0;
  {
    const std::lock_guard guard{lock_};
    if (stopping_)
      return error{ec::unavailable, "this node is shutting down"};
    number = ++last_question_;
    questions_.emplace(number, asked);
  }
  auto later = asked->answer.get_future();
  auto sent = links_->send(asked->node, link::lane::normal, kind_of(shard_word::rows_wanted),
                           model::encode(rows_asked{number, shard, what.from, what.to, what.single,
                                                    what.backwards}));
  auto came = sent && later.wait_for(peer_patience) == std::future_status::ready;
  {
    const std::lock_guard guard{lock_};
    questions_.erase(number);
  }
  // The answer may have come between the wait and the erasure.
  if (came || later.wait_for(std::chrono::seconds{0}) == std::future_status::ready)
    return later.get();
  return error{ec::unavailable, "node " + std::to_string(asked->node) + ", which leads shard "
                                  + std::to_string(shard) + ", does not answer; try again"};
}

void cluster_rows::on_down(cluster::node_no node) {
  std::vector<std::shared_ptr<question>> lost;
  {
    const std::lock_guard guard{lock_};
    for (auto i = questions_.begin(); i != questions_.end();)
      if (i->second->node == node) {
        lost.push_back(i->second);
        i = questions_.erase(i);
      } else
        ++i;
  }
  for (auto& x : lost)
    x->answer.set_value(error{ec::unavailable, "node " + std::to_string(node)
                                                 + " does not answer any more; try again"});
}

void cluster_rows::on_frame(cluster::node_no from, link::frame_kind kind,
                            std::string_view payload) {
  if (kind == kind_of(shard_word::rows_wanted)) {
    const std::lock_guard guard{lock_};
    // Over the bound the question counts as lost: whoever asks has patience, and then tries again.
    if (!stopping_ && queue_.size() < queue_max)
      queue_.push_back({from, std::string{payload}});
    changed_.notify_all();
    return;
  }
  if (kind != kind_of(shard_word::rows_read))
    return;
  auto read = model::decode<rows_answered>(payload);
  if (!read) {
    log::warning("frame-not-readable", {{"what", "rows"}, {"why", read.error().message}});
    return;
  }
  std::shared_ptr<question> asked;
  {
    const std::lock_guard guard{lock_};
    auto i = questions_.find(read->number);
    if (i == questions_.end() || i->second->node != from)
      return;
    asked = i->second;
    questions_.erase(i);
  }
  if (read->bad) {
    asked->answer.set_value(error_of(std::move(*read->bad)));
    return;
  }
  page out;
  out.more = read->more;
  for (auto& x : read->rows)
    out.rows.emplace_back(std::move(x.key), std::move(x.value));
  asked->answer.set_value(std::move(out));
}

void cluster_rows::serve() {
  for (;;) {
    served next;
    {
      std::unique_lock guard{lock_};
      changed_.wait(guard, [&] { return stopping_ || !queue_.empty(); });
      if (stopping_)
        return;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    answer(next);
  }
}

void cluster_rows::answer(const served& what) {
  auto asked = model::decode<rows_asked>(what.payload);
  if (!asked || asked->shard >= readers_.size())
    return;
  rows_answered out;
  out.number = asked->number;
  auto here = wait_at_log(asked->shard);
  if (here && !*here)
    here = error{ec::unavailable, "the shard has moved; try again"};
  status ok{unit{}};
  std::size_t bytes = 0;
  auto take = [&](std::string_view key, std::string_view value) {
    if (bytes >= page_bytes) {
      out.more = true;
      return false;
    }
    bytes += key.size() + value.size();
    out.rows.push_back({std::string{key}, std::string{value}});
    return true;
  };
  if (!here)
    ok = here.error();
  else if (asked->single) {
    auto value = store_->get(asked->shard, asked->from);
    if (!value)
      ok = value.error();
    else if (*value)
      take(asked->from, **value);
  } else if (asked->backwards)
    ok = store_->scan_back(asked->shard, asked->from, asked->to, take);
  else
    ok = store_->scan(asked->shard, asked->from, asked->to, take);
  if (!ok) {
    out.rows.clear();
    out.bad = carried(ok.error());
  }
  links_->send(what.from, link::lane::normal, kind_of(shard_word::rows_read), model::encode(out));
}

} // namespace tutti::actors
