#pragma once

#include "runtime/engine/outcome.hpp"
#include "runtime/engine/store_reader.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tutti::actors {

/// Applied rows of a shard overlaid by the rows that one entity wrote and that are not applied
/// yet. An entity sees its own past without waiting for the disk; others never see this.
class own_rows final : public engine::row_reader {
public:
  explicit own_rows(const engine::row_reader& applied) : applied_(applied) {}

  /// Remembers rows of the entity's commit number `number`.
  void wrote(const std::vector<engine::row_change>& rows, std::uint64_t number);

  /// Commits up to `number` are applied now.
  void forget(std::uint64_t number);

  result<std::optional<std::string>> get(std::string_view key) const override;

  status scan(std::string_view from, std::string_view to,
              const std::function<bool(std::string_view, std::string_view)>& visit) const override;

  status
  scan_back(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override;

private:
  struct entry {
    std::optional<std::string> value;
    std::uint64_t number = 0;
  };

  const engine::row_reader& applied_;
  std::map<std::string, entry, std::less<>> rows_;
};

} // namespace tutti::actors
