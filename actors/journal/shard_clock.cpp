#include "actors/journal/shard_clock.hpp"

#include "runtime/model/stored.hpp"

namespace tutti::actors {

namespace rows = engine::rows;

std::string encode_timer(const rows::stored_timer& x) {
  return model::encode(x);
}

status shard_clock::load(const engine::row_reader& reader) {
  near_.clear();
  fresh_.clear();
  complete_ = false;
  horizon_ = rows::table('T').first;
  return read_from(horizon_, reader);
}

status shard_clock::read_from(const std::string& from, const engine::row_reader& reader) {
  std::optional<error> broken;
  auto more = false;
  std::string last;
  auto ok = reader.scan(from, rows::table('T').second,
                        [&](std::string_view key, std::string_view value) {
                          if (near_.size() >= window_) {
                            more = true;
                            last = std::string{key};
                            return false;
                          }
                          auto read = model::decode<rows::stored_timer>(value);
                          if (!read)
                            broken = read.error();
                          else
                            near_.emplace(std::string{key}, std::move(*read));
                          return !broken;
                        });
  if (!ok)
    return ok;
  if (broken)
    return *broken;
  complete_ = !more;
  if (more)
    horizon_ = last;
  return unit{};
}

void shard_clock::arm(const std::string& key, const rows::stored_timer& what) {
  fresh_.insert(key);
  if (covers(key))
    add(key, what);
}

/// It may have been dropped from memory meanwhile, and a refill since then did not see its row.
void shard_clock::settle(std::string key, rows::stored_timer what) {
  if (fresh_.erase(key) > 0 && covers(key))
    add(std::move(key), std::move(what));
}

void shard_clock::add(std::string key, rows::stored_timer what) {
  near_.insert_or_assign(std::move(key), std::move(what));
  // Far more than the window: the latest go back to being rows only.
  if (near_.size() < 2 * window_)
    return;
  auto cut = near_.begin();
  std::advance(cut, static_cast<std::ptrdiff_t>(window_));
  horizon_ = cut->first;
  complete_ = false;
  near_.erase(cut, near_.end());
}

status shard_clock::refill(const engine::row_reader& reader) {
  if (!near_.empty() || complete_)
    return unit{};
  return read_from(horizon_, reader);
}

std::optional<shard_clock::timer> shard_clock::pop(engine::time_ms now) {
  if (near_.empty() || rows::timer_due(near_.begin()->first) > now)
    return std::nullopt;
  auto node = near_.extract(near_.begin());
  fresh_.erase(node.key());
  return timer{std::move(node.key()), std::move(node.mapped())};
}

engine::time_ms shard_clock::next_due() const {
  if (!near_.empty())
    return rows::timer_due(near_.begin()->first);
  return complete_ ? 0 : rows::timer_due(horizon_);
}

} // namespace tutti::actors
