#include "runtime/dsl/yaml_tree.hpp"

#include "runtime/dsl/yaml_text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace tutti::dsl {

namespace {

/// Thrown through the parser to stop it early.
struct over_limit {
  YAML::Mark at;
  std::string message;
};

/// Builds the tree from the parser's events. Parts grow on a stack and are moved into their
/// parent when they end.
class tree_builder : public YAML::EventHandler {
public:
  explicit tree_builder(const yaml_text& source) : source_(source) {}

  std::optional<node> root;
  std::optional<place> last_quoted; ///< the last scalar that is not plain

  void OnDocumentStart(const YAML::Mark&) override {}

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    finish(begin(node_kind::null, mark, {}, anchor));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto x = begin(node_kind::scalar, mark, {}, 0);
    x.text = anchors_[anchor];
    x.alias = true;
    x.literal_text = true;
    finish(std::move(x));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    auto x = begin(node_kind::scalar, mark, tag, anchor);
    x.text = text;
    last_quoted = x.literal_text ? std::optional{x.at} : std::nullopt;
    finish(std::move(x));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(begin(node_kind::list, mark, tag, anchor), mark);
  }

  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(begin(node_kind::map, mark, tag, anchor), mark);
  }

  void OnMapEnd() override { close(); }

  void OnAnchor(const YAML::Mark&, const std::string& name) override { anchor_name_ = name; }

private:
  node begin(node_kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    if (++count_ > node_limit)
      throw over_limit{mark, "the document has more than " + std::to_string(node_limit)
                               + " keys and values"};
    if (anchor != 0)
      anchors_[anchor] = std::exchange(anchor_name_, {});
    node x;
    x.kind = kind;
    x.at = source_.place_of(mark.line, mark.column);
    // The parser gives `?` for what is plain and `!` for what is quoted.
    auto is_text = tag == "!" || tag == "tag:yaml.org,2002:str";
    x.literal_text = kind == node_kind::scalar && is_text;
    auto known = tag.empty() || tag == "?" || x.literal_text
                 || (kind == node_kind::list && tag == "tag:yaml.org,2002:seq")
                 || (kind == node_kind::map && tag == "tag:yaml.org,2002:map");
    if (!known)
      x.tag = tag;
    return x;
  }

  void open(node x, const YAML::Mark& mark) {
    if (open_.size() >= depth_limit)
      throw over_limit{mark,
                       "the document nests deeper than " + std::to_string(depth_limit) + " levels"};
    open_.push_back({std::move(x), std::nullopt});
  }

  void close() {
    auto x = std::move(open_.back().part);
    open_.pop_back();
    finish(std::move(x));
  }

  void finish(node x) {
    if (open_.empty()) {
      root = std::move(x);
      return;
    }
    auto& [part, key] = open_.back();
    if (part.kind == node_kind::list)
      part.items.push_back(std::move(x));
    else if (!key)
      key = std::move(x);
    else {
      part.entries.push_back({std::move(*key), std::move(x)});
      key.reset();
    }
  }

  struct open_part {
    node part;
    std::optional<node> key;
  };

  const yaml_text& source_;
  std::vector<open_part> open_;
  std::unordered_map<YAML::anchor_t, std::string> anchors_;
  std::string anchor_name_;
  std::size_t count_ = 0;
};

/// `tag:yaml.org,2002:python/tuple` as its author wrote it.
std::string written_tag(const std::string& tag) {
  constexpr std::string_view prefix = "tag:yaml.org,2002:";
  return shortened(tag.starts_with(prefix) ? "!!" + tag.substr(prefix.size()) : tag);
}

void check_key(const entry& item, const path& where, report& out) {
  const auto& key = item.key;
  if (!key.tag.empty())
    out.add(key.at, where,
            "the YAML tag " + written_tag(key.tag)
              + " is not supported; a key that begins with ! must be put in quotes");
  else if (key.kind == node_kind::null)
    out.add(key.at, where, "found nothing in place of a key; put the key in quotes");
  else if (key.kind != node_kind::scalar)
    out.add(key.at, where, "found a list or map in place of a key, expected a text");
  else if (item.merges())
    out.add(key.at, where, "merge keys (<<) are not supported; write the keys out");
}

void check_tree(const node& x, const path& where, report& out) {
  if (!x.tag.empty())
    out.add(x.at, where, "the YAML tag " + written_tag(x.tag) + " is not supported");
  for (std::size_t i = 0; i < x.items.size(); ++i)
    check_tree(x.items[i], path{where, i}, out);
  std::unordered_map<std::string_view, place> seen;
  for (const auto& item : x.entries) {
    check_key(item, where, out);
    if (item.named()) {
      auto [first, fresh] = seen.emplace(item.key.text, item.key.at);
      if (!fresh)
        out.add(item.key.at, where,
                "the key " + quoted(item.key.text) + " is used twice; it stands already in line "
                  + std::to_string(first->second.line));
    }
    check_tree(item.value, path{where, item.key.text}, out);
  }
}

bool parse(const yaml_text& source, tree_builder& builder, report& out) {
  try {
    std::istringstream in{std::string{source.text()}};
    YAML::Parser parser{in};
    if (!parser.HandleNextDocument(builder))
      return true;
    tree_builder second{source};
    if (parser.HandleNextDocument(second) && second.root && second.root->kind != node_kind::null) {
      out.add(second.root->at, "a second document begins here, expected one document");
      return false;
    }
    return true;
  } catch (const over_limit& why) {
    out.add(source.place_of(why.at.line, why.at.column), why.message);
  } catch (const YAML::Exception& why) {
    auto at = source.place_of(why.mark.line, why.mark.column);
    out.add(at, "the text is not valid YAML: " + why.msg + source.syntax_hint(at, why.msg));
  }
  return false;
}

} // namespace

std::optional<node> load_tree(std::string_view text, report& out) {
  if (text.size() > size_limit) {
    out.add({}, "the document has " + std::to_string(text.size())
                  + " bytes, more than the limit of " + std::to_string(size_limit));
    return std::nullopt;
  }
  yaml_text source{text};
  if (auto bad = source.first_bad_byte()) {
    out.add(bad->at, bad->message);
    return std::nullopt;
  }
  tree_builder builder{source};
  if (!parse(source, builder, out))
    return std::nullopt;
  if (builder.last_quoted && source.unclosed_quote(*builder.last_quoted)) {
    out.add(*builder.last_quoted, "the text is not valid YAML: this quote is never closed");
    return std::nullopt;
  }
  if (!builder.root || builder.root->kind == node_kind::null) {
    out.add({}, "the document is empty, expected the root key workflow");
    return std::nullopt;
  }
  const auto& root = *builder.root;
  // The root key may be spelled in two ways; paths show one.
  if (root.kind == node_kind::map && root.entries.size() == 1 && root.entries[0].named())
    check_tree(root.entries[0].value, path{"workflow"}, out);
  else
    check_tree(root, path{""}, out);
  return std::move(builder.root);
}

} // namespace tutti::dsl
