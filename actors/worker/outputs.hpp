#pragma once

#include "actors/worker/step_files.hpp"

#include <string>

namespace tutti::worker {

/// What a job reported: an object as text, or why there is none that can be used.
struct job_outputs {
  std::string json;
  std::string error;
};

/// Joins the content of the output file (or why it cannot be read) with the text between the
/// output tokens. Both are objects of objects; where both have a member, the file wins.
job_outputs merge_outputs(const result<std::string>& file, const job_report& report);

} // namespace tutti::worker
