#pragma once

#include "runtime/dsl/scalar.hpp"
#include "runtime/model/param.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

/// Params: their keys and values (spec 01 §15.4).
namespace tutti::dsl {

/// Keeps an ordered map with a quick look-up, as documents may have very many keys.
template <class V>
class indexed_map {
public:
  /// Replaces the value in place, or appends.
  void set(const std::string& key, V value) {
    auto [at, fresh] = index_.emplace(key, items_.size());
    if (fresh)
      items_.append(key, std::move(value));
    else
      (items_.begin() + static_cast<std::ptrdiff_t>(at->second))->second = std::move(value);
  }

  ordered_map<V> take() && { return std::move(items_); }

private:
  ordered_map<V> items_;
  std::unordered_map<std::string, std::size_t> index_;
};

/// `["!"] name ["<" type ">"] ["(" mode ")"]`
struct param_key {
  bool is_expression = false;
  std::string name;
  std::optional<model::param_type> type;
  std::optional<model::param_mode> mode;
};

bool is_array(model::param_type type);

/// Nothing when it is no such key, which is reported.
std::optional<param_key> parse_param_key(const node& key, const path& where, report& out);

/// What a text in place of a value stands for.
enum class text_means : std::uint8_t {
  literal,
  /// In the loop params of a foreach, one whole reference stands for an array.
  array_reference,
};

/// The params of one map, entry by entry.
class param_collector {
public:
  explicit param_collector(report& out, text_means texts = text_means::literal)
    : out_(out),
      texts_(texts) {}

  /// Reads a param. Two keys that give the same name are a mistake.
  void add(const entry& item, const path& where);

  /// Reads a map of params. @pre `where` is the path of the map
  void add_all(const node& map, const path& where);

  /// Replaces all that was read so far; later params win over these.
  void replace(const node& map, const path& where);

  /// Sets a param that the reader makes itself.
  void set(const std::string& name, model::param x) { params_.set(name, std::move(x)); }

  model::param_map take() && { return std::move(params_).take(); }

private:
  report& out_;
  text_means texts_;
  indexed_map<model::param> params_;
  std::unordered_map<std::string, std::string> names_; ///< name to its key
};

/// The SEL text of a whole reference `${name}`, `${name@step}` or `${step__name}`, if it is one.
std::optional<std::string> reference_expression(std::string_view text);

} // namespace tutti::dsl
