#include "runtime/dsl/keys.hpp"

namespace tutti::dsl {

namespace {

using model::step_kind;
using form = value_form;

constexpr key_decl of_workflow[] = {
  {"id", form::text, "Id of the workflow; the same id makes a new version of it", {}, true},
  {"name", form::text, "Name for people"},
  {"description", form::text, "What it is for"},
  {"owner", form::strict_text, "User that owns the workflow"},
  {"tags", form::tags, "Tags of the definition"},
  {"timeout", form::number_text, "Longest time of a run: seconds, or a text such as 2 hours"},
  {"criticality", form::word, "How much depends on it", criticality_words},
  {"run_strategy", form::word, "Which runs may go on at a time", run_rule_words},
  {"workflow_concurrency", form::integer, "Runs at a time, with the strategy PARALLEL"},
  {"step_concurrency", form::integer, "Iterations of one loop at a time, at most; 20 if absent"},
  {"jobs", form::jobs, "The jobs", {}, true},
  {"dag", form::dag, "Order of the jobs that have no transition of their own", dag_words},
  {"workflow_params", form::params, "Params; those among the keys above it are dropped"},
};

constexpr key_decl of_job[] = {
  {"id", form::text, "Id of the job, used once in the document", {}, true},
  {"name", form::text, "Name for people"},
  {"description", form::text, "What it is for"},
  {"tags", form::tags, "Tags of the step"},
  {"timeout", form::number_text, "Longest time of an attempt: seconds, or a text such as 2 hours"},
  {"transition", form::transitions, "What runs after the job"},
  {"failure_mode", form::word, "What a failure does to the run", failure_mode_words},
  {"job_params", form::params, "Params; those among the keys above it are dropped"},
};

constexpr key_decl of_step[] = {
  {"type", form::text, "Step type, or a job template", job_type_words, true},
  {"type_version", form::number_text, "Version of the job template"},
};

constexpr key_decl of_subworkflow[] = {
  {"workflow_id", form::text, "Id of the workflow to run; the id of the job if absent"},
  {"subworkflow_id", form::text, "The same as workflow_id", {}, false, "workflow_id"},
  {"version", form::number_text, "Its version: a number, active, latest or default"},
  {"subworkflow_version", form::number_text, "The same as version", {}, false, "version"},
  {"sync", form::boolean, "Wait for its end; true if absent"},
  {"explicit_params", form::boolean, "Hand down only the params of the job"},
};

constexpr key_decl of_foreach[] = {
  {"concurrency", form::integer, "Iterations at a time"},
  {"job_concurrency", form::integer, "The same as concurrency", {}, false, "concurrency"},
  {"loop_params", form::params, "Arrays to go through, all of one length"},
  {"params", form::params, "The same as loop_params", {}, false, "loop_params"},
  {"ranges", form::ranges, "Ranges of integers to go through"},
  {"jobs", form::jobs, "The jobs of an iteration", {}, true},
  {"dag", form::dag, "Order of the jobs that have no transition of their own", dag_words},
};

constexpr key_decl of_while[] = {
  {"loop_params", form::params, "Params that change from iteration to iteration", {}, true},
  {"params", form::params, "The same as loop_params", {}, false, "loop_params"},
  {"condition", form::number_text, "Expression; false ends the loop", {}, true},
  {"jobs", form::jobs, "The jobs of an iteration", {}, true},
  {"dag", form::dag, "Order of the jobs that have no transition of their own", dag_words},
};

constexpr key_decl of_range[] = {
  {"from", form::integer, "First number; 0 if absent"},
  {"to", form::integer, "Number behind the last one"},
  {"increment", form::integer, "From one number to the next; 1 if absent"},
};

} // namespace

std::span<const key_decl> workflow_keys() {
  return of_workflow;
}

std::span<const key_decl> job_keys() {
  return of_job;
}

std::span<const key_decl> keys_of(step_kind kind) {
  switch (kind) {
    case step_kind::step:
      return of_step;
    case step_kind::subworkflow:
      return of_subworkflow;
    case step_kind::foreach:
      return of_foreach;
    case step_kind::while_:
      return of_while;
    case step_kind::template_:
      break;
  }
  return {};
}

std::span<const key_decl> range_keys() {
  return of_range;
}

} // namespace tutti::dsl
