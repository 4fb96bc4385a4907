#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::codec {

/// Reads `text` as `model` and writes it again, in the JSON of the original (spec 05 §1.4, §1.5).
///
/// A model is a name of the appendix of spec 05; `map of NAME` and `list of NAME`, also nested;
/// or `DSL`, a YAML document that becomes a create request. Job templates may be YAML too.
/// `now` (epoch ms) stands for times that the request does not tell.
///
/// `ec::not_found`: there is no such model. `ec::bad_request`: the text is refused.
result<std::string> round_trip_text(std::string_view model, std::string_view text,
                                    std::int64_t now);

} // namespace tutti::codec
