#pragma once

#include "runtime/sel/machine.hpp"
#include "runtime/sel/regex_set.hpp"
#include "runtime/sel/text.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Regular expressions as Java understands them, on UTF-16, without recursion while matching.
namespace tutti::sel {

inline constexpr std::uint32_t no_limit = 0xFFFFFFFF;

enum class greed : std::uint8_t {
  greedy,
  lazy,
  possessive
};

enum class op : std::uint8_t {
  one,        ///< a: character
  set,        ///< a: position in `sets`
  text_begin, ///< also where a line begins if `flag`
  text_end,   ///< \z
  line_end,   ///< $ and \Z: `flag` = of any line
  word_edge,  ///< `flag` = no edge
  last_end,   ///< \G
  save,       ///< a: slot
  group_end,  ///< a: first slot of the group, b: slot where its begin is saved
  split,      ///< first a, then b
  jump,       ///< a
  repeat_set, ///< a: set, b: least, c: most
  loop_begin, ///< a: first slot of two: the count, and where the last run began
  loop,       ///< a: slot, b: least, c: most, target: the body; a jump to the exit comes next
  back,       ///< a: group; `flag` = any case
  look,       ///< a: slot, target: after it; `flag` = must not match
  look_end,   ///< a: slot
  behind,     ///< a: slot, b: least, c: most, target: after it; `flag` = must not match
  behind_end, ///< a: slot
  atomic,     ///< a: slot
  atomic_end, ///< a: slot
  fail,
  done
};

struct instruction {
  op what = op::fail;
  greed how = greed::greedy;
  bool flag = false;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
  std::uint32_t target = 0;
};

struct regex {
  std::vector<instruction> code;
  std::vector<char_set> sets;
  std::uint32_t group_count = 0; ///< without the whole match
  std::uint32_t slot_count = 0;  ///< two for each group and the whole match, then others
  std::vector<std::pair<text, std::uint32_t>> names;
};

/// Throws `failure`: PatternSyntaxException, or a limit of the machine.
regex compile_regex(machine& m, text_view pattern);

/// Finds matches one after the other.
class regex_matcher {
public:
  regex_matcher(machine& m, const regex& program, text_view in);

  /// The next match.
  bool find();

  std::size_t start() const { return slots_[0]; }

  std::size_t end() const { return slots_[1]; }

  bool has_group(std::uint32_t i) const { return slots_[2 * i + 1] != none; }

  text_view group(std::uint32_t i) const {
    return in_.substr(slots_[2 * i], slots_[2 * i + 1] - slots_[2 * i]);
  }

private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  enum class kind : std::uint8_t {
    branch,     ///< go on at `pc`, `at`
    undo,       ///< slot `pc` was `at`
    longer,     ///< a lazy repeat or loop may take one more
    shorter,    ///< a greedy repeat may give one back
    barrier,    ///< of a look or an atomic group
    behind_from ///< the next start of a look behind
  };

  struct entry {
    kind what;
    std::uint32_t pc;
    std::size_t at;
    std::size_t extra;
  };

  bool match_at(std::size_t start);
  bool run(std::uint32_t pc);
  /// One instruction; false: go back.
  bool step(std::uint32_t& pc);
  bool step_zero_width(const instruction& x) const;
  bool step_loop(const instruction& x, std::uint32_t& pc);
  bool step_repeat(const instruction& x, std::uint32_t& pc);
  bool step_back_reference(const instruction& x);
  bool step_look_end(const instruction& x, std::uint32_t& pc);
  bool step_behind(const instruction& x, std::uint32_t& pc);
  /// Goes to the last alternative; false if there is none.
  bool go_back(std::uint32_t& pc);
  bool take_again(const entry& x, std::uint32_t& pc);

  void set_slot(std::uint32_t slot, std::size_t value);
  void push(entry x);
  /// Forgets alternatives since the barrier, but not what is to be undone.
  void forget_since(std::size_t height);
  bool take_one(const char_set& set);
  bool at_line_end(bool any_line) const;
  void count_step();

  machine& m_;
  const regex& program_;
  text_view in_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;     ///< where the next search starts
  std::size_t last_end_ = 0; ///< of the match before
  std::vector<std::size_t> slots_;
  std::vector<entry> stack_;
  scratch held_;
  std::uint32_t steps_ = 0;
};

} // namespace tutti::sel
