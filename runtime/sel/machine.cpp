#include "runtime/sel/machine.hpp"

#include "runtime/sel/failure.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

constexpr std::uint64_t time_check_visits = 1 << 16;
constexpr std::uint64_t time_check_work = 1 << 20;
/// Work within methods ends even if no time passes.
constexpr std::uint64_t work_per_visit = 64;

/// What may be held in fact: a little more than what the memory limit counts.
std::size_t arena_size(std::uint64_t memory_limit) {
  constexpr std::uint64_t overhead = 1 << 20;
  return static_cast<std::size_t>(memory_limit + memory_limit / 16 + overhead);
}

} // namespace

machine::machine(const tree& program, inputs& names, const budget& with)
  : tree_(program),
    names_(names),
    with_(with),
    visit_stop_(std::min(time_check_visits, with.bounds.visits)),
    work_stop_(time_check_work),
    memory_(arena_size(with.bounds.memory)) {
  nothing_.kind = type::nothing;
  literals_ = memory_.make_many<cell>(tree_.literal_cells.size());
  std::copy(tree_.literal_cells.begin(), tree_.literal_cells.end(), literals_);
  slots_ = memory_.make_many<cell*>(tree_.names.size());
  std::fill(slots_, slots_ + tree_.names.size(), nullptr);
}

void machine::check_visits() {
  if (visited_ >= with_.bounds.visits)
    fail(label::illegal_state, "The evaluation visits more than the limit of "
                                 + std::to_string(with_.bounds.visits) + " nodes");
  visit_stop_ = std::min(visited_ + time_check_visits, with_.bounds.visits);
  check_time();
}

void machine::check_time() {
  work_stop_ = work_ + time_check_work;
  if (work_ / work_per_visit >= with_.bounds.visits)
    fail(label::illegal_state, "The evaluation works as much as for more than the limit of "
                                 + std::to_string(with_.bounds.visits) + " nodes");
  const auto now = with_.now_ms();
  if (started_ms_ < 0)
    started_ms_ = now;
  if (now - started_ms_ > with_.bounds.time_ms || (with_.stop && with_.stop()))
    fail(error{ec::timeout, "The evaluation takes longer than the limit of "
                              + std::to_string(with_.bounds.time_ms) + " ms"});
}

void machine::fail_memory() const {
  fail(label::illegal_state, "The evaluation creates values of more than the limit of "
                               + std::to_string(with_.bounds.memory) + " bytes");
}

void machine::fail_stack() const {
  fail(label::array_index, "Index " + std::to_string(with_.bounds.stack)
                             + " is beyond the operand stack of "
                             + std::to_string(with_.bounds.stack));
}

const cell& machine::run() {
  visit(1 + tree_.import_count);
  auto last = flow::none;
  for (const auto at : tree_.statements) {
    if (last == flow::data)
      --depth_;
    last = execute(at);
    if (last == flow::done) {
      last = flow::data;
      break;
    }
  }
  if (last == flow::none)
    return nothing_;
  if (last != flow::data)
    fail(label::runtime, "The expression ends with a jump out of no loop");
  if (--depth_ != 0)
    fail(label::runtime, "The expression leaves " + std::to_string(depth_) + " operands behind");
  return *value_;
}

// -- statements ------------------------------------------------------------------------

machine::flow machine::execute(std::uint32_t at) {
  const auto& x = tree_.nodes[at];
  visit(x.visits);
  if (x.kind == node_kind::declaration) {
    declare(x);
    return flow::none;
  }
  if (depth_ != 0) // what the statement before left
    --depth_;
  switch (x.kind) {
    case node_kind::block:
      return execute_block(x);
    case node_kind::branch:
      return execute_branch(x);
    case node_kind::loop:
      return execute_loop(x);
    case node_kind::leave:
      return flow::leave;
    case node_kind::again:
      return flow::again;
    default:
      return execute_simple(x);
  }
}

machine::flow machine::execute_simple(const node& x) {
  value_ = eval(tree_.kid(x, 0));
  if (x.kind == node_kind::evaluate)
    return flow::data;
  if (x.kind == node_kind::raise) {
    if (value_->kind != type::string)
      fail(label::illegal_argument,
           "Only a string can be thrown, found " + std::string{to_string(value_->kind)});
    auto thrown = *value_;
    thrown.kind = type::thrown;
    meter(2ULL * thrown.length);
    value_ = memory_.make(thrown);
  }
  return flow::done;
}

machine::flow machine::execute_block(const node& x) {
  auto last = flow::none;
  for (std::uint32_t i = 0; i < x.count; ++i) {
    last = execute(tree_.kid(x, i));
    if (last > flow::data)
      break;
  }
  return last;
}

machine::flow machine::execute_branch(const node& x) {
  auto last = flow::none;
  if (condition(tree_.kid(x, 0)))
    last = execute(tree_.kid(x, 1));
  else if (x.count == 3)
    last = execute(tree_.kid(x, 2));
  if (last != flow::data)
    return last;
  --depth_;
  return flow::none;
}

/// The original stands a literal for a missing part and forgets it on the stack.
void machine::part_of_loop(std::uint32_t at) {
  visit(1);
  if (at == no_node) {
    push();
    return;
  }
  const auto& x = tree_.nodes[at];
  if (x.kind == node_kind::declaration) {
    visit(x.visits);
    declare(x);
    return;
  }
  eval(at);
  --depth_;
}

bool machine::loop_condition(std::uint32_t at) {
  if (at != no_node)
    return condition(at);
  visit(1);
  push();
  --depth_;
  return true;
}

machine::flow machine::execute_loop(const node& x) {
  const auto condition_at = tree_.kid(x, 1);
  if (x.flag)
    part_of_loop(tree_.kid(x, 0));
  for (std::uint32_t count = 0; loop_condition(condition_at);) {
    const auto last = execute(tree_.kid(x, 3));
    if (last == flow::data)
      --depth_;
    else if (last == flow::leave)
      return flow::none;
    else if (last == flow::done)
      return last;
    if (x.flag)
      part_of_loop(tree_.kid(x, 2));
    if (++count >= with_.bounds.loop)
      fail(label::illegal_state,
           "A loop runs more often than the limit of " + std::to_string(with_.bounds.loop));
  }
  return flow::none;
}

void machine::declare(const node& x) {
  auto kind = tree_.types[x.name];
  if (kind == type::null)
    fail(label::unsupported, "The class " + tree_.names[x.name] + " is not supported");
  if (x.flag) {
    const auto item = kind;
    kind = array_of(item);
    if (kind == type::null)
      fail(label::illegal_argument, "There are no arrays of " + std::string{to_string(item)});
  }
  push();
  for (std::uint32_t i = 0; i < x.count; ++i) {
    const auto& declared = tree_.nodes[tree_.kid(x, i)];
    visit(declared.visits);
    cell* first = nullptr;
    if (declared.count == 0) {
      first = make_default(kind);
    } else {
      first = eval(tree_.kid(declared, 0));
      --depth_;
      check_types_match(kind, first->kind);
    }
    slots_[declared.name] = first;
  }
  --depth_;
}

// -- expressions -----------------------------------------------------------------------

bool machine::condition(std::uint32_t at) {
  const auto* x = eval(at);
  --depth_;
  if (x->kind != type::boolean)
    fail(label::class_cast,
         "A condition is " + std::string{to_string(x->kind)} + ", expected BOOLEAN");
  return x->truth;
}

cell* machine::eval(std::uint32_t at) {
  const auto& x = tree_.nodes[at];
  visit(x.visits);
  switch (x.kind) {
    case node_kind::literal:
      push();
      return &literals_[x.name];
    case node_kind::name: {
      auto* out = look_up(x.name);
      push();
      return out;
    }
    case node_kind::chain:
      return eval_chain(x);
    case node_kind::unary:
      return apply_unary(*this, x.what, *eval(tree_.kid(x, 0)));
    case node_kind::choice:
      return eval_choice(x);
    case node_kind::assign:
      return eval_assign(x);
    case node_kind::assign_at:
      return eval_assign_at(x);
    case node_kind::path:
      return eval_path(x);
    case node_kind::new_array:
      return eval_new_array(x);
    case node_kind::new_items:
      return eval_new_items(x);
    case node_kind::new_object:
      return eval_new_object(x);
    default:
      fail(label::illegal_state, "An operand stands where an expression is expected");
  }
}

cell* machine::eval_chain(const node& x) {
  auto* left = eval(tree_.kid(x, 0));
  for (std::uint32_t i = 1; i < x.count; ++i) {
    const auto& operand = tree_.nodes[tree_.kid(x, i)];
    visit(operand.visits);
    auto* right = eval(tree_.kid(operand, 0));
    left = apply_binary(*this, operand.what, *left, *right);
    --depth_;
  }
  return left;
}

cell* machine::eval_choice(const node& x) {
  return eval(tree_.kid(x, condition(tree_.kid(x, 0)) ? 1 : 2));
}

cell* machine::eval_assign(const node& x) {
  auto* value = eval(tree_.kid(x, 0));
  auto* target = look_up(x.name);
  if (target == &null_ && slots_[x.name] == nullptr && x.what == symbol::none) {
    target = make_default(value->kind);
    slots_[x.name] = target;
  }
  apply_assign(*this, x.what, *target, *value);
  return target;
}

cell* machine::eval_assign_at(const node& x) {
  const auto* index = eval(tree_.kid(x, 0));
  const auto* value = eval(tree_.kid(x, 1));
  if (index->kind != type::integer)
    fail(label::class_cast,
         "An index is " + std::string{to_string(index->kind)} + ", expected LONG");
  auto* target = look_up(x.name);
  auto& item = item_at(*target, index->integer);
  apply_assign(*this, x.what, item, *value);
  --depth_;
  return &item;
}

cell* machine::eval_path(const node& x) {
  auto* of = eval(tree_.kid(x, 0));
  for (std::uint32_t i = 1; i < x.count; ++i) {
    const auto& suffix = tree_.nodes[tree_.kid(x, i)];
    visit(suffix.visits);
    if (suffix.kind == node_kind::index)
      of = eval_index(of, suffix);
    else
      of = eval_call(of, suffix);
  }
  return of;
}

// -- names -----------------------------------------------------------------------------

cell* machine::look_up(std::uint32_t name) {
  auto* known = slots_[name];
  return known ? known : look_up_outside(name);
}

cell* machine::look_up_outside(std::uint32_t name) {
  const auto class_kind = tree_.classes[name];
  cell* out = nullptr;
  if (class_kind != type::null) {
    const auto before = metered_; // class objects are there before the program starts
    out = class_kind >= type::params ? memory_.make(cell{class_kind}) : make_default(class_kind);
    metered_ = before;
  } else if (const auto* given = names_.find(tree_.names[name])) {
    out = box(*given);
  } else {
    return &null_;
  }
  slots_[name] = out;
  return out;
}

} // namespace tutti::sel
