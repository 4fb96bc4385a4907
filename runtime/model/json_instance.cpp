#include "runtime/model/json_codec.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace tutti::model {

namespace {

using names = std::span<const std::string_view>;

// -- initiators ---------------------------------------------------------------------------

constexpr std::string_view manual_order[] = {"depth", "type", "user"};
constexpr std::string_view time_order[] = {"trigger_uuid", "trigger_time", "timezone", "depth",
                                           "type"};
constexpr std::string_view signal_order[] = {"trigger_uuid", "depth", "type", "signal_id_map",
                                             "params"};
constexpr std::string_view upstream_order[] = {"ancestors", "depth", "type"};

names members_of(initiator_type type) {
  switch (type) {
    case initiator_type::manual:
      return manual_order;
    case initiator_type::time:
      return time_order;
    case initiator_type::signal:
      return signal_order;
    default:
      return upstream_order;
  }
}

bool read_member_of(json_reader& in, const json_place& at, const json::key_value_pair& member,
                    initiator& out) {
  auto allowed = members_of(out.type);
  if (std::find(allowed.begin(), allowed.end(), key_of(member)) == allowed.end())
    return in.unknown(at, {allowed.begin(), allowed.end()});
  return read_member(in, at, key_of(member), member.value(), out) == member_result::read;
}

bool is_upstream(initiator_type type) {
  return type >= initiator_type::subworkflow;
}

} // namespace

json::value write_json(const initiator& x) {
  json::object out;
  for (auto name : members_of(x.type))
    for_each_field<initiator>([&](const auto& f) {
      if (f.name == name && !detail::left_out(x.*(f.member), f.when))
        out[f.name] = write_json(x.*(f.member));
    });
  return out;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, initiator& out) {
  const auto* members = x.if_object();
  const auto* type = members ? members->if_contains("type") : nullptr;
  if (!type || type->is_null())
    return in.expected(at, "an object with type", x);
  if (!read_json(in, json_place{at, "type"}, *type, out.type))
    return false;
  auto params_before = std::exchange(in.free_params, true);
  auto good = std::all_of(members->begin(), members->end(), [&](const auto& member) {
    return read_member_of(in, json_place{at, key_of(member)}, member, out);
  });
  in.free_params = params_before;
  if (!good || !is_upstream(out.type))
    return good;
  if (out.ancestors.empty())
    return in.refuse(json_place{at, "ancestors"}, "expected at least one ancestor, found none");
  // A given depth is not believed: it follows from the ancestors.
  out.depth = static_cast<std::int64_t>(out.ancestors.size());
  return true;
}

TUTTI_JSON_TYPE(ordered_map<std::int64_t>);
TUTTI_JSON_TYPE(ancestor);
TUTTI_JSON_TYPE(initiator);
TUTTI_JSON_TYPE(step_runtime_state);
TUTTI_JSON_TYPE(step_retry);

} // namespace tutti::model
