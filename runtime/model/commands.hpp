#pragma once

#include "runtime/model/param.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What step runtimes run (spec 04b §10).
namespace tutti::model {

/// A command before the stop.
struct pre_stop_exec {
  std::optional<std::vector<std::string>> command;

  bool operator==(const pre_stop_exec&) const = default;

  static constexpr auto fields() {
    using self = pre_stop_exec;
    return std::make_tuple(field(1, "command", &self::command));
  }
};

/// What is done before a container is stopped.
struct pre_stop {
  std::optional<pre_stop_exec> exec;

  bool operator==(const pre_stop&) const = default;

  static constexpr auto fields() {
    using self = pre_stop;
    return std::make_tuple(field(1, "exec", &self::exec));
  }
};

/// A job on Kubernetes.
struct kubernetes_command {
  std::optional<std::string> app_name;
  std::optional<std::vector<std::string>> args;
  std::optional<std::vector<std::string>> command;
  std::optional<std::string> cpu;
  std::optional<std::string> disk;
  std::optional<std::string> gpu;
  std::optional<std::string> memory;
  std::optional<std::string> image;
  std::optional<std::string> entrypoint;
  std::optional<string_map> env;
  std::optional<std::string> job_deduplication_key;
  std::optional<std::string> owner_email;
  std::optional<model::pre_stop> pre_stop;

  bool operator==(const kubernetes_command&) const = default;

  static constexpr auto fields() {
    using self = kubernetes_command;
    return std::make_tuple(field(1, "app_name", &self::app_name), field(2, "args", &self::args),
                           field(3, "command", &self::command), field(4, "cpu", &self::cpu),
                           field(5, "disk", &self::disk), field(6, "gpu", &self::gpu),
                           field(7, "memory", &self::memory), field(8, "image", &self::image),
                           field(9, "entrypoint", &self::entrypoint), field(10, "env", &self::env),
                           field(11, "job_deduplication_key", &self::job_deduplication_key),
                           field(12, "owner_email", &self::owner_email),
                           field(13, "pre_stop", &self::pre_stop));
  }
};

/// A job on Titus; kept in artifacts only.
struct titus_command {
  std::optional<std::string> application_name;
  std::optional<string_map> attributes;
  std::optional<string_map> container_attributes;
  std::optional<double> cpu;
  std::optional<std::int32_t> disk_mb;
  std::optional<std::string> entrypoint;
  std::optional<string_map> environment_variables;
  std::optional<std::int32_t> gpu;
  std::optional<std::string> iam_role;
  std::optional<std::string> image;
  std::optional<std::string> image_tag;
  std::optional<std::string> image_digest;
  std::optional<std::int32_t> memory_mb;
  std::optional<std::int32_t> network_mbps;
  std::optional<std::int32_t> pending_ttl_sec;
  std::optional<std::vector<std::string>> platform_errors;
  std::optional<std::int32_t> priority_value;
  std::optional<std::int32_t> priority_class;
  std::optional<std::int32_t> runtime_limit_sec;
  std::optional<std::int32_t> shm_size_mb;
  std::optional<std::vector<std::string>> security_groups;
  std::optional<std::string> tenant_id;
  std::optional<std::string> job_group_detail;
  std::optional<std::string> job_group_sequence;
  std::optional<std::string> job_group_stack;
  std::optional<string_map> acting_on_behalf_of;
  bool request_metatron_identity = false;
  bool candidate_applied = false;
  std::optional<std::vector<std::string>> hard_constraints;
  std::optional<std::string> job_deduplication_key;
  std::optional<std::string> network_mode;
  std::optional<std::string> owner_email;
  std::optional<string_map> triggering_on_behalf_of;

  bool operator==(const titus_command&) const = default;

  static constexpr auto fields() {
    using self = titus_command;
    return std::make_tuple(
      field(1, "application_name", &self::application_name),
      field(2, "attributes", &self::attributes),
      field(3, "container_attributes", &self::container_attributes), field(4, "cpu", &self::cpu),
      field(5, "disk_mb", &self::disk_mb), field(6, "entrypoint", &self::entrypoint),
      field(7, "environment_variables", &self::environment_variables), field(8, "gpu", &self::gpu),
      field(9, "iam_role", &self::iam_role), field(10, "image", &self::image),
      field(11, "image_tag", &self::image_tag), field(12, "image_digest", &self::image_digest),
      field(13, "memory_mb", &self::memory_mb), field(14, "network_mbps", &self::network_mbps),
      field(15, "pending_ttl_sec", &self::pending_ttl_sec),
      field(16, "platform_errors", &self::platform_errors),
      field(17, "priority_value", &self::priority_value),
      field(18, "priority_class", &self::priority_class),
      field(19, "runtime_limit_sec", &self::runtime_limit_sec),
      field(20, "shm_size_mb", &self::shm_size_mb),
      field(21, "security_groups", &self::security_groups),
      field(22, "tenant_id", &self::tenant_id),
      field(23, "job_group_detail", &self::job_group_detail),
      field(24, "job_group_sequence", &self::job_group_sequence),
      field(25, "job_group_stack", &self::job_group_stack),
      field(26, "acting_on_behalf_of", &self::acting_on_behalf_of),
      field(27, "request_metatron_identity", &self::request_metatron_identity),
      field(28, "candidate_applied", &self::candidate_applied),
      field(29, "hard_constraints", &self::hard_constraints),
      field(30, "job_deduplication_key", &self::job_deduplication_key),
      field(31, "network_mode", &self::network_mode), field(32, "owner_email", &self::owner_email),
      field(33, "triggering_on_behalf_of", &self::triggering_on_behalf_of));
  }
};

/// A request of an HTTP step.
struct http_step_request {
  std::optional<std::string> url;
  std::optional<std::string> method;
  std::optional<string_map> headers;
  std::optional<std::string> body;

  bool operator==(const http_step_request&) const = default;

  static constexpr auto fields() {
    using self = http_step_request;
    return std::make_tuple(field(1, "url", &self::url), field(2, "method", &self::method),
                           field(3, "headers", &self::headers), field(4, "body", &self::body));
  }
};

} // namespace tutti::model
