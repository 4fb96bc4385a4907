#include "actors/journal/disk_writer.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace tutti::actors {

namespace {

std::uint64_t row_bytes(const disk_work& work) {
  std::uint64_t out = 0;
  for (const auto& part : work.parts)
    for (const auto& row : part.apply)
      out += row.key.size() + row.value.size();
  return out;
}

class disk_writer : public disk_actor::base {
public:
  using super = disk_actor::base;

  disk_writer(caf::actor_config& cfg, std::shared_ptr<storage::node_store> store,
              std::function<std::uint64_t()> steady_us)
    : super(cfg),
      store_(std::move(store)),
      steady_us_(std::move(steady_us)) {}

  behavior_type make_behavior() override {
    set_error_handler([](caf::error&) {
      // An error answer to a plain send is no reason to end.
    });
    return {
      [this](const disk_order& x, const wire::log_actor& from) {
        send(from, perform_timed(*store_, *x.what, steady_us_));
      },
    };
  }

  const char* name() const override { return "disk_writer"; }

  void on_exit() override { store_ = nullptr; }

private:
  std::shared_ptr<storage::node_store> store_;
  std::function<std::uint64_t()> steady_us_;
};

} // namespace

wire::disk_done perform_timed(storage::node_store& store, node_groups::round& what,
                              const std::function<std::uint64_t()>& steady_us) {
  wire::disk_done out;
  if (what.work.parts.empty() && what.work.pictures.empty())
    return out;
  auto begin = steady_us();
  auto ok = perform(store, what.work, out.refused);
  out.took_us = steady_us() - begin;
  out.written = true;
  if (ok)
    out.row_bytes = row_bytes(what.work);
  else
    out.failure = ok.error();
  return out;
}

disk_actor spawn_disk_writer(caf::actor_system& system, std::shared_ptr<storage::node_store> store,
                             std::function<std::uint64_t()> steady_us, bool own_thread) {
  if (own_thread)
    return system.spawn<disk_writer, caf::detached>(std::move(store), std::move(steady_us));
  return system.spawn<disk_writer>(std::move(store), std::move(steady_us));
}

} // namespace tutti::actors
