#pragma once

#include "runtime/model/definition.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Job templates (spec 01 §17).
namespace tutti::model {

/// What a template gives to steps.
struct job_template_definition {
  std::string job_type;
  std::optional<model::step_type> step_type;
  std::string version;
  std::optional<std::string> description;
  std::optional<std::vector<tag>> tags;
  std::optional<string_map> inherit_from;
  std::optional<param_map> params;

  bool operator==(const job_template_definition&) const = default;

  static constexpr auto fields() {
    using self = job_template_definition;
    return std::make_tuple(
      field(1, "job_type", &self::job_type, emit::not_empty),
      field(2, "step_type", &self::step_type), field(3, "version", &self::version, emit::not_empty),
      field(4, "description", &self::description), field(5, "tags", &self::tags),
      field(6, "inherit_from", &self::inherit_from), field(7, "params", &self::params));
  }
};

/// Who made a template.
struct job_template_metadata {
  std::optional<user> owner;
  std::optional<user> version_author;
  std::optional<std::string> status;
  std::optional<std::string> support;
  std::optional<std::vector<std::string>> test_workflows;
  std::optional<model::git_info> git_info;
  std::int64_t create_time = 0;
  ordered_map<std::string> extras;

  bool operator==(const job_template_metadata&) const = default;

  static constexpr auto fields() {
    using self = job_template_metadata;
    return std::make_tuple(field(1, "owner", &self::owner),
                           field(2, "version_author", &self::version_author),
                           field(3, "status", &self::status), field(4, "support", &self::support),
                           field(5, "test_workflows", &self::test_workflows),
                           field(6, "git_info", &self::git_info),
                           field(7, "create_time", &self::create_time),
                           field(8, "extras", &self::extras, emit::stored_only));
  }
};

/// A version of a template.
struct job_template {
  std::optional<job_template_metadata> metadata;
  std::optional<job_template_definition> definition;

  bool operator==(const job_template&) const = default;

  static constexpr auto fields() {
    using self = job_template;
    return std::make_tuple(field(1, "metadata", &self::metadata),
                           field(2, "definition", &self::definition));
  }
};

/// Body of a push.
struct job_template_create_request {
  std::optional<user> owner;
  std::optional<std::string> status;
  std::optional<std::string> support;
  std::optional<std::vector<std::string>> test_workflows;
  std::optional<model::git_info> git_info;
  std::optional<job_template_definition> definition;
  ordered_map<std::string> extras;

  bool operator==(const job_template_create_request&) const = default;

  static constexpr auto fields() {
    using self = job_template_create_request;
    return std::make_tuple(field(1, "owner", &self::owner), field(2, "status", &self::status),
                           field(3, "support", &self::support),
                           field(4, "test_workflows", &self::test_workflows),
                           field(5, "git_info", &self::git_info),
                           field(6, "definition", &self::definition),
                           field(7, "extras", &self::extras, emit::stored_only));
  }
};

} // namespace tutti::model
