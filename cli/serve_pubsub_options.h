// SPDX-License-Identifier: MIT
#pragma once

#include "cli/auth_options.h"
#include "cli/serve_options.h"
#include "serve/pubsub_options.h"

namespace wskit::cli {

/// What `wskit serve pubsub` was told.
struct ServePubSubOptions {
  ServeOptions serve;
  AuthChoice auth;
  serve::PubSubOptions pubsub;  // without what `auth` says
};

/// Sets the defaults that differ from other servers', too.
void add_serve_pubsub_options(CLI::App& app, ServePubSubOptions& options);

}  // namespace wskit::cli
