#pragma once

#include "runtime/engine/outcome.hpp"

#include <map>
#include <string>

/// All versions of one job template. Its home is the shard of its job type; every other shard holds
/// a copy, so that a step finds its template among the rows of its own shard. A change reaches the
/// copies by letters, in order.
namespace tutti::engine {

struct template_memory {
  entity_id id;
  std::map<std::string, model::job_template> versions; ///< at home only
};

/// Judges a message and folds the consequences into `memory`. Time and author of a version are in
/// the message.
result<outcome> decide(template_memory& memory, const message& what, const surroundings& around);

result<template_memory> load_template(const entity_id& id, const row_reader& rows);

} // namespace tutti::engine
