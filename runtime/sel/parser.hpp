#pragma once

#include "runtime/sel/lexer.hpp"
#include "runtime/sel/tree.hpp"

#include <initializer_list>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

/// Recursive descent for statements, precedence climbing for operators (spec 03 §3).
namespace tutti::sel {

class parser {
public:
  parser(const plain_source& source, std::size_t depth_max)
    : lexer_(source),
      depth_max_(depth_max) {}

  tree parse() &&;

private:
  using position = std::uint32_t;
  using positions = std::vector<position>;

  /// One level of nesting, as long as it lives.
  class level {
  public:
    explicit level(parser& owner);
    level(const level&) = delete;
    level& operator=(const level&) = delete;

    ~level() { --owner_.depth_; }

  private:
    parser& owner_;
  };

  // -- words ---------------------------------------------------------------------------
  const token& peek(std::size_t ahead = 0);
  token take();
  bool is(std::u16string_view word, std::size_t ahead = 0);
  bool accept(std::u16string_view word);
  void expect(std::u16string_view word);
  token expect_identifier();
  [[noreturn]] void unexpected();

  // -- statements ----------------------------------------------------------------------
  void import_lines();
  bool at_declaration();
  position block_statement();
  position statement();
  position block();
  position branch();
  position while_loop();
  position for_loop();
  position for_init();
  position body();
  position declaration();
  position declarator();
  position statement_expression();

  // -- expressions ---------------------------------------------------------------------
  position expression();
  position nested_expression();
  position conditional(std::optional<position> first);
  position binary(int least, std::optional<position> first);
  position unary();
  position primary();
  position prefix();
  position literal();
  position allocation();
  position suffix();
  position with_suffixes(positions parts);
  position assignment(token name, std::optional<position> at);
  positions arguments(std::u16string_view end);
  /// `name [ … ]`: what follows decides whether it is a target.
  position indexed_name(bool statement_level);

  // -- tree ----------------------------------------------------------------------------
  position add(node x, std::initializer_list<position> kids);
  position add(node x, const positions& kids);
  position add_name(const token& name);
  std::uint32_t intern(std::string name);
  void more_visits(position at, unsigned count);

  lexer lexer_;
  std::vector<token> ahead_;
  std::size_t depth_ = 0;
  std::size_t depth_max_;
  tree out_;
  std::unordered_map<std::string, std::uint32_t> names_;
  /// Names in order, and whether they are given a value there.
  std::vector<std::pair<std::uint32_t, bool>> uses_;
};

} // namespace tutti::sel
