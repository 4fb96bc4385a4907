#pragma once

#include "runtime/sel/regex.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// The tree between the text of a regular expression and its program.
namespace tutti::sel {

struct regex_node {
  enum class kind_type : std::uint8_t {
    empty,
    set,          ///< a: position in `sets`
    one,          ///< a: character
    zero_width,   ///< `what`, flag
    group,        ///< a: number; one kid
    sequence,     ///< kids
    alternatives, ///< kids
    repeat,       ///< a, b: least and most; how; flag: given as numbers; one kid
    back,         ///< a: group; flag: any case
    look,         ///< flag: must not match; one kid
    behind,       ///< flag: must not match; one kid
    atomic        ///< one kid
  };

  kind_type kind = kind_type::empty;
  op what = op::fail;
  greed how = greed::greedy;
  bool flag = false;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::vector<std::uint32_t> kids;
};

struct regex_tree {
  std::vector<regex_node> nodes;
  std::vector<char_set> sets;
  std::uint32_t root = 0;
  std::uint32_t group_count = 0;
  std::vector<std::pair<text, std::uint32_t>> names;
};

/// Throws `failure`.
regex_tree parse_regex(machine& m, text_view pattern);

[[noreturn]] void fail_regex(text_view pattern, std::size_t at, std::string why);

} // namespace tutti::sel
