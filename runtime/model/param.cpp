#include "runtime/model/param.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/model/decimals.hpp"
#include "runtime/model/enum_text.hpp"

#include <cmath>

namespace tutti::model {

namespace {

using names = std::string_view;

constexpr std::array type_names{names{"STRING"},     names{"LONG"},         names{"DOUBLE"},
                                names{"BOOLEAN"},    names{"STRING_MAP"},   names{"STRING_ARRAY"},
                                names{"LONG_ARRAY"}, names{"DOUBLE_ARRAY"}, names{"BOOLEAN_ARRAY"},
                                names{"MAP"}};

constexpr std::array mode_names{names{"MUTABLE"}, names{"MUTABLE_ON_START_RESTART"},
                                names{"MUTABLE_ON_START"}, names{"IMMUTABLE"}, names{"CONSTANT"}};

constexpr std::array internal_mode_names{names{"REQUIRED"}, names{"OPTIONAL"}, names{"PROVIDED"},
                                         names{"RESERVED"}};

constexpr std::array source_names{names{"SYSTEM"},
                                  names{"TEMPLATE_SCHEMA"},
                                  names{"SYSTEM_INJECTED"},
                                  names{"SYSTEM_DEFAULT"},
                                  names{"DEFINITION"},
                                  names{"SIGNAL"},
                                  names{"TIME_TRIGGER"},
                                  names{"OUTPUT_PARAMETER"},
                                  names{"LAUNCH"},
                                  names{"RESTART"},
                                  names{"SUBWORKFLOW"},
                                  names{"TEMPLATE"},
                                  names{"FOREACH"},
                                  names{"WHILE"},
                                  names{"WORKFLOW_PARAMETER"}};

struct typed_literal {
  param_type type;
  value literal;
};

typed_literal typed(value x);

value map_literal(value_map&& entries) {
  param_map out;
  out.reserve(entries.size());
  for (auto& [name, item] : entries)
    out.append(name, make_param(std::move(item)));
  return value{std::move(out)};
}

value double_literal(double x) {
  // A literal has no form for these; the double is kept and written as text.
  if (!std::isfinite(x))
    return value{x};
  return value{decimal_of(x)};
}

value doubles_literal(const std::vector<double>& xs) {
  std::vector<decimal> out;
  out.reserve(xs.size());
  for (auto x : xs) {
    if (!std::isfinite(x))
      return value{xs};
    out.push_back(decimal_of(x));
  }
  return value{std::move(out)};
}

typed_literal typed(value x) {
  auto as_is = [&](param_type type) { return typed_literal{type, std::move(x)}; };
  return std::visit(overload{
                      [&](std::monostate) { return as_is(param_type::text); },
                      [&](const std::string&) { return as_is(param_type::text); },
                      [&](std::int64_t) { return as_is(param_type::integer); },
                      [&](double item) {
                        return typed_literal{param_type::decimal, double_literal(item)};
                      },
                      [&](bool) { return as_is(param_type::boolean); },
                      [&](const string_map&) { return as_is(param_type::string_map); },
                      [&](const std::vector<std::string>&) {
                        return as_is(param_type::string_array);
                      },
                      [&](const int_seq&) { return as_is(param_type::long_array); },
                      [&](const std::vector<double>& items) {
                        return typed_literal{param_type::double_array, doubles_literal(items)};
                      },
                      [&](const std::vector<bool>&) { return as_is(param_type::boolean_array); },
                      [&](value_map& items) {
                        return typed_literal{param_type::map, map_literal(std::move(items))};
                      },
                      [&](const param_map&) { return as_is(param_type::map); },
                      [&](const decimal&) { return as_is(param_type::decimal); },
                      [&](const std::vector<decimal>&) { return as_is(param_type::double_array); },
                    },
                    x.v);
}

} // namespace

std::string_view to_string(param_type x) {
  return name_in(type_names, x);
}

std::string_view to_string(param_mode x) {
  return name_in(mode_names, x);
}

std::string_view to_string(internal_param_mode x) {
  return name_in(internal_mode_names, x);
}

std::string_view to_string(param_source x) {
  return name_in(source_names, x);
}

std::optional<param_type> parse_param_type(std::string_view any_case) {
  return find_any_case<param_type>(type_names, any_case);
}

std::optional<param_mode> parse_param_mode(std::string_view any_case) {
  return find_any_case<param_mode>(mode_names, any_case);
}

std::optional<internal_param_mode> parse_internal_param_mode(std::string_view any_case) {
  return find_any_case<internal_param_mode>(internal_mode_names, any_case);
}

std::optional<param_source> parse_param_source(std::string_view any_case) {
  return find_any_case<param_source>(source_names, any_case);
}

bool value::operator==(const value& other) const {
  return v == other.v;
}

bool param::operator==(const param& other) const {
  auto members = [](const param& x) {
    return std::tie(x.type, x.literal, x.expression, x.validator, x.tags, x.mode,
                    x.evaluated_result, x.evaluated_time, x.internal_mode, x.source, x.meta);
  };
  return members(*this) == members(other);
}

param make_param(value literal) {
  auto x = typed(std::move(literal));
  param out;
  out.type = x.type;
  if (!x.literal.is_null())
    out.literal = std::move(x.literal);
  return out;
}

} // namespace tutti::model
