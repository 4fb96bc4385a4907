#pragma once

#include "runtime/model/param.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Signals in definitions: what steps wait for and emit, what starts workflows (spec 06).
namespace tutti::model {

/// A value of a signal param: a whole number or a text. The two never match.
struct signal_value {
  std::variant<std::int64_t, std::string> v;

  using own_json = void;

  bool operator==(const signal_value&) const = default;

  static constexpr auto fields() {
    using self = signal_value;
    return std::make_tuple(field(1, "v", &self::v));
  }
};

/// Stored: append only.
enum class signal_operator : std::uint8_t {
  equal = 0,
  greater = 1,
  greater_equal = 2,
  less = 3,
  less_equal = 4,
};

/// `=`, `>`, `>=`, `<`, `<=`.
std::string_view to_string(signal_operator x);
std::optional<signal_operator> parse_signal_operator(std::string_view exact);

/// A condition with a fixed value.
struct signal_match_param {
  std::optional<signal_value> value;
  std::optional<signal_operator> op;

  bool operator==(const signal_match_param&) const = default;

  static constexpr auto fields() {
    using self = signal_match_param;
    return std::make_tuple(field(1, "value", &self::value), field(2, "operator", &self::op));
  }
};

/// A condition whose value is a param of type LONG or STRING. JSON needs both members.
struct signal_match_param_def {
  model::param param;
  signal_operator op = signal_operator::equal;

  using own_json = void;

  bool operator==(const signal_match_param_def&) const = default;

  static constexpr auto fields() {
    using self = signal_match_param_def;
    return std::make_tuple(field(1, "param", &self::param), field(2, "operator", &self::op));
  }
};

/// One signal that a step waits for.
struct signal_dependency_definition {
  std::string name;
  std::optional<ordered_map<signal_match_param_def>> match_params;

  bool operator==(const signal_dependency_definition&) const = default;

  static constexpr auto fields() {
    using self = signal_dependency_definition;
    return std::make_tuple(field(1, "name", &self::name, emit::not_empty),
                           field(2, "match_params", &self::match_params, emit::not_empty));
  }
};

/// One signal that a step emits; `params` are of type LONG or STRING.
struct signal_output_definition {
  std::string name;
  std::optional<param_map> params;
  std::optional<param_map> payload;

  using own_json = void;

  bool operator==(const signal_output_definition&) const = default;

  static constexpr auto fields() {
    using self = signal_output_definition;
    return std::make_tuple(field(1, "name", &self::name, emit::not_empty),
                           field(2, "params", &self::params, emit::not_empty),
                           field(3, "payload", &self::payload, emit::not_empty));
  }
};

/// What a trigger wants of one signal.
struct signal_trigger_entry {
  std::optional<ordered_map<signal_match_param>> match_params;
  std::optional<std::vector<std::string>> join_keys;

  bool operator==(const signal_trigger_entry&) const = default;

  static constexpr auto fields() {
    using self = signal_trigger_entry;
    return std::make_tuple(field(1, "match_params", &self::match_params, emit::not_empty),
                           field(2, "join_keys", &self::join_keys, emit::not_empty));
  }
};

/// Starts a run when all its signals are there (spec 06 §4).
struct signal_trigger {
  std::optional<ordered_map<signal_trigger_entry>> definitions;
  std::optional<param_map> params;
  std::optional<std::string> condition;
  std::optional<std::string> dedup_expr;

  using own_json = void;

  bool operator==(const signal_trigger&) const = default;

  static constexpr auto fields() {
    using self = signal_trigger;
    return std::make_tuple(field(1, "definitions", &self::definitions, emit::not_empty),
                           field(2, "params", &self::params, emit::not_empty),
                           field(3, "condition", &self::condition, emit::not_empty),
                           field(4, "dedup_expr", &self::dedup_expr, emit::not_empty));
  }
};

} // namespace tutti::model
