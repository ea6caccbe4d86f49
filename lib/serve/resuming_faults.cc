// SPDX-License-Identifier: MIT
#include "serve/resuming_faults.h"

#include "serve/service_thread.h"
#include "serve/session.h"

namespace wskit::serve {

ResumingFaults::ResumingFaults(ServiceThread& thread, const Session& session) : thread_(thread) {
  if (const auto* const client = thread.peers().joined(session.connection())) {
    connection_ = client->number;
    faults_ = client->resuming;
  }
}

// Each time, not once: a client may recover many things on one connection.
std::optional<relay::FaultKind> ResumingFaults::strike() {
  for (const relay::ActiveFault& fault : faults_) {
    if (!fault.fault()->withdrawn) {
      thread_.faults()->plan().fire(fault, connection_, thread_.now());
      return fault.rule().kind;
    }
  }
  return std::nullopt;
}

}  // namespace wskit::serve
