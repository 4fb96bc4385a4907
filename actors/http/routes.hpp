#pragma once

#include "actors/http/message.hpp"
#include "actors/http/server.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tutti::http {

/// What `Content-Type` a route demands.
enum class body_kind {
  any,
  json,
  yaml,
};

struct route {
  std::string method;
  /// Literal segments and placeholders, such as `/api/v3/workflows/{workflowId}/overview`.
  std::string pattern;
  handler serve;
  body_kind body = body_kind::any;
  /// The header `user` must be there.
  bool needs_user = false;
  /// What the answers are, for the check of `Accept`. Empty: no check.
  std::string produces = "application/json";
};

/// Finds the route of a request, or the answer to a request that has none. A literal segment
/// wins over a placeholder, the one further left first. `HEAD` is served by `GET` routes.
/// Filled before it is used, then shared by all threads.
class route_table {
public:
  /// @pre the pattern starts with `/`, and no other route has its method and shape
  void add(route one);

  /// Fills `path_vars` if there is a route. The route lives as long as the table.
  std::variant<const route*, response> find(request& asked) const;

  /// Serves the request by its route, or answers why not.
  void operator()(request asked, responder answer) const;

private:
  struct entry {
    route what;
    std::vector<std::string> segments;
    /// One character for each segment, `0` for a literal and `1` for a placeholder: the
    /// smaller text is the better match.
    std::string shape;
  };

  /// By number of segments.
  std::vector<std::vector<entry>> by_size_;
};

/// True if the value of `Accept` allows the media type.
bool accepts(std::string_view accept, std::string_view media_type);

} // namespace tutti::http
