#include "runtime/model/ids.hpp"

#include "runtime/base/md5.hpp"
#include "runtime/model/enum_text.hpp"

#include <cassert>

namespace tutti::model {

namespace {

constexpr std::string_view reserved_prefix = "maestro_";
constexpr std::string_view reserved_suffix = "_maestro";

constexpr std::string_view id_label = "[maestro id]";
constexpr std::string_view reference_label = "[maestro id or name reference]";
constexpr std::string_view name_label = "[maestro name]";

// Shown to users as the original writes them.
constexpr std::string_view id_regex = R"([_a-zA-Z0-9][.\-_a-zA-Z0-9]*+)";
constexpr std::string_view reference_regex = R"([_a-zA-Z][.\-_a-zA-Z0-9]*+)";
constexpr std::string_view name_regex = R"([\w \.,:@&='(){}$+\[\]\-\/\\]+)";

using flaw = std::optional<std::string>;

flaw says(std::string_view label, std::string_view what) {
  return std::string{label}.append(" ").append(what);
}

flaw rejects(std::string_view label, std::string_view what, std::string_view found) {
  return says(label, std::string{what}.append(" - rejected value is [").append(found).append("]"));
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_of(std::string_view text, bool (*good)(char)) {
  for (auto c : text)
    if (!good(c))
      return false;
  return true;
}

bool in_id(char c) {
  return is_letter(c) || is_digit(c) || c == '.' || c == '-';
}

bool in_name(char c) {
  constexpr std::string_view signs = " .,:@&='(){}$+[]-/\\";
  return is_letter(c) || is_digit(c) || signs.find(c) != std::string_view::npos;
}

flaw too_long(std::string_view label, std::string_view kind, std::string_view text,
              std::size_t length_max) {
  auto length = utf16_length(text);
  if (length <= length_max)
    return std::nullopt;
  return says(label, "cannot be more than " + std::string{kind} + " length limit "
                       + std::to_string(length_max) + " - rejected length is ["
                       + std::to_string(length) + "] for value [" + std::string{text} + "]");
}

flaw reserved_start(std::string_view label, std::string_view text) {
  if (!equal_any_case(text.substr(0, reserved_prefix.size()), reserved_prefix))
    return std::nullopt;
  return rejects(label, "cannot start with reserved prefix: maestro_", text);
}

flaw reserved_end(std::string_view label, std::string_view text) {
  auto n = reserved_suffix.size();
  if (text.size() < n || !equal_any_case(text.substr(text.size() - n), reserved_suffix))
    return std::nullopt;
  return rejects(label, "cannot end with reserved suffix: _maestro", text);
}

flaw regex_flaw(std::string_view label, std::string_view regex, std::string_view text) {
  return rejects(label, "does not follow the regex rule: " + std::string{regex}, text);
}

constexpr std::string_view base62
  = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string loop_prefix(std::string_view loop, std::int64_t internal_id) {
  return std::string{reserved_prefix}.append(loop) + "_" + hash_key(internal_id) + "_";
}

std::string loop_workflow_id(std::string_view loop, const loop_place& at) {
  auto name = at.step_id + "@" + std::to_string(at.instance_id) + "@" + at.workflow_id;
  return loop_prefix(loop, at.internal_id) + range_key(at.outer_instance_id) + "_" + md5_hex(name);
}

std::string three_parts(std::string_view a, std::string_view b, std::string_view c) {
  std::string out;
  for (auto part : {a, b, c})
    out.append("[").append(part).append("]");
  return out;
}

/// The hash of a text over its UTF-16 units, 31 to the power of their places.
std::int32_t text_hash(std::string_view text) {
  std::uint32_t h = 0;
  for (std::size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    std::size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t point = n == 1 ? lead : lead & (0xFFu >> (n + 1));
    for (std::size_t k = 1; k < n && i + k < text.size(); ++k)
      point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    if (point >= 0x10000) {
      h = 31 * h + (0xD800 + ((point - 0x10000) >> 10));
      point = 0xDC00 + ((point - 0x10000) & 0x3FF);
    }
    h = 31 * h + point;
    i += n;
  }
  return static_cast<std::int32_t>(h);
}

} // namespace

std::size_t utf16_length(std::string_view text) {
  std::size_t n = 0;
  for (auto c : text) {
    auto byte = static_cast<unsigned char>(c);
    n += byte >= 0xF0 ? 2 : (byte & 0xC0) == 0x80 ? 0 : 1;
  }
  return n;
}

flaw workflow_id_flaw(std::string_view id) {
  if (id.empty())
    return says(id_label, "cannot be null or empty");
  if (auto found = too_long(id_label, "id", id, id_length_max))
    return found;
  if (id[0] == '.' || id[0] == '-' || !all_of(id, in_id))
    return regex_flaw(id_label, id_regex, id);
  if (auto found = reserved_start(id_label, id))
    return found;
  return reserved_end(id_label, id);
}

flaw reference_id_flaw(std::string_view id) {
  if (id.empty())
    return says(reference_label, "cannot be null or empty");
  if (auto found = too_long(reference_label, "id", id, id_length_max))
    return found;
  if (!is_letter(id[0]) || !all_of(id, in_id))
    return regex_flaw(reference_label, reference_regex, id);
  if (id.find(step_param_separator) != std::string_view::npos)
    return rejects(reference_label, "cannot contain the step param separator '__'", id);
  return reserved_start(reference_label, id);
}

flaw name_flaw(std::string_view name) {
  if (name.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos)
    return says(name_label, "cannot be null or empty or blank spaces");
  if (auto found = too_long(name_label, "name", name, name_length_max))
    return found;
  if (!all_of(name, in_name))
    return regex_flaw(name_label, name_regex, name);
  if (auto found = reserved_start(name_label, name))
    return found;
  return reserved_end(name_label, name);
}

flaw display_name_flaw(std::string_view name) {
  return too_long(name_label, "name", name, name_length_max);
}

std::string run_identity(std::string_view workflow_id, std::int64_t instance_id,
                         std::int64_t run_id) {
  return three_parts(workflow_id, std::to_string(instance_id), std::to_string(run_id));
}

std::string step_identity(std::string_view step_id, std::int64_t attempt,
                          std::string_view step_uuid) {
  return three_parts(step_id, std::to_string(attempt), step_uuid);
}

std::string subworkflow_request_id(std::string_view parent_identity,
                                   std::string_view parent_step_identity) {
  return name_uuid(std::string{parent_identity}.append(parent_step_identity));
}

std::string foreach_request_id(std::string_view inline_workflow_id, std::int64_t foreach_run_id,
                               std::int64_t zero_based_index) {
  return name_uuid(three_parts(inline_workflow_id, std::to_string(foreach_run_id),
                               std::to_string(zero_based_index)));
}

std::string while_request_id(std::string_view inline_workflow_id, std::int64_t iteration_id,
                             std::int64_t loop_run_id) {
  return name_uuid(
    three_parts(inline_workflow_id, std::to_string(iteration_id), std::to_string(loop_run_id)));
}

std::string name_uuid(std::string_view name) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto bytes = md5(name);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x30);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      out += '-';
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
  return out;
}

std::int64_t group_of(std::string_view identity, std::int64_t group_info) {
  if (group_info <= 0)
    return 0;
  auto group = text_hash(identity) % group_info;
  return group < 0 ? group + group_info : group;
}

std::string hash_key(std::int64_t x) {
  assert(x > 0);
  std::string out;
  for (; x > 0; x /= 62)
    out += base62[static_cast<std::size_t>(x % 62)];
  return out;
}

std::string range_key(std::int64_t x) {
  auto digits = hash_key(x);
  return base62[digits.size()] + std::string{digits.rbegin(), digits.rend()};
}

std::string foreach_workflow_id(const loop_place& at) {
  return loop_workflow_id("foreach", at);
}

std::string while_workflow_id(const loop_place& at) {
  return loop_workflow_id("while", at);
}

std::string foreach_prefix(std::int64_t internal_id) {
  return loop_prefix("foreach", internal_id);
}

std::string while_prefix(std::int64_t internal_id) {
  return loop_prefix("while", internal_id);
}

bool is_inline_workflow_id(std::string_view workflow_id) {
  return workflow_id.starts_with("maestro_foreach") || workflow_id.starts_with("maestro_while");
}

} // namespace tutti::model
