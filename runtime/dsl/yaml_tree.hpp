#pragma once

#include "runtime/dsl/report.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A YAML document as a tree, with places. Aliases are leaves, so a tree is never larger than its
/// text.
namespace tutti::dsl {

enum class node_kind : std::uint8_t {
  null,
  scalar,
  list,
  map
};

struct entry;

struct node {
  node_kind kind = node_kind::null;
  place at;
  std::string text;          ///< of a scalar; of an alias, the name of its anchor
  bool literal_text = false; ///< a text whatever it looks like: quoted, block, alias, `!!str`
  bool alias = false;
  std::string tag;            ///< a tag that has no meaning here, such as `!!python/tuple`
  std::vector<node> items;    ///< of a list
  std::vector<entry> entries; ///< of a map, in document order
};

struct entry {
  node key;
  node value;

  /// Whether the key is a name; if not, `load_tree` has reported it.
  bool named() const { return key.kind == node_kind::scalar && key.tag.empty() && !merges(); }

  /// Whether the key is `<<`.
  bool merges() const { return key.text == "<<" && !key.literal_text; }

  /// Where to point for a mistake in the value: a missing value has no place of its own.
  place at() const { return value.kind == node_kind::null ? key.at : value.at; }
};

/// Reads the only document of a text. Reports everything that is wrong with it as YAML: syntax,
/// limits, keys used twice, keys that are no names, tags and merge keys. Nothing when it could not
/// be read, or is refused.
std::optional<node> load_tree(std::string_view text, report& out);

} // namespace tutti::dsl
