#include "actors/run/own_rows.hpp"

namespace tutti::actors {

void own_rows::wrote(const std::vector<engine::row_change>& rows, std::uint64_t number) {
  for (const auto& x : rows)
    rows_.insert_or_assign(x.key, entry{x.value, number});
}

void own_rows::forget(std::uint64_t number) {
  std::erase_if(rows_, [&](const auto& x) { return x.second.number <= number; });
}

result<std::optional<std::string>> own_rows::get(std::string_view key) const {
  if (auto i = rows_.find(key); i != rows_.end())
    return i->second.value;
  return applied_.get(key);
}

namespace {

/// Merges two ordered sources; `before` orders keys, the overlay wins on equal ones.
template <class Iterator, class Before>
class merger {
public:
  using visitor = std::function<bool(std::string_view, std::string_view)>;

  merger(Iterator at, Iterator end, Before before, const visitor& visit)
    : at_(at),
      end_(end),
      before_(before),
      visit_(visit) {}

  bool applied(std::string_view key, std::string_view value) {
    while (at_ != end_ && before_(at_->first, key))
      if (!own())
        return false;
    if (at_ != end_ && at_->first == key)
      return own();
    return go_on_ = visit_(key, value);
  }

  void rest() {
    while (go_on_ && at_ != end_)
      own();
  }

private:
  bool own() {
    auto& [key, x] = *at_++;
    if (x.value)
      go_on_ = visit_(key, *x.value);
    return go_on_;
  }

  Iterator at_;
  Iterator end_;
  Before before_;
  const visitor& visit_;
  bool go_on_ = true;
};

} // namespace

status own_rows::scan(std::string_view from, std::string_view to,
                      const std::function<bool(std::string_view, std::string_view)>& visit) const {
  merger m{rows_.lower_bound(from), rows_.lower_bound(to), std::less<std::string_view>{}, visit};
  auto ok = applied_.scan(from, to,
                          [&](std::string_view k, std::string_view v) { return m.applied(k, v); });
  if (ok)
    m.rest();
  return ok;
}

status
own_rows::scan_back(std::string_view from, std::string_view to,
                    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  merger m{std::make_reverse_iterator(rows_.lower_bound(to)),
           std::make_reverse_iterator(rows_.lower_bound(from)), std::greater<std::string_view>{},
           visit};
  auto ok = applied_.scan_back(from, to, [&](std::string_view k, std::string_view v) {
    return m.applied(k, v);
  });
  if (ok)
    m.rest();
  return ok;
}

} // namespace tutti::actors
