#include "runtime/dsl/report.hpp"

#include <algorithm>
#include <numeric>

namespace tutti::dsl {

namespace {

/// More are counted but not kept; enough to sort before the first are told.
constexpr std::size_t kept_max = 1000;
constexpr std::size_t shown_max = 60;
constexpr std::size_t hint_word_max = 40;
constexpr std::size_t hint_known_max = 1000;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::vector<mistake> in_order(std::vector<mistake> x) {
  std::stable_sort(x.begin(), x.end(), [](const mistake& a, const mistake& b) {
    return place{a.line, a.column} < place{b.line, b.column};
  });
  return x;
}

} // namespace

std::string to_string(const mistake& x) {
  auto out = "line " + std::to_string(x.line) + ", column " + std::to_string(x.column) + ": ";
  if (!x.path.empty())
    out += x.path + ": ";
  return out + x.message;
}

std::string path::text() const {
  std::vector<const path*> chain;
  for (const auto* x = this; x; x = x->up_)
    chain.push_back(x);
  std::string out;
  for (auto i = chain.rbegin(); i != chain.rend(); ++i) {
    if ((*i)->indexed_) {
      out += "[" + std::to_string((*i)->index_) + "]";
      continue;
    }
    if (!out.empty())
      out += ".";
    out += shortened((*i)->key_);
  }
  return out;
}

void report::add(place at, const path& where, std::string message) {
  if (++count_ <= kept_max)
    mistakes_.push_back({at.line, at.column, where.text(), std::move(message)});
}

void report::add(place at, std::string message) {
  if (++count_ <= kept_max)
    mistakes_.push_back({at.line, at.column, {}, std::move(message)});
}

void report::hint(place at, const path& where, std::string message) {
  if (!hints_full())
    hints_.push_back({at.line, at.column, where.text(), std::move(message)});
}

std::vector<mistake> report::hints() const {
  return in_order(hints_);
}

error report::to_error() const {
  auto sorted = in_order(mistakes_);
  error out{ec::bad_request, to_string(sorted.front())};
  if (count_ > 1)
    out.message += " (and " + std::to_string(count_ - 1) + " more)";
  for (std::size_t i = 0; i < std::min(sorted.size(), mistake_limit); ++i)
    out.details.push_back(to_string(sorted[i]));
  return out;
}

std::size_t letters_apart(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto changed = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

std::string hint_for(std::string_view word, std::span<const std::string_view> known) {
  if (word.empty() || word.size() > hint_word_max)
    return {};
  auto distance_max = word.size() < 2 ? 0 : word.size() < 4 ? std::size_t{1} : std::size_t{2};
  auto best = 2 * distance_max + 2;
  std::string_view found;
  for (auto x : known.first(std::min(known.size(), hint_known_max))) {
    auto apart = std::max(x.size(), word.size()) - std::min(x.size(), word.size());
    if (x.empty() || apart > distance_max)
      continue;
    auto d = letters_apart(word, x);
    // People rarely mistake the first letter.
    auto score = 2 * d + (lower(x.front()) == lower(word.front()) ? 0 : 1);
    if (d <= distance_max && score < best) {
      best = score;
      found = x;
    }
  }
  return found.empty() ? std::string{} : "; did you mean " + quoted(found) + "?";
}

std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (auto x : words) {
    if (!out.empty())
      out += ", ";
    out += x;
  }
  return out;
}

std::string shortened(std::string_view text) {
  if (text.size() <= shown_max)
    return std::string{text};
  auto end = shown_max; // of a whole UTF-8 character
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return std::string{text.substr(0, end)} + "...";
}

std::string quoted(std::string_view text) {
  return '"' + shortened(text) + '"';
}

} // namespace tutti::dsl
