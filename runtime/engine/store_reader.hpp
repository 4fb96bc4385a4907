#pragma once

#include "runtime/base/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::engine {

/// Reads applied rows of one shard; what entities are made of when they come back to memory.
class row_reader {
public:
  row_reader() = default;
  row_reader(const row_reader&) = delete;
  row_reader& operator=(const row_reader&) = delete;
  virtual ~row_reader() = default;

  virtual result<std::optional<std::string>> get(std::string_view key) const = 0;

  /// Visits keys in [from, to) in order until `visit` returns false.
  virtual status
  scan(std::string_view from, std::string_view to,
       const std::function<bool(std::string_view, std::string_view)>& visit) const = 0;

  /// The same from the end of the range.
  virtual status
  scan_back(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const = 0;
};

} // namespace tutti::engine
