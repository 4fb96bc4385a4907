#include "runtime/sel/failure.hpp"
#include "runtime/sel/machine.hpp"
#include "runtime/sel/regex_tree.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

using kind = regex_node::kind_type;

/// How many UTF-16 units a part can match, computed as Java does it: with 32 bits, in which large
/// numbers overflow, and with parts for which the most is not known.
struct extent {
  std::int32_t least = 0;
  std::int32_t most = 0;
  bool most_known = true;
};

constexpr std::int32_t endless = 0x7FFFFFFF;

std::int32_t add_32(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

std::int32_t times_32(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) * static_cast<std::uint32_t>(b));
}

class compiler {
public:
  explicit compiler(machine& m, text_view pattern, regex_tree tree)
    : m_(m),
      pattern_(pattern),
      tree_(std::move(tree)) {}

  regex compile() {
    out_.sets = std::move(tree_.sets);
    out_.names = std::move(tree_.names);
    out_.group_count = tree_.group_count;
    out_.slot_count = 2 * (tree_.group_count + 1);
    emit(tree_.root);
    add({op::done});
    m_.memory().charge(out_.code.size() * sizeof(instruction));
    return std::move(out_);
  }

private:
  std::uint32_t here() const { return static_cast<std::uint32_t>(out_.code.size()); }

  std::uint32_t add(instruction x) {
    out_.code.push_back(x);
    return here() - 1;
  }

  std::uint32_t new_slots(std::uint32_t count) {
    out_.slot_count += count;
    return out_.slot_count - count;
  }

  void emit(std::uint32_t at) {
    const auto& x = tree_.nodes[at];
    switch (x.kind) {
      case kind::empty:
        return;
      case kind::one:
        add({op::one, {}, false, x.a});
        return;
      case kind::set:
        add({op::set, {}, false, x.a});
        return;
      case kind::zero_width:
        add({x.what, {}, x.flag});
        return;
      case kind::back:
        add({op::back, {}, x.flag, x.a});
        return;
      case kind::group:
        return emit_group(x);
      case kind::sequence:
        for (const auto kid : x.kids)
          emit(kid);
        return;
      case kind::alternatives:
        return emit_alternatives(x);
      case kind::repeat:
        return emit_repeat(x);
      case kind::look:
        return emit_fenced(x, op::look, op::look_end);
      case kind::atomic:
        return emit_fenced(x, op::atomic, op::atomic_end);
      case kind::behind:
        return emit_behind(x);
    }
  }

  void emit_group(const regex_node& x) {
    const auto begin = new_slots(1);
    add({op::save, {}, false, begin});
    emit(x.kids[0]);
    add({op::group_end, {}, false, 2 * x.a, begin});
  }

  void emit_alternatives(const regex_node& x) {
    std::vector<std::uint32_t> jumps;
    for (std::size_t i = 0; i + 1 < x.kids.size(); ++i) {
      const auto split = add({op::split, {}, false, here() + 1});
      emit(x.kids[i]);
      jumps.push_back(add({op::jump}));
      out_.code[split].b = here();
    }
    emit(x.kids.back());
    for (const auto jump : jumps)
      out_.code[jump].a = here();
  }

  void emit_repeat(const regex_node& x) {
    if (x.how == greed::possessive)
      return emit_possessive(x);
    const auto& kid = tree_.nodes[x.kids[0]];
    if (kid.kind == kind::set || kid.kind == kind::one) {
      add({op::repeat_set, x.how, false, set_of(kid), x.a, x.b});
      return;
    }
    const auto slots = new_slots(2);
    add({op::loop_begin, {}, false, slots});
    const auto loop = add({op::loop, x.how, false, slots, x.a, x.b, here() + 2});
    const auto leave = add({op::jump});
    emit(x.kids[0]);
    add({op::jump, {}, false, loop});
    out_.code[leave].a = here();
  }

  void emit_possessive(const regex_node& x) {
    auto greedy = x;
    greedy.how = greed::greedy;
    const auto slot = new_slots(1);
    add({op::atomic, {}, false, slot});
    emit_repeat(greedy);
    add({op::atomic_end, {}, false, slot});
  }

  std::uint32_t set_of(const regex_node& x) {
    if (x.kind == kind::set)
      return x.a;
    char_set one;
    one.add(x.a, x.a);
    one.finish();
    out_.sets.push_back(std::move(one));
    return static_cast<std::uint32_t>(out_.sets.size() - 1);
  }

  void emit_fenced(const regex_node& x, op begin, op end, extent within = {}) {
    const auto slot = new_slots(1);
    const auto fence = add({begin,
                            {},
                            x.flag,
                            slot,
                            static_cast<std::uint32_t>(within.least),
                            static_cast<std::uint32_t>(within.most)});
    emit(x.kids[0]);
    add({end, {}, x.flag, slot});
    out_.code[fence].target = here();
  }

  void emit_behind(const regex_node& x) {
    extent within;
    study(x.kids[0], within);
    if (!within.most_known)
      fail_regex(pattern_, pattern_.size(),
                 "Look-behind group does not have an obvious maximum length");
    if (within.most < within.least) { // after an overflow nothing is found
      within.least = endless;
      within.most = endless;
    }
    emit_fenced(x, op::behind, op::behind_end, within);
  }

  /// Adds what a part can match to what the parts before it can.
  void study(std::uint32_t at, extent& so_far) const {
    const auto& x = tree_.nodes[at];
    switch (x.kind) {
      case kind::one:
      case kind::set:
        so_far.least = add_32(so_far.least, 1);
        so_far.most = add_32(so_far.most, x.kind == kind::one && x.a >= 0x10000 ? 2 : 1);
        return;
      case kind::back:
        so_far.most_known = false;
        return;
      case kind::alternatives:
        return study_alternatives(x, so_far);
      case kind::group:
      case kind::sequence:
      case kind::atomic:
        for (const auto kid : x.kids)
          study(kid, so_far);
        return;
      case kind::repeat:
        return study_repeat(x, so_far);
      default:
        return;
    }
  }

  void study_alternatives(const regex_node& x, extent& so_far) const {
    extent all{endless, -1, so_far.most_known};
    for (const auto kid : x.kids) {
      extent one;
      study(kid, one);
      all.least = std::min(all.least, one.least);
      all.most = std::max(all.most, one.most);
      all.most_known = all.most_known && one.most_known;
    }
    so_far = {add_32(so_far.least, all.least), add_32(so_far.most, all.most), all.most_known};
  }

  void study_repeat(const regex_node& x, extent& so_far) const {
    const auto& kid = tree_.nodes[x.kids[0]];
    const auto single = kid.kind == kind::set || kid.kind == kind::one;
    if (single && x.b == no_limit && x.how == greed::greedy) {
      so_far.least = add_32(so_far.least, static_cast<std::int32_t>(x.a));
      so_far.most = add_32(so_far.most, endless);
      return;
    }
    extent one;
    study(x.kids[0], one);
    const auto optional = x.a == 0 && x.b == 1 && !x.flag;
    if (!single && !optional && x.how != greed::possessive && !is_deterministic(x.kids[0])) {
      so_far.most_known = false;
      return;
    }
    const auto least = times_32(one.least, static_cast<std::int32_t>(x.a));
    so_far.least = std::max(so_far.least, add_32(so_far.least, least));
    const auto count = x.b == no_limit ? endless : static_cast<std::int32_t>(x.b);
    const auto most = add_32(times_32(one.most, count), so_far.most);
    so_far.most_known = so_far.most_known && one.most_known && most >= so_far.most;
    so_far.most = most;
  }

  /// Whether there is only one way to match it.
  bool is_deterministic(std::uint32_t at) const {
    const auto& x = tree_.nodes[at];
    if (x.kind == kind::alternatives || x.kind == kind::back
        || (x.kind == kind::repeat && x.a != x.b))
      return false;
    return std::all_of(x.kids.begin(), x.kids.end(),
                       [&](std::uint32_t kid) { return is_deterministic(kid); });
  }

  machine& m_;
  text_view pattern_;
  regex_tree tree_;
  regex out_;
};

} // namespace

regex compile_regex(machine& m, text_view pattern) {
  auto tree = parse_regex(m, pattern);
  m.memory().charge(tree.nodes.size() * sizeof(regex_node));
  return compiler{m, pattern, std::move(tree)}.compile();
}

} // namespace tutti::sel
