#include "runtime/sel/failure.hpp"
#include "runtime/sel/machine.hpp"
#include "runtime/sel/regex.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

/// The character before `at`.
char32_t character_before(text_view x, std::size_t at) {
  const char32_t c = x[at - 1];
  if (c >= 0xDC00 && c < 0xE000 && at >= 2 && x[at - 2] >= 0xD800 && x[at - 2] < 0xDC00)
    return 0x10000 + ((char32_t{x[at - 2]} - 0xD800) << 10) + (c - 0xDC00);
  return c;
}

std::size_t units_of(char32_t c) {
  return c < 0x10000 ? 1 : 2;
}

} // namespace

regex_matcher::regex_matcher(machine& m, const regex& program, text_view in)
  : m_(m),
    program_(program),
    in_(in),
    slots_(program.slot_count, none),
    held_(m) {}

bool regex_matcher::find() {
  for (auto from = next_; from <= in_.size(); ++from) {
    const auto& first = program_.code[0];
    if (first.what == op::one && first.a < 0x10000) {
      const auto found = in_.find(static_cast<char16_t>(first.a), from);
      m_.spend((std::min(found, in_.size()) - from) / 64);
      if (found == text_view::npos)
        break;
      from = found;
    }
    if (!match_at(from))
      continue;
    next_ = end() == start() ? end() + 1 : end();
    last_end_ = end();
    return true;
  }
  next_ = in_.size() + 1;
  return false;
}

bool regex_matcher::match_at(std::size_t start) {
  std::fill(slots_.begin(), slots_.end(), none);
  stack_.clear();
  slots_[0] = start;
  at_ = start;
  return run(0);
}

void regex_matcher::count_step() {
  constexpr std::uint32_t steps = 256;
  if (++steps_ % steps == 0)
    m_.spend(steps);
}

bool regex_matcher::run(std::uint32_t pc) {
  while (program_.code[pc].what != op::done) {
    count_step();
    if (!step(pc) && !go_back(pc))
      return false;
  }
  slots_[1] = at_;
  return true;
}

bool regex_matcher::step(std::uint32_t& pc) {
  const auto& x = program_.code[pc];
  switch (x.what) {
    case op::one: {
      auto next = at_;
      if (at_ >= in_.size() || next_character(in_, next) != x.a)
        return false;
      at_ = next;
      break;
    }
    case op::set:
      if (!take_one(program_.sets[x.a]))
        return false;
      break;
    case op::save:
      set_slot(x.a, at_);
      break;
    case op::group_end:
      set_slot(x.a, slots_[x.b]);
      set_slot(x.a + 1, at_);
      break;
    case op::split:
      push({kind::branch, x.b, at_, 0});
      break;
    case op::jump:
      pc = x.a;
      return true;
    case op::repeat_set:
      return step_repeat(x, pc);
    case op::loop_begin:
      set_slot(x.a, 0);
      set_slot(x.a + 1, none);
      break;
    case op::loop:
      return step_loop(x, pc);
    case op::back:
      if (!step_back_reference(x))
        return false;
      break;
    case op::look:
    case op::atomic:
      push({kind::barrier, x.target, at_, x.flag ? 1U : 0U});
      set_slot(x.a, stack_.size() - 1);
      break;
    case op::behind:
      return step_behind(x, pc);
    case op::look_end:
    case op::behind_end:
    case op::atomic_end:
      return step_look_end(x, pc);
    default:
      if (!step_zero_width(x))
        return false;
  }
  ++pc;
  return true;
}

bool regex_matcher::step_zero_width(const instruction& x) const {
  switch (x.what) {
    case op::text_begin:
      if (at_ == 0 || !x.flag)
        return at_ == 0;
      return at_ < in_.size() && is_line_end(in_[at_ - 1])
             && !(in_[at_ - 1] == u'\r' && in_[at_] == u'\n');
    case op::text_end:
      return at_ == in_.size();
    case op::line_end:
      return at_line_end(x.flag);
    case op::last_end:
      return at_ == last_end_;
    case op::word_edge: {
      const auto before = at_ > 0 && is_word_char(character_before(in_, at_));
      auto next = at_;
      const auto after = at_ < in_.size() && is_word_char(next_character(in_, next));
      return (before != after) != x.flag;
    }
    default:
      return false;
  }
}

bool regex_matcher::at_line_end(bool any_line) const {
  const auto left = in_.size() - at_;
  if (left == 0)
    return true;
  const auto c = in_[at_];
  if (!is_line_end(c) || (c == u'\n' && at_ > 0 && in_[at_ - 1] == u'\r'))
    return false;
  return any_line || left == 1 || (left == 2 && c == u'\r' && in_[at_ + 1] == u'\n');
}

bool regex_matcher::take_one(const char_set& set) {
  auto next = at_;
  if (at_ >= in_.size() || !set.has(next_character(in_, next)))
    return false;
  at_ = next;
  return true;
}

bool regex_matcher::step_repeat(const instruction& x, std::uint32_t& pc) {
  const auto& set = program_.sets[x.a];
  std::uint32_t count = 0;
  for (; count < x.b; ++count, count_step())
    if (!take_one(set))
      return false;
  if (x.how == greed::lazy) {
    if (count < x.c)
      push({kind::longer, pc, at_, count});
  } else {
    const auto least_end = at_;
    for (; count < x.c && take_one(set); ++count)
      count_step();
    if (at_ > least_end)
      push({kind::shorter, pc, at_, least_end});
  }
  ++pc;
  return true;
}

bool regex_matcher::step_loop(const instruction& x, std::uint32_t& pc) {
  const auto count = slots_[x.a];
  const auto progress = slots_[x.a + 1] != at_;
  if (!progress || count >= x.c) {
    ++pc;
    return true;
  }
  if (count >= x.b) {
    if (x.how == greed::lazy) {
      push({kind::longer, pc, at_, count});
      ++pc;
      return true;
    }
    push({kind::branch, pc + 1, at_, 0});
  }
  set_slot(x.a, count + 1);
  set_slot(x.a + 1, at_);
  pc = x.target;
  return true;
}

bool regex_matcher::step_back_reference(const instruction& x) {
  if (x.a > program_.group_count || !has_group(x.a))
    return false;
  const auto wanted = group(x.a);
  const auto here = in_.substr(at_, wanted.size());
  m_.spend(wanted.size() / 32);
  const auto same = x.flag ? std::equal(here.begin(), here.end(), wanted.begin(), wanted.end(),
                                        [](char32_t a, char32_t b) {
                                          return a == b || to_lower(a) == to_lower(b);
                                        })
                           : here == wanted;
  if (!same)
    return false;
  at_ += wanted.size();
  return true;
}

bool regex_matcher::step_look_end(const instruction& x, std::uint32_t& pc) {
  const auto height = slots_[x.a];
  const auto fence = stack_[height];
  if (x.what == op::behind_end && at_ != fence.at)
    return false;
  if (fence.extra != 0) { // found what must not be there
    while (stack_.size() > height) {
      const auto top = stack_.back();
      stack_.pop_back();
      if (top.what == kind::undo)
        slots_[top.pc] = top.at;
    }
    return false;
  }
  forget_since(height);
  if (x.what != op::atomic_end)
    at_ = fence.at;
  ++pc;
  return true;
}

bool regex_matcher::step_behind(const instruction& x, std::uint32_t& pc) {
  push({kind::barrier, x.target, at_, x.flag ? 1U : 0U});
  set_slot(x.a, stack_.size() - 1);
  if (at_ < x.b)
    return false;
  push({kind::behind_from, pc, at_ - x.b, at_});
  at_ -= x.b;
  ++pc;
  return true;
}

bool regex_matcher::go_back(std::uint32_t& pc) {
  while (!stack_.empty()) {
    const auto top = stack_.back();
    stack_.pop_back();
    count_step();
    if (take_again(top, pc))
      return true;
  }
  return false;
}

bool regex_matcher::take_again(const entry& x, std::uint32_t& pc) {
  const auto& code = program_.code[x.what == kind::undo ? 0 : x.pc];
  switch (x.what) {
    case kind::undo:
      slots_[x.pc] = x.at;
      return false;
    case kind::branch:
      at_ = x.at;
      pc = x.pc;
      return true;
    case kind::longer:
      at_ = x.at;
      if (code.what == op::loop) {
        set_slot(code.a, x.extra + 1);
        set_slot(code.a + 1, at_);
        pc = code.target;
        return true;
      }
      if (!take_one(program_.sets[code.a]))
        return false;
      if (x.extra + 1 < code.c)
        push({kind::longer, x.pc, at_, x.extra + 1});
      pc = x.pc + 1;
      return true;
    case kind::shorter:
      at_ = x.at - units_of(character_before(in_, x.at));
      if (at_ > x.extra)
        push({kind::shorter, x.pc, at_, x.extra});
      pc = x.pc + 1;
      return true;
    case kind::barrier:
      at_ = x.at;
      pc = x.pc;
      return x.extra != 0;
    case kind::behind_from: {
      const auto limit = x.extra > code.c ? x.extra - code.c : 0;
      if (x.at <= limit)
        return false;
      at_ = x.at - 1;
      push({kind::behind_from, x.pc, at_, x.extra});
      pc = x.pc + 1;
      return true;
    }
  }
  return false;
}

void regex_matcher::set_slot(std::uint32_t slot, std::size_t value) {
  push({kind::undo, slot, slots_[slot], 0});
  slots_[slot] = value;
}

void regex_matcher::push(entry x) {
  if (stack_.size() == stack_.capacity()) {
    const auto wanted = std::max<std::size_t>(64, stack_.capacity() * 2);
    held_.grow_to(wanted * sizeof(entry));
    stack_.reserve(wanted);
  }
  stack_.push_back(x);
}

void regex_matcher::forget_since(std::size_t height) {
  m_.spend((stack_.size() - height) / 8);
  const auto end = std::remove_if(stack_.begin() + static_cast<std::ptrdiff_t>(height),
                                  stack_.end(),
                                  [](const entry& e) { return e.what != kind::undo; });
  stack_.erase(end, stack_.end());
}

} // namespace tutti::sel
