#pragma once

#include "actors/worker/process_runner.hpp"
#include "actors/worker/run_folder.hpp"
#include "actors/worker/step_files.hpp"

namespace tutti::worker {

/// Refuses a uuid that cannot be the name of a folder.
status check_uuid(const std::string& step_uuid);

/// Refuses what no supervisor could run or what is too large.
status check_job(const job_spec& spec);

/// Writes all that the supervisor and the job need into the folder; spec.json is the last.
/// @pre check_job(spec) and the folder's path is absolute
status write_job(const job_spec& spec, const runner_options& options, const run_folder& folder);

/// A variable that all processes of the job are born with, and no others.
std::string environment_mark(const run_folder& folder);

} // namespace tutti::worker
