// SPDX-License-Identifier: MIT
#include "net/tls_acceptor.h"

#include <utility>

#include "net/tls_stream.h"

namespace wskit::net {

Expected<std::unique_ptr<TlsAcceptor>> TlsAcceptor::create(Loop& loop,
                                                           const TlsIdentity& identity) {
  auto context = TlsContext::create_serving(identity);
  if (!context) {
    return std::unexpected(std::move(context.error()));
  }
  return std::unique_ptr<TlsAcceptor>(new TlsAcceptor(loop, *std::move(context)));
}

// Shared with the streams.
TlsAcceptor::TlsAcceptor(Loop& loop, std::shared_ptr<TlsContext> context)
    : loop_(loop), context_(std::move(context)) {}

std::unique_ptr<Stream> TlsAcceptor::accept(std::unique_ptr<Stream> stream) const {
  return std::make_unique<TlsStream>(loop_, context_, nullptr, std::move(stream));
}

const x509_st* TlsAcceptor::trusted_certificate(const Stream& stream) {
  const auto* const tls = dynamic_cast<const TlsStream*>(&stream);
  return tls == nullptr ? nullptr : tls->trusted_certificate();
}

}  // namespace wskit::net
