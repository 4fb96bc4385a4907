#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"
#include "runtime/model/instance.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// The JSON form of the data model, as the API reads and writes it (spec 01 §1, 05 §1.4, §1.5).
///
/// The functions below exist for the types listed at the end of the `json_*.cpp` files. For a
/// described struct of your own include `json_codec.hpp`.
namespace tutti::model {

struct json_rules {
  /// Skip members that nobody knows, instead of refusing them.
  bool skip_unknown = false;
  /// Take what the original takes, also where the specification says that ours refuses it: dates
  /// of interval triggers in any form that the lenient Java pattern can be applied to.
  bool as_original = false;
  /// Epoch ms that stand for an absent time of a request, an event or a timeline entry; with 0
  /// such a time stays absent or 0.
  std::int64_t now = 0;
  /// The place of the value, put before each path in errors, for example `run_params`.
  std::string_view root{};
};

/// Reads one JSON value; text after it is ignored. Numbers that a double would not write back
/// the same way (1.50, 1e3) are kept as exact numbers. `ec::bad_request` with the position.
result<boost::json::value> parse_text(std::string_view text);

/// Compact text. The only way to write what `to_json` gives: it knows exact numbers, writes
/// doubles as `5.0`, and replaces bytes that are no UTF-8.
std::string to_text(const boost::json::value& x);

/// A number that keeps its digits: a string that begins with a byte no UTF-8 text has.
/// @pre `is_json_number(digits)`
boost::json::value exact_number(std::string_view digits);

/// The digits of an exact number, or an empty view.
std::string_view exact_digits(const boost::json::value& x);

template <class T>
boost::json::value to_json(const T& x);

/// `ec::bad_request`: the path, what was expected, what was found. An error with `details` says
/// that a required member is absent; these are violations in the form of `validate.hpp`.
template <class T>
result<T> from_json(const boost::json::value& x, const json_rules& rules = {});

template <class T>
result<T> parse_json(std::string_view text, const json_rules& rules = {});

/// The compact JSON text of a value.
template <class T>
std::string json_text(const T& x);

} // namespace tutti::model
