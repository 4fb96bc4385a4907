#include "actors/link/trust.hpp"

#include "actors/link/openssl.hpp"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <charconv>

namespace tutti::link {

namespace {

constexpr std::size_t pem_max = 64 * 1024;
constexpr std::size_t secret_digits = 32;
constexpr std::size_t fingerprint_digits = 64;
constexpr int serial_bytes = 16;
constexpr long version_three = 2; // X.509 counts from nought
constexpr std::string_view node_prefix = "node-";

result<key_ptr> new_key() {
  key_ptr key{EVP_EC_gen("P-256")};
  if (!key)
    return library_error("make a key");
  return key;
}

result<std::string> text_of(BIO* bio, int written, std::string_view what) {
  char* at = nullptr;
  const auto size = written == 1 ? BIO_get_mem_data(bio, &at) : 0;
  if (size <= 0)
    return library_error("write " + std::string{what});
  return std::string{at, static_cast<std::size_t>(size)};
}

result<std::string> to_pem(X509* x) {
  bio_ptr out{BIO_new(BIO_s_mem())};
  return text_of(out.get(), PEM_write_bio_X509(out.get(), x), "a certificate");
}

result<std::string> to_pem(X509_REQ* x) {
  bio_ptr out{BIO_new(BIO_s_mem())};
  return text_of(out.get(), PEM_write_bio_X509_REQ(out.get(), x), "a request");
}

result<std::string> to_pem(EVP_PKEY* x) {
  bio_ptr out{BIO_new(BIO_s_mem())};
  return text_of(out.get(),
                 PEM_write_bio_PrivateKey(out.get(), x, nullptr, nullptr, 0, nullptr, nullptr),
                 "a key");
}

bio_ptr reader(std::string_view pem) {
  return bio_ptr{pem.size() <= pem_max ? BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))
                                       : nullptr};
}

error unreadable(std::string_view what) {
  ERR_clear_error();
  return {ec::bad_request, "this is no " + std::string{what} + " in PEM form"};
}

/// Nobody is there to type a passphrase.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

result<key_ptr> read_key(std::string_view pem) {
  auto in = reader(pem);
  key_ptr key{in ? PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr) : nullptr};
  if (!key)
    return unreadable("private key");
  return key;
}

result<x509_ptr> read_certificate(std::string_view pem) {
  auto in = reader(pem);
  x509_ptr made{in ? PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr) : nullptr};
  if (!made)
    return unreadable("certificate");
  return made;
}

bool add_name(X509_NAME* name, const char* field, std::string_view value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0)
         == 1;
}

bool add_extension(X509* to, X509* issuer, int which, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  extension_ptr made{X509V3_EXT_conf_nid(nullptr, &context, which, value)};
  return made && X509_add_ext(to, made.get(), -1) == 1;
}

/// Serial numbers are random, so that two authorities of the same cluster never clash.
bool set_serial(X509* x) {
  unsigned char bytes[serial_bytes];
  if (RAND_bytes(bytes, serial_bytes) != 1)
    return false;
  bytes[0] &= 0x7F;
  bignum_ptr number{BN_bin2bn(bytes, serial_bytes, nullptr)};
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x)) != nullptr;
}

/// All that an authority and a node have in common.
bool fill(X509* x, EVP_PKEY* key, validity when) {
  return X509_set_version(x, version_three) == 1 && set_serial(x)
         && ASN1_TIME_set(X509_getm_notBefore(x), when.from) != nullptr
         && ASN1_TIME_set(X509_getm_notAfter(x), when.until) != nullptr
         && X509_set_pubkey(x, key) == 1;
}

std::string name_part(X509* x, int which) {
  auto* name = X509_get_subject_name(x);
  const auto at = X509_NAME_get_index_by_NID(name, which, -1);
  auto* value = at < 0 ? nullptr : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
  if (!value)
    return {};
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

bool is_cluster_name(std::string_view name) {
  constexpr std::size_t name_max = 64;
  return !name.empty() && name.size() <= name_max
         && name.find_first_not_of(
              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
              == std::string_view::npos;
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits
         && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

result<credential> make_authority(std::string_view cluster, validity when) {
  if (!is_cluster_name(cluster))
    return error{ec::bad_request, "the cluster name '" + std::string{cluster}
                                    + "' must have 1 to 64 letters, digits and '-'"};
  auto key = new_key();
  if (!key)
    return key.error();
  x509_ptr x{X509_new()};
  auto* name = x ? X509_get_subject_name(x.get()) : nullptr;
  if (!name || !fill(x.get(), key->get(), when) || !add_name(name, "O", cluster)
      || !add_name(name, "CN", "authority") || X509_set_issuer_name(x.get(), name) != 1
      || !add_extension(x.get(), x.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
      || !add_extension(x.get(), x.get(), NID_key_usage, "critical,keyCertSign")
      || !add_extension(x.get(), x.get(), NID_subject_key_identifier, "hash")
      || X509_sign(x.get(), key->get(), EVP_sha256()) == 0)
    return library_error("make an authority");
  auto certificate = to_pem(x.get());
  auto written = to_pem(key->get());
  if (!certificate || !written)
    return certificate ? written.error() : certificate.error();
  return credential{std::move(*certificate), std::move(*written)};
}

result<key_request> make_key_request() {
  auto key = new_key();
  if (!key)
    return key.error();
  request_ptr x{X509_REQ_new()};
  if (!x || X509_REQ_set_pubkey(x.get(), key->get()) != 1
      || X509_REQ_sign(x.get(), key->get(), EVP_sha256()) == 0)
    return library_error("make a request");
  auto request = to_pem(x.get());
  auto written = to_pem(key->get());
  if (!request || !written)
    return request ? written.error() : request.error();
  return key_request{std::move(*written), std::move(*request)};
}

result<std::string> issue(const credential& authority, std::string_view request, const subject& who,
                          validity when) {
  if (!is_cluster_name(who.cluster) || who.node == 0)
    return error{ec::bad_request, "a certificate names a cluster and a node number above 0"};
  auto issuer = read_certificate(authority.certificate);
  auto key = read_key(authority.key);
  if (!issuer || !key)
    return issuer ? key.error() : issuer.error();
  auto in = reader(request);
  request_ptr asked{in ? PEM_read_bio_X509_REQ(in.get(), nullptr, no_passphrase, nullptr)
                       : nullptr};
  auto* wanted = asked ? X509_REQ_get0_pubkey(asked.get()) : nullptr;
  if (!wanted || X509_REQ_verify(asked.get(), wanted) != 1)
    return unreadable("certificate request with a right signature");
  x509_ptr x{X509_new()};
  auto* name = x ? X509_get_subject_name(x.get()) : nullptr;
  if (!name || !fill(x.get(), wanted, when) || !add_name(name, "O", who.cluster)
      || !add_name(name, "CN", std::string{node_prefix} + std::to_string(who.node))
      || X509_set_issuer_name(x.get(), X509_get_subject_name(issuer->get())) != 1
      || !add_extension(x.get(), issuer->get(), NID_basic_constraints, "critical,CA:FALSE")
      || !add_extension(x.get(), issuer->get(), NID_key_usage, "critical,digitalSignature")
      || !add_extension(x.get(), issuer->get(), NID_ext_key_usage, "serverAuth,clientAuth")
      || X509_sign(x.get(), key->get(), EVP_sha256()) == 0)
    return library_error("issue a certificate");
  return to_pem(x.get());
}

result<subject> subject_of(X509* certificate) {
  subject who{name_part(certificate, NID_organizationName), 0};
  const auto name = name_part(certificate, NID_commonName);
  const auto digits = name.starts_with(node_prefix) ? name.substr(node_prefix.size()) : "";
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), who.node);
  if (bad != std::errc{} || end != digits.data() + digits.size() || who.node == 0
      || !is_cluster_name(who.cluster))
    return error{ec::bad_request, "the certificate of '" + name + "' names no node of a cluster"};
  return who;
}

result<subject> subject_of(std::string_view certificate) {
  auto x = read_certificate(certificate);
  if (!x)
    return x.error();
  return subject_of(x->get());
}

result<std::string> fingerprint_of(X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1)
    return library_error("digest a certificate");
  return hex({reinterpret_cast<const char*>(digest), size});
}

result<std::string> fingerprint_of(std::string_view certificate) {
  auto x = read_certificate(certificate);
  if (!x)
    return x.error();
  return fingerprint_of(x->get());
}

result<std::string> digest_of(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) != 1)
    return library_error("digest a text");
  return hex({reinterpret_cast<const char*>(digest), size});
}

result<std::string> make_secret() {
  unsigned char bytes[secret_digits / 2];
  if (RAND_bytes(bytes, sizeof bytes) != 1)
    return library_error("make a secret");
  return hex({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

result<std::int64_t> days_left(std::string_view certificate, std::int64_t now) {
  auto x = read_certificate(certificate);
  if (!x)
    return x.error();
  asn1_time_ptr here{ASN1_TIME_set(nullptr, now)};
  auto days = 0;
  auto seconds = 0;
  if (!here || ASN1_TIME_diff(&days, &seconds, here.get(), X509_get0_notAfter(x->get())) != 1)
    return library_error("read the end of a certificate");
  return days < 0 || seconds >= 0 ? days : days - 1;
}

std::string to_string(const join_token& x) {
  return x.secret + "." + x.fingerprint;
}

result<join_token> parse_token(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || !is_hex(text.substr(0, dot), secret_digits)
      || !is_hex(text.substr(dot + 1), fingerprint_digits))
    return error{ec::bad_request, "this is no join token: expected 32 hex digits, a point and 64 "
                                  "hex digits, as 'tutti node token' prints them"};
  return join_token{std::string{text.substr(0, dot)}, std::string{text.substr(dot + 1)}};
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace tutti::link
