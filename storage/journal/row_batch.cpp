#include "storage/journal/row_batch.hpp"

#include "storage/journal/big_endian.hpp"
#include "storage/journal/checksum.hpp"

#include <cstdint>
#include <optional>

namespace tutti::storage {

namespace {

constexpr char version = 1;
constexpr std::size_t checksum_size = 4;

error corrupt(std::string_view bytes, const std::string& what) {
  return {ec::corrupt, "log entry of " + std::to_string(bytes.size()) + " bytes: " + what};
}

void append_text(std::string& out, std::string_view text) {
  append_be(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

/// Takes a text from the front; none if it is cut off.
std::optional<std::string_view> take_text(std::string_view& rest) {
  if (rest.size() < 4)
    return std::nullopt;
  auto size = read_be<std::uint32_t>(rest);
  if (size > rest.size() - 4)
    return std::nullopt;
  auto out = rest.substr(4, size);
  rest.remove_prefix(4 + size);
  return out;
}

} // namespace

std::string encode_rows(std::span<const row_op> ops) {
  if (ops.empty())
    return {};
  std::size_t size = 1 + checksum_size;
  for (const auto& op : ops)
    size += 9 + op.key.size() + op.value.size();
  std::string out;
  out.reserve(size);
  out += version;
  for (const auto& op : ops) {
    out += static_cast<char>(op.what);
    append_text(out, op.key);
    append_text(out, op.value);
  }
  append_be(out, crc32c(out));
  return out;
}

result<std::vector<row_op>> decode_rows(std::string_view bytes) {
  std::vector<row_op> out;
  if (bytes.empty())
    return out;
  if (bytes.size() < 1 + checksum_size)
    return corrupt(bytes, "cut off");
  auto rest = bytes.substr(0, bytes.size() - checksum_size);
  auto found = read_be<std::uint32_t>(bytes, rest.size());
  if (auto expected = crc32c(rest); found != expected)
    return corrupt(bytes,
                   "checksum " + std::to_string(found) + ", expected " + std::to_string(expected));
  if (rest.front() != version)
    return corrupt(bytes, "version " + std::to_string(rest.front()) + "; this program knows "
                            + std::to_string(version));
  rest.remove_prefix(1);
  while (!rest.empty()) {
    auto kind = static_cast<std::uint8_t>(rest.front());
    if (kind > static_cast<std::uint8_t>(row_op::kind::erase_range))
      return corrupt(bytes, "unknown change " + std::to_string(kind));
    rest.remove_prefix(1);
    auto key = take_text(rest);
    auto value = key ? take_text(rest) : std::nullopt;
    if (!value)
      return corrupt(bytes, "a change is cut off");
    out.push_back({static_cast<row_op::kind>(kind), std::string{*key}, std::string{*value}});
  }
  return out;
}

} // namespace tutti::storage
