#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How results become values of a parameter's type, and texts (spec 02 §10, §9).
namespace tutti::params {

/// Characters that the parameters of one workflow run or step may have as JSON.
inline constexpr std::size_t size_max = 750'000;

/// What the API tells about an implicit conversion: a meta member of the parameter.
struct conversion_note {
  std::string_view key; ///< `info` or `warn`; empty = nothing was converted
  std::string text;
};

/// Gives `raw` the type of the parameter `name`. Lists of integers stay compact.
result<model::value> coerce(std::string_view name, model::param_type type, model::value raw,
                            conversion_note* note = nullptr);

/// Lists and maps as compact JSON, doubles as the JVM writes them, null as `null`.
std::string to_text(const model::value& x);

/// The name of a value's type as the API writes it; null is `NULL`.
std::string_view type_name(const model::value& x);

/// Reads a whole text as a 64-bit number with an optional sign.
std::optional<std::int64_t> parse_long(std::string_view text);

} // namespace tutti::params
