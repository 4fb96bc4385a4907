#include "actors/journal/shard_book.hpp"

#include "runtime/model/stored.hpp"

#include <optional>

namespace tutti::actors {

namespace rows = engine::rows;

namespace {

/// Visits a table and stops at the first row that `take` refuses with an error.
status read_table(const engine::row_reader& reader, char letter,
                  const std::function<status(std::string_view, std::string_view)>& take) {
  std::optional<error> broken;
  auto [from, to] = rows::table(letter);
  auto ok = reader.scan(from, to, [&](std::string_view key, std::string_view value) {
    if (auto taken = take(key, value); !taken)
      broken = taken.error();
    return !broken;
  });
  if (!ok)
    return ok;
  if (broken)
    return *broken;
  return unit{};
}

} // namespace

status shard_book::load(const engine::row_reader& reader) {
  auto outbox = read_table(reader, 'O',
                           [&](std::string_view key, std::string_view value) -> status {
                             auto letter = engine::decode_envelope(value);
                             if (!letter)
                               return letter.error();
                             auto seq = rows::number_of(key);
                             auto& out = out_[rows::outbox_shard(key)];
                             if (out.last == 0)
                               out.deleted = out.confirmed = seq - 1;
                             out.last = seq;
                             out.waiting.push_back({seq, std::move(*letter)});
                             return unit{};
                           });
  if (!outbox)
    return outbox;
  return read_table(reader, 'N', [&](std::string_view key, std::string_view value) -> status {
    model::byte_reader r{value};
    auto& in = in_[rows::outbox_shard(key)];
    in.taken = in.committed = r.varint();
    if (!r.ok())
      return error{ec::corrupt, "inbox row is damaged"};
    return unit{};
  });
}

void shard_book::confirm(engine::shard_no to, std::uint64_t seq) {
  auto& out = out_[to];
  if (seq <= out.confirmed)
    return;
  out.confirmed = std::min(seq, out.last);
  while (!out.waiting.empty() && out.waiting.front().seq <= out.confirmed)
    out.waiting.pop_front();
}

std::uint64_t shard_book::confirmed_by(engine::shard_no to) const {
  auto i = out_.find(to);
  return i == out_.end() ? 0 : i->second.confirmed;
}

bool shard_book::waits_for(engine::shard_no to) const {
  auto i = out_.find(to);
  return i != out_.end() && !i->second.waiting.empty();
}

void shard_book::write_confirmed(std::vector<storage::row_op>& ops) {
  for (auto& [to, out] : out_) {
    auto end = std::min(out.confirmed, out.last - 1);
    if (out.last == 0)
      continue;
    for (; out.deleted < end; ++out.deleted)
      ops.push_back(storage::erase_row(rows::outbox(to, out.deleted + 1)));
  }
}

std::shared_ptr<const std::vector<wire::numbered_envelope>> shard_book::unconfirmed(
  engine::shard_no to,
  const std::function<bool(std::uint64_t, engine::shard_no)>& may_leave) const {
  auto items = std::make_shared<std::vector<wire::numbered_envelope>>();
  auto i = out_.find(to);
  if (i == out_.end())
    return items;
  for (auto& letter : i->second.waiting) {
    if (items->size() == resend_max || !may_leave(letter.seq, to))
      break;
    items->push_back(letter);
  }
  return items;
}

bool shard_book::accept(engine::shard_no from, std::uint64_t seq, std::uint64_t batch) {
  auto& in = in_[from];
  if (seq != in.taken + 1)
    return false;
  in.taken = seq;
  in.dirty = true;
  if (!in.under_way.empty() && in.under_way.back().first == batch)
    in.under_way.back().second = seq;
  else
    in.under_way.emplace_back(batch, seq);
  return true;
}

void shard_book::write_inbox(std::vector<storage::row_op>& ops) {
  for (auto& [from, in] : in_) {
    if (!in.dirty)
      continue;
    in.dirty = false;
    model::byte_writer w;
    w.varint(in.taken);
    ops.push_back(storage::put_row(rows::inbox(from), std::move(w.out)));
  }
}

std::vector<std::pair<engine::shard_no, std::uint64_t>>
shard_book::committed_inbox(std::uint64_t batch) {
  std::vector<std::pair<engine::shard_no, std::uint64_t>> done;
  for (auto& [from, in] : in_) {
    auto moved = false;
    while (!in.under_way.empty() && in.under_way.front().first <= batch) {
      in.committed = in.under_way.front().second;
      in.under_way.pop_front();
      moved = true;
    }
    if (moved)
      done.emplace_back(from, in.committed);
  }
  return done;
}

std::uint64_t shard_book::confirmed_for(engine::shard_no from) const {
  auto i = in_.find(from);
  return i == in_.end() ? 0 : i->second.committed;
}

status load_pending(const engine::row_reader& reader,
                    std::vector<std::pair<std::uint64_t, engine::envelope>>& out) {
  return read_table(reader, 'M', [&](std::string_view key, std::string_view value) -> status {
    auto letter = engine::decode_envelope(value);
    if (!letter)
      return letter.error();
    out.emplace_back(rows::number_of(key), std::move(*letter));
    return unit{};
  });
}

status load_external(const engine::row_reader& reader, std::vector<engine::entity_id>& out) {
  return read_table(reader, 'X', [&](std::string_view, std::string_view value) -> status {
    auto id = model::decode<engine::entity_id>(value);
    if (!id)
      return id.error();
    out.push_back(std::move(*id));
    return unit{};
  });
}

} // namespace tutti::actors
