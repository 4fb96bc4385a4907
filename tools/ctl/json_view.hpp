#pragma once

#include "runtime/base/error.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// Reading answers without trusting their shape: what is missing or of another kind is empty.
namespace tutti::ctl {

using json_value = boost::json::value;

/// @returns `bad_request` when the text is no JSON
result<json_value> read_json(std::string_view text);

/// The member, or null.
const json_value& member(const json_value& object, std::string_view name);

/// The member as text: null and what is missing as empty text, the rest as `compact` writes it.
std::string text_of(const json_value& object, std::string_view name);

std::int64_t number_of(const json_value& object, std::string_view name);

/// The member's elements; none when it is not an array.
const boost::json::array& elements_of(const json_value& object, std::string_view name);

const boost::json::object& object_of(const json_value& object, std::string_view name);

/// Indented by two spaces, with a line end.
std::string pretty(const json_value& value);

/// A text of JSON without blanks, in the same form; numbers keep their digits.
std::string indented(std::string_view compact_json);

/// On one line, without blanks.
std::string compact(const json_value& value);

/// The shortest decimal that reads back as `x`: 0.5, 10000000000.0, 1e-09. What JSON cannot say
/// is null.
std::string decimal_text(double x);

} // namespace tutti::ctl
