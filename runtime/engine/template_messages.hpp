#pragma once

#include "runtime/model/job_template.hpp"

#include <optional>
#include <string>

/// Changes of job templates (spec 05 §8). Part of `message` (message.hpp), whose rules hold here.
namespace tutti::engine {

/// A client's new or changed version of a template.
struct put_job_template {
  model::job_template what;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "what", &put_job_template::what));
  }
};

/// A client's order to remove a version, or all of them.
struct remove_job_template {
  std::optional<std::string> version;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "version", &remove_job_template::version));
  }
};

/// The home of a template to its copy in another shard.
struct copy_job_template {
  std::string version;
  std::optional<model::job_template> what; ///< none: the version is gone

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "version", &copy_job_template::version),
                           model::field(2, "what", &copy_job_template::what));
  }
};

} // namespace tutti::engine
