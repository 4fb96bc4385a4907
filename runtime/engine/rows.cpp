#include "runtime/engine/rows.hpp"

namespace tutti::engine::rows {

namespace {

struct key_builder {
  std::string key;

  explicit key_builder(char letter) { key += letter; }

  key_builder& text(std::string_view x) {
    key += x;
    key += '\0';
    return *this;
  }

  key_builder& number(std::uint64_t x) {
    for (auto shift = 56; shift >= 0; shift -= 8)
      key += static_cast<char>((x >> shift) & 0xFF);
    return *this;
  }

  key_builder& number(std::int64_t x) { return number(static_cast<std::uint64_t>(x)); }

  key_builder& shard(shard_no x) {
    key += static_cast<char>(x >> 8);
    key += static_cast<char>(x & 0xFF);
    return *this;
  }

  key_builder& entity(const entity_id& x) {
    key += static_cast<char>(x.kind);
    return text(x.workflow_id).number(x.instance_id).number(x.run_id).text(x.step_id);
  }
};

std::uint64_t read_number(std::string_view key, std::size_t at) {
  std::uint64_t x = 0;
  for (auto i = at; i < at + 8 && i < key.size(); ++i)
    x = x << 8 | static_cast<unsigned char>(key[i]);
  return x;
}

std::string run_key_of(char letter, std::string_view workflow_id, std::int64_t instance,
                       std::int64_t run) {
  return key_builder{letter}.text(workflow_id).number(instance).number(run).key;
}

std::string step_key(char letter, const entity_id& x) {
  return key_builder{letter}
    .text(x.workflow_id)
    .number(x.instance_id)
    .number(x.run_id)
    .text(x.step_id)
    .key;
}

} // namespace

std::string workflow(std::string_view workflow_id) {
  return key_builder{'W'}.text(workflow_id).key;
}

std::string version(std::string_view workflow_id, std::int64_t version) {
  return key_builder{'V'}.text(workflow_id).number(version).key;
}

std::string snapshot(std::string_view workflow_id, std::int64_t create_time) {
  return key_builder{'H'}.text(workflow_id).number(create_time).key;
}

std::string note(std::string_view workflow_id, std::int64_t slot) {
  return key_builder{'E'}.text(workflow_id).number(slot).key;
}

std::string request(std::string_view workflow_id, std::string_view uuid) {
  return key_builder{'U'}.text(workflow_id).text(uuid).key;
}

std::string summary(std::string_view workflow_id, std::int64_t instance, std::int64_t run) {
  return run_key_of('S', workflow_id, instance, run);
}

std::string queued(std::string_view workflow_id, std::int64_t instance, std::int64_t run) {
  return run_key_of('Q', workflow_id, instance, run);
}

std::string active(std::string_view workflow_id, std::int64_t instance, std::int64_t run) {
  return run_key_of('A', workflow_id, instance, run);
}

std::string definition(std::string_view workflow_id, std::int64_t internal_id,
                       std::int64_t version) {
  return key_builder{'D'}.text(workflow_id).number(internal_id).number(version).key;
}

std::string loop(std::string_view inline_id, std::int64_t run) {
  return key_builder{'L'}.text(inline_id).number(run).key;
}

std::string run_spec(std::string_view workflow_id, std::int64_t instance, std::int64_t run) {
  return run_key_of('I', workflow_id, instance, run);
}

std::string run_state(std::string_view workflow_id, std::int64_t instance, std::int64_t run) {
  return run_key_of('i', workflow_id, instance, run);
}

std::string loop_part(std::string_view inline_id, std::int64_t chunk, std::int64_t run) {
  return run_key_of('C', inline_id, chunk, run);
}

std::string step(const entity_id& step, std::int64_t attempt) {
  return key_builder{'s'}
    .text(step.workflow_id)
    .number(step.instance_id)
    .number(step.run_id)
    .text(step.step_id)
    .number(attempt)
    .key;
}

std::string step_params(const entity_id& step, std::int64_t attempt) {
  auto key = rows::step(step, attempt);
  key[0] = 'p';
  return key;
}

std::string answer(const entity_id& step, std::int64_t question, std::int64_t part) {
  return key_builder{'G'}
    .text(step.workflow_id)
    .number(step.instance_id)
    .number(step.run_id)
    .text(step.step_id)
    .number(question)
    .number(part)
    .key;
}

std::string timer(time_ms due, timer_kind kind, const entity_id& entity) {
  key_builder b{'T'};
  b.number(due);
  b.key += static_cast<char>(kind);
  return b.entity(entity).key;
}

std::string outbox(shard_no to, std::uint64_t seq) {
  return key_builder{'O'}.shard(to).number(seq).key;
}

std::string inbox(shard_no from) {
  return key_builder{'N'}.shard(from).key;
}

std::string pending(std::uint64_t number) {
  return key_builder{'M'}.number(number).key;
}

std::string purge(std::string_view workflow_id) {
  return key_builder{'Z'}.text(workflow_id).key;
}

std::string job_template(std::string_view job_type, std::string_view version) {
  return key_builder{'J'}.text(job_type).text(version).key;
}

std::string job_template_prefix(std::string_view job_type) {
  return key_builder{'J'}.text(job_type).key;
}

std::string external(const entity_id& entity) {
  return key_builder{'X'}.entity(entity).key;
}

std::pair<std::string, std::string> table(char letter) {
  return {std::string(1, letter), std::string(1, static_cast<char>(letter + 1))};
}

std::pair<std::string, std::string> range_of_prefix(std::string prefix) {
  auto end = prefix;
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xFF)
    end.pop_back();
  if (!end.empty())
    end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return {std::move(prefix), std::move(end)};
}

std::string workflow_prefix(char letter, std::string_view workflow_id) {
  return key_builder{letter}.text(workflow_id).key;
}

std::string runs_prefix(char letter, std::string_view workflow_id, std::int64_t instance) {
  return key_builder{letter}.text(workflow_id).number(instance).key;
}

std::string steps_prefix(std::string_view workflow_id, std::int64_t instance, std::int64_t run) {
  return run_key_of('s', workflow_id, instance, run);
}

std::string attempts_prefix(const entity_id& step) {
  return step_key('s', step);
}

std::string attempt_params_prefix(const entity_id& step) {
  return step_key('p', step);
}

std::string answers_prefix(const entity_id& step) {
  return step_key('G', step);
}

std::pair<std::int64_t, std::int64_t> answer_numbers(std::string_view key) {
  auto at = key.size() < 16 ? 0 : key.size() - 16;
  return {static_cast<std::int64_t>(read_number(key, at)),
          static_cast<std::int64_t>(read_number(key, at + 8))};
}

std::optional<run_key> parse_run_key(std::string_view key) {
  auto end = key.find('\0');
  if (end == std::string_view::npos || end < 1 || key.size() < end + 17)
    return std::nullopt;
  return run_key{std::string{key.substr(1, end - 1)},
                 static_cast<std::int64_t>(read_number(key, end + 1)),
                 static_cast<std::int64_t>(read_number(key, end + 9))};
}

std::string_view first_text(std::string_view key) {
  if (key.empty())
    return {};
  key.remove_prefix(1);
  return key.substr(0, key.find('\0'));
}

std::string workflow_of(std::string_view key) {
  return std::string{key.substr(1, key.size() - 2)};
}

std::uint64_t number_of(std::string_view key) {
  if (key.empty())
    return 0;
  if (key[0] == 'O')
    return read_number(key, 3);
  if (key[0] == 'N')
    return outbox_shard(key);
  return read_number(key, 1);
}

shard_no outbox_shard(std::string_view key) {
  if (key.size() < 3)
    return 0;
  return static_cast<shard_no>(static_cast<unsigned char>(key[1]) << 8
                               | static_cast<unsigned char>(key[2]));
}

time_ms timer_due(std::string_view key) {
  return static_cast<time_ms>(read_number(key, 1));
}

} // namespace tutti::engine::rows
