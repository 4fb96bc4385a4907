#pragma once

#include "runtime/sel/cell.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// A compiled text: a tree in two arrays, never changed, shared between threads.
namespace tutti::sel {

enum class node_kind : std::uint8_t {
  // Statements.
  block,       ///< kids: statements
  evaluate,    ///< kid: expression
  branch,      ///< kids: condition, then, and maybe else
  loop,        ///< kids: init, condition, update, body; `no_node` where absent; flag: a `for`
  leave,       ///< break
  again,       ///< continue
  give,        ///< return; kid: expression
  raise,       ///< throw; kid: expression
  declaration, ///< name: the type; flag: an array of it; kids: declarators
  declarator,  ///< name; maybe a kid: the first value
  // Expressions.
  literal,   ///< name: position in `literals`
  name,      ///< name
  chain,     ///< kids: an expression, then operands; applied from the left
  operand,   ///< symbol; kid: the right side
  unary,     ///< symbol; kid
  choice,    ///< kids: condition, two branches
  assign,    ///< name, symbol (`none` for a plain one); kid: right side
  assign_at, ///< name, symbol; kids: index, right side
  path,      ///< kids: an expression, then suffixes
  index,     ///< suffix; kid
  field,     ///< suffix; name, method
  call,      ///< suffix; name, method; kids: arguments
  new_array, ///< name: the type; kid: the size
  new_items, ///< name: the type; kids: items
  new_object ///< name: the type; kids: arguments
};

enum class symbol : std::uint8_t {
  none,
  either,
  both,
  equal,
  not_equal,
  less,
  greater,
  less_equal,
  greater_equal,
  plus,
  minus,
  times,
  divided,
  modulo,
  negation
};

std::string_view to_string(symbol x);

inline constexpr std::uint32_t no_node = 0xFFFFFFFF;

struct node {
  node_kind kind = node_kind::block;
  symbol what = symbol::none;
  bool flag = false;
  std::uint16_t method = 0; ///< `method` of the name after the dot
  /// Nodes of the original's tree that this one stands for: parentheses add three each.
  std::uint32_t visits = 1;
  std::uint32_t name = 0;  ///< position in `names`
  std::uint32_t first = 0; ///< kids are `links[first]`, `links[first + 1]`, …
  std::uint32_t count = 0;
};

using literal_value = std::variant<std::monostate, std::int64_t, double, bool, text>;

struct tree {
  std::vector<node> nodes;
  std::vector<std::uint32_t> links;
  std::vector<std::string> names;
  std::vector<literal_value> literals;
  std::vector<cell> literal_cells; ///< first values; texts point into `literals`
  std::vector<type> classes;       ///< by name: the object that a class name stands for, or null
  std::vector<type> types;         ///< by name: what a declaration may name, or null
  std::vector<std::uint32_t> statements; ///< top level
  std::uint32_t import_count = 0;
  /// Names that the text reads from outside, in order (spec 03 §5.5); positions in `names`.
  std::vector<std::uint32_t> references;

  std::uint32_t kid(const node& x, std::uint32_t i) const { return links[x.first + i]; }
};

/// Throws `failure`. @pre the length was checked
tree parse(text_view source, std::size_t depth_max);

} // namespace tutti::sel
