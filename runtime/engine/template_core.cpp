#include "runtime/engine/template_core.hpp"

#include "runtime/engine/rows.hpp"
#include "runtime/model/stored.hpp"

namespace tutti::engine {

namespace {

class judge {
public:
  judge(template_memory& memory, const surroundings& around) : mem_(memory), around_(around) {}

  outcome take() { return std::move(out_); }

  void on_put(const put_job_template& x) {
    if (!x.what.definition)
      return refuse("a job template needs a definition");
    auto version = x.what.definition->version;
    write(version, x.what);
    tell_copies({version, x.what});
    out_.answer = template_stored{x.what};
    mem_.versions.insert_or_assign(std::move(version), x.what);
  }

  void on_remove(const remove_job_template& x) {
    std::int64_t removed = 0;
    for (auto i = mem_.versions.begin(); i != mem_.versions.end();) {
      if (x.version && *x.version != i->first) {
        ++i;
        continue;
      }
      write(i->first, std::nullopt);
      tell_copies({i->first, std::nullopt});
      i = mem_.versions.erase(i);
      ++removed;
    }
    out_.answer = templates_removed{removed};
  }

  void on_copy(const copy_job_template& x) {
    write(x.version, x.what);
    out_.at_rest = true;
  }

private:
  void refuse(std::string why) { out_.refusal = error{ec::bad_request, std::move(why)}; }

  void write(const std::string& version, const std::optional<model::job_template>& what) {
    out_.rows.push_back({rows::job_template(mem_.id.workflow_id, version),
                         what ? std::optional{model::encode(*what)} : std::nullopt});
  }

  void tell_copies(const copy_job_template& what) {
    auto order = make_message(what);
    auto shards = around_.options->shards;
    for (shard_no shard = 0; shard < shards; ++shard)
      if (shard != shard_of(mem_.id, shards))
        out_.sends.push_back({template_copy_entity(mem_.id.workflow_id, shard), order});
  }

  template_memory& mem_;
  const surroundings& around_;
  outcome out_;
};

} // namespace

result<outcome> decide(template_memory& memory, const message& what, const surroundings& around) {
  judge j{memory, around};
  if (auto* put = std::get_if<put_job_template>(&what))
    j.on_put(*put);
  else if (auto* remove = std::get_if<remove_job_template>(&what))
    j.on_remove(*remove);
  else if (auto* copy = std::get_if<copy_job_template>(&what))
    j.on_copy(*copy);
  return j.take();
}

result<template_memory> load_template(const entity_id& id, const row_reader& reader) {
  template_memory mem;
  mem.id = id;
  if (id.instance_id != 0)
    return mem;
  auto [from, to] = rows::range_of_prefix(rows::job_template_prefix(id.workflow_id));
  status good = unit{};
  auto ok = reader.scan(from, to, [&](std::string_view, std::string_view value) {
    auto read = model::decode<model::job_template>(value);
    if (!read)
      good = read.error();
    else if (read->definition)
      mem.versions.insert_or_assign(read->definition->version, std::move(*read));
    return static_cast<bool>(good);
  });
  if (!ok)
    return ok.error();
  if (!good)
    return good.error();
  return mem;
}

} // namespace tutti::engine
