#include "actors/run/entity.hpp"

#include "actors/run/own_rows.hpp"
#include "runtime/engine/cluster_core.hpp"
#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/loop_part_core.hpp"
#include "runtime/engine/purge_core.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/engine/template_core.hpp"
#include "runtime/engine/workflow_core.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <exception>
#include <optional>

namespace tutti::actors {

namespace {

using engine::entity_id;
using engine::message;
using engine::outcome;
using engine::surroundings;

// -- cores: how each kind is loaded and asked -----------------------------------------------------

struct workflow_kind {
  using memory = engine::workflow_memory;

  static result<memory> load(const entity_id& id, const message&, const engine::row_reader& rows) {
    return engine::load_workflow(id.workflow_id, rows);
  }

  static result<outcome> ask(memory& mem, const message& what, const surroundings& around) {
    auto todo = engine::decide(mem, what, around);
    if (!todo)
      return todo.error();
    return std::move(todo->out);
  }
};

struct instance_kind {
  using memory = engine::instance_memory;

  static result<memory> load(const entity_id& id, const message& first,
                             const engine::row_reader& rows) {
    // Iterations are made once, by the part that launches them: there is nothing to read.
    if (auto* order = std::get_if<engine::create_run>(&first); order && order->loop) {
      memory mem;
      mem.id = id;
      return mem;
    }
    return engine::load_instance(id, rows);
  }

  static result<outcome> ask(memory& mem, const message& what, const surroundings& around) {
    return engine::decide(mem, what, around);
  }
};

struct step_kind {
  using memory = engine::step_memory;

  static result<memory> load(const entity_id& id, const message& first,
                             const engine::row_reader& rows) {
    auto* order = std::get_if<engine::start_step>(&first);
    if (order && order->run && order->fresh) {
      memory mem;
      mem.id = id;
      mem.run = order->run;
      mem.upstream = order->upstream;
      return mem;
    }
    auto loaded = engine::load_step(id, order ? order->run : nullptr, rows);
    // A step may be asked before its run has come to the rows.
    if (!loaded && loaded.error().code == ec::not_found
        && std::holds_alternative<engine::ask_values>(first))
      return error{ec::unavailable, loaded.error().message};
    return loaded;
  }

  static std::optional<outcome> ask_nobody(const message& what) {
    return engine::decide_without_step(what);
  }

  static result<outcome> ask(memory& mem, const message& what, const surroundings& around) {
    return engine::decide(mem, what, around);
  }
};

struct loop_part_kind {
  using memory = engine::loop_part_memory;

  static result<memory> load(const entity_id& id, const message&, const engine::row_reader& rows) {
    return engine::load_loop_part(id, rows);
  }

  static result<outcome> ask(memory& mem, const message& what, const surroundings& around) {
    return engine::decide(mem, what, around);
  }
};

struct purge_kind {
  using memory = engine::purge_memory;

  static result<memory> load(const entity_id& id, const message&, const engine::row_reader& rows) {
    return engine::load_purge(id, rows);
  }

  static result<outcome> ask(memory& mem, const message& what, const surroundings& around) {
    return engine::decide(mem, what, around);
  }
};

struct template_kind {
  using memory = engine::template_memory;

  static result<memory> load(const entity_id& id, const message&, const engine::row_reader& rows) {
    return engine::load_template(id, rows);
  }

  static result<outcome> ask(memory& mem, const message& what, const surroundings& around) {
    return engine::decide(mem, what, around);
  }
};

struct cluster_kind {
  using memory = engine::cluster_memory;

  static result<memory> load(const entity_id&, const message&, const engine::row_reader& rows) {
    return engine::load_cluster(rows);
  }

  static result<outcome> ask(memory& mem, const message& what, const surroundings& around) {
    return engine::decide(mem, what, around);
  }
};

// -- the skin -------------------------------------------------------------------------------------

template <class Kind>
class entity : public wire::entity_actor::base {
public:
  using super = wire::entity_actor::base;

  entity(caf::actor_config& cfg, entity_deps deps, entity_id id, std::uint64_t epoch,
         std::uint64_t slot, wire::shard_keeper_actor keeper)
    : super(cfg),
      deps_(std::move(deps)),
      id_(std::move(id)),
      epoch_(epoch),
      slot_(slot),
      keeper_(std::move(keeper)),
      own_(*deps_.rows) {
    // nop
  }

  behavior_type make_behavior() override {
    set_error_handler([](caf::error&) {
      // An error answer to a plain send is no reason to end.
    });
    return {[this](const wire::deliver& x) { on_deliver(x); }};
  }

  void on_exit() override {
    memory_.reset();
    keeper_ = nullptr;
  }

private:
  void on_deliver(const wire::deliver& x) {
    own_.forget(x.commits_applied);
    wire::commit answer;
    answer.epoch = epoch_;
    answer.slot = slot_;
    answer.number = x.number;
    answer.client = x.client;
    auto todo = ask(x);
    if (todo && todo->not_yet) {
      answer.again = true;
    } else if (todo) {
      answer.todo = std::move(*todo);
      if (!answer.todo.rows.empty() && id_.kind == engine::entity_kind::workflow)
        own_.wrote(answer.todo.rows, ++commits_);
      else if (!answer.todo.rows.empty())
        ++commits_;
    } else if (todo.error().code == ec::unavailable) {
      answer.again = true;
      memory_.reset();
    } else {
      answer.failure = todo.error();
      memory_.reset();
    }
    send(keeper_, std::move(answer));
  }

  /// Exceptions end here: a rule that throws is a bug that must not take the node down.
  result<outcome> ask(const wire::deliver& x) {
    try {
      if (!memory_) {
        auto loaded = Kind::load(id_, *x.what, own_);
        if (!loaded)
          return ask_nobody(*x.what, loaded.error());
        memory_ = std::move(*loaded);
      }
      surroundings around{deps_.now(), deps_.make_uuid, deps_.options.get(),
                          &own_,       x.client,        deps_.language.get()};
      return Kind::ask(*memory_, *x.what, around);
    } catch (const std::exception& what) {
      return error{ec::internal, "entity " + engine::to_string(id_) + " failed on "
                                   + std::string{name_of(*x.what)} + ": " + what.what()};
    }
  }

  /// Nothing is left of the entity, or nothing is there yet.
  static result<outcome> ask_nobody([[maybe_unused]] const message& what, const error& why) {
    if constexpr (requires { Kind::ask_nobody(what); })
      if (auto out = Kind::ask_nobody(what); out && why.code == ec::not_found)
        return std::move(*out);
    return why;
  }

  entity_deps deps_;
  entity_id id_;
  std::uint64_t epoch_;
  std::uint64_t slot_;
  wire::shard_keeper_actor keeper_;
  own_rows own_;
  std::optional<typename Kind::memory> memory_;
  std::uint64_t commits_ = 0;
};

} // namespace

wire::entity_actor spawn_entity(caf::actor_system& system, const entity_deps& deps,
                                const entity_id& id, std::uint64_t epoch, std::uint64_t slot,
                                const wire::shard_keeper_actor& keeper) {
  switch (id.kind) {
    case engine::entity_kind::workflow:
      return system.spawn<entity<workflow_kind>, caf::lazy_init>(deps, id, epoch, slot, keeper);
    case engine::entity_kind::instance:
      return system.spawn<entity<instance_kind>, caf::lazy_init>(deps, id, epoch, slot, keeper);
    case engine::entity_kind::step:
      return system.spawn<entity<step_kind>, caf::lazy_init>(deps, id, epoch, slot, keeper);
    case engine::entity_kind::job_template:
      return system.spawn<entity<template_kind>, caf::lazy_init>(deps, id, epoch, slot, keeper);
    case engine::entity_kind::cluster:
      return system.spawn<entity<cluster_kind>, caf::lazy_init>(deps, id, epoch, slot, keeper);
    case engine::entity_kind::purge:
      return system.spawn<entity<purge_kind>, caf::lazy_init>(deps, id, epoch, slot, keeper);
    case engine::entity_kind::loop_part:
      break;
  }
  return system.spawn<entity<loop_part_kind>, caf::lazy_init>(deps, id, epoch, slot, keeper);
}

} // namespace tutti::actors
