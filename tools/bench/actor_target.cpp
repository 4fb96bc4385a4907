#include "actors/node/node.hpp"
#include "actors/node/node_status.hpp"
#include "actors/node/uuid.hpp"
#include "tools/bench/target.hpp"

#include <boost/json.hpp>

#include <future>

namespace tutti::bench {

namespace {

class actor_target final : public target {
public:
  explicit actor_target(std::unique_ptr<actors::node> node) : node_(std::move(node)) {}

  status push(const model::workflow_create_request& definition) override {
    std::promise<status> done;
    node_->ask(engine::workflow_entity(definition.workflow.id),
               engine::make_message(engine::push_definition{definition, {"bench", {}}}),
               [&](result<engine::answer> x) {
                 done.set_value(x ? status{unit{}} : status{x.error()});
               });
    return done.get_future().get();
  }

  void run(const std::string& workflow_id, ended tell) override {
    ask_start(workflow_id, [this, workflow_id, tell](result<engine::answer> x) {
      if (!x) {
        tell(x.error());
        return;
      }
      auto& started = std::get<engine::started>(*x);
      node_->ask(
        engine::instance_entity(workflow_id, started.instance_id, started.run_id),
        engine::make_message(engine::await_end{}),
        [tell](result<engine::answer> y) {
          if (y)
            tell(std::get<engine::instance_acted>(*y).status);
          else
            tell(y.error());
        },
        600'000);
    });
  }

  void start(const std::string& workflow_id, std::function<void(status)> tell) override {
    ask_start(workflow_id,
              [tell](result<engine::answer> x) { tell(x ? status{unit{}} : status{x.error()}); });
  }

  result<usage> used() override {
    auto now = actors::node_status(*node_, "", "", 0);
    auto& c = now["counters"].as_object();
    auto number = [](const boost::json::value& x) { return x.to_number<std::int64_t>(); };
    return usage{number(now["processor_ms"]), number(now["resident_bytes"]),
                 number(c["commits"]),        number(c["row_bytes"]),
                 number(c["written_bytes"]),  number(c["deliveries"]),
                 number(c["letters"])};
  }

private:
  void ask_start(const std::string& workflow_id, std::function<void(result<engine::answer>)> then) {
    thread_local actors::uuid_source uuids;
    engine::start_run order;
    order.version = "active";
    order.uuid = uuids();
    order.request.initiator.user = model::user{"bench", {}};
    node_->ask(engine::workflow_entity(workflow_id), engine::make_message(std::move(order)),
               std::move(then));
  }

  std::unique_ptr<actors::node> node_;
};

} // namespace

result<std::unique_ptr<target>> open_actor_target(const std::string& data_folder) {
  config::node_options options;
  options.data = data_folder;
  auto node = actors::node::start(options);
  if (!node)
    return node.error();
  if (!(*node)->wait_until_serving(std::chrono::seconds{30}))
    return error{ec::unavailable, "the node did not serve within 30 s"};
  return std::unique_ptr<target>{std::make_unique<actor_target>(std::move(*node))};
}

} // namespace tutti::bench
