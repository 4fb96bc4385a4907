#include "runtime/sel/program_cache.hpp"

namespace tutti::sel {

result<std::shared_ptr<const program>> program_cache::get(const std::string& text) {
  {
    const std::lock_guard lock{mutex_};
    const auto known = by_text_.find(text);
    if (known != by_text_.end()) {
      entries_.splice(entries_.begin(), entries_, known->second);
      return known->second->compiled;
    }
  }
  auto compiled = compile(text, within_);
  if (!compiled)
    return compiled;
  const std::lock_guard lock{mutex_};
  if (by_text_.contains(text)) // another thread was faster
    return compiled;
  entries_.push_front({text, *compiled});
  by_text_.emplace(entries_.front().text, entries_.begin());
  bytes_ += weight(entries_.front());
  shrink();
  return compiled;
}

void program_cache::shrink() {
  while (!entries_.empty() && (entries_.size() > keep_.programs || bytes_ > keep_.bytes)) {
    bytes_ -= weight(entries_.back());
    by_text_.erase(entries_.back().text);
    entries_.pop_back();
  }
}

std::size_t program_cache::size() const {
  const std::lock_guard lock{mutex_};
  return entries_.size();
}

std::size_t program_cache::bytes() const {
  const std::lock_guard lock{mutex_};
  return bytes_;
}

} // namespace tutti::sel
