#include "runtime/engine/child_run.hpp"

#include "runtime/base/overload.hpp"

namespace tutti::engine {

namespace {

child_news news_of(const run_spec& child, const std::string& request) {
  child_news out;
  out.request = request;
  out.workflow_id = child.workflow_id;
  out.version_id = child.version_id;
  out.instance_id = child.instance_id;
  out.run_id = child.run_id;
  out.uuid = child.uuid;
  return out;
}

/// The name under which clients of the original know a refusal.
std::string kind_of(const error& why) {
  if (!why.kind.empty())
    return std::string{why.kind};
  switch (why.code) {
    case ec::not_found:
      return "MaestroNotFoundException";
    case ec::unprocessable:
      return "MaestroUnprocessableEntityException";
    case ec::bad_request:
      return "MaestroValidationException";
    default:
      return "MaestroInternalError";
  }
}

/// Who asked, and by which request.
struct order_place {
  const model::initiator* initiator = nullptr;
  std::string request;
};

order_place place_of(const message& order) {
  return std::visit(
    overload{
      [](const start_run& x) {
        return x.child ? order_place{&x.request.initiator, x.child->request} : order_place{};
      },
      [](const restart_instance& x) {
        return x.child ? order_place{&x.initiator, x.child->request} : order_place{};
      },
      [](const admit_restart& x) {
        return x.spec.is_child ? order_place{&x.spec.initiator, x.spec.uuid} : order_place{};
      },
      [](const auto&) { return order_place{}; },
    },
    order);
}

} // namespace

envelope child_started(const run_spec& child) {
  return {parent_step(child.initiator), make_message(news_of(child, child.uuid))};
}

envelope child_ended(const run_spec& child, const std::string& request, model::run_status status,
                     leaf_counts leaves) {
  auto news = news_of(child, request);
  news.phase = child_news::phase_type::ended;
  news.status = status;
  news.leaves = std::move(leaves);
  return {parent_step(child.initiator), make_message(std::move(news))};
}

void tell_refusal(const message& order, outcome& out) {
  auto place = place_of(order);
  if (!out.refusal || !place.initiator)
    return;
  child_news news;
  news.request = std::move(place.request);
  news.phase = child_news::phase_type::refused;
  news.why = out.refusal->message;
  news.why_kind = kind_of(*out.refusal);
  news.details = out.refusal->details;
  out.refusal.reset();
  out.sends.push_back({parent_step(*place.initiator), make_message(std::move(news))});
}

} // namespace tutti::engine
