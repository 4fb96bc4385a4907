#include "runtime/sel/calls.hpp"
#include "runtime/sel/failure.hpp"
#include "runtime/sel/machine.hpp"

namespace tutti::sel {

cell* machine::eval_index(cell* of, const node& x) {
  const auto* index = eval(tree_.kid(x, 0));
  --depth_;
  if (index->kind == type::integer)
    return &item_at(*of, index->integer);
  if (index->kind != type::string)
    fail(label::illegal_argument,
         "An index is " + std::string{to_string(index->kind)} + ", expected LONG or STRING");
  if (of->kind != type::params)
    fail(label::class_cast,
         std::string{to_string(of->kind)} + " has no items by name, use get(name)");
  return params_field(*this, index->view());
}

cell* machine::eval_call(cell* of, const node& x) {
  push(); // the name
  const auto what = static_cast<method>(x.method);
  const auto& name = tree_.names[x.name];
  if (x.kind == node_kind::field) {
    --depth_;
    return read_field(*this, *of, what, name);
  }
  const auto first = operands_.size();
  for (std::uint32_t i = 0; i < x.count; ++i) {
    auto* argument = eval(tree_.kid(x, i));
    operands_.push_back(argument);
  }
  auto* out = call_method(*this, *of, what, name, arguments{operands_}.subspan(first));
  operands_.resize(first);
  depth_ -= x.count + 1;
  return out;
}

cell* machine::eval_new_object(const node& x) {
  const auto kind = tree_.types[x.name];
  if (kind == type::null)
    fail(label::unsupported, "The class " + tree_.names[x.name] + " is not supported");
  push();
  const auto first = operands_.size();
  for (std::uint32_t i = 0; i < x.count; ++i) {
    auto* argument = eval(tree_.kid(x, i));
    operands_.push_back(argument);
  }
  auto* out = construct(*this, kind, arguments{operands_}.subspan(first));
  operands_.resize(first);
  depth_ -= x.count;
  return out;
}

cell* machine::eval_new_array(const node& x) {
  const auto kind = tree_.types[x.name];
  if (kind == type::null)
    fail(label::unsupported, "The class " + tree_.names[x.name] + " is not supported");
  push();
  const auto* size = eval(tree_.kid(x, 0));
  --depth_;
  if (size->kind != type::integer)
    fail(label::class_cast,
         "The size of an array is " + std::string{to_string(size->kind)} + ", expected LONG");
  const auto count = static_cast<std::int32_t>(size->integer);
  if (count >= static_cast<std::int64_t>(with_.bounds.array))
    fail(label::illegal_argument, "The size " + std::to_string(count)
                                    + " of an array is over the limit of "
                                    + std::to_string(with_.bounds.array));
  return make_array(array_of(kind), count);
}

cell* machine::eval_new_items(const node& x) {
  const auto kind = tree_.types[x.name];
  if (kind == type::null)
    fail(label::unsupported, "The class " + tree_.names[x.name] + " is not supported");
  push();
  if (x.count >= with_.bounds.array)
    fail(label::illegal_argument, "The size " + std::to_string(x.count)
                                    + " of an array is over the limit of "
                                    + std::to_string(with_.bounds.array));
  const auto first = operands_.size();
  for (std::uint32_t i = 0; i < x.count; ++i) {
    auto* item = eval(tree_.kid(x, i));
    operands_.push_back(item);
  }
  auto* out = make_array(array_of(kind), static_cast<std::int32_t>(x.count));
  for (auto i = x.count; i-- > 0;)
    apply_assign(*this, symbol::none, out->items->items[i], *operands_[first + i]);
  operands_.resize(first);
  depth_ -= x.count;
  return out;
}

// -- items -----------------------------------------------------------------------------

cell* machine::items_of(array& x) {
  if (x.items == nullptr && x.seq != nullptr) {
    auto* items = memory_.make_many<cell>(x.count);
    for (std::uint32_t i = 0; i < x.count; ++i) {
      items[i] = cell{type::integer};
      items[i].integer = (*x.seq)[i];
    }
    x.items = items;
    x.seq = nullptr;
    spend(x.count / 8);
  }
  return x.items;
}

cell& machine::item_at(cell& array_cell, std::int64_t index) {
  if (!is_array(array_cell.kind))
    fail(label::class_cast, std::string{to_string(array_cell.kind)} + " has no items by number");
  auto& items = *array_cell.items;
  const auto at = static_cast<std::int32_t>(index);
  if (at < 0 || static_cast<std::uint32_t>(at) >= items.count)
    fail(label::array_index, "Index " + std::to_string(at) + " out of bounds for length "
                               + std::to_string(items.count));
  return items_of(items)[at];
}

// -- new values ------------------------------------------------------------------------

cell* machine::make_long(std::int64_t x) {
  cell out{type::integer};
  out.integer = x;
  return make(out);
}

cell* machine::make_double(double x) {
  cell out{type::real};
  out.real = x;
  return make(out);
}

cell* machine::make_bool(bool x) {
  cell out{type::boolean};
  out.truth = x;
  return make(out);
}

cell* machine::make_text(text_view kept) {
  meter(2 * kept.size());
  cell out{type::string};
  out.chars = kept.data() ? kept.data() : u"";
  out.length = static_cast<std::uint32_t>(kept.size());
  return memory_.make(out);
}

cell* machine::make_text_copy(text_view x) {
  meter(2 * x.size());
  metered_ -= 32 + 2 * x.size(); // counted again below, once the characters are there
  auto* chars = make_chars(x.size());
  x.copy(chars, x.size());
  return make_text({chars, x.size()});
}

cell* machine::make_null_text() {
  cell out{type::string};
  out.chars = nullptr;
  return make(out);
}

char16_t* machine::make_chars(std::size_t count) {
  spend(count / 64);
  return memory_.make_many<char16_t>(count);
}

cell* machine::make_text_views(const std::vector<text_view>& kept) {
  auto* out = make_array(type::string_array, static_cast<std::int32_t>(kept.size()));
  for (std::size_t i = 0; i < kept.size(); ++i) {
    auto& item = out->items->items[i];
    item.chars = kept[i].data() ? kept[i].data() : u"";
    item.length = static_cast<std::uint32_t>(kept[i].size());
    metered_ += 2 * kept[i].size();
  }
  if (metered_ >= with_.bounds.memory)
    fail_memory();
  return out;
}

cell* machine::make_longs(model::int_seq items) {
  if (!items.compact())
    memory_.charge(8 * items.size());
  return make_longs_of(seqs_.emplace_back(std::move(items)));
}

cell* machine::make_longs_of(const model::int_seq& kept) {
  if (kept.size() > with_.bounds.memory / 32)
    fail_memory();
  meter(32 * kept.size());
  cell out{type::long_array};
  out.items = memory_.make(array{static_cast<std::uint32_t>(kept.size()), nullptr, &kept});
  return memory_.make(out);
}

cell* machine::make_array(type array_type, std::int32_t count) {
  if (array_type == type::null)
    fail(label::unsupported, "There are no arrays of this type");
  if (count < 0)
    fail(label::negative_size, "The size of an array is " + std::to_string(count));
  meter(32ULL * static_cast<std::uint32_t>(count));
  cell first{item_of(array_type)};
  if (first.kind == type::real)
    first.real = 0;
  else if (first.kind == type::string)
    first.chars = nullptr;
  else if (first.kind == type::boolean)
    first.truth = false;
  auto* items = memory_.make_many<cell>(static_cast<std::size_t>(count));
  for (std::int32_t i = 0; i < count; ++i)
    items[i] = first;
  spend(static_cast<std::uint64_t>(count) / 8);
  cell out{array_type};
  out.items = memory_.make(array{static_cast<std::uint32_t>(count), items, nullptr});
  return memory_.make(out);
}

cell* machine::make_default(type x) {
  cell out{x};
  switch (x) {
    case type::string:
      out.chars = nullptr;
      return make(out);
    case type::map:
      out.entries = nullptr;
      return make(out);
    case type::real:
      return make_double(0);
    case type::boolean:
      return make_bool(false);
    case type::integer:
      return make(out);
    case type::string_array:
    case type::long_array:
    case type::double_array:
    case type::boolean_array:
      return make_array(x, 0);
    case type::datetime:
    case type::zone:
    case type::formatter:
    case type::property:
    case type::days:
    case type::uuid:
      out.empty = true;
      return make(out);
    default:
      fail(label::unsupported, std::string{to_string(x)} + " has no empty value");
  }
}

} // namespace tutti::sel
