#include "actors/worker/output_scanner.hpp"

#include <algorithm>

namespace tutti::worker {

namespace {

// Both tokens begin like this, so one search finds either.
constexpr std::string_view prefix = "MAESTRO_OUTPUT_";
constexpr std::size_t bytes_per_char = 4;

/// Whether `text`, which is all there is so far, may still become a token.
bool may_become_token(std::string_view text) {
  return output_start_token.starts_with(text) || output_end_token.starts_with(text);
}

/// Length of the longest end of `text` that may begin a token.
std::size_t open_end(std::string_view text) {
  for (auto n = std::min(text.size(), output_start_token.size() - 1); n > 0; --n)
    if (may_become_token(text.substr(text.size() - n)))
      return n;
  return 0;
}

} // namespace

std::int64_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

void output_scanner::feed(std::string_view bytes) {
  std::string joined;
  if (!carry_.empty()) {
    joined = std::move(carry_);
    joined += bytes;
    bytes = joined;
  }
  for (;;) {
    const auto found = bytes.find(prefix);
    if (found == std::string_view::npos)
      break;
    take(bytes.substr(0, found));
    bytes.remove_prefix(found);
    if (bytes.starts_with(output_start_token)) {
      start();
      bytes.remove_prefix(output_start_token.size());
    } else if (bytes.starts_with(output_end_token)) {
      end();
      bytes.remove_prefix(output_end_token.size());
    } else if (may_become_token(bytes)) {
      break;
    } else {
      take(prefix);
      bytes.remove_prefix(prefix.size());
    }
  }
  const auto open = open_end(bytes);
  take(bytes.substr(0, bytes.size() - open));
  carry_ = bytes.substr(bytes.size() - open);
}

std::optional<std::string> output_scanner::text() const {
  if (!ended_ || too_large_)
    return std::nullopt;
  return kept_.substr(0, complete_);
}

void output_scanner::take(std::string_view bytes) {
  if (!capturing_ || overflowed_)
    return;
  if (kept_.size() + bytes.size() > static_cast<std::size_t>(max_chars_) * bytes_per_char) {
    // What an earlier end token completed stays good until another one follows.
    overflowed_ = true;
    kept_.resize(complete_);
    return;
  }
  kept_ += bytes;
}

void output_scanner::start() {
  capturing_ = true;
  ended_ = overflowed_ = too_large_ = false;
  kept_.clear();
  complete_ = 0;
}

void output_scanner::end() {
  if (!capturing_)
    return;
  ended_ = true;
  if (overflowed_ || characters(kept_) > max_chars_) {
    too_large_ = true;
    return;
  }
  complete_ = kept_.size();
  // A later end token moves the end, and then this one is part of the text.
  take(output_end_token);
}

} // namespace tutti::worker
