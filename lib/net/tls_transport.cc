// SPDX-License-Identifier: MIT
#include "net/tls_transport.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <openssl/bio.h>

namespace wskit::net {
namespace {

TlsTransport& transport_of(BIO* bio) {
  return *static_cast<TlsTransport*>(BIO_get_data(bio));
}

int read(TlsTransport& transport, BIO* bio, std::span<std::byte> room) {
  BIO_clear_retry_flags(bio);
  const std::size_t size = std::min(room.size(), transport.received.size());
  if (size == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  std::memcpy(room.data(), transport.received.data(), size);
  transport.received = transport.received.subspan(size);
  return static_cast<int>(size);
}

int on_read(BIO* bio, char* room, int size) {
  return read(transport_of(bio), bio,
              {reinterpret_cast<std::byte*>(room), static_cast<std::size_t>(std::max(size, 0))});
}

int on_write(BIO* bio, const char* bytes, int size) {
  TlsTransport& transport = transport_of(bio);
  const auto written = std::as_bytes(std::span(bytes, static_cast<std::size_t>(size)));
  transport.stream.write(written);
  transport.written += written.size();
  return size;
}

long on_control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

using Method = std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>;

Method make_method() {
  Method method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wskit stream"),
                &BIO_meth_free);
  if (method) {
    BIO_meth_set_read(method.get(), on_read);
    BIO_meth_set_write(method.get(), on_write);
    BIO_meth_set_ctrl(method.get(), on_control);
  }
  return method;
}

}  // namespace

bio_st* new_transport_bio(TlsTransport& transport) {
  static const Method kMethod = make_method();
  BIO* const bio = kMethod ? BIO_new(kMethod.get()) : nullptr;
  if (bio != nullptr) {
    BIO_set_data(bio, &transport);
    BIO_set_init(bio, 1);
  }
  return bio;
}

}  // namespace wskit::net
