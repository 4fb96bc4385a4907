#include "runtime/engine/address.hpp"

namespace tutti::engine {

entity_id workflow_entity(std::string workflow_id) {
  return {entity_kind::workflow, std::move(workflow_id), 0, 0, {}};
}

entity_id instance_entity(std::string workflow_id, std::int64_t instance_id, std::int64_t run_id) {
  return {entity_kind::instance, std::move(workflow_id), instance_id, run_id, {}};
}

entity_id step_entity(std::string workflow_id, std::int64_t instance_id, std::int64_t run_id,
                      std::string step_id) {
  return {entity_kind::step, std::move(workflow_id), instance_id, run_id, std::move(step_id)};
}

entity_id loop_part_entity(std::string inline_id, std::int64_t chunk, std::int64_t run_id) {
  return {entity_kind::loop_part, std::move(inline_id), chunk, run_id, {}};
}

entity_id template_entity(std::string job_type) {
  return {entity_kind::job_template, std::move(job_type), 0, 0, {}};
}

entity_id template_copy_entity(std::string job_type, shard_no shard) {
  return {entity_kind::job_template, std::move(job_type), shard + 1, 0, {}};
}

entity_id cluster_entity() {
  return {entity_kind::cluster, "cluster", 0, 0, {}};
}

entity_id purge_entity(std::string workflow_id, shard_no shard) {
  return {entity_kind::purge, std::move(workflow_id), shard, 0, {}};
}

entity_id run_of(const entity_id& step) {
  return instance_entity(step.workflow_id, step.instance_id, step.run_id);
}

std::string to_string(const entity_id& id) {
  auto text = "[" + id.workflow_id + "]";
  if (id.kind == entity_kind::workflow || id.kind == entity_kind::cluster)
    return text;
  if (id.kind == entity_kind::job_template)
    return "job template " + text
           + (id.instance_id == 0 ? ""
                                  : "[copy in shard " + std::to_string(id.instance_id - 1) + "]");
  if (id.kind == entity_kind::purge)
    return text + "[purge of shard " + std::to_string(id.instance_id) + "]";
  if (id.kind == entity_kind::loop_part)
    return text + "[chunk " + std::to_string(id.instance_id) + "][" + std::to_string(id.run_id)
           + "]";
  text += "[" + std::to_string(id.instance_id) + "][" + std::to_string(id.run_id) + "]";
  if (id.kind == entity_kind::step)
    text += "[" + id.step_id + "]";
  return text;
}

bool is_inline(std::string_view workflow_id) {
  return workflow_id.starts_with("maestro_foreach") || workflow_id.starts_with("maestro_while");
}

std::uint64_t stable_hash(std::string_view text, std::uint64_t seed) {
  auto h = seed;
  for (auto c : text) {
    h ^= static_cast<unsigned char>(c);
    h *= 0x100000001b3ULL;
  }
  return h;
}

namespace {

/// FNV's low bits are weak; a final mix spreads them.
std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

} // namespace

shard_no shard_of(const entity_id& id, shard_no shards) {
  if (id.kind == entity_kind::cluster)
    return 0;
  if (id.kind == entity_kind::job_template && id.instance_id != 0)
    return static_cast<shard_no>((id.instance_id - 1) % shards);
  if (id.kind == entity_kind::purge)
    return static_cast<shard_no>(id.instance_id % shards);
  auto h = stable_hash(id.workflow_id);
  if (id.kind == entity_kind::workflow || id.kind == entity_kind::job_template)
    return static_cast<shard_no>(mix(h) % shards);
  if (id.kind == entity_kind::loop_part)
    return static_cast<shard_no>((mix(h) + static_cast<std::uint64_t>(id.instance_id)) % shards);
  if (is_inline(id.workflow_id)) {
    auto chunk = static_cast<std::uint64_t>((id.instance_id - 1) / chunk_size);
    return static_cast<shard_no>((mix(h) + chunk) % shards);
  }
  return static_cast<shard_no>(mix(h + static_cast<std::uint64_t>(id.instance_id)) % shards);
}

std::size_t entity_hash::operator()(const entity_id& id) const {
  auto h = stable_hash(id.workflow_id);
  h = stable_hash(id.step_id, h);
  h += static_cast<std::uint64_t>(id.instance_id) * 0x9e3779b97f4a7c15ULL;
  h += static_cast<std::uint64_t>(id.run_id) * 131 + static_cast<std::uint64_t>(id.kind);
  return mix(h);
}

} // namespace tutti::engine
