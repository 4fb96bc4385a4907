#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::http {

/// Names and values in the order of their appearance. A name may repeat.
using name_values = std::vector<std::pair<std::string, std::string>>;

/// One request as the server read it. All decoded texts are valid UTF-8, except the body.
struct request {
  /// As sent; methods are case sensitive.
  std::string method;
  /// As sent, still percent-encoded, without the query.
  std::string path;
  /// The path cut at its slashes, each piece decoded. A trailing slash gives an empty piece.
  std::vector<std::string> segments;
  /// Decoded, in order. A name without `=` has an empty value.
  name_values query;
  /// Headers; empty when absent.
  std::string content_type;
  std::string accept;
  /// Header `user`; `has_user` tells an absent one from an empty one.
  std::string user;
  bool has_user = false;
  std::string body;
  /// The decoded segments in the place of a route's placeholders; filled by the route table.
  name_values path_vars;
};

struct response {
  unsigned status = 200;
  /// Not sent when the body is empty.
  std::string content_type = "application/json";
  std::string body;
  std::optional<unsigned> retry_after_s;
  /// More headers, such as `Allow`. Line breaks in them are sent as blanks.
  name_values headers;
};

/// The first value of a name, or null.
const std::string* find_value(const name_values& in, std::string_view name);

} // namespace tutti::http
