#pragma once

#include "actors/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::http {

/// Reads the parameters of a request, first those of the path, then those of the query. The
/// first one that is missing or mistyped is kept as a refusal; the values that are returned
/// then have no meaning. The request must outlive the reader.
///
///     param_reader read{asked};
///     const auto enriched = read.flag("enriched", true);
///     const auto run = read.required_int64("runId");
///     if (read.refusal())
///       return answer(*read.refusal());
class param_reader {
public:
  explicit param_reader(const request& asked) : asked_(asked) {}

  /// `true`, `on`, `yes`, `1` and `false`, `off`, `no`, `0` in any letter case. Absent or
  /// empty: the default.
  bool flag(std::string_view name, bool fallback);

  /// A decimal number. Absent or empty: nothing.
  std::optional<std::int64_t> int64(std::string_view name);
  std::optional<std::int32_t> int32(std::string_view name);

  std::int64_t required_int64(std::string_view name);
  std::int32_t required_int32(std::string_view name);

  /// Null when absent.
  const std::string* text(std::string_view name) const;

  /// May be empty.
  std::string required_text(std::string_view name);

  const std::optional<response>& refusal() const { return refusal_; }

private:
  std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most);
  std::int64_t required_number(std::string_view name, std::int64_t least, std::int64_t most);
  void refuse(const std::string& detail);
  void refuse_value(std::string_view name, std::string_view value);
  void refuse_missing(std::string_view name);

  const request& asked_;
  std::optional<response> refusal_;
};

} // namespace tutti::http
