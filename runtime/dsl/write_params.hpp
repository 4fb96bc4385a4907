#pragma once

#include "runtime/dsl/keys.hpp"
#include "runtime/dsl/yaml_writer.hpp"
#include "runtime/model/param.hpp"

#include <functional>
#include <string_view>

namespace tutti::dsl {

/// Whether a key would mean something else than a param.
using key_test = std::function<bool(std::string_view key)>;

/// Writes params as the keys of a map. What the DSL cannot say of a param is left out.
/// @param skipped names of params that are told in another way
void write_params(yaml_writer& out, const model::param_map& params, const key_test& taken,
                  std::span<const std::string_view> skipped = {});

} // namespace tutti::dsl
