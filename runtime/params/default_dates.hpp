#pragma once

#include "runtime/params/defaults.hpp"

/// Dates and time zones among the defaults of workflow runs (spec 02 §12.1), computed as their
/// expressions would.
namespace tutti::params {

std::optional<model::value> compute_default_zone(const system_default& self,
                                                 const instance_facts& instance,
                                                 const step_facts* step,
                                                 const default_lookup& others);

std::optional<model::value> compute_cron_zone(const system_default& self,
                                              const instance_facts& instance,
                                              const step_facts* step, const default_lookup& others);

/// `yyyyMMdd` or `HH` of the time in `self.from`, in the zone `self.zone`.
std::optional<model::value> compute_date(const system_default& self, const instance_facts& instance,
                                         const step_facts* step, const default_lookup& others);

/// The hour that `TARGET_RUN_DATE` and `TARGET_RUN_HOUR` name, epoch ms.
std::optional<model::value> compute_derived_time(const system_default& self,
                                                 const instance_facts& instance,
                                                 const step_facts* step,
                                                 const default_lookup& others);

} // namespace tutti::params
