#include "runtime/engine/template_use.hpp"
#include "runtime/engine/views_rows.hpp"
#include "runtime/model/json.hpp"

#include <algorithm>

/// Job templates for readers (spec 05 §8): their homes are read, never copies.
namespace tutti::engine::views {

template_reader templates_of(const shard_reader& from) {
  return [&from](std::string_view job_type, std::string_view version) {
    auto home = template_entity(std::string{job_type});
    return templates_in(from.of(home))(job_type, version);
  };
}

json_result job_template(const shard_reader& from, const std::string& job_type,
                         const std::string& version) {
  auto found = templates_of(from)(job_type, version);
  if (!found)
    return found.error();
  if (!*found)
    return error{ec::not_found, "No job template found for job_type [" + job_type
                                  + "] and version [" + version + "]"};
  return model::to_json(**found);
}

json_result job_templates(const shard_reader& from, const std::string& version) {
  std::map<std::string, model::job_template> found;
  auto [begin, end] = rows::table('J');
  for (shard_no shard = 0; shard < from.shards; ++shard) {
    status good = unit{};
    auto ok = from.rows(shard).scan(begin, end, [&](std::string_view key, std::string_view value) {
      std::string job_type{rows::first_text(key)};
      // Most rows are copies.
      if (shard_of(template_entity(job_type), from.shards) != shard)
        return true;
      auto read = model::decode<model::job_template>(value);
      if (!read)
        good = read.error();
      else if (read->definition && read->definition->version == version)
        found.insert_or_assign(std::move(job_type), std::move(*read));
      return static_cast<bool>(good);
    });
    if (!ok)
      return ok.error();
    if (!good)
      return good.error();
  }
  json::array out;
  for (auto& x : found)
    out.push_back(model::to_json(x.second));
  return json::value(std::move(out));
}

} // namespace tutti::engine::views
