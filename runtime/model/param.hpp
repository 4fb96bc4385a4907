#pragma once

#include "runtime/base/ordered_map.hpp"
#include "runtime/model/fields.hpp"
#include "runtime/model/int_seq.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Parameters: definitions and evaluated ones (spec 02 §1, §2).
namespace tutti::model {

enum class param_type : std::uint8_t {
  text = 0,    ///< STRING
  integer = 1, ///< LONG
  decimal = 2, ///< DOUBLE
  boolean = 3,
  string_map = 4,
  string_array = 5,
  long_array = 6,
  double_array = 7,
  boolean_array = 8,
  map = 9,
};

/// From least to most strict.
enum class param_mode : std::uint8_t {
  mutable_always = 0, ///< MUTABLE
  mutable_on_start_restart = 1,
  mutable_on_start = 2,
  immutable = 3,
  constant = 4,
};

enum class internal_param_mode : std::uint8_t {
  required = 0,
  optional = 1,
  provided = 2,
  reserved = 3
};

enum class param_source : std::uint8_t {
  system = 0,
  template_schema = 1,
  system_injected = 2,
  system_default = 3,
  definition = 4,
  signal = 5,
  time_trigger = 6,
  output_parameter = 7,
  launch = 8,
  restart = 9,
  subworkflow = 10,
  template_ = 11,
  foreach = 12,
  while_ = 13,
  workflow_parameter = 14,
};

std::string_view to_string(param_type x);
std::string_view to_string(param_mode x);
std::string_view to_string(internal_param_mode x);
std::string_view to_string(param_source x);
std::optional<param_type> parse_param_type(std::string_view any_case);
std::optional<param_mode> parse_param_mode(std::string_view any_case);
std::optional<internal_param_mode> parse_internal_param_mode(std::string_view any_case);
std::optional<param_source> parse_param_source(std::string_view any_case);

/// A decimal number as the user wrote it: definitions keep the text (1.50 stays 1.50).
struct decimal {
  std::string text;

  bool operator==(const decimal&) const = default;

  static constexpr auto fields() { return std::make_tuple(field(1, "text", &decimal::text)); }
};

struct param;
struct value;

using string_map = ordered_map<std::string>;
using value_map = ordered_map<value>;
using param_map = ordered_map<param>;

/// A literal or an evaluated result. Literals of MAP hold definitions (`param_map`), results of
/// MAP hold raw results (`value_map`); literal doubles are `decimal`, results are `double`.
struct value {
  // Stored: append alternatives only.
  std::variant<std::monostate, std::string, std::int64_t, double, bool, string_map,
               std::vector<std::string>, int_seq, std::vector<double>, std::vector<bool>, value_map,
               param_map, decimal, std::vector<decimal>>
    v;

  bool is_null() const { return v.index() == 0; }

  template <class T>
  const T* as() const {
    return std::get_if<T>(&v);
  }

  bool operator==(const value& other) const;

  static constexpr auto fields() { return std::make_tuple(field(1, "v", &value::v)); }
};

struct tag {
  std::string name;
  std::optional<std::string> name_space; ///< JSON `namespace`
  std::optional<std::int64_t> permit;
  /// Other members, name to compact JSON text.
  ordered_map<std::string> attributes;

  bool operator==(const tag&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "name", &tag::name), field(2, "namespace", &tag::name_space),
                           field(3, "permit", &tag::permit),
                           field(4, "attributes", &tag::attributes, emit::stored_only));
  }
};

/// A parameter definition, and, with `evaluated_result` and `evaluated_time`, a parameter.
struct param {
  std::optional<value> literal; ///< JSON `value`
  std::optional<std::string> expression;
  param_type type = param_type::text;
  std::optional<std::string> validator;
  std::optional<std::vector<tag>> tags;
  std::optional<param_mode> mode;
  std::optional<value> evaluated_result;
  std::optional<std::int64_t> evaluated_time; ///< epoch ms
  std::optional<internal_param_mode> internal_mode;
  std::optional<param_source> source;
  /// Other members of the JSON object, name to compact JSON text, written back flat.
  ordered_map<std::string> meta;

  bool operator==(const param& other) const;

  static constexpr auto fields() {
    return std::make_tuple(
      field(1, "value", &param::literal), field(2, "expression", &param::expression),
      field(3, "type", &param::type, emit::always), field(4, "validator", &param::validator),
      field(5, "tags", &param::tags), field(6, "mode", &param::mode),
      field(7, "evaluated_result", &param::evaluated_result),
      field(8, "evaluated_time", &param::evaluated_time), field(10, "source", &param::source),
      field(9, "internal_mode", &param::internal_mode),
      field(11, "meta", &param::meta, emit::stored_only));
  }
};

/// No value at all. It stands here because types that hold one another must be made whole in this
/// order: Clang finds half a type otherwise.
inline value null_value() {
  return {};
}

/// A literal parameter of a type that follows from the value.
param make_param(value literal);

} // namespace tutti::model
