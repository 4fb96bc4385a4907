#pragma once

#include "runtime/engine/step_core.hpp"

namespace tutti::engine {

/// What an executor needs to run a shell step, from its evaluated parameters:
/// `command` (text for `/bin/sh -c`, or a list = argv) or `script` (text, run by `interpreter`,
/// default `/bin/sh`), `env` (STRING_MAP), `working_dir`. All other parameters of the step and of
/// the workflow reach the process as environment (where the name allows it) and as a JSON file.
/// Error: bad_request when neither or both of command and script are there, or a type is wrong.
result<launch_job> make_job(const step_memory& memory);

} // namespace tutti::engine
