#pragma once

#include <boost/json/fwd.hpp>

#include <string>
#include <vector>

namespace tutti::dsl {

/// How one JSON value differs from another, in the order of the first: paths of members that `to`
/// lacks or has with another value, and of those that only `to` has. Numbers are compared by their
/// value, objects without their order. At most `mistake_limit` of each kind.
void find_differences(const boost::json::value& from, const boost::json::value& to,
                      std::vector<std::string>& lost, std::vector<std::string>& added);

} // namespace tutti::dsl
