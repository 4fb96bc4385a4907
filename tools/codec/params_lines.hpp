#pragma once

#include <iosfwd>

namespace tutti::params {

class expression_evaluator;

} // namespace tutti::params

namespace tutti::codec {

/// Reads one parameter set a line, `{"id": …, "params": {name: definition, …}}`, merges and
/// evaluates it as the parameters of a workflow (spec 02 §5 to §10), and writes for each line
/// `{"id": …, "result": {name: evaluated result, …}}`, with the parameters of the set in its
/// order, or `{"id": …, "error": kind, "message": …}`, with the name of the failure that clients
/// of the original know. Blank lines are skipped.
///
/// Optional members: `run_params` and `restart_params` are merged over the set; `previous` are the
/// evaluated parameters of the run before, in the place of `params`; with `workflow_params`
/// (evaluated before) the set is that of a step; `now` is the time in epoch ms (default: the
/// present), `workflow_id` and `step_id` name things in errors; with `defaults` true the
/// parameters of the system are among the results.
/// @param evaluator null = `params::basic_evaluator()`
void run_params_lines(std::istream& in, std::ostream& out,
                      const params::expression_evaluator* evaluator = nullptr);

} // namespace tutti::codec
