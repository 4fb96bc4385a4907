#include "actors/cluster/picture_courier.hpp"

#include "runtime/base/log.hpp"
#include "runtime/model/stored.hpp"

#include <chrono>

namespace tutti::actors {

namespace {

/// How often transfers are looked at that hear nothing: full lanes, silence.
constexpr std::chrono::milliseconds look_every{20};

/// Last words that could not be sent yet; more are forgotten, and their senders wait in vain.
constexpr std::size_t unsaid_max = 256;

/// Transfers of a process are numbered apart from those of the one before.
constexpr unsigned transfer_bits = 24;

std::string node_name(link::node_no node) {
  return "node " + std::to_string(node);
}

} // namespace

result<std::unique_ptr<picture_courier>> picture_courier::start(courier_deps deps,
                                                                picture_limits limits) {
  if (auto ok = clear_picture_folder(deps.folder); !ok)
    return ok.error();
  std::unique_ptr<picture_courier> out{new picture_courier{std::move(deps), limits}};
  out->thread_ = std::thread{[self = out.get()] { self->run(); }};
  return out;
}

picture_courier::picture_courier(courier_deps deps, picture_limits limits)
  : deps_(std::move(deps)),
    limits_(limits),
    last_transfer_(deps_.incarnation << transfer_bits) {}

void picture_courier::stop() {
  std::deque<waiting> gone;
  {
    const std::lock_guard guard{mutex_};
    stopping_ = true;
    waiting_.swap(gone);
    inbox_.clear();
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
  out_.clear();
  in_.clear();
  unsaid_.clear();
}

// -- from any thread ------------------------------------------------------------------------------

void picture_courier::carry(wire::raft_mail what) {
  owed_report report{deps_, what.shard, what.to};
  if (!what.picture)
    return;
  const auto now = deps_.now_ms();
  {
    const std::lock_guard guard{mutex_};
    if (stopping_ || waiting_.size() >= limits_.waiting_max)
      return;
    waiting_.push_back({std::move(what), std::move(report), now});
  }
  changed_.notify_all();
}

bool picture_courier::on_frame(link::node_no from, link::frame_kind kind,
                               std::string_view payload) {
  const auto word = static_cast<peer_word>(kind);
  const auto piece = word == peer_word::picture_chunk;
  if (!piece && word != peer_word::picture_begin && word != peer_word::picture_answer)
    return false;
  {
    const std::lock_guard guard{mutex_};
    auto& bytes = piece ? inbox_bytes_ : inbox_words_bytes_;
    const auto size = sizeof(frame) + payload.size();
    if (stopping_
        || bytes + size > (piece ? limits_.inbox_bytes_max : limits_.inbox_words_bytes_max))
      return true;
    bytes += size;
    inbox_.push_back({from, word, std::string{payload}});
  }
  changed_.notify_all();
  return true;
}

void picture_courier::on_down(link::node_no node) {
  {
    const std::lock_guard guard{mutex_};
    if (stopping_)
      return;
    downs_.insert(node);
  }
  changed_.notify_all();
}

// -- the thread -----------------------------------------------------------------------------------

void picture_courier::run() {
  for (;;) {
    std::set<link::node_no> downs;
    std::optional<frame> next;
    if (!wait(downs, next))
      return;
    for (auto node : downs)
      drop_node(node);
    if (next && next->kind == peer_word::picture_begin)
      on_begin(next->from, next->payload);
    else if (next && next->kind == peer_word::picture_chunk)
      on_piece(next->from, next->payload);
    else if (next)
      on_answer(next->from, next->payload);
    look();
    start_waiting();
  }
}

bool picture_courier::wait(std::set<link::node_no>& downs, std::optional<frame>& next) {
  std::unique_lock lock{mutex_};
  const auto due = [&] {
    return stopping_ || !inbox_.empty() || !downs_.empty()
           || (!waiting_.empty() && out_.size() < limits_.out_max);
  };
  if (out_.empty() && in_.empty() && unsaid_.empty() && waiting_.empty())
    changed_.wait(lock, due);
  else
    changed_.wait_for(lock, look_every, due);
  if (stopping_)
    return false;
  downs = std::exchange(downs_, {});
  if (inbox_.empty())
    return true;
  next = std::move(inbox_.front());
  inbox_.pop_front();
  (next->kind == peer_word::picture_chunk ? inbox_bytes_ : inbox_words_bytes_)
    -= sizeof(frame) + next->payload.size();
  return true;
}

void picture_courier::drop_node(link::node_no node) {
  for (auto at = out_.begin(); at != out_.end();) {
    auto next = std::next(at);
    if (at->second.picture.mail().to == node)
      give_up(at, node_name(node) + " cannot be reached any more");
    at = next;
  }
  std::erase_if(in_, [&](const auto& x) { return x.first.first == node; });
  std::erase_if(unsaid_, [&](const auto& x) { return x.to == node; });
  // Their reports may call back, so they end without the lock.
  std::deque<waiting> gone;
  const std::lock_guard guard{mutex_};
  std::deque<waiting> kept;
  for (auto& x : waiting_)
    (x.mail.to == node ? gone : kept).push_back(std::move(x));
  waiting_.swap(kept);
}

/// Repeats what could not be sent, and ends what waited too long.
void picture_courier::look() {
  const auto now = deps_.now_ms();
  for (auto at = out_.begin(); at != out_.end();) {
    auto next = std::next(at);
    if (now - at->second.heard_ms >= limits_.silence_max_ms)
      give_up(at, "no progress for " + std::to_string(limits_.silence_max_ms) + " ms");
    else
      push(at);
    at = next;
  }
  for (auto at = in_.begin(); at != in_.end();) {
    auto next = std::next(at);
    if (now - at->second.heard_ms >= limits_.silence_max_ms) {
      refuse(at->first, at->second.picture.pieces(),
             "nothing came for " + std::to_string(limits_.silence_max_ms) + " ms");
      in_.erase(at);
    } else if (at->second.unconfirmed)
      confirm(at);
    at = next;
  }
  std::erase_if(unsaid_, [&](const auto& x) {
    return now - x.since_ms >= limits_.silence_max_ms || say(x.to, x.what);
  });
}

bool picture_courier::say(link::node_no to, const picture_answer& what) const {
  return deps_.send(to, link::lane::normal, kind_of(peer_word::picture_answer),
                    model::encode(what));
}

// -- out ------------------------------------------------------------------------------------------

void picture_courier::start_waiting() {
  const auto now = deps_.now_ms();
  for (;;) {
    std::optional<waiting> next;
    {
      const std::lock_guard guard{mutex_};
      if (waiting_.empty())
        return;
      const auto late = now - waiting_.front().since_ms >= limits_.waiting_max_ms;
      if (!late && out_.size() >= limits_.out_max)
        return;
      next.emplace(std::move(waiting_.front()));
      waiting_.pop_front();
      if (late)
        continue;
    }
    begin(std::move(*next));
  }
}

void picture_courier::begin(waiting what) {
  const auto to = what.mail.to;
  const auto transfer = ++last_transfer_;
  const auto now = deps_.now_ms();
  outgoing made{outgoing_picture{std::move(what.mail), transfer, limits_}, std::move(what.report),
                now, now};
  const auto at = out_.emplace(transfer, std::move(made)).first;
  if (!deps_.send(to, link::lane::bulk, kind_of(peer_word::picture_begin),
                  model::encode(at->second.picture.begin())))
    give_up(at, node_name(to) + " cannot be reached now");
}

void picture_courier::push(outgoing_map::iterator at) {
  auto& picture = at->second.picture;
  auto ok = picture.push([&](std::string_view piece) {
    return deps_.send(picture.mail().to, link::lane::bulk, kind_of(peer_word::picture_chunk),
                      piece);
  });
  if (!ok)
    give_up(at, ok.error().message);
}

void picture_courier::give_up(outgoing_map::iterator at, const std::string& why) {
  const auto& mail = at->second.picture.mail();
  log::warning("picture-not-sent", {{"shard", std::to_string(mail.shard)},
                                    {"node", std::to_string(mail.to)},
                                    {"why", why}});
  // If it does not arrive, the receiver's patience ends.
  say(mail.to, {at->first, picture_stage::withdrawn, at->second.picture.sent(), why});
  out_.erase(at);
}

void picture_courier::on_answer(link::node_no from, std::string_view payload) {
  auto said = model::decode<picture_answer>(payload);
  if (!said) {
    log::warning("picture-answer-damaged",
                 {{"node", std::to_string(from)}, {"why", said.error().message}});
    return;
  }
  if (said->stage == picture_stage::withdrawn) {
    in_.erase({from, said->transfer});
    return;
  }
  // Late answers to what was given up find nothing.
  auto at = out_.find(said->transfer);
  if (at == out_.end() || at->second.picture.mail().to != from)
    return;
  if (said->stage == picture_stage::progress)
    return on_progress(at, said->pieces);
  const auto accepted = said->stage == picture_stage::accepted;
  if (!accepted || !at->second.picture.ends_with(said->pieces))
    return give_up(at, accepted ? "it was accepted before its end"
                                : node_name(from) + " refused: " + said->why);
  const auto& mail = at->second.picture.mail();
  log::info("picture-sent", {{"shard", std::to_string(mail.shard)},
                             {"node", std::to_string(from)},
                             {"pieces", std::to_string(said->pieces)},
                             {"ms", std::to_string(deps_.now_ms() - at->second.since_ms)}});
  at->second.report.tell(true);
  out_.erase(at);
}

void picture_courier::on_progress(outgoing_map::iterator at, std::uint32_t pieces) {
  auto news = at->second.picture.confirm(pieces);
  if (!news)
    give_up(at, news.error().message);
  else if (*news)
    at->second.heard_ms = deps_.now_ms();
}

// -- in -------------------------------------------------------------------------------------------

void picture_courier::on_begin(link::node_no from, std::string_view payload) {
  auto what = model::decode<picture_begin>(payload);
  if (!what) {
    log::warning("picture-begin-damaged",
                 {{"node", std::to_string(from)}, {"why", what.error().message}});
    return;
  }
  const incoming_key key{from, what->transfer};
  in_.erase(key);
  if (in_.size() >= limits_.in_max)
    return refuse(key, 0, node_name(deps_.self) + " takes other pictures now");
  auto made = incoming_picture::open(std::move(*what), from, deps_.self, deps_.folder, limits_);
  if (!made)
    return refuse(key, 0, made.error().message);
  confirm(in_.emplace(key, incoming{std::move(*made), deps_.now_ms()}).first);
}

void picture_courier::on_piece(link::node_no from, std::string_view payload) {
  auto piece = decode_piece(payload);
  if (!piece) {
    log::warning("picture-piece-damaged",
                 {{"node", std::to_string(from)}, {"why", piece.error().message}});
    return;
  }
  auto at = in_.find({from, piece->transfer});
  if (at == in_.end()) // What was under way when it was refused: the log knows of that.
    return say_last(from, {piece->transfer, picture_stage::refused, 0,
                           node_name(deps_.self) + " does not expect it"});
  auto& picture = at->second.picture;
  at->second.heard_ms = deps_.now_ms();
  if (auto ok = picture.take(*piece); !ok) {
    refuse(at->first, picture.pieces(), ok.error().message);
    in_.erase(at);
  } else if (picture.complete())
    complete(at);
  else
    confirm(at);
}

void picture_courier::confirm(incoming_map::iterator at) {
  at->second.unconfirmed = !say(
    at->first.first, {at->first.second, picture_stage::progress, at->second.picture.pieces(), {}});
}

void picture_courier::complete(incoming_map::iterator at) {
  const auto [from, transfer] = at->first;
  const auto pieces = at->second.picture.pieces();
  log::info("picture-received", {{"shard", std::to_string(at->second.picture.shard())},
                                 {"node", std::to_string(from)},
                                 {"pieces", std::to_string(pieces)}});
  deps_.deliver(std::move(at->second.picture).finish());
  in_.erase(at);
  say_last(from, {transfer, picture_stage::accepted, pieces, {}});
}

void picture_courier::refuse(const incoming_key& of, std::uint32_t pieces, const std::string& why) {
  log::warning("picture-not-taken", {{"node", std::to_string(of.first)}, {"why", why}});
  say_last(of.first, {of.second, picture_stage::refused, pieces, why});
}

void picture_courier::say_last(link::node_no to, picture_answer what) {
  if (say(to, what))
    return;
  if (unsaid_.size() < unsaid_max)
    unsaid_.push_back({to, std::move(what), deps_.now_ms()});
}

} // namespace tutti::actors
