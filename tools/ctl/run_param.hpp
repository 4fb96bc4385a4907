#pragma once

#include "runtime/base/error.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tutti::ctl {

/// The param definition that a text on the command line means: a whole number is LONG, a
/// decimal DOUBLE, true and false BOOLEAN; a JSON array is an array of one kind, a JSON object
/// of texts STRING_MAP, another MAP; a JSON text in quotes is STRING, and so is the rest.
/// Refuses only a JSON array or object that no param type can hold, or that is not readable.
result<boost::json::object> read_param(std::string_view text);

/// `NAME=VALUE` texts to the member `run_params`. A name given twice is refused.
result<boost::json::object> read_params(const std::vector<std::string>& texts);

} // namespace tutti::ctl
