#pragma once

#include "runtime/dsl/params.hpp"

#include <optional>

namespace tutti::dsl {

struct typed_value {
  model::param_type type = model::param_type::text;
  model::value value;
};

/// The literal of a param, of the type that follows from the value; a type in the key must be the
/// same. Nothing when it is no literal, which is reported.
std::optional<typed_value> read_literal(const entry& item, const param_key& key, const path& where,
                                        report& out);

} // namespace tutti::dsl
