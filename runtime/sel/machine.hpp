#pragma once

#include "runtime/sel/arena.hpp"
#include "runtime/sel/cell.hpp"
#include "runtime/sel/inputs.hpp"
#include "runtime/sel/limits.hpp"
#include "runtime/sel/tree.hpp"

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::sel {

using arguments = std::span<cell* const>;

/// One evaluation of one tree (spec 03 §5 to §7). Throws `failure`.
///
/// Cells are never given back before the end: what is created is bounded by the memory limit. The
/// recursion is as deep as the tree, which the parser bounds.
class machine {
public:
  machine(const tree& program, inputs& names, const budget& with);

  /// The final result. Lives as long as the machine.
  const cell& run();

  // -- new values, counted against the memory limit ---------------------------------------
  cell* make(cell x) {
    meter(0);
    return memory_.make(x);
  }

  cell* make_long(std::int64_t x);
  cell* make_double(double x);
  cell* make_bool(bool x);
  /// The characters must live as long as the evaluation.
  cell* make_text(text_view kept);
  cell* make_text_copy(text_view x);
  cell* make_null_text();
  /// The characters must live as long as the evaluation.
  cell* make_text_views(const std::vector<text_view>& kept);
  cell* make_longs(model::int_seq items);
  /// The numbers must live as long as the evaluation.
  cell* make_longs_of(const model::int_seq& kept);
  /// With default items. Throws on a negative count.
  cell* make_array(type array_type, std::int32_t count);
  /// The value that a declaration without one gives.
  cell* make_default(type x);
  /// A value from outside. It must live as long as the evaluation.
  cell* box(const model::value& x, std::uint32_t depth = 0);

  /// Makes a value live as long as the evaluation.
  const model::value& keep(model::value x) { return kept_.emplace_back(std::move(x)); }

  cell* null() { return &null_; }

  // -- resources --------------------------------------------------------------------------
  void meter(std::uint64_t bytes) {
    metered_ += 32 + bytes;
    if (metered_ >= with_.bounds.memory)
      fail_memory();
  }

  /// As `meter`, for more of a value that is counted already.
  void meter_more(std::uint64_t bytes) {
    metered_ += bytes;
    if (metered_ >= with_.bounds.memory)
      fail_memory();
  }

  /// Counts work besides visits, in units of some ten nanoseconds.
  void spend(std::uint64_t work) {
    work_ += work;
    if (work_ >= work_stop_)
      check_time();
  }

  arena& memory() { return memory_; }

  /// Memory that is held for a while only: the largest amount at a time counts.
  void hold(std::size_t bytes) {
    held_ += bytes;
    if (held_ > held_most_) {
      memory_.charge(held_ - held_most_);
      held_most_ = held_;
    }
  }

  void release(std::size_t bytes) { held_ -= bytes; }

  const budget& with() const { return with_; }

  inputs& names() { return names_; }

  /// Uninitialised characters of this evaluation.
  char16_t* make_chars(std::size_t count);

  // -- values -----------------------------------------------------------------------------
  /// Gives a compact array cells.
  cell* items_of(array& x);
  cell& item_at(cell& array_cell, std::int64_t index);

private:
  enum class flow : std::uint8_t {
    none,
    data, ///< `value_` is on the operand stack
    leave,
    again,
    done ///< as `data`, and the program ends
  };

  // -- counters ---------------------------------------------------------------------------
  void visit(std::uint32_t count) {
    visited_ += count;
    if (visited_ >= visit_stop_)
      check_visits();
  }

  void push() {
    if (++depth_ > with_.bounds.stack)
      fail_stack();
  }

  void check_visits();
  void check_time();
  [[noreturn]] void fail_memory() const;
  [[noreturn]] void fail_stack() const;

  // -- statements -------------------------------------------------------------------------
  flow execute(std::uint32_t at);
  flow execute_simple(const node& x);
  flow execute_block(const node& x);
  flow execute_branch(const node& x);
  flow execute_loop(const node& x);
  bool loop_condition(std::uint32_t at);
  void part_of_loop(std::uint32_t at);
  void declare(const node& x);

  // -- expressions: leave one operand on the stack ----------------------------------------
  cell* eval(std::uint32_t at);
  cell* eval_chain(const node& x);
  cell* eval_choice(const node& x);
  cell* eval_assign(const node& x);
  cell* eval_assign_at(const node& x);
  cell* eval_path(const node& x);
  cell* eval_index(cell* of, const node& x);
  cell* eval_call(cell* of, const node& x);
  cell* eval_new_array(const node& x);
  cell* eval_new_items(const node& x);
  cell* eval_new_object(const node& x);
  bool condition(std::uint32_t at);

  cell* look_up(std::uint32_t name);
  cell* look_up_outside(std::uint32_t name);

  const tree& tree_;
  inputs& names_;
  const budget& with_;

  std::uint64_t visited_ = 0;
  std::uint64_t visit_stop_;
  std::uint64_t metered_ = 0;
  std::uint64_t work_ = 0;
  std::uint64_t work_stop_;
  std::int64_t started_ms_ = -1; ///< when the time was looked at first
  std::uint32_t depth_ = 0;      ///< operands on the stack
  cell* value_ = nullptr;
  cell null_;
  cell nothing_;

  arena memory_;
  std::size_t held_ = 0;
  std::size_t held_most_ = 0;
  cell* literals_ = nullptr;
  cell** slots_ = nullptr; ///< by name; null = not seen yet
  std::vector<cell*> operands_;
  std::deque<model::int_seq> seqs_;
  std::deque<model::value> kept_;
};

/// Counts what somebody holds outside the arena, as long as it lives.
class scratch {
public:
  explicit scratch(machine& m) : m_(m) {}

  scratch(machine& m, std::size_t bytes) : m_(m) { grow_to(bytes); }

  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  ~scratch() { m_.release(bytes_); }

  /// Before it is so much in all. Throws over the limit.
  void grow_to(std::size_t bytes) {
    if (bytes <= bytes_)
      return;
    const auto more = bytes - bytes_;
    bytes_ = bytes;
    m_.hold(more);
  }

private:
  machine& m_;
  std::size_t bytes_ = 0;
};

// -- operators and methods ----------------------------------------------------------------

cell* apply_binary(machine& m, symbol what, cell& left, cell& right);
cell* apply_unary(machine& m, symbol what, cell& x);
/// `what` is `none` for a plain assignment.
void apply_assign(machine& m, symbol what, cell& target, const cell& value);

void check_types_match(type left, type right);

} // namespace tutti::sel
