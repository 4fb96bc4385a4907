#include "storage/journal/shard_write.hpp"

namespace tutti::storage {

std::size_t byte_count(const std::vector<shard_write>& parts) {
  // Keys of entries, rows and positions, and the framing of the batch.
  constexpr std::size_t entry_overhead = 32;
  constexpr std::size_t row_overhead = 16;
  constexpr std::size_t part_overhead = 128;
  std::size_t size = 0;
  for (const auto& part : parts) {
    size += part_overhead;
    for (const auto& entry : part.append)
      size += entry.data.size() + entry_overhead;
    for (const auto& op : part.apply)
      size += op.key.size() + op.value.size() + row_overhead;
  }
  return size;
}

std::optional<term_no> appended_term(const std::vector<shard_write>& parts, std::size_t count,
                                     shard_id shard, log_index at) {
  for (auto i = count; i > 0; --i) {
    const auto& part = parts[i - 1];
    if (part.shard == shard && !part.append.empty() && at >= part.append.front().index
        && at <= part.append.back().index)
      return part.append[at - part.append.front().index].term;
  }
  return std::nullopt;
}

} // namespace tutti::storage
